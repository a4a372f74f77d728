//! The second look: each promising pair again, in the light of what the first look said of its company. Names in one list share a relation,
//! a thing has one owner, who acts once acts again: none of this can be seen in a pair alone. A second linear model decides on the
//! scores of the first, as in stacked learning (Wolpert 1992; Cohen & Carvalho 2005).

use crate::extract::linear::{Feature, Linear, Memo, QuickMap, SCALE};
use crate::extract::units::{Item, Pair, Target, Unit};

/// Pairs whose best relation stands further below “none” than this (in stored units) are not looked at again.
const HOPELESS: i32 = -640;

/// Pairs with at least this margin are counted as likely: one in twelve and more.
const LIKELY: i32 = -320;

/// Width of a step of a margin: half a nat.
const STEP: i32 = 64;

/// Stands for a margin that is not there.
const NONE: i32 = i32::MIN;

/// What the first look said of one pair.
pub(in crate::extract) struct Glance {
    /// Numbers of both ends in the document, and in the unit.
    ends: (u32, u32),
    here: (u32, u32),
    kinds: (u8, u8),
    /// First members of the lists that the ends stand in; `usize::MAX` for a carried end.
    lists: (usize, usize),
    carry: u8,
    /// How much the subject stands out around the unit.
    prominence: u8,
    /// Best relation, its margin over “none”, and the next best with its own.
    pub class: usize,
    margin: i32,
    next: (usize, i32),
}

impl Glance {
    /// Whether the pair is looked at again.
    pub fn is_hopeful(&self) -> bool {
        self.margin >= HOPELESS
    }

    /// The margin in nats.
    #[expect(clippy::cast_possible_truncation, reason = "weights are trained in single precision")]
    pub fn nats(&self) -> f32 {
        (f64::from(self.margin) / SCALE) as f32
    }
}

/// The glances at all pairs of one unit.
#[derive(Default)]
pub(in crate::extract) struct Glances {
    all: Vec<Glance>,
    scores: Vec<i32>,
    labels: usize,
    by_subject: Lists,
    by_object: Lists,
}

/// Lists of pairs by a number, each pair on one of them; in one piece of memory.
#[derive(Default)]
struct Lists {
    /// By number: the first and the last pair of its list.
    ends: Vec<Option<(u32, u32)>>,
    /// By pair: the next of its list; itself where there is none.
    next: Vec<u32>,
}

impl Lists {
    /// Adds the next pair to the list of `number`.
    fn push(&mut self, number: u32) {
        let pair = self.next.len() as u32;
        self.next.push(pair);
        let number = number as usize;
        if number >= self.ends.len() {
            self.ends.resize(number + 1, None);
        }
        self.ends[number] = match self.ends[number] {
            None => Some((pair, pair)),
            Some((first, last)) => {
                self.next[last as usize] = pair;
                Some((first, pair))
            }
        };
    }

    /// The pairs on the list of `number`, in order.
    fn of(&self, number: u32) -> impl Iterator<Item = usize> + '_ {
        let first = self.ends.get(number as usize).copied().flatten().map(|(first, _)| first);
        std::iter::successors(first, |pair| Some(self.next[*pair as usize]).filter(|next| next != pair)).map(|pair| pair as usize)
    }
}

impl Glances {
    /// The glance at pair `index`, in the order of [`Extractor::each_pair`](crate::extract::Extractor::each_pair).
    pub fn get(&self, index: usize) -> &Glance {
        &self.all[index]
    }

    fn margin(&self, index: usize, class: usize) -> i32 {
        let row = &self.scores[index * self.labels..];
        row[class] - row[0]
    }
}

/// The two best margins of a kind, from two different sources.
#[derive(Clone, Copy)]
struct Best {
    margin: i32,
    source: u64,
    other: i32,
}

impl Best {
    fn add(&mut self, margin: i32, source: u64) {
        if source == self.source {
            self.margin = self.margin.max(margin);
        } else if margin > self.margin {
            *self = Self { margin, source, other: self.margin };
        } else {
            self.other = self.other.max(margin);
        }
    }

    /// The best that does not come from `source`.
    fn without(best: Option<&Self>, source: u64) -> i32 {
        best.map_or(NONE, |b| if b.source == source { b.other } else { b.margin })
    }
}

/// All first looks at one document.
#[derive(Default)]
pub(in crate::extract) struct Review {
    /// What things of the text are numbered with; entities, which are most, by their index.
    entities: Vec<Option<u32>>,
    others: QuickMap<Target, u32>,
    given: u32,
    units: Vec<Glances>,
    /// By number of an item in the unit begun last: the numbers of its target in the document and in the unit.
    ends: Vec<(u32, u32)>,
    /// By number in the document: the last unit it stood in, and its number there.
    seen: Vec<(u32, u32)>,
    /// (subject, object, relation), by unit.
    pairs: QuickMap<(u32, u32, usize), Best>,
    /// (subject, relation), by object; (object, relation), by subject.
    subjects: QuickMap<(u32, usize), Best>,
    objects: QuickMap<(u32, usize), Best>,
    /// By (subject, relation): how many objects it likely has.
    reach: QuickMap<(u32, usize), u64>,
    /// By relation: how many objects likely stand in it.
    likely: QuickMap<usize, u64>,
}

