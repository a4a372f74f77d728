//! What one line of a page expects: an entity, a relation or a figure, there or absent.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::OnceLock;

use yuanpu::model::{Bound, Comparison, Direction, Modality};

/// One expectation.
pub struct Expectation {
    /// The line begins with `no`.
    pub is_absent: bool,
    pub what: What,
}

/// What is expected. What is not said is not compared.
pub enum What {
    Entity {
        class: String,
        name: Option<String>,
        /// Number of a document.
        number: Option<String>,
    },
    Relation {
        subject: Option<String>,
        predicate: String,
        object: Option<String>,
        modality: Option<Modality>,
        speaker: Option<String>,
        role: Option<String>,
    },
    Figure {
        about: Option<String>,
        indicator: Option<String>,
        value: Option<(String, String)>,
        details: Details,
    },
}

/// How a figure is meant. One that is expected to be there has these and no others.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Details {
    pub direction: Option<Direction>,
    pub comparison: Option<Comparison>,
    pub bound: Option<Bound>,
    pub period: Option<String>,
    pub is_planned: bool,
}

impl fmt::Display for Details {
    /// As a line of a page has them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let direction = self.direction.map(|direction| match direction {
            Direction::Increase => "up",
            Direction::Decrease => "down",
            Direction::Unchanged => "unchanged",
        });
        let comparison = self.comparison.map(|comparison| match comparison {
            Comparison::YearOnYear => "year on year",
            Comparison::PeriodOnPeriod => "period on period",
            Comparison::AgainstBase => "against a base",
        });
        let bound = self.bound.map(|bound| match bound {
            Bound::About => "about",
            Bound::AtLeast => "at least",
            Bound::AtMost => "at most",
        });
        let parts = [direction, comparison, bound, self.period.as_deref(), self.is_planned.then_some("planned")];
        parts.into_iter().flatten().try_for_each(|part| write!(f, ", {part}"))
    }
}

/// Classes, relations and units: the names that the ontology has.
fn terms(property: &str) -> &'static BTreeSet<String> {
    static TERMS: OnceLock<[BTreeSet<String>; 3]> = OnceLock::new();
    let [classes, relations, units] = TERMS.get_or_init(|| {
        let defined = |text: &str, prefix: &str, mark: &str| {
            let lines = text.lines().filter(|line| line.starts_with(prefix) && line.contains(mark));
            lines.filter_map(|line| line[prefix.len()..].split(' ').next().map(str::to_owned)).collect()
        };
        let (ontology, units) = (include_str!("../../ontology/yuanpu.ttl"), include_str!("../../ontology/units.ttl"));
        [defined(ontology, "yp:", " a owl:Class"), defined(ontology, "yp:", "yp:Relation"), defined(units, "yps:", "Unit ")]
    });
    match property {
        "class" => classes,
        "relation" => relations,
        _ => units,
    }
}

fn known(kind: &str, name: &str) -> Result<String, String> {
    let listed = if kind == "unit" { format!("{name}Unit") } else { name.to_owned() };
    if terms(kind).contains(&listed) { Ok(listed) } else { Err(format!("no {kind} {name}")) }
}

/// Reads a line without its dash and mark.
pub fn parse(line: &str) -> Result<Expectation, String> {
    let (is_absent, rest) = line.strip_prefix("no ").map_or((false, line), |rest| (true, rest));
    let (first, tail) = word(rest);
    let what = match first {
        Word::Plain("figure") => figure(tail)?,
        Word::Plain(class) if class.starts_with(char::is_uppercase) => {
            let class = known("class", class)?;
            match word(tail) {
                (Word::Name(name), tail) => What::Entity { class, name: Some(name.to_owned()), number: number(tail)? },
                (Word::None, _) if is_absent => What::Entity { class, name: None, number: None },
                _ => return Err("a class is followed by a name in backticks".to_owned()),
            }
        }
        Word::Name(subject) => relation(Some(subject), tail)?,
        Word::Plain(_) if is_absent => relation(None, rest)?,
        _ => return Err("a line is `Class name`, `subject relation object` or `figure …`".to_owned()),
    };
    Ok(Expectation { is_absent, what })
}

