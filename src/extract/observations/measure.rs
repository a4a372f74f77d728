//! From figures to observations: what each figure is about (scored like a relation), what it measures, and how it moves.

use std::ops::Range;

use crate::model::{Comparison, Confidence, Direction, Document, EntityIndex, Evidence, Modality, Observation};

use crate::extract::Extractor;
use crate::extract::figures::Figure;
use crate::extract::knowledge::Cue;
use crate::extract::pairs::{Scorer, Shares, View};
use crate::extract::text::{Advice, Reading, clause_around};
use crate::extract::units::{Item, Pair, Target, Unit};

use super::series::Series;

/// The subject chosen for a figure.
pub(super) struct Subject {
    pub entity: usize,
    pub margin: i32,
    /// Where the text names it.
    pub item: Item,
    /// Its index in the unit; `None` where it was carried there.
    pub at: Option<usize>,
    /// The row of figures that the figure stands in.
    pub series: Option<Series>,
}

/// Owners of figures are not calibrated: as likely right as wrong, for all that is known.
const UNCALIBRATED: Confidence = Confidence(500);

/// Who owned a figure, and in which line.
pub(in crate::extract) struct Owner {
    pub item: Item,
    pub line: usize,
}

impl Owner {
    /// The owner as seen from a later figure in `line`.
    pub fn before(&self, line: usize) -> Previous<'_> {
        Previous { item: &self.item, is_near: self.line == line }
    }
}

/// The owner of the figure before.
#[derive(Clone, Copy)]
pub(in crate::extract) struct Previous<'a> {
    item: &'a Item,
    /// Whether that figure stands in the same line.
    is_near: bool,
}

/// What the words around a figure say of it.
struct Reported {
    indicator: String,
    direction: Option<Direction>,
    comparison: Option<Comparison>,
}

impl Extractor {
    /// Observations of all units.
    pub(in crate::extract) fn observations(
        &self,
        document: &Document,
        reading: &Reading,
        units: &[Unit],
        number: &[usize],
    ) -> Vec<Observation> {
        let mut observations: Vec<Observation> = Vec::new();
        let mut scorer = Scorer::new(&self.weights.figures, self.figure_shares.take(|| Shares::new(&self.weights.figures)));
        let mut owner: Option<Owner> = None;
        for unit in units.iter().filter(|u| !u.figures.is_empty()) {
            scorer.next_unit();
            let view = View::new(self, reading, unit);
            for index in 0..unit.figures.len() {
                let line = reading.layout.sentences[unit.figures[index].sentence].line;
                let previous = owner.as_ref().map(|o| o.before(line));
                let Some(mut subject) = self.subject(unit, &view, index, previous, &mut scorer) else { continue };
                subject.series = self.series(reading, unit, index);
                if let Some(own) = subject.series.as_ref().and_then(|s| s.owner(unit, &view, subject.at?)) {
                    subject.item = unit.items[own].clone();
                    subject.entity = subject.item.target.entity().unwrap_or(subject.entity);
                }
                if subject.margin >= self.weights.figure_threshold && number[subject.entity] != usize::MAX {
                    observations.push(self.observation(document, reading, unit, index, &subject, number[subject.entity]));
                    owner = Some(Owner { item: subject.item, line });
                }
            }
        }
        self.figure_shares.give_back(scorer.into_shares());
        observations.sort_by(|a, b| a.evidence.cmp(&b.evidence).then(a.indicator.cmp(&b.indicator)));
        observations
    }

    /// The item a figure is most likely about.
    fn subject(
        &self,
        unit: &Unit,
        view: &View<'_>,
        index: usize,
        previous: Option<Previous<'_>>,
        scorer: &mut Scorer<'_>,
    ) -> Option<Subject> {
        let mut best: Option<Subject> = None;
        if self.weights.figures.labels.len() < 2 {
            return None;
        }
        self.each_subject(unit, index, previous, |pair, at| {
            view.features(pair, at, scorer);
            let scores = scorer.scores();
            let margin = scores[1] - scores[0];
            if let (Some(entity), true) = (pair.subject.target.entity(), best.as_ref().is_none_or(|b| margin > b.margin)) {
                best = Some(Subject { entity, margin, item: pair.subject.clone(), at: at.0, series: None });
            }
        });
        best
    }

