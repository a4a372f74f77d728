//! The second look: each promising pair again, in the light of what the first look said of its company. Names in one list share a relation,
//! a thing has one owner, who acts once acts again: none of this can be seen in a pair alone. A second linear model decides on the
//! scores of the first, as in stacked learning (Wolpert 1992; Cohen & Carvalho 2005).

use std::collections::HashMap;

use super::linear::{Feature, Linear, SCALE};
use super::units::{Pair, Target};

/// Pairs whose best relation stands further below “none” than this (in stored units) are not looked at again.
const HOPELESS: i32 = -640;

/// Width of a step of a margin: half a nat.
const STEP: i32 = 64;

/// Stands for a margin that is not there.
const NONE: i32 = i32::MIN;

/// What the first look said of one pair.
pub(super) struct Glance {
    /// Numbers of both ends in the document.
    ends: (u32, u32),
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
pub(super) struct Glances {
    all: Vec<Glance>,
    scores: Vec<i32>,
    labels: usize,
    by_subject: HashMap<u32, Vec<usize>>,
    by_object: HashMap<u32, Vec<usize>>,
}

impl Glances {
    /// The glance at pair `index`, in the order of [`super::Extractor::each_pair`].
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
pub(super) struct Review {
    numbers: HashMap<Target, u32>,
    units: Vec<Glances>,
    /// (subject, object, relation), by unit.
    pairs: HashMap<(u32, u32, usize), Best>,
    /// (subject, relation), by object; (object, relation), by subject.
    subjects: HashMap<(u32, usize), Best>,
    objects: HashMap<(u32, usize), Best>,
}

impl Review {
    /// Begins the next unit.
    pub fn next_unit(&mut self, labels: usize) {
        self.units.push(Glances { labels, ..Glances::default() });
    }

    /// Notes the first scores of a pair of the unit begun last. `lists` are the first members of the lists that its ends stand in,
    /// `prominence` says how much its subject stands out.
    pub fn note(&mut self, pair: &Pair<'_>, lists: (usize, usize), prominence: u8, scores: &[i32]) {
        let ends = (self.number(&pair.subject.target), self.number(&pair.object.target));
        let (class, second) = best_two(scores);
        let margin = |c: usize| scores[c] - scores[0];
        let glance = Glance {
            ends,
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
            put(&mut self.pairs, (ends.0, ends.1, class), glance.margin, unit);
            put(&mut self.subjects, (ends.0, class), glance.margin, u64::from(ends.1));
            put(&mut self.objects, (ends.1, class), glance.margin, u64::from(ends.0));
        }
        if let Some(glances) = self.units.last_mut() {
            let index = glances.all.len();
            glances.by_subject.entry(ends.0).or_default().push(index);
            glances.by_object.entry(ends.1).or_default().push(index);
            glances.scores.extend_from_slice(scores);
            glances.all.push(glance);
        }
    }

    /// The glances at the pairs of unit `number`.
    pub fn unit(&self, number: usize) -> &Glances {
        &self.units[number]
    }

    fn number(&mut self, target: &Target) -> u32 {
        let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(target.clone()).or_insert(next)
    }

    /// The relation of a pair and its margin, as `model` corrects it; `None` for a hopeless pair.
    pub fn decide(&self, model: &Linear, unit: usize, index: usize, features: &mut Vec<u64>) -> Option<(usize, i32)> {
        let glance = Some(self.units[unit].get(index)).filter(|g| g.is_hopeful())?;
        if model.labels.is_empty() {
            return Some((glance.class, glance.margin));
        }
        features.clear();
        self.features(unit, index, features);
        let mut scores = [0; 2];
        model.score(features, &mut scores);
        Some((glance.class, glance.margin + scores[1] - scores[0]))
    }

    /// The features of the second look at pair `index` of unit `unit`.
    pub fn features(&self, unit: usize, index: usize, out: &mut Vec<u64>) {
        let glances = &self.units[unit];
        let glance = &glances.all[index];
        let class = glance.class as u64;
        let carry = u64::from(glance.carry);
        let own = step(glance.margin);
        let mut put = |template: u32, values: &[u64]| {
            for of in [0, class] {
                let feature = values.iter().fold(Feature::new(5000 + template).with(of), |f, v| f.with(*v));
                out.push(feature.hash());
            }
        };
        put(1, &[carry]);
        put(2, &[u64::from(glance.kinds.0), u64::from(glance.kinds.1), u64::from(glance.carry > 0)]);
        put(3, &[step(glance.next.1)]);
        put(4, &[own, carry]);
        put(6, &[u64::from(glance.prominence), carry]);
        put(7, &[u64::from(glance.prominence), own / 2]);
        let company = self.company(glances, index);
        put(5, &[step(company.rival_subjects), u64::from(company.rival_is_carried), carry]);
        let here = unit as u64 + 1;
        let elsewhere = Best::without(self.pairs.get(&(glance.ends.0, glance.ends.1, glance.class)), here);
        let acts = Best::without(self.subjects.get(&(glance.ends.0, glance.class)), u64::from(glance.ends.1));
        let taken = Best::without(self.objects.get(&(glance.ends.1, glance.class)), u64::from(glance.ends.0));
        for (template, margin) in [
            (10, glance.margin),
            (20, company.listed_objects),
            (30, company.listed_subjects),
            (40, company.rival_subjects),
            (50, company.rival_objects),
            (60, company.again),
            (70, company.reverse),
            (90, elsewhere),
            (100, acts),
            (110, taken),
        ] {
            put(template, &[step(margin)]);
            put(template + 1, &[step(margin) / 2, own / 2]);
            for t in (-8..=8).filter(|t| margin != NONE && margin >= t * STEP) {
                put(template + 2, &[t.cast_unsigned().into()]);
            }
        }
    }

    fn company(&self, glances: &Glances, index: usize) -> Company {
        let glance = &glances.all[index];
        let mut company = Company::default();
        for other in glances.by_subject[&glance.ends.0].iter().filter(|i| **i != index) {
            let (them, margin) = (&glances.all[*other], glances.margin(*other, glance.class));
            if them.ends.1 == glance.ends.1 {
                company.again = company.again.max(margin);
            } else if them.lists.1 != usize::MAX && them.lists.1 == glance.lists.1 {
                company.listed_objects = company.listed_objects.max(margin);
            } else if them.kinds.1 == glance.kinds.1 {
                company.rival_objects = company.rival_objects.max(margin);
            }
        }
        for other in glances.by_object[&glance.ends.1].iter().filter(|i| **i != index) {
            let (them, margin) = (&glances.all[*other], glances.margin(*other, glance.class));
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
        if let Some(back) = glances.by_subject.get(&glance.ends.1) {
            let back = back.iter().filter(|i| glances.all[**i].ends.1 == glance.ends.0).map(|i| glances.all[*i].margin);
            company.reverse = back.max().unwrap_or(NONE);
        }
        company
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

fn put<K: std::hash::Hash + Eq>(map: &mut HashMap<K, Best>, key: K, margin: i32, source: u64) {
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

/// A margin in steps, from far below to far above; apart where there is none.
fn step(margin: i32) -> u64 {
    if margin == NONE { 99 } else { margin.div_euclid(STEP).clamp(-12, 12).cast_unsigned().wrapping_add(20).into() }
}
