//! Matching over the items of a unit: a word of a rule is the anchor from which its sequence is followed to both sides.

use crate::model::Modality;

use crate::extract::Extractor;
use crate::extract::knowledge::Brief;
use crate::extract::knowledge::rules::{End, Rule, Sequence, Step, Types, Word};
use crate::extract::text::{Advice, Hit, Reading, is_clause_mark};
use crate::extract::units::{Fit, Item, LEVEL, Target, Unit};

/// Looks in every unit for the rules that fit its pairs.
pub(in crate::extract) fn look_for(extractor: &Extractor, reading: &Reading, units: &mut [Unit]) {
    for unit in units {
        unit.fits = fits(extractor, reading, unit);
    }
}

/// The rules that fit pairs of `unit`, in order of the pairs.
pub(super) fn fits(extractor: &Extractor, reading: &Reading, unit: &Unit) -> Vec<Fit> {
    let sentences = &reading.layout.sentences;
    let base = sentences[unit.sentences.start].range.start;
    let end = sentences[unit.sentences.end - 1].range.end;
    if !unit.items.iter().any(is_whole) {
        return Vec::new();
    }
    let names = Names::new(unit, base, end);
    let mut matcher = Matcher { extractor, reading, unit, base, end, names, fits: Vec::new() };
    matcher.by_words();
    matcher.by_names();
    matcher.fits.sort_unstable_by_key(|fit| (fit.key(), std::cmp::Reverse(fit.role)));
    matcher.fits.dedup_by_key(|fit| fit.key());
    matcher.fits
}

/// Which way a sequence is followed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Left,
    Right,
}

/// Items that stand at the ends of a relation.
#[derive(Default)]
struct Bound {
    subjects: Vec<usize>,
    objects: Vec<usize>,
    /// Where the role begins and ends.
    role: (Option<usize>, Option<usize>),
}

impl Bound {
    fn lengths(&self) -> (usize, usize) {
        (self.subjects.len(), self.objects.len())
    }

    fn truncate(&mut self, (subjects, objects): (usize, usize)) {
        self.subjects.truncate(subjects);
        self.objects.truncate(objects);
    }
}

struct Matcher<'a> {
    extractor: &'a Extractor,
    reading: &'a Reading,
    unit: &'a Unit,
    base: usize,
    end: usize,
    names: Names,
    fits: Vec<Fit>,
}

/// Where the names of a unit stand, by character from its start.
struct Names {
    /// The item that begins, or ends, at each character; `NOWHERE` for none.
    starts: Vec<u16>,
    ends: Vec<u16>,
    covered: Vec<bool>,
}

/// Stands for no item.
const NOWHERE: u16 = u16::MAX;

impl Names {
    fn new(unit: &Unit, base: usize, end: usize) -> Self {
        let length = end - base + 1;
        let mut names = Self { starts: vec![NOWHERE; length], ends: vec![NOWHERE; length], covered: vec![false; length] };
        for (item, index) in unit.items.iter().zip(0u16..).filter(|(item, _)| is_whole(item)) {
            let [from, to] = [item.range.start, item.range.end].map(|at| at.clamp(base, end) - base);
            names.starts[from] = index;
            names.ends[to] = index;
            names.covered[from..to].fill(true);
        }
        names
    }
}