    /// Calls `visit` for every item that figure `index` may be about; `previous` is the owner of the figure before.
    pub(in crate::extract) fn each_subject(
        &self,
        unit: &Unit,
        index: usize,
        previous: Option<Previous<'_>>,
        mut visit: impl FnMut(&Pair<'_>, (Option<usize>, Option<usize>)),
    ) {
        let Some(at) = unit.items.iter().position(|i| i.target == Target::Figure(index)) else { return };
        let object = &unit.items[at];
        let owns = |kind_of: u8| self.roles.has_figures.get(usize::from(kind_of)).copied().unwrap_or(false);
        let may = |i: &Item| i.target.entity().is_some() && owns(i.kind_of);
        let follows = |i: &Item| previous.as_ref().map_or(0, |p| 1 + u8::from(p.item.target == i.target) + 2 * u8::from(!p.is_near));
        let mut seen = false;
        for (i, subject) in unit.items.iter().enumerate().filter(|(_, item)| may(item)) {
            seen |= previous.as_ref().is_some_and(|p| p.item.target == subject.target);
            visit(&Pair { subject, object, carry: 0, follows: follows(subject) }, (Some(i), Some(at)));
        }
        for (subject, how) in unit.carried.iter().filter(|(item, _)| may(item)) {
            seen |= previous.as_ref().is_some_and(|p| p.item.target == subject.target);
            visit(&Pair { subject, object, carry: *how, follows: follows(subject) }, (None, Some(at)));
        }
        if let Some(Previous { item: subject, .. }) = previous.filter(|_| !seen) {
            visit(&Pair { subject, object, carry: 10, follows: follows(subject) }, (None, Some(at)));
        }
    }

    fn observation(
        &self,
        document: &Document,
        reading: &Reading,
        unit: &Unit,
        index: usize,
        subject: &Subject,
        about: EntityIndex,
    ) -> Observation {
        let figure = &unit.figures[index];
        let sentence = reading.layout.sentences[figure.sentence].range.clone();
        let reported = self.reported(document, reading, unit, index, subject, &sentence);
        let mode = self.modality(reading, &sentence, &figure.range, Advice::No);
        let modality = if mode == Modality::Planned { Modality::Planned } else { Modality::Asserted };
        let span = reading.text.span(clause_around(reading, &sentence, &figure.range));
        let rule = format!("figure@{}", self.weights.version()).into();
        Observation {
            indicator: reported.indicator,
            about,
            value: figure.value.clone(),
            unit: figure.unit.clone(),
            direction: reported.direction,
            comparison: reported.comparison.filter(|_| reported.direction.is_some()),
            bound: figure.bound,
            period: period(reading, document, &sentence, figure.range.start),
            modality,
            confidence: UNCALIBRATED,
            evidence: vec![Evidence { span, rule, reasons: Vec::new() }],
        }
    }

    /// Indicator, direction and comparison from the clause and, where it only tells a change, from the clauses before.
    fn reported(
        &self,
        document: &Document,
        reading: &Reading,
        unit: &Unit,
        index: usize,
        subject: &Subject,
        sentence: &Range<usize>,
    ) -> Reported {
        let figure = &unit.figures[index];
        let series = subject.series.as_ref().filter(|s| s.place > 0);
        let chars = &reading.text.chars;
        let clause = clause_around(reading, sentence, &figure.range).start;
        let previous =
            unit.figures[..index].iter().filter(|f| f.sentence == figure.sentence).map(|f| f.range.end).max().unwrap_or(sentence.start);
        let start = clause.max(previous);
        let (direction, comparison, changes_only) = match series {
            Some(series) => self.change(reading, series.named.start, &unit.figures[series.first]),
            None => self.change(reading, start, figure),
        };
        if let Some(named) = series.and_then(|s| s.indicator(reading)) {
            return Reported { indicator: Self::phrase(document, reading, named, &subject.item.range), direction, comparison };
        }
        let mut words = String::new();
        if let Some(header) = Self::column_header(reading, figure) {
            words.push_str(&reading.text.span(header).of(&document.text).replace(char::is_whitespace, ""));
        }
        let own = Self::phrase(document, reading, start..figure.range.start, &subject.item.range);
        if (changes_only || own.chars().filter(|c| c.is_alphabetic()).count() < 2) && words.is_empty() {
            words.push_str(&self.topic(document, reading, unit, index, subject, sentence));
        }
        words.push_str(&own);
        if figure.counts || words.is_empty() {
            let end = (figure.range.end..sentence.end.min(figure.range.end + 10))
                .take_while(|i| chars[*i].is_alphabetic())
                .last()
                .map_or(figure.range.end, |i| i + 1);
            words.push_str(reading.text.span(figure.range.end..end).of(&document.text));
        }
        let shown = words.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '“' | '”' | '《' | '》')).to_owned();
        let indicator = if shown.chars().any(char::is_alphabetic) {
            shown
        } else {
            reading.text.span(clause..figure.range.end).of(&document.text).to_owned()
        };
        Reported { indicator, direction, comparison }
    }

    /// Header of the figure's column, or the first cell of its row.
    fn column_header(reading: &Reading, figure: &Figure) -> Option<Range<usize>> {
        let cell = reading.layout.sentences[figure.sentence].cell.filter(|c| c.row > 0)?;
        let header = *reading.layout.headers.get(cell.table)?.get(cell.column)?;
        reading.layout.sentences.get(header).map(|s| s.range.clone())
    }

    /// The words of `range` without the subject's name and without words that only introduce a figure.
    fn phrase(document: &Document, reading: &Reading, range: Range<usize>, subject: &Range<usize>) -> String {
        let mut text = String::new();
        for i in range {
            if !subject.contains(&i) {
                text.push_str(reading.text.span(i..i + 1).of(&document.text));
            }
        }
        text.replace(char::is_whitespace, "").chars().rev().take(30).collect::<Vec<_>>().into_iter().rev().collect()
    }

    /// What earlier clauses of the sentence measure, for a clause that only tells a change.
    fn topic(
        &self,
        document: &Document,
        reading: &Reading,
        unit: &Unit,
        index: usize,
        subject: &Subject,
        sentence: &Range<usize>,
    ) -> String {
        let before = unit.figures[..index].iter().rev().find(|f| f.sentence == unit.figures[index].sentence);
        let Some(before) = before else {
            let clause = clause_around(reading, sentence, &unit.figures[index].range).start;
            return Self::phrase(document, reading, sentence.start..clause.max(sentence.start), &subject.item.range);
        };
        let start = clause_around(reading, sentence, &before.range).start;
        Self::phrase(document, reading, start..before.range.start, &subject.item.range)
    }

    /// Rise or fall told right before the figure, against what, and whether the clause tells nothing else.
    fn change(&self, reading: &Reading, start: usize, figure: &Figure) -> (Option<Direction>, Option<Comparison>, bool) {
        let at = figure.range.start;
        let (mut direction, mut comparison, mut after, mut first) = (None, None, false, usize::MAX);
        let from = reading.hits.partition_point(|h| (h.start as usize) < start);
        for hit in reading.hits[from..].iter().take_while(|h| (h.start as usize) < at).filter(|h| (h.end as usize) <= at) {
            let (s, e) = (hit.start as usize, hit.end as usize);
            for cue in self.knowledge.cues(*hit) {
                let near = at - e <= 3;
                match cue {
                    Cue::Up if near => direction = Some(Direction::Increase),
                    Cue::Down if near => direction = Some(Direction::Decrease),
                    Cue::After if near => after = true,
                    Cue::YearOnYear => comparison = Some(Comparison::YearOnYear),
                    Cue::PeriodOnPeriod => comparison = Some(Comparison::PeriodOnPeriod),
                    Cue::AgainstBase => comparison = comparison.or(Some(Comparison::AgainstBase)),
                    _ => continue,
                }
                first = first.min(s);
            }
        }
        let changes_only = first != usize::MAX && first <= start + 1;
        (direction.filter(|_| !after), comparison, changes_only)
    }
}