impl Review {
    /// Begins the next unit.
    pub fn next_unit(&mut self, labels: usize, unit: &Unit) {
        self.units.push(Glances { labels, ..Glances::default() });
        self.ends.clear();
        let (document, here) = (Item::document(), self.units.len() as u32);
        let mut count = 0;
        for item in unit.items.iter().chain(unit.carried.iter().map(|(item, _)| item)).chain([&document]) {
            let number = self.number(&item.target);
            if number as usize >= self.seen.len() {
                self.seen.resize(number as usize + 1, (0, 0));
            }
            let seen = &mut self.seen[number as usize];
            if seen.0 != here {
                *seen = (here, count);
                count += 1;
            }
            self.ends.push((number, seen.1));
        }
    }

    /// Notes the first scores of a pair of the unit begun last. `numbers` are those of its ends in the unit, `lists` the first members of
    /// the lists that they stand in; `prominence` says how much its subject stands out.
    pub fn note(&mut self, pair: &Pair<'_>, numbers: (usize, usize), lists: (usize, usize), prominence: u8, scores: &[i32]) {
        let (subject, object) = (self.ends[numbers.0], self.ends[numbers.1]);
        let ends = (subject.0, object.0);
        let (class, second) = best_two(scores);
        let margin = |c: usize| scores[c] - scores[0];
        let glance = Glance {
            ends,
            here: (subject.1, object.1),
            kinds: (pair.subject.kind_of, pair.object.kind_of),
            lists,
            carry: pair.carry,
            prominence,
            class,
            margin: margin(class),
            next: (second, margin(second)),
        };
        let unit = self.units.len() as u64;
        if glance.is_hopeful() {
            if glance.margin >= LIKELY {
                self.count(ends, class);
            }
            put(&mut self.pairs, (ends.0, ends.1, class), glance.margin, unit);
            put(&mut self.subjects, (ends.0, class), glance.margin, u64::from(ends.1));
            put(&mut self.objects, (ends.1, class), glance.margin, u64::from(ends.0));
        }
        if let Some(glances) = self.units.last_mut() {
            glances.by_subject.push(glance.here.0);
            glances.by_object.push(glance.here.1);
            glances.scores.extend_from_slice(scores);
            glances.all.push(glance);
        }
    }

    /// Counts a likely relation where it is the first of its ends, or of its object.
    fn count(&mut self, ends: (u32, u32), class: usize) {
        let is_first = |best: Option<&Best>| best.is_none_or(|b| b.margin < LIKELY);
        if is_first(self.pairs.get(&(ends.0, ends.1, class))) {
            *self.reach.entry((ends.0, class)).or_default() += 1;
        }
        if is_first(self.objects.get(&(ends.1, class))) {
            *self.likely.entry(class).or_default() += 1;
        }
    }

    /// On how many things the subject of a glance acts in the whole document, in steps, and on which share of those that are acted on so,
    /// in quarters.
    fn reach(&self, glance: &Glance) -> (u64, u64) {
        let of = self.reach.get(&(glance.ends.0, glance.class)).copied().unwrap_or(0);
        let all = self.likely.get(&glance.class).copied().unwrap_or(0);
        (u64::from(u64::BITS - of.leading_zeros()), (of * 4).checked_div(all).unwrap_or(0))
    }

    /// The glances at the pairs of unit `number`.
    pub fn unit(&self, number: usize) -> &Glances {
        &self.units[number]
    }

    fn number(&mut self, target: &Target) -> u32 {
        let next = self.given;
        let number = if let Target::Entity(entity) = target {
            if *entity >= self.entities.len() {
                self.entities.resize(entity + 1, None);
            }
            *self.entities[*entity].get_or_insert(next)
        } else {
            *self.others.entry(target.clone()).or_insert(next)
        };
        self.given += u32::from(number == next);
        number
    }

    /// The relation of a pair and its margin, as `model` corrects it; `None` for a hopeless pair. `memory` is that of `model`.
    pub fn decide(&self, model: &Linear, unit: usize, index: usize, memory: &mut Judgement) -> Option<(usize, i32)> {
        let glance = Some(self.units[unit].get(index)).filter(|g| g.is_hopeful())?;
        if model.labels.is_empty() {
            return Some((glance.class, glance.margin));
        }
        let parts = self.parts(unit, index);
        let correction: i32 = parts.iter().map(|part| memory.correction(model, *part)).sum();
        let bias = |class: usize| model.bias.get(class).copied().unwrap_or(0);
        Some((glance.class, glance.margin + bias(1) - bias(0) + correction))
    }