impl Matcher<'_> {
    /// Follows the sequences whose anchor is a word of the unit.
    fn by_words(&mut self) {
        let (reading, knowledge, end) = (self.reading, &self.extractor.knowledge, self.end);
        let first = reading.hits.partition_point(|h| (h.start as usize) < self.base);
        let here = reading.hits[first..].iter().take_while(|h| (h.start as usize) < end);
        for hit in here.filter(|h| h.brief.holds(Brief::SEQUENCES)) {
            let range = hit.start as usize..hit.end as usize;
            if !self.is_free(range.start, range.end) {
                continue;
            }
            for number in &knowledge.pattern(*hit).sequences {
                self.follow(&knowledge.rules.sequences[usize::from(*number)], range.start, range.end, None);
            }
        }
    }

    /// Follows the sequences without a word from the names they begin with.
    fn by_names(&mut self) {
        let (unit, rules) = (self.unit, &self.extractor.knowledge.rules);
        for (index, item) in unit.items.iter().enumerate().filter(|(_, item)| is_whole(item)) {
            let Some(list) = rules.wordless.get(usize::from(item.kind_of)) else { continue };
            for number in list {
                self.follow(&rules.sequences[usize::from(*number)], item.range.start, item.range.end, Some(index));
            }
        }
    }

    /// Follows a sequence from its anchor at `start..end` to both sides and notes what it fits.
    fn follow(&mut self, sequence: &Sequence, start: usize, end: usize, name: Option<usize>) {
        let mut bound = Bound::default();
        if let (Some(name), Step::Name { end, .. }) = (name, &sequence.steps[sequence.anchor]) {
            bind(&mut bound, *end, &[name]);
        }
        let (left, right) = (&sequence.steps[..sequence.anchor], &sequence.steps[sequence.anchor + 1..]);
        if let Some(from) = self.steps(left, start, Way::Left, &mut bound)
            && let Some(to) = self.steps(right, end, Way::Right, &mut bound)
        {
            self.note(sequence, bound, from, to);
        }
    }

    /// Follows steps from `at`; where they end. Gaps give way: the shortest that fits is taken.
    fn steps(&self, steps: &[Step], at: usize, way: Way, bound: &mut Bound) -> Option<usize> {
        let next = if way == Way::Right { steps.split_first() } else { steps.split_last() };
        let Some((step, rest)) = next else { return Some(at) };
        match step {
            Step::Words(words) => words.iter().find_map(|word| self.word(word, rest, at, way, bound)),
            Step::Name { end, types, list } => {
                let first = self.name_at(at, way).filter(|i| types.holds(self.unit.items[*i].kind_of))?;
                let names = if *list { self.coordinated(first, *types, way) } else { vec![first] };
                let before = bound.lengths();
                // The longest coordination that lets the rest follow.
                (1..=names.len()).rev().find_map(|count| {
                    bind(bound, *end, &names[..count]);
                    let found = self.steps(rest, self.past(names[count - 1], way), way, bound);
                    if found.is_none() {
                        bound.truncate(before);
                    }
                    found
                })
            }
            Step::Gap { most, names } => {
                let mut here = at;
                for _ in 0..=*most {
                    if let Some(found) = self.steps(rest, here, way, bound) {
                        return Some(found);
                    }
                    here = self.pass(here, way, *names)?;
                }
                None
            }
            Step::RoleStart => {
                bound.role.0 = Some(at);
                self.steps(rest, at, way, bound)
            }
            Step::RoleEnd => {
                bound.role.1 = Some(at);
                self.steps(rest, at, way, bound)
            }
            Step::ClauseStart => self.is_edge(at, Way::Left).then(|| self.steps(rest, at, way, bound)).flatten(),
            Step::ClauseEnd => self.is_edge(at, Way::Right).then(|| self.steps(rest, at, way, bound)).flatten(),
        }
    }

    /// Follows the rest behind a word that stands at `at`.
    fn word(&self, word: &Word, rest: &[Step], at: usize, way: Way, bound: &mut Bound) -> Option<usize> {
        match word {
            Word::Text(chars) => {
                let (start, end) = match way {
                    Way::Right => (at, at + chars.len()),
                    Way::Left => (at.checked_sub(chars.len())?, at),
                };
                let stands = start >= self.base && end <= self.end && self.reading.text.chars[start..end] == chars[..];
                let past = if way == Way::Right { end } else { start };
                if stands && self.is_free(start, end) { self.steps(rest, past, way, bound) } else { None }
            }
            Word::Group(group) => self.group_at(*group, at, way).into_iter().find_map(|past| self.steps(rest, past, way, bound)),
        }
    }

    /// The far ends of the words of a group that stand at `at`, longer ones first.
    fn group_at(&self, group: u16, at: usize, way: Way) -> Vec<usize> {
        let hits = &self.reading.hits;
        let from = if way == Way::Right { at } else { at.saturating_sub(LONGEST_WORD).max(self.base) };
        let first = hits.partition_point(|h| (h.start as usize) < from);
        let stands = |h: &&Hit| {
            let near = if way == Way::Right { h.start } else { h.end };
            near as usize == at
                && h.end as usize <= self.end
                && h.brief.holds(Brief::GROUPS)
                && self.extractor.knowledge.pattern(**h).groups.contains(&group)
                && self.is_free(h.start as usize, h.end as usize)
        };
        let near = hits[first..].iter().take_while(|h| (h.start as usize) <= at).filter(stands);
        near.map(|h| if way == Way::Right { h.end as usize } else { h.start as usize }).collect()
    }

    /// The item that begins (to the right) or ends (to the left) at `at`.
    fn name_at(&self, at: usize, way: Way) -> Option<usize> {
        let edges = if way == Way::Right { &self.names.starts } else { &self.names.ends };
        edges.get(at.checked_sub(self.base)?).filter(|index| **index != NOWHERE).map(|index| usize::from(*index))
    }

    /// The far edge of an item.
    fn past(&self, item: usize, way: Way) -> usize {
        let range = &self.unit.items[item].range;
        if way == Way::Right { range.end } else { range.start }
    }

    /// An item and those that are joined to it in a coordination, going one way.
    fn coordinated(&self, first: usize, types: Types, way: Way) -> Vec<usize> {
        let mut names = vec![first];
        loop {
            let mut at = self.past(names[names.len() - 1], way);
            // Titles in their own marks need nothing between them: 《甲》《乙》.
            let titles = at > self.base && at < self.end && self.reading.text.chars[at - 1..=at] == ['》', '《'];
            let mut next = self.name_at(at, way).filter(|i| titles && types.holds(self.unit.items[*i].kind_of));
            for _ in 0..if next.is_some() { 0 } else { LONGEST_JOINT } {
                let beside = if way == Way::Right { Some(at) } else { at.checked_sub(1) };
                let Some(beside) = beside.filter(|i| (self.base..self.end).contains(i) && is_joint(self.reading.text.chars[*i])) else {
                    break;
                };
                at = if way == Way::Right { beside + 1 } else { beside };
                next = self.name_at(at, way).filter(|i| types.holds(self.unit.items[*i].kind_of));
                if next.is_some() {
                    break;
                }
            }
            let Some(next) = next else { return names };
            names.push(next);
        }
    }

    /// One character further, or past a name where names may stand; nothing where the clause ends.
    fn pass(&self, at: usize, way: Way, names: bool) -> Option<usize> {
        if let Some(item) = self.name_at(at, way) {
            return names.then(|| self.past(item, way));
        }
        let beside = if way == Way::Right { Some(at) } else { at.checked_sub(1) };
        let beside = beside.filter(|i| (self.base..self.end).contains(i) && !is_clause_mark(self.reading.text.chars[*i]))?;
        Some(if way == Way::Right { beside + 1 } else { beside })
    }

    /// Whether only white space and list marks stand between `at` and the end of its clause on one side.
    fn is_edge(&self, at: usize, way: Way) -> bool {
        let chars = &self.reading.text.chars;
        let beside = match way {
            Way::Left => chars[self.base..at].iter().rev().find(|c| !is_blank(**c)),
            Way::Right => chars[at..self.end].iter().find(|c| !is_blank(**c)),
        };
        beside.is_none_or(|c| is_clause_mark(*c))
    }

    /// Whether a stretch is part of no name, and, where it is a single character, a word by itself or all that stands between two names.
    fn is_free(&self, start: usize, end: usize) -> bool {
        if self.names.covered[start - self.base..end.min(self.end) - self.base].iter().any(|covered| *covered) {
            return false;
        }
        let between_names = || self.name_at(start, Way::Left).is_some() && self.name_at(end, Way::Right).is_some();
        if end - start > 1 || !self.reading.text.chars[start].is_alphabetic() || between_names() {
            return true;
        }
        let Some(sentence) = self.reading.sentence_at(start) else { return false };
        let own = start - self.reading.layout.sentences[sentence].range.start;
        self.reading.marks[sentence].edge.get(own) == Some(&WHOLE_WORD)
    }

    /// Notes the pairs that a sequence fits between `from` and `to`.
    fn note(&mut self, sequence: &Sequence, bound: Bound, from: usize, to: usize) {
        let rule = &self.extractor.knowledge.rules.rules[usize::from(sequence.rule)];
        let names = |wanted: End| sequence.steps.iter().any(|s| matches!(s, Step::Name { end, .. } if *end == wanted));
        let (has_subject, has_object) = (names(End::Subject), names(End::Object));
        let subjects = if has_subject { bound.subjects } else { self.implied(rule, End::Subject, from).into_iter().collect() };
        let objects = if rule.to_document {
            vec![self.unit.items.len() + self.unit.carried.len()]
        } else if has_object {
            bound.objects
        } else {
            self.implied(rule, End::Object, from).into_iter().collect()
        };
        if subjects.is_empty() || objects.is_empty() || self.is_denied(from, to) {
            return;
        }
        let implied = !(has_subject && (has_object || rule.to_document));
        let role = bound.role.0.zip(bound.role.1).filter(|(start, end)| start < end);
        for (subject, object) in subjects.iter().flat_map(|s| objects.iter().map(move |o| (*s, *o))) {
            if self.target(subject) != self.target(object) {
                let number = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
                self.fits.push(Fit { subject: number(subject), object: number(object), rule: sequence.rule, implied, role });
            }
        }
    }

    /// The item that the words before `at` imply: a subject is the name that opens the nearest clause before, the
    /// speaker, or the policy document whose title the text bears; an object is the last name before, or the first that is carried into the unit.
    fn implied(&self, rule: &Rule, end: End, at: usize) -> Option<usize> {
        let types = if end == End::Subject { rule.subject } else { rule.object };
        let fits = |item: &Item| types.holds(item.kind_of);
        let before = self.unit.items.iter().enumerate().rev().filter(|(_, item)| is_whole(item) && item.range.end <= at && fits(item));
        if end == End::Subject {
            let opens = before.map(|(i, _)| i).find(|i| self.opens_clause(*i));
            let own = |item: &Item| item.kind_of == self.extractor.roles.policy && fits(item);
            let bears = |how: u8| how == TITLE || rule.direct && how == HEADING;
            return opens.or_else(|| self.carried(|how| how == SPEAKER, fits)).or_else(|| self.carried(bears, own));
        }
        before.map(|(i, _)| i).next().or_else(|| self.carried(|_| true, fits))
    }

    /// The first fitting item that is carried into the unit.
    fn carried(&self, comes: impl Fn(u8) -> bool, fits: impl Fn(&Item) -> bool) -> Option<usize> {
        self.unit.carried.iter().position(|(item, how)| comes(*how) && fits(item)).map(|i| self.unit.items.len() + i)
    }

    /// Whether a name stands at the start of its clause, but for a few words (昨日, 近年来).
    fn opens_clause(&self, item: usize) -> bool {
        let mut at = self.unit.items[item].range.start;
        for _ in 0..=LONGEST_OPENING {
            if self.is_edge(at, Way::Left) {
                return true;
            }
            let Some(before) = self.pass(at, Way::Left, false) else { return false };
            at = before;
        }
        false
    }

    fn is_denied(&self, from: usize, to: usize) -> bool {
        let sentence = self.reading.sentence_at(from).unwrap_or(self.unit.sentences.start);
        let sentence = &self.reading.layout.sentences[sentence].range;
        let mode = self.extractor.modality(self.reading, sentence, &(to..to), Advice::No);
        matches!(mode, Modality::Denied | Modality::Discouraged)
    }

    fn target(&self, number: usize) -> Option<&Target> {
        u16::try_from(number).ok().and_then(|number| self.unit.item(number)).map(|(item, _)| &item.target)
    }
}

/// Longest word of a group, in characters, that is looked for to the left.
const LONGEST_WORD: usize = 12;

/// Most characters between two names of a coordination: quotation marks around a conjunction.
const LONGEST_JOINT: usize = 4;

/// How the person whose turn it is comes into a unit.
const SPEAKER: u8 = 7;

/// How names of a heading and of the title do.
const HEADING: u8 = 5;
const TITLE: u8 = 6;

/// Most characters between the start of a clause and the name that opens it.
const LONGEST_OPENING: usize = 4;

/// The mark of a character that is a word by itself.
const WHOLE_WORD: u8 = 4;

fn bind(bound: &mut Bound, end: End, names: &[usize]) {
    match end {
        End::Subject => bound.subjects.extend(names),
        End::Object => bound.objects.extend(names),
        End::Neither => {}
    }
}

/// A name that is no part of another.
fn is_whole(item: &Item) -> bool {
    item.inside.is_none() && item.kind_of < LEVEL
}

/// Conjunctions, and the marks that may stand beside them.
fn is_joint(c: char) -> bool {
    matches!(c, '、' | '和' | '与' | '及' | '以' | '/' | '“' | '”' | '《' | '》' | ' ')
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '*' | '-' | '#' | '·' | '“' | '”')
}
