//! From mentions to entities: one thing, one entity. Full names, short forms, definitions and places are resolved inside the
//! document by class, form and place; better unresolved than wrong.

use std::collections::HashMap;

use crate::model::{EntityIndex, entity_key};

use crate::extract::Extractor;
use crate::extract::knowledge::Brief;
use crate::extract::names::Found;
use crate::extract::text::Reading;

use super::draft::{Draft, Resolution, trim_marks};
use super::short_forms::Label;

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
}

/// What is known while a document is resolved.
pub(super) struct Work<'a> {
    pub extractor: &'a Extractor,
    pub reading: &'a Reading,
    pub found: &'a [Found],
    pub drafts: Vec<Draft>,
    pub of: Vec<Option<EntityIndex>>,
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
    /// The words of a mention.
    pub fn surface(&self, mention: usize) -> String {
        self.reading.text.slice(self.found[mention].range.clone())
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

    /// The draft of a gazetteer entry.
    pub fn draft_of_entry(&mut self, entry: usize, kind_of: u8) -> usize {
        if let Some(at) = self.entries.get(&entry) {
            return *at;
        }
        self.entries.insert(entry, self.drafts.len());
        let label = self.extractor.knowledge.ontology.gazetteer().entries[entry].label.clone();
        self.drafts.push(Draft { kind_of, entry: Some(entry), label, ..Draft::default() });
        self.drafts.len() - 1
    }

    /// The draft of a name that no gazetteer lists: one a group and normal form.
    pub fn draft_of_key(&mut self, group: &str, label: &str, kind_of: u8, members: Vec<usize>) -> usize {
        let key = (group.to_owned(), self.extractor.normal_form(label));
        if let Some(at) = self.keys.get(&key) {
            return *at;
        }
        self.drafts.push(Draft { kind_of, label: label.to_owned(), members, ..Draft::default() });
        self.keys.insert(key, self.drafts.len() - 1);
        self.drafts.len() - 1
    }

    /// Makes a mention one of a draft.
    pub fn assign(&mut self, mention: usize, draft: usize) {
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
        let counts = &self.extractor.knowledge.grammar.list_counts;
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
            self.reading.marks[f.sentence]
                .head_start(name, &self.extractor.knowledge.grammar.heads, f.kind_of)
                .is_some_and(|head| head < end)
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
                let counted = |s: &&str| self.extractor.knowledge.grammar.list_counts.iter().any(|c| s.contains(c.as_str()));
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
