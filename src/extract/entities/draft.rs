//! An entity while it is put together, its names as they are compared, and the entity of the model that it becomes.

use std::collections::BTreeMap;

use crate::model::{Entity, EntityIndex, Language, Name, NameKind, Term, entity_iri, entity_key};

use crate::extract::Extractor;

/// An entity being put together.
#[derive(Clone, Debug, Default)]
pub(in crate::extract) struct Draft {
    /// Type of its first mention.
    pub kind_of: u8,
    /// Gazetteer entry.
    pub entry: Option<usize>,
    /// Names in the text, as printed, with how often.
    pub surfaces: BTreeMap<String, usize>,
    /// The name to show.
    pub label: String,
    /// Members, for a joint region that no gazetteer lists.
    pub members: Vec<usize>,
}

/// Entities of a document and the one each mention was resolved to (`None`: a mention that names nothing definite).
pub(in crate::extract) struct Resolution {
    pub drafts: Vec<Draft>,
    pub of: Vec<Option<EntityIndex>>,
    /// The region the document is mostly about.
    pub main_region: Option<EntityIndex>,
}

impl Extractor {
    /// The form of a name that is compared: marks deleted, equal forms rewritten.
    pub(in crate::extract) fn normal_form(&self, name: &str) -> String {
        let mut key = entity_key(name);
        let begins = |c: char| self.knowledge.grammar.equal_begin.binary_search(&c).is_ok();
        if key.chars().any(begins) {
            for (long, short) in &self.knowledge.grammar.equal {
                if key.contains(long.as_str()) {
                    key = key.replace(long.as_str(), short);
                }
            }
        }
        let is_lower = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c) || c.is_ascii() && !c.is_ascii_uppercase();
        if key.chars().all(is_lower) { key } else { key.to_lowercase() }
    }

    /// The name a draft will show.
    pub(in crate::extract) fn shown_label(&self, draft: &Draft) -> String {
        draft.entry.map_or_else(|| draft.label.clone(), |e| self.knowledge.ontology.gazetteer().entries[e].label.clone())
    }

    /// The entity of the model that a draft stands for.
    pub(in crate::extract) fn entity(&self, draft: &Draft) -> Entity {
        let info = &self.knowledge.types[usize::from(draft.kind_of)];
        let entries = &self.knowledge.ontology.gazetteer().entries;
        let entry = draft.entry.map(|e| &entries[e]);
        let joint = !draft.members.is_empty();
        let class = entry
            .map_or_else(|| if joint { info.also.first().unwrap_or(&info.class).clone() } else { info.class.clone() }, |e| e.class.clone());
        let label = entry.map_or_else(|| draft.label.clone(), |e| e.label.clone());
        let id = entry.map_or_else(|| entity_iri(self.knowledge.ontology.schema().segment(&class), &label), |e| e.iri.clone());
        let kinds = match entry {
            Some(e) if !e.kinds.is_empty() => e.kinds.clone(),
            _ => self.kind_of_name(&label, draft.kind_of).into_iter().collect(),
        };
        let mut names: Vec<Name> = entry.map_or_else(Vec::new, |e| {
            e.names
                .iter()
                .filter(|n| !n.needs_context || n.kind == NameKind::Short)
                .map(|n| Name { text: n.text.clone(), kind: n.kind, language: n.language })
                .collect()
        });
        for surface in draft.surfaces.keys() {
            let shown = trim_marks(surface);
            let level = shown.starts_with(|c| self.knowledge.grammar.place_levels.contains(&c)) && label.ends_with(shown);
            let only_here = level || self.begins_referring(shown) && !self.begins_referring(&label);
            // 丙产业三条产业链 counts the list that it ends, and is no name.
            let counts = [self.roles.cluster, self.roles.chain].contains(&draft.kind_of) && self.list_tail(shown).is_some();
            if *shown != label && !only_here && !counts && !names.iter().any(|n| n.text == shown) && !shown.is_empty() {
                names.push(Name { text: shown.to_owned(), kind: NameKind::Alternative, language: language_of(shown) });
            }
        }
        names.sort();
        names.dedup();
        let comprises = draft.members.iter().map(|m| entries[*m].iri.clone()).collect();
        Entity { id, class, kinds, preferred_label: label, names, minted: entry.is_none(), comprises, period: None, number: None }
    }

    /// Whether a name begins with a word that means something only where it stands (自治区商务厅, 园区管委会).
    fn begins_referring(&self, name: &str) -> bool {
        let groups = [self.roles.region_level, self.roles.park_back, self.roles.institution_back];
        let ends = name.char_indices().map(|(at, _)| at).skip(2).take(5);
        let mut words = ends.filter_map(|end| self.knowledge.lookup(&name[..end]));
        words.any(|word| groups.iter().flatten().any(|group| word.groups.contains(group)))
    }

    /// The finer kind that the head of a name gives, else the kind of its type.
    fn kind_of_name(&self, label: &str, kind_of: u8) -> Option<Term> {
        let folded: String = label.chars().map(|c| self.knowledge.ontology.variants().fold(c)).collect();
        for (start, _) in folded.char_indices() {
            let head = self
                .knowledge
                .lookup(&folded[start..])
                .and_then(|p| p.heads.iter().map(|h| &self.knowledge.grammar.heads[usize::from(*h)]).find(|h| h.kind_of == kind_of));
            if let Some(kind) = head.and_then(|h| h.kind.clone()) {
                return Some(kind);
            }
        }
        self.knowledge.types[usize::from(kind_of)].kind.clone()
    }
}

/// A name without the quotation and book marks around it.
pub(in crate::extract) fn trim_marks(name: &str) -> &str {
    let name = name.trim();
    for (open, close) in [('“', '”'), ('《', '》'), ('「', '」'), ('"', '"'), ('『', '』')] {
        if let Some(inner) = name.strip_prefix(open).and_then(|n| n.strip_suffix(close))
            && !inner.contains(open)
        {
            return inner;
        }
    }
    name
}

fn language_of(name: &str) -> Language {
    if name.is_ascii() { Language::En } else { Language::Zh }
}