    /// The features of the second look at pair `index` of unit `unit`.
    pub fn features(&self, unit: usize, index: usize, out: &mut Vec<u64>) {
        self.parts(unit, index).iter().for_each(|part| part.features(out));
    }

    /// What the second look sees of pair `index` of unit `unit`.
    fn parts(&self, unit: usize, index: usize) -> [Part; 19] {
        let glances = &self.units[unit];
        let glance = &glances.all[index];
        let carry = u64::from(glance.carry);
        let own = step(glance.margin);
        let company = self.company(glances, index);
        let here = unit as u64 + 1;
        let elsewhere = Best::without(self.pairs.get(&(glance.ends.0, glance.ends.1, glance.class)), here);
        let acts = Best::without(self.subjects.get(&(glance.ends.0, glance.class)), u64::from(glance.ends.1));
        let taken = Best::without(self.objects.get(&(glance.ends.1, glance.class)), u64::from(glance.ends.0));
        let prominence = u64::from(glance.prominence);
        let (reach, share) = self.reach(glance);
        let class = glance.class as u64;
        let plain = |template: u32, count: usize, values: [u64; 3]| Part { template, class, count, values };
        let margin = |template: u32, margin: i32| Part { template, class, count: MARGIN, values: [step(margin), own / 2, 0] };
        [
            plain(1, 1, [carry, 0, 0]),
            plain(2, 3, [u64::from(glance.kinds.0), u64::from(glance.kinds.1), u64::from(glance.carry > 0)]),
            plain(3, 1, [step(glance.next.1), 0, 0]),
            plain(4, 2, [own, carry, 0]),
            plain(6, 2, [prominence, carry, 0]),
            plain(7, 2, [prominence, own / 2, 0]),
            plain(8, 3, [reach, share, u64::from(glance.carry > 0)]),
            plain(9, 3, [reach, share, own / 2]),
            plain(5, 3, [step(company.rival_subjects), u64::from(company.rival_is_carried), carry]),
            margin(10, glance.margin),
            margin(20, company.listed_objects),
            margin(30, company.listed_subjects),
            margin(40, company.rival_subjects),
            margin(50, company.rival_objects),
            margin(60, company.again),
            margin(70, company.reverse),
            margin(90, elsewhere),
            margin(100, acts),
            margin(110, taken),
        ]
    }

    fn company(&self, glances: &Glances, index: usize) -> Company {
        let glance = &glances.all[index];
        let mut company = Company::default();
        for other in glances.by_subject.of(glance.here.0).filter(|i| *i != index) {
            let (them, margin) = (&glances.all[other], glances.margin(other, glance.class));
            if them.ends.1 == glance.ends.1 {
                company.again = company.again.max(margin);
            } else if them.lists.1 != usize::MAX && them.lists.1 == glance.lists.1 {
                company.listed_objects = company.listed_objects.max(margin);
            } else if them.kinds.1 == glance.kinds.1 {
                company.rival_objects = company.rival_objects.max(margin);
            }
        }
        for other in glances.by_object.of(glance.here.1).filter(|i| *i != index) {
            let (them, margin) = (&glances.all[other], glances.margin(other, glance.class));
            if them.ends.0 == glance.ends.0 {
                continue;
            }
            if them.lists.0 != usize::MAX && them.lists.0 == glance.lists.0 {
                company.listed_subjects = company.listed_subjects.max(margin);
            } else if margin > company.rival_subjects {
                company.rival_subjects = margin;
                company.rival_is_carried = them.carry > 0;
            }
        }
        let back = glances.by_subject.of(glance.here.1).map(|i| &glances.all[i]).filter(|them| them.ends.1 == glance.ends.0);
        company.reverse = back.map(|them| them.margin).max().unwrap_or(NONE);
        company
    }
}

/// A part of what the second look sees: a few small values, from which all its features follow.
#[derive(Clone, Copy)]
struct Part {
    template: u32,
    class: u64,
    /// How many values belong to it, or [`MARGIN`].
    count: usize,
    values: [u64; 3],
}

/// The count of a part that is a margin: it is seen by its step, together with the pair's own, and by each threshold that it reaches.
const MARGIN: usize = 4;

impl Part {
    /// All that the features depend on, in one number.
    fn key(self) -> u64 {
        self.values.iter().fold(u64::from(self.template) << 8 | self.class, |key, value| key << 16 | value)
    }