enum Word<'a> {
    Name(&'a str),
    Plain(&'a str),
    None,
}

/// The next word or name in backticks, and what follows it.
fn word(text: &str) -> (Word<'_>, &str) {
    let text = text.trim_start();
    if let Some((name, tail)) = text.strip_prefix('`').and_then(|rest| rest.split_once('`')) {
        return (Word::Name(name), tail);
    }
    let end = text.find([' ', ',', ':']).unwrap_or(text.len());
    (if end == 0 { Word::None } else { Word::Plain(&text[..end]) }, &text[end..])
}

/// The parts after commas.
fn parts(tail: &str) -> impl Iterator<Item = &str> {
    tail.split(", ").map(str::trim).filter(|part| !part.is_empty())
}

/// The number that follows the name of a document.
fn number(tail: &str) -> Result<Option<String>, String> {
    let Some(part) = parts(tail).next() else { return Ok(None) };
    match word(part) {
        (Word::Plain("number"), name) => Ok(Some(name.trim_matches([' ', '`']).to_owned())),
        _ => Err(format!("no such part of an entity: {part}")),
    }
}

fn relation(subject: Option<&str>, tail: &str) -> Result<What, String> {
    let (Word::Plain(predicate), tail) = word(tail) else { return Err("a relation stands between its two names".to_owned()) };
    let predicate = known("relation", predicate)?;
    let (object, tail) = match word(tail) {
        (Word::Name(object) | Word::Plain(object), tail) => (Some(object.to_owned()), tail),
        (Word::None, tail) => (None, tail),
    };
    let (mut modality, mut speaker, mut role) = (None, None, None);
    for part in parts(tail) {
        match (part, word(part)) {
            ("asserted", _) => modality = Some(Modality::Asserted),
            ("planned", _) => modality = Some(Modality::Planned),
            ("recommended", _) => modality = Some(Modality::Recommended),
            ("discouraged", _) => modality = Some(Modality::Discouraged),
            ("denied", _) => modality = Some(Modality::Denied),
            (_, (Word::Plain("by"), name)) => speaker = Some(name.trim_matches([' ', '`']).to_owned()),
            (_, (Word::Plain("as"), name)) => role = Some(name.trim_matches([' ', '`']).to_owned()),
            _ => return Err(format!("no such part of a relation: {part}")),
        }
    }
    Ok(What::Relation { subject: subject.map(str::to_owned), predicate, object, modality, speaker, role })
}

fn figure(tail: &str) -> Result<What, String> {
    let mut rest = tail;
    let mut names = Vec::new();
    while let (Word::Name(name), tail) = word(rest) {
        names.push(name.to_owned());
        rest = tail;
    }
    let mut names = names.into_iter();
    let (about, indicator) = (names.next(), names.next());
    let mut found = parts(rest.trim_start_matches([':', ' ']));
    let value =
        match found.next().map(|value| value.split_once(' ').ok_or_else(|| format!("a value and a unit, not {value:?}"))).transpose()? {
            Some((value, unit)) => Some((value.to_owned(), known("unit", unit)?)),
            None => None,
        };
    let mut details = Details::default();
    for part in found {
        match part {
            "up" => details.direction = Some(Direction::Increase),
            "down" => details.direction = Some(Direction::Decrease),
            "unchanged" => details.direction = Some(Direction::Unchanged),
            "year on year" => details.comparison = Some(Comparison::YearOnYear),
            "period on period" => details.comparison = Some(Comparison::PeriodOnPeriod),
            "against a base" => details.comparison = Some(Comparison::AgainstBase),
            "about" => details.bound = Some(Bound::About),
            "at least" => details.bound = Some(Bound::AtLeast),
            "at most" => details.bound = Some(Bound::AtMost),
            "planned" => details.is_planned = true,
            period if period.starts_with(|c: char| c.is_ascii_digit()) => details.period = Some(period.to_owned()),
            _ => return Err(format!("no such part of a figure: {part}")),
        }
    }
    Ok(What::Figure { about, indicator, value, details })
}