/// The year (and month) nearest before `at` in the sentence, in EDTF; relative years need the date of the document.
fn period(reading: &Reading, document: &Document, sentence: &Range<usize>, at: usize) -> Option<String> {
    let chars = &reading.text.chars;
    let year_of_document = document.metadata.date.as_deref().and_then(|d| d.get(..4)).and_then(|y| y.parse::<i32>().ok());
    for i in (sentence.start..at).rev().filter(|i| chars[*i] == '年') {
        let digits: String = chars[i.saturating_sub(4).max(sentence.start)..i].iter().filter(|c| c.is_ascii_digit()).collect();
        if digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20")) {
            let month: String = chars[i + 1..at].iter().take_while(|c| c.is_ascii_digit()).collect();
            let follows = chars.get(i + 1 + month.len()) == Some(&'月');
            return Some(match month.parse::<u8>() {
                Ok(m) if follows && (1..=12).contains(&m) => format!("{digits}-{m:02}"),
                _ => digits,
            });
        }
        let relative = match (i > sentence.start).then(|| chars[i - 1]) {
            Some('今') => 0,
            Some('去') => -1,
            Some('前') => -2,
            Some('明') => 1,
            _ => continue,
        };
        return year_of_document.map(|y| (y + relative).to_string());
    }
    None
}