    fn features(self, out: &mut Vec<u64>) {
        let mut put = |template: u32, values: &[u64]| {
            for of in [0, self.class] {
                let feature = values.iter().fold(Feature::new(5000 + template).with(of), |f, v| f.with(*v));
                out.push(feature.hash());
            }
        };
        if self.count != MARGIN {
            put(self.template, &self.values[..self.count]);
            return;
        }
        let [step, own, _] = self.values;
        put(self.template, &[step]);
        put(self.template + 1, &[step / 2, own]);
        for t in (-8i32..=8).filter(|t| step != NO_STEP && step >= AT_ZERO.wrapping_add_signed(i64::from(*t))) {
            put(self.template + 2, &[t.cast_unsigned().into()]);
        }
    }
}

/// What the second look knows of parts that it saw: how far each moves a margin.
pub(in crate::extract) struct Judgement {
    sums: Memo<1>,
    list: Vec<u64>,
}

impl Judgement {
    /// An empty memory for `model`.
    pub fn new(model: &Linear) -> Self {
        Self { sums: Memo::new(14, model.width()), list: Vec::with_capacity(64) }
    }

    fn correction(&mut self, model: &Linear, part: Part) -> i32 {
        let list = &mut self.list;
        let row = self.sums.row([part.key()], |row| {
            list.clear();
            part.features(list);
            model.add_narrow(list, row);
        });
        i32::from(row[1]) - i32::from(row[0])
    }
}

/// Best margins, for the same relation, of the pairs around one.
struct Company {
    /// The same subject with names of the object's list, with other names.
    listed_objects: i32,
    rival_objects: i32,
    /// The same object with names of the subject's list, with other names.
    listed_subjects: i32,
    rival_subjects: i32,
    rival_is_carried: bool,
    /// The same two things, named again in the unit.
    again: i32,
    /// The other way round, for any relation.
    reverse: i32,
}

impl Default for Company {
    fn default() -> Self {
        Self {
            listed_objects: NONE,
            rival_objects: NONE,
            listed_subjects: NONE,
            rival_subjects: NONE,
            rival_is_carried: false,
            again: NONE,
            reverse: NONE,
        }
    }
}

fn put<K: std::hash::Hash + Eq>(map: &mut QuickMap<K, Best>, key: K, margin: i32, source: u64) {
    map.entry(key).and_modify(|best| best.add(margin, source)).or_insert(Best { margin, source, other: NONE });
}

/// The classes with the best and the next best score, the lower first among equals; class 0 is “none” and does not count.
fn best_two(scores: &[i32]) -> (usize, usize) {
    let (mut best, mut next) = (1, 0);
    for class in 2..scores.len() {
        if scores[class] > scores[best] {
            (best, next) = (class, best);
        } else if next == 0 || scores[class] > scores[next] {
            next = class;
        }
    }
    (best, next)
}

/// The step of a margin of nothing.
const AT_ZERO: u64 = 20;

/// Stands for the step of a margin that is not there.
const NO_STEP: u64 = 99;

/// A margin in steps, from far below to far above; apart where there is none.
fn step(margin: i32) -> u64 {
    if margin == NONE { NO_STEP } else { AT_ZERO.wrapping_add_signed(margin.div_euclid(STEP).clamp(-12, 12).into()) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn thresholds_are_those_that_the_margin_reaches() {
        for margin in [NONE, -2000, -513, -512, -1, 0, 63, 64, 511, 512, 2000] {
            let part = Part { template: 10, class: 3, count: MARGIN, values: [step(margin), 5, 0] };
            let mut out = Vec::new();
            part.features(&mut out);
            let reached = (-8..=8).filter(|t| margin != NONE && margin >= t * STEP).count();
            assert_eq!(out.len(), 4 + 2 * reached, "{margin}");
        }
    }

    #[test]
    fn what_is_kept_of_a_part_is_the_sum_of_its_features() {
        let parts = (0..60u64).map(|i| Part { template: 20, class: i % 3, count: MARGIN, values: [8 + i % 20, 4 + i % 7, 0] });
        let parts: Vec<Part> = parts.chain((0..9).map(|i| Part { template: 5, class: 1, count: 3, values: [i, i % 2, 7] })).collect();
        let mut rows = BTreeMap::new();
        for part in &parts {
            let mut features = Vec::new();
            part.features(&mut features);
            rows.extend(features.iter().map(|f| (*f, vec![(f % 7) as f32 / 40.0, (f % 11) as f32 / 50.0])));
        }
        let model = Linear::pack(vec!["no".into(), "yes".into()], &[0.0; 2], &rows, 1);
        let mut memory = Judgement::new(&model);
        for part in parts.iter().chain(&parts) {
            let (mut features, mut scores) = (Vec::new(), [0; 2]);
            part.features(&mut features);
            model.score(&features, &mut scores);
            assert_eq!(memory.correction(&model, *part), scores[1] - scores[0]);
        }
    }
}
