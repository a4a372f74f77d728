//! From mentions to entities: one thing, one entity. Full names, short forms, definitions and places are resolved inside the
//! document by class, form and place; better unresolved than wrong.

use std::collections::{BTreeMap, HashMap};

use crate::model::{Entity, EntityIndex, Language, Name, NameKind, Origin, entity_iri, entity_key};

use super::short_forms::Label;
use crate::extract::Extractor;
use crate::extract::names::{Found, Reading};
use crate::extract::text::Brief;

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
    /// Resolves all mentions of a document.
    pub(in crate::extract) fn resolve(&self, reading: &Reading, found: &[Found]) -> Resolution {
        let mut work = Work {
            extractor: self,
            reading,
            found,
            drafts: Vec::new(),
            of: vec![None; found.len()],
            keys: HashMap::new(),
            entries: HashMap::new(),
            forms: Vec::new(),
            labels: Vec::new(),
        };
        work.regions();
        work.bare_levels();
        work.others();
        work.definitions();
        work.short_forms();
        work.finish()
    }

    /// The form of a name that is compared: marks deleted, equal forms rewritten.
    pub(in crate::extract) fn normal_form(&self, name: &str) -> String {
        let mut key = entity_key(name);
        let begins = |c: char| self.knowledge.equal_begin.binary_search(&c).is_ok();
        if key.chars().any(begins) {
            for (long, short) in &self.knowledge.equal {
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
            let only_here = shown.starts_with(|c| self.knowledge.place_levels.contains(&c)) && label.ends_with(shown);
            if *shown != label && !only_here && !names.iter().any(|n| n.text == shown) && !shown.is_empty() {
                names.push(Name { text: shown.to_owned(), kind: NameKind::Alternative, language: language_of(shown) });
            }
        }
        names.sort();
        names.dedup();
        let comprises = draft.members.iter().map(|m| entries[*m].iri.clone()).collect();
        Entity { id, class, kinds, preferred_label: label, names, minted: entry.is_none(), comprises, period: None, number: None }
    }

    /// The finer kind that the head of a name gives, else the kind of its type.
    fn kind_of_name(&self, label: &str, kind_of: u8) -> Option<crate::model::Term> {
        let folded: String = label.chars().map(|c| self.knowledge.ontology.variants().fold(c)).collect();
        for (start, _) in folded.char_indices() {
            let head = self
                .knowledge
                .lookup(&folded[start..])
                .and_then(|p| p.heads.iter().map(|h| &self.knowledge.heads[usize::from(*h)]).find(|h| h.kind_of == kind_of));
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

struct Work<'a> {
    extractor: &'a Extractor,
    reading: &'a Reading,
    found: &'a [Found],
    drafts: Vec<Draft>,
    of: Vec<Option<EntityIndex>>,
    /// (class group, normal form) → draft.
    keys: HashMap<(String, String), usize>,
    /// Gazetteer entry → draft.
    entries: HashMap<usize, usize>,
    /// Normal form of each mention, once an alias is looked for.
    forms: Vec<String>,
    /// Each draft's label as it is compared, while short forms are looked for.
    labels: Vec<Label>,
}

impl Work<'_> {
    fn surface(&self, mention: usize) -> String {
        self.reading.text.slice(self.found[mention].range.clone())
    }

    /// Places: the entry whose surroundings the document names most.
    fn regions(&mut self) {
        let region = self.extractor.roles.region;
        let mentions: Vec<usize> = (0..self.found.len()).filter(|m| self.found[*m].kind_of == region).collect();
        let entries = &self.extractor.knowledge.ontology.gazetteer().entries;
        let mut support: HashMap<usize, usize> = HashMap::new();
        for m in &mentions {
            let candidates = self.candidates(&self.surface(*m));
            if candidates.len() == 1 && !candidates[0].1 {
                let mut at = Some(candidates[0].0);
                let mut guard = 0;
                while let Some(entry) = at.filter(|_| guard < 5) {
                    *support.entry(entry).or_default() += 1;
                    at = entries[entry].located_in.first().copied();
                    guard += 1;
                }
            }
        }
        for m in mentions.into_iter().filter(|m| self.found[*m].range.len() > 1) {
            let surface = self.surface(m);
            if let Some(count) = self.extractor.counted_places(&surface) {
                self.of[m] = self.extractor.joint_of(&self.drafts, &self.named_before(m), count);
                continue;
            }
            let mut candidates = self.candidates(&surface);
            let score = |entry: usize| -> usize {
                let own = support.get(&entry).copied().unwrap_or(0);
                let above = entries[entry].located_in.first().and_then(|p| support.get(p)).copied().unwrap_or(0);
                own * 2 + above
            };
            candidates.sort_by_key(|(entry, weak)| {
                (std::cmp::Reverse(score(*entry)), *weak, entries[*entry].notation.clone().unwrap_or_default())
            });
            let best = candidates.first().copied();
            let unsupported = candidates.iter().all(|(entry, weak)| *weak && score(*entry) == 0);
            let ambiguous = unsupported && (candidates.len() > 1 || self.found[m].origin != Origin::Tagger);
            let draft = match best {
                Some((entry, _)) if !ambiguous => Some(self.draft_of_entry(entry, region)),
                _ if self.found[m].origin == Origin::Nested => None,
                _ => self.unlisted_region(&surface),
            };
            if let Some(draft) = draft {
                self.assign(m, draft);
            }
        }
    }

    /// The entities of the mentions before `mention`, the latest first.
    fn named_before(&self, mention: usize) -> Vec<usize> {
        self.of[..mention].iter().rev().filter_map(|draft| *draft).collect()
    }

    /// 省 in 省财政厅: the place of that level which the document names most, else the one above the places that it names.
    fn bare_levels(&mut self) {
        for m in 0..self.found.len() {
            let f = &self.found[m];
            if f.origin == Origin::Nested && f.kind_of == self.extractor.roles.region && f.range.len() == 1 && self.of[m].is_none() {
                self.of[m] = self.place_of_level(self.reading.text.chars[f.range.start]);
            }
        }
    }

    fn place_of_level(&mut self, level: char) -> Option<usize> {
        let region = self.extractor.roles.region;
        let entries = &self.extractor.knowledge.ontology.gazetteer().entries;
        let knowledge = &self.extractor.knowledge;
        let fits = |label: &str| knowledge.is_of_level(label, level);
        let mut weight: BTreeMap<usize, usize> = BTreeMap::new();
        let mut above: BTreeMap<usize, usize> = BTreeMap::new();
        for (m, draft) in self.of.iter().enumerate() {
            let Some(draft) = draft.filter(|d| self.drafts[*d].kind_of == region) else { continue };
            let count = if self.found[m].inside.is_none() { 2 } else { 1 };
            if fits(&self.extractor.shown_label(&self.drafts[draft])) {
                *weight.entry(draft).or_default() += count;
            }
            let mut at = self.drafts[draft].entry.and_then(|e| entries[e].located_in.first().copied());
            let mut steps = 0;
            while let Some(entry) = at.filter(|_| steps < 4) {
                if fits(&entries[entry].label) {
                    *above.entry(entry).or_default() += count;
                }
                at = entries[entry].located_in.first().copied();
                steps += 1;
            }
        }
        let named = weight.iter().max_by_key(|(d, n)| (**n, std::cmp::Reverse(**d))).map(|(d, _)| *d);
        let implied = above.iter().max_by_key(|(e, n)| (**n, std::cmp::Reverse(**e))).map(|(e, _)| *e);
        named.or_else(|| implied.map(|e| self.draft_of_entry(e, region)))
    }

    /// The full name of a body whose name begins with the bare level of its place; `None` where that place is not known.
    fn composed(&self, mention: usize, shown: &str) -> Option<String> {
        let part = mention + 1;
        let place = self.of.get(part).copied().flatten()?;
        let label = self.extractor.shown_label(&self.drafts[place]);
        Some(format!("{label}{}", shown.chars().skip(1).collect::<String>()))
    }

    /// Whether a mention begins with the bare level of a place.
    fn is_short(&self, mention: usize) -> bool {
        let whole = &self.found[mention];
        self.found.get(mention + 1).is_some_and(|p| {
            p.inside == Some(mention)
                && p.range.len() == 1
                && p.range.start == whole.range.start
                && p.kind_of == self.extractor.roles.region
        })
    }

    /// Gazetteer places of this name, with whether the name needs context.
    fn candidates(&self, surface: &str) -> Vec<(usize, bool)> {
        let knowledge = &self.extractor.knowledge;
        let region = self.extractor.roles.region;
        let entries = &knowledge.ontology.gazetteer().entries;
        let Some(pattern) = knowledge.lookup(trim_marks(surface)) else { return Vec::new() };
        let mut found: Vec<(usize, bool)> = pattern
            .names
            .iter()
            .filter(|s| knowledge.entry_type[s.entry] == Some(region))
            .map(|s| (entries[s.entry].replaced_by.filter(|_| s.kind.is_some()).unwrap_or(s.entry), s.needs_context))
            .collect();
        found.sort_unstable();
        found.dedup_by_key(|c| c.0);
        found
    }

    fn draft_of_entry(&mut self, entry: usize, kind_of: u8) -> usize {
        if let Some(at) = self.entries.get(&entry) {
            return *at;
        }
        self.entries.insert(entry, self.drafts.len());
        let label = self.extractor.knowledge.ontology.gazetteer().entries[entry].label.clone();
        self.drafts.push(Draft { kind_of, entry: Some(entry), label, ..Draft::default() });
        self.drafts.len() - 1
    }

    /// A place that no gazetteer lists: a joint name of one-character forms, a town after its county, or a name of its own.
    fn unlisted_region(&mut self, surface: &str) -> Option<usize> {
        let region = self.extractor.roles.region;
        let chars: Vec<char> = trim_marks(surface).chars().collect();
        let members = self.extractor.joint_members(&chars);
        let mut label: String = chars.iter().collect();
        if members.is_empty() {
            for end in (2..chars.len().saturating_sub(1)).rev() {
                let head: String = chars[..end].iter().collect();
                if self.candidates(&head).iter().any(|(_, weak)| !weak) && chars.len() - end >= 2 {
                    label = chars[end..].iter().collect();
                    break;
                }
            }
        }
        if entity_key(&label).chars().count() < 2 {
            return None;
        }
        Some(self.draft_of_key("Region", &label, region, members))
    }

    fn draft_of_key(&mut self, group: &str, label: &str, kind_of: u8, members: Vec<usize>) -> usize {
        let key = (group.to_owned(), self.extractor.normal_form(label));
        if let Some(at) = self.keys.get(&key) {
            return *at;
        }
        self.drafts.push(Draft { kind_of, label: label.to_owned(), members, ..Draft::default() });
        self.keys.insert(key, self.drafts.len() - 1);
        self.drafts.len() - 1
    }

    fn assign(&mut self, mention: usize, draft: usize) {
        let surface = self.surface(mention);
        *self.drafts[draft].surfaces.entry(surface).or_default() += 1;
        self.of[mention] = Some(draft);
    }

    /// Everything but places: gazetteer entries of the class, else one entity a normal form.
    fn others(&mut self) {
        let region = self.extractor.roles.region;
        for m in 0..self.found.len() {
            let kind_of = self.found[m].kind_of;
            if kind_of == region {
                continue;
            }
            let surface = self.surface(m);
            let mut shown = trim_marks(&surface).to_owned();
            if entity_key(&shown).is_empty() {
                continue;
            }
            if self.is_short(m) {
                let Some(full) = self.composed(m, &shown) else { continue };
                shown = full;
            }
            if [self.extractor.roles.cluster, self.extractor.roles.chain].contains(&kind_of) {
                shown = self.without_count(&shown);
                if let Some(head) = self.shared_head(m) {
                    shown.push_str(&head);
                }
            }
            let class = self.extractor.knowledge.types[usize::from(kind_of)].class.clone();
            let draft = match self.entry_named(&shown, &class) {
                Some(entry) => self.draft_of_entry(entry, kind_of),
                None => self.draft_of_key(&class, &shown, kind_of, Vec::new()),
            };
            self.assign(m, draft);
        }
    }

    /// A name without the count of the list that it ends (甲地乙产业两大世界级集群).
    fn without_count(&self, shown: &str) -> String {
        let counts = &self.extractor.knowledge.list_counts;
        let found = counts.iter().filter_map(|c| shown.find(c.as_str()).map(|at| (at, c.len())));
        found.max().map_or_else(|| shown.to_owned(), |(at, len)| format!("{}{}", &shown[..at], &shown[at + len..]))
    }

    /// What a conjunct without a head shares with the last of its list: in 甲地A、乙地B两大世界级集群 the first is 甲地A世界级集群.
    fn shared_head(&self, mention: usize) -> Option<String> {
        let found = &self.found[mention];
        let has_head = |f: &Found| {
            let base = self.reading.layout.sentences[f.sentence].range.start;
            let name = f.range.start - base..f.range.end - base;
            let end = name.end;
            self.reading.marks[f.sentence].head_start(name, &self.extractor.knowledge.heads, f.kind_of).is_some_and(|head| head < end)
        };
        if has_head(found) {
            return None;
        }
        let later = self.found.iter().enumerate().skip(mention + 1).take_while(|(_, f)| f.sentence == found.sentence);
        let (last, whole) = later.filter(|(_, f)| f.kind_of == found.kind_of && f.inside.is_none()).find(|(_, f)| has_head(f))?;
        let parts = self.found.iter().skip(last + 1).take_while(|f| f.inside == Some(last));
        let end = parts.filter(|f| f.kind_of == self.extractor.roles.industry).map(|f| f.range.end).max()?;
        Some(self.without_count(&self.reading.text.slice(end..whole.range.end)))
    }

    fn entry_named(&self, name: &str, class: &str) -> Option<usize> {
        let knowledge = &self.extractor.knowledge;
        let entries = &knowledge.ontology.gazetteer().entries;
        let mut fits =
            knowledge.lookup(name)?.names.iter().filter(|s| &*entries[s.entry].class == class && (!s.needs_context || s.kind.is_none()));
        let first = fits.next()?.entry;
        fits.all(|s| s.entry == first).then_some(first)
    }

    /// “X(以下简称“Y”)”: Y is X wherever it stands.
    fn definitions(&mut self) {
        let Some(group) = self.extractor.knowledge.group("cue.abbreviation") else { return };
        let hits: Vec<(usize, usize)> = self
            .reading
            .hits
            .iter()
            .filter(|h| h.brief.holds(Brief::GROUPS) && self.extractor.knowledge.pattern(**h).groups.contains(&group))
            .map(|h| (h.start as usize, h.end as usize))
            .collect();
        let mut last = 0;
        for (start, end) in hits {
            if start < last {
                continue;
            }
            last = end;
            let Some(open) = (start.saturating_sub(3)..start).rev().find(|i| matches!(self.reading.text.chars[*i], '(' | '（')) else {
                continue;
            };
            let Some(defined) = self
                .found
                .iter()
                .enumerate()
                .filter(|(m, f)| f.range.end <= open && f.range.end + 1 >= open && self.of[*m].is_some())
                .map(|(m, _)| m)
                .min_by_key(|m| self.found[*m].range.start)
            else {
                continue;
            };
            let Some(target) = self.of[defined] else { continue };
            for name in quoted_names(&self.reading.text.chars, end) {
                self.alias(&name, target);
            }
        }
    }

    /// Makes every mention of exactly this name one of `target`.
    fn alias(&mut self, name: &str, target: usize) {
        let form = self.extractor.normal_form(name);
        if self.forms.is_empty() {
            self.forms = (0..self.found.len()).map(|m| self.extractor.normal_form(&self.surface(m))).collect();
        }
        for m in 0..self.found.len() {
            if self.of[m].is_some_and(|d| d != target) && self.forms[m] == form && self.found[m].inside.is_none() {
                self.assign(m, target);
            }
        }
        *self.drafts[target].surfaces.entry(name.to_owned()).or_default() += 1;
    }

    /// Short forms: a later, shorter name of the same class that a longer one covers unambiguously.
    fn short_forms(&mut self) {
        let mut live: Vec<usize> = self.of.iter().copied().flatten().collect();
        live.sort_unstable();
        live.dedup();
        let roles = &self.extractor.roles;
        let skip = [roles.region, roles.industry, roles.person, roles.honour];
        self.labels = self.drafts.iter().map(|d| Label::new(self.extractor, d.kind_of, &d.label)).collect();
        let mut parts: Vec<(usize, usize)> =
            (0..self.found.len()).filter_map(|m| Some((self.of[m]?, self.of[self.found[m].inside?]?))).collect();
        parts.sort_unstable();
        parts.dedup();
        let mut merged: HashMap<usize, usize> = HashMap::new();
        for short in &live {
            let draft = &self.drafts[*short];
            if skip.contains(&draft.kind_of) || draft.entry.is_some() {
                continue;
            }
            let class = self.labels[*short].class;
            let longer: Vec<usize> = live
                .iter()
                .copied()
                .filter(|long| self.labels[*long].class == class && long != short && !merged.contains_key(long))
                .filter(|long| self.labels[*short].may_be_short_of(&self.labels[*long]) && parts.binary_search(&(*short, *long)).is_err())
                .filter(|long| self.labels[*short].is_short_of(&self.labels[*long], self.extractor))
                .collect();
            if let [only] = longer[..] {
                merged.insert(*short, only);
            }
        }
        for m in 0..self.of.len() {
            let mut guard = 0;
            while let Some(to) = self.of[m].and_then(|d| merged.get(&d)).copied().filter(|_| guard < 4) {
                self.assign(m, to);
                guard += 1;
            }
        }
    }

    fn finish(mut self) -> Resolution {
        let mut counts: HashMap<usize, usize> = HashMap::new();
        let region = self.extractor.roles.region;
        for (m, d) in self.of.iter().enumerate() {
            if let Some(d) = d.filter(|d| self.drafts[*d].kind_of == region) {
                let weight = if self.found[m].sentence < 3 { 3 } else { 1 };
                *counts.entry(d).or_default() += weight;
            }
        }
        let main_region = counts.iter().max_by_key(|(d, n)| (**n, std::cmp::Reverse(**d))).map(|(d, _)| *d);
        for draft in &mut self.drafts {
            if draft.entry.is_none() && draft.members.is_empty() && draft.kind_of != region {
                let counted = |s: &&str| self.extractor.knowledge.list_counts.iter().any(|c| s.contains(c.as_str()));
                let forms = draft.surfaces.keys().map(|s| trim_marks(s)).filter(|s| !counted(s));
                let forms = forms.chain(std::iter::once(draft.label.as_str()));
                let fullest = forms.max_by_key(|s| (s.chars().count(), std::cmp::Reverse(*s)));
                if let Some(fullest) = fullest {
                    draft.label = fullest.to_owned();
                }
            }
        }
        Resolution { drafts: self.drafts, of: self.of, main_region }
    }
}

/// The names in quotation marks from `at` to the closing bracket.
fn quoted_names(chars: &[char], at: usize) -> Vec<String> {
    let mut names = Vec::new();
    let mut open = None;
    let mut bare = String::new();
    for c in chars.iter().skip(at).take(60) {
        match c {
            '“' | '《' | '「' | '"' if open.is_none() => open = Some(String::new()),
            '”' | '》' | '」' | '"' => names.extend(open.take()),
            ')' | '）' | '\n' => break,
            c => match &mut open {
                Some(name) => name.push(*c),
                None if !matches!(c, ':' | '：' | ' ' | '为' | '、' | '或') => bare.push(*c),
                None => {}
            },
        }
    }
    if names.is_empty() && (2..=12).contains(&bare.chars().count()) {
        names.push(bare);
    }
    names
}
