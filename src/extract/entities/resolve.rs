//! From mentions to entities: one thing, one entity. Full names, short forms, definitions and places are resolved inside the
//! document by class, form and place; better unresolved than wrong.

use std::collections::{BTreeMap, HashMap};

use crate::model::{EntityIndex, entity_key};

use crate::extract::Extractor;
use crate::extract::knowledge::Brief;
use crate::extract::names::{Found, refers_in_english};
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
            places: HashMap::new(),
        };
        work.regions();
        work.bare_levels();
        work.others();
        work.definitions();
        work.short_forms();
        work.tentative();
        work.finish()
    }
}

/// Mentions before a word that refers among which its referent is looked for.
pub(super) const AROUND: usize = 400;

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
    /// The place that a bare department shares with the body before it.
    pub places: HashMap<usize, usize>,
}

impl Work<'_> {
    /// The words of a mention.
    pub fn surface(&self, mention: usize) -> String {
        self.reading.text.slice(self.found[mention].range.clone())
    }

    /// The part that a name begins with and that stands for a fuller name: the level of a place, or a word that refers back.
    fn opening(&self, mention: usize) -> Option<usize> {
        let whole = &self.found[mention];
        let parts = (mention + 1..self.found.len()).take_while(|m| {
            self.found[*m].inside.is_some()
                && self.found[*m].range.start >= whole.range.start
                && self.found[*m].range.end <= whole.range.end
        });
        let stands = |m: &usize| self.found[*m].tentative || self.level_word(*m).is_some();
        parts.filter(|m| self.found[*m].range.start == whole.range.start).find(stands)
    }

    /// The full name of a body whose name begins with such a part; `None` where it is not known what that stands for.
    fn composed(&self, opening: usize, shown: &str) -> Option<String> {
        let label = self.extractor.shown_label(&self.drafts[self.of[opening]?]);
        Some(format!("{label}{}", shown.chars().skip(self.found[opening].range.len()).collect::<String>()))
    }

    /// What a word at the beginning of a name (园区管委会) refers to: of its class the one named last before it with that word at its end, else
    /// the one that is named most before it.
    fn refer(&mut self, opening: usize) {
        let word: String = self.surface(opening).chars().filter(|c| *c != '该').collect();
        let form = self.extractor.normal_form(&word);
        let class = |kind_of: u8| &self.extractor.knowledge.types[usize::from(kind_of)].class;
        let wanted = class(self.found[opening].kind_of);
        let before = opening.saturating_sub(AROUND)..opening;
        let named = |m: usize| self.of[m].filter(|draft| !self.found[m].tentative && class(self.drafts[*draft].kind_of) == wanted);
        let ends = |draft: &usize| {
            let label = self.extractor.shown_label(&self.drafts[*draft]);
            label.ends_with(&word) || self.extractor.normal_form(&label).ends_with(&form)
        };
        let mut latest = before.clone().rev().filter(|m| self.found[*m].range.end <= self.found[opening].range.start);
        let last = latest.find_map(|m| named(m).filter(ends));
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for draft in before.filter_map(named) {
            *counts.entry(draft).or_default() += 1;
        }
        let all: usize = counts.values().sum();
        let most = counts.iter().max_by_key(|(draft, count)| (**count, std::cmp::Reverse(**draft)));
        self.of[opening] = last.or_else(|| most.filter(|(_, count)| **count * 10 >= all * 6).map(|(draft, _)| *draft));
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
            if kind_of == region || self.found[m].tentative {
                continue;
            }
            let surface = self.surface(m);
            let mut shown = trim_marks(&surface).to_owned();
            if entity_key(&shown).is_empty() {
                continue;
            }
            if let Some(opening) = self.opening(m) {
                if self.found[opening].tentative {
                    self.refer(opening);
                } else if self.of[opening].is_none() {
                    self.of[opening] = self.level_word(opening).and_then(|level| self.park_of_level(opening, &level));
                }
                let Some(full) = self.composed(opening, &shown) else { continue };
                shown = full;
            }
            let own_body = if self.extractor.roles.institution[usize::from(kind_of)] { self.with_own_body(m) } else { None };
            // 甲市 in 甲市、乙县人民政府 is no name of its government.
            let is_named = own_body.is_none();
            shown = own_body.unwrap_or(shown);
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
            if is_named {
                self.assign(m, draft);
            } else {
                self.of[m] = Some(draft);
            }
        }
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
        // A part of a name, and a part of such a part, is no short form of it.
        let holders = |m: usize| std::iter::successors(self.found[m].inside, |holder| self.found[*holder].inside);
        let of = &self.of;
        let related = |m: usize| holders(m).filter_map(move |holder| Some((of[m]?, of[holder]?)));
        let mut parts: Vec<(usize, usize)> = (0..self.found.len()).flat_map(related).collect();
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

    /// Bare stems and heads (洋浦 for 洋浦经济开发区) are what one entity of their class alone is called in full; bare departments share the
    /// place of the body before them.
    fn tentative(&mut self) {
        let mut live: Vec<usize> = self.of.iter().copied().flatten().collect();
        live.sort_unstable();
        live.dedup();
        let mut known: HashMap<(u8, String), Option<usize>> = HashMap::new();
        let overlap = |a: &Found, b: &Found| a.range.start < b.range.end && b.range.start < a.range.end;
        for m in (0..self.found.len()).filter(|m| self.found[*m].tentative && self.found[*m].inside.is_none()) {
            let near = m.saturating_sub(8)..self.found.len().min(m + 8);
            if near.into_iter().any(|other| other != m && self.of[other].is_some() && overlap(&self.found[m], &self.found[other])) {
                continue;
            }
            if let Some((place, label)) = self.shares_place(m) {
                let class = self.extractor.knowledge.types[usize::from(self.found[m].kind_of)].class.clone();
                let kind_of = self.found[m].kind_of;
                let draft = match self.entry_named(&label, &class) {
                    Some(entry) => self.draft_of_entry(entry, kind_of),
                    None => self.draft_of_key(&class, &label, kind_of, Vec::new()),
                };
                self.of[m] = Some(draft);
                self.places.insert(m, place);
                continue;
            }
            if refers_in_english(&self.reading.text.chars[self.found[m].range.clone()]) {
                self.of[m] = self.meant_in_english(m);
                continue;
            }
            let key = (self.found[m].kind_of, self.surface(m));
            let full = *known.entry(key).or_insert_with_key(|(kind_of, surface)| {
                let short = Label::new(self.extractor, *kind_of, trim_marks(surface));
                let is_full =
                    |long: &Label| long.class == short.class && short.may_be_short_of(long) && short.is_short_of(long, self.extractor);
                let mut full = live.iter().filter(|draft| is_full(&self.labels[**draft]));
                full.next().filter(|_| full.next().is_none()).copied()
            });
            self.of[m] = full;
        }
    }

    /// What “the company” means: of the things of its class named before it the last whose name has that word, else the last.
    fn meant_in_english(&self, mention: usize) -> Option<usize> {
        let surface = self.surface(mention).to_lowercase();
        let word = surface.rsplit(' ').next().unwrap_or_default();
        let class = |kind_of: u8| &self.extractor.knowledge.types[usize::from(kind_of)].class;
        let wanted = class(self.found[mention].kind_of);
        let before =
            (mention.saturating_sub(AROUND)..mention).rev().filter(|m| !self.found[*m].tentative && self.found[*m].inside.is_none());
        let named: Vec<usize> = before.filter_map(|m| self.of[m].filter(|draft| class(self.drafts[*draft].kind_of) == wanted)).collect();
        let has_word = |draft: &&usize| self.extractor.shown_label(&self.drafts[**draft]).to_lowercase().contains(word);
        named.iter().find(has_word).or(named.first()).copied()
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
                let lists = [self.extractor.roles.cluster, self.extractor.roles.chain].contains(&draft.kind_of);
                let ends_list = |s: &&str| lists && self.extractor.list_tail(s).is_some();
                let forms = draft.surfaces.keys().map(|s| trim_marks(s)).filter(|s| !ends_list(s));
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
