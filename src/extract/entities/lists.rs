//! What names in a list share: the words of a body, the head of a cluster or chain, the place of a department.

use crate::model::Origin;

use crate::extract::names::Found;

use super::resolve::Work;

impl Work<'_> {
    /// The body of one of several places that share its words: 甲市人民政府 and 乙县人民政府 in 甲市、乙县人民政府, 乙市商务局 in 甲、乙两市商务局.
    pub fn with_own_body(&self, mention: usize) -> Option<String> {
        let found = &self.found[mention];
        let region = self.extractor.roles.region;
        let place = |m: usize| {
            (m + 1..self.found.len()).take(2).find(|p| {
                self.found[*p].kind_of == region
                    && self.found[*p].inside == Some(m)
                    && self.found[*p].range.start == self.found[m].range.start
            })
        };
        let own = place(mention)?;
        let mut later = (mention..self.found.len()).take_while(|m| self.found[*m].sentence == found.sentence);
        let is_last = |m: &usize| self.found[*m].kind_of == found.kind_of && self.found[*m].origin == Origin::Tagger;
        let last = later.find(is_last)?;
        let chars = &self.reading.text.chars;
        let start = self.found[place(last)?].range.end;
        let count: String = chars[start..].iter().take(2).collect();
        let counted = self.extractor.counted_places(&count).is_some();
        let words = start + if counted { 2 } else { 0 }..self.found[last].range.end;
        (counted || found.origin == Origin::Grammar).then_some(())?;
        let label = self.extractor.shown_label(&self.drafts[self.of[own]?]);
        Some(format!("{label}{}", chars.get(words)?.iter().collect::<String>()))
    }

    /// A name without the count of the list that it ends, nor what only describes the list (甲地乙产业|两大|世界级集群, 丙|四条主导|产业链).
    pub fn without_count(&self, shown: &str) -> String {
        let tail = self.extractor.list_tail(shown).map(|(count, _)| &shown[..count]);
        tail.zip(self.extractor.shared_tail(shown)).map_or_else(|| shown.to_owned(), |(name, shared)| format!("{name}{shared}"))
    }

    /// What a conjunct without a head shares with the last of its list: in 甲地A、乙地B两大世界级集群 the first is 甲地A世界级集群.
    pub fn shared_head(&self, mention: usize) -> Option<String> {
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

    /// The name of a bare department that shares the place of the body before it: 财政局 in 甲市商务局、财政局 is 甲市财政局.
    pub fn shares_place(&self, mention: usize) -> Option<(usize, String)> {
        let found = &self.found[mention];
        let body = self.extractor.roles.body;
        let before = found.range.start.checked_sub(1).filter(|at| matches!(self.reading.text.chars[*at], '、' | '和' | '与' | '及'))?;
        let last = (0..mention).rev().find(|m| self.found[*m].inside.is_none()).filter(|m| self.found[*m].range.end == before)?;
        let surface = self.surface(mention);
        let is_head = self.extractor.knowledge.lookup(&surface).is_some_and(|p| !p.heads.is_empty());
        if !is_head || found.kind_of != body || self.found[last].kind_of != body || self.of[last].is_none() {
            return None;
        }
        let region = self.extractor.roles.region;
        // The narrowest of the places that it begins with: 乙区 in 甲市乙区商务局.
        let mut place = None;
        let mut at = self.found[last].range.start;
        for m in (last + 1..mention).take_while(|m| self.found[*m].inside.is_some()).filter(|m| self.found[*m].kind_of == region) {
            if self.found[m].range.start == at {
                (place, at) = (self.of[m], self.found[m].range.end);
            }
        }
        let place = place.or_else(|| self.places.get(&last).copied())?;
        Some((place, format!("{}{surface}", self.extractor.shown_label(&self.drafts[place]))))
    }
}
