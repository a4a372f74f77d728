//! The pattern language of rules: names, words, gaps, optional parts, ends of clauses; no regular expressions.
//!
//! Parts are parted by white space. `{subject}`, `{object}`, `{Type|Class}`, `{*}` are names, with `+` a coordination of them;
//! `获评|<verb.honour>` are words; `..6` is a gap of at most six characters, `~6` one that names may stand in; `( … )` may be missing;
//! `^` and `$` are the ends of a clause; what stands between `[` and `]` is the role that the relation is held in.

use super::nearest::nearest;
use super::rule::{Part, Slot, Word};
use super::rule_fault::RuleProblem;

/// What patterns may name.
pub(super) struct Names {
    /// Types of the annotation scheme.
    pub types: Vec<String>,
    /// Types and classes of the ontology; empty where the files that tell them could not be read.
    pub types_and_classes: Vec<String>,
    /// Word groups; empty where their files could not be read.
    pub groups: Vec<String>,
}

/// A problem with the byte of the pattern where it stands, and the nearest valid name.
pub(super) type Found = (usize, RuleProblem, Option<String>);

/// Most optional parts of a pattern.
const MOST_OPTIONAL: usize = 3;

/// Parses a pattern; all its problems together.
pub(super) fn parse(source: &str, names: &Names) -> Result<Vec<Part>, Vec<Found>> {
    let mut parser = Parser { source, at: 0, names, found: Vec::new(), optional: 0, role: None };
    let parts = parser.parts(false);
    if let Some(start) = parser.role {
        parser.fault(start, RuleProblem::Unclosed { mark: '[' });
    }
    if parts.is_empty() && parser.found.is_empty() {
        parser.fault(0, RuleProblem::Empty);
    } else if !parts.iter().any(is_end) && parser.found.is_empty() {
        parser.fault(0, RuleProblem::NoEnd);
    }
    if parser.found.is_empty() { Ok(parts) } else { Err(parser.found) }
}

fn is_end(part: &Part) -> bool {
    matches!(part, Part::Mention { slot: Slot::Subject | Slot::Object, .. })
}

/// Whether a name of a type or class is known; the nearest one where it is not.
pub(super) fn unknown_type(name: &str, names: &Names) -> Option<(RuleProblem, Option<String>)> {
    unknown(name, &names.types_and_classes).map(|near| (RuleProblem::UnknownType { name: name.to_owned() }, near))
}

fn unknown(name: &str, known: &[String]) -> Option<Option<String>> {
    let missing = !known.is_empty() && !known.iter().any(|k| k == name);
    missing.then(|| nearest(name, known.iter().map(String::as_str)).map(str::to_owned))
}

struct Parser<'a> {
    source: &'a str,
    at: usize,
    names: &'a Names,
    found: Vec<Found>,
    optional: usize,
    /// Where the role began that has not ended yet.
    role: Option<usize>,
}

impl Parser<'_> {
    fn fault(&mut self, at: usize, problem: RuleProblem) {
        self.found.push((at, problem, None));
    }

    fn rest(&self) -> &str {
        &self.source[self.at..]
    }

    fn parts(&mut self, inside: bool) -> Vec<Part> {
        let mut parts = Vec::new();
        loop {
            self.at = self.source.len() - self.rest().trim_start().len();
            let start = self.at;
            let Some(first) = self.rest().chars().next() else {
                return parts;
            };
            match first {
                ')' if inside => return parts,
                ')' | '}' | '>' => {
                    self.fault(start, RuleProblem::Unopened { mark: first });
                    self.at += 1;
                }
                '[' | ']' => parts.extend(self.role(start, first)),
                '(' => parts.push(self.optional(start, inside)),
                '{' => parts.extend(self.mention(start)),
                '^' | '$' => {
                    self.at += 1;
                    parts.push(if first == '^' { Part::ClauseStart } else { Part::ClauseEnd });
                }
                '~' => parts.extend(self.gap(start, 1, true)),
                '.' if self.rest().starts_with("..") => parts.extend(self.gap(start, 2, false)),
                _ => parts.push(self.words()),
            }
        }
    }

    /// One end of the role.
    fn role(&mut self, start: usize, mark: char) -> Option<Part> {
        self.at += 1;
        match (mark, self.role) {
            ('[', None) => {
                self.role = Some(start);
                Some(Part::RoleStart)
            }
            (']', Some(_)) => {
                self.role = None;
                Some(Part::RoleEnd)
            }
            ('[', Some(_)) => {
                self.fault(start, RuleProblem::Unclosed { mark });
                None
            }
            _ => {
                self.fault(start, RuleProblem::Unopened { mark });
                None
            }
        }
    }

    fn optional(&mut self, start: usize, inside: bool) -> Part {
        self.at += 1;
        self.optional += 1;
        if inside || self.optional > MOST_OPTIONAL {
            self.fault(start, RuleProblem::TooManyOptional);
        }
        let parts = self.parts(true);
        if self.rest().starts_with(')') {
            self.at += 1;
        } else {
            self.fault(start, RuleProblem::Unclosed { mark: '(' });
        }
        if parts.is_empty() {
            self.fault(start, RuleProblem::Empty);
        }
        Part::Optional(parts)
    }

    fn mention(&mut self, start: usize) -> Option<Part> {
        let Some(length) = self.rest().find('}') else {
            self.fault(start, RuleProblem::Unclosed { mark: '{' });
            self.at = self.source.len();
            return None;
        };
        let inside = self.source[start + 1..start + length].to_owned();
        self.at = start + length + 1;
        let (inside, list) = inside.strip_suffix('+').map_or((inside.as_str(), false), |rest| (rest, true));
        let slot = match inside.trim() {
            "subject" => Slot::Subject,
            "object" => Slot::Object,
            "*" => Slot::Other(Vec::new()),
            "" => {
                self.fault(start, RuleProblem::Empty);
                return None;
            }
            types => Slot::Other(self.types(types, start + 1)),
        };
        Some(Part::Mention { slot, list })
    }

    fn types(&mut self, types: &str, mut at: usize) -> Vec<String> {
        let mut known = Vec::new();
        for name in types.split('|') {
            if let Some((problem, near)) = unknown_type(name, self.names) {
                self.found.push((at, problem, near));
            }
            at += name.len() + 1;
            known.push(name.to_owned());
        }
        known
    }

    fn gap(&mut self, start: usize, mark: usize, names: bool) -> Option<Part> {
        self.at += mark;
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let most = self.rest()[..digits].parse().ok().filter(|most| (1..=60).contains(most));
        self.at += digits;
        if most.is_none() {
            self.fault(start, RuleProblem::NoBound);
        }
        most.map(|most| Part::Gap { most, names })
    }

    fn words(&mut self) -> Part {
        let mut words = Vec::new();
        loop {
            let start = self.at;
            if self.rest().starts_with('<') {
                words.extend(self.group(start));
            } else {
                let ends = |c: char| c.is_whitespace() || "|(){}<>[]".contains(c);
                let length = self.rest().find(ends).unwrap_or(self.rest().len());
                self.at += length;
                if length == 0 {
                    self.fault(start, RuleProblem::Empty);
                } else {
                    words.push(Word::Text(self.source[start..self.at].to_owned()));
                }
            }
            if self.rest().starts_with('|') {
                self.at += 1;
            } else {
                return Part::Words(words);
            }
        }
    }

    fn group(&mut self, start: usize) -> Option<Word> {
        let Some(length) = self.rest().find('>') else {
            self.fault(start, RuleProblem::Unclosed { mark: '<' });
            self.at = self.source.len();
            return None;
        };
        let name = self.source[start + 1..start + length].to_owned();
        self.at = start + length + 1;
        if let Some(near) = unknown(&name, &self.names.groups) {
            self.found.push((start + 1, RuleProblem::UnknownGroup { name: name.clone() }, near));
        }
        Some(Word::Group(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let list = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        Names { types: list(&["Region"]), types_and_classes: list(&["Region", "Institution"]), groups: list(&["verb.honour"]) }
    }

    fn codes(source: &str) -> Vec<(usize, &'static str, Option<String>)> {
        parse(source, &names()).unwrap_err().into_iter().map(|(at, problem, near)| (at, problem.code(), near)).collect()
    }

    #[test]
    fn every_part_is_read() {
        let text = |t: &str| Word::Text(t.to_owned());
        let other = |t: &[&str]| Slot::Other(t.iter().map(|t| (*t).to_owned()).collect());
        let parts = parse("^ {subject+} [ ..4 ] 获评|<verb.honour> ( 了 ~6 ) {Region|Institution} {*} {object} $", &names()).unwrap();
        let expected = [
            Part::ClauseStart,
            Part::Mention { slot: Slot::Subject, list: true },
            Part::RoleStart,
            Part::Gap { most: 4, names: false },
            Part::RoleEnd,
            Part::Words(vec![text("获评"), Word::Group("verb.honour".into())]),
            Part::Optional(vec![Part::Words(vec![text("了")]), Part::Gap { most: 6, names: true }]),
            Part::Mention { slot: other(&["Region", "Institution"]), list: false },
            Part::Mention { slot: other(&[]), list: false },
            Part::Mention { slot: Slot::Object, list: false },
            Part::ClauseEnd,
        ];
        assert_eq!(parts, expected);
    }

    #[test]
    fn faults_stand_where_they_are_and_name_what_is_near() {
        assert_eq!(
            codes("{subject} ~ <verb.honor> {Regoin}"),
            [(10, "O056", None), (13, "O052", Some("verb.honour".to_owned())), (26, "O051", Some("Region".to_owned())),]
        );
        assert_eq!(codes("{subject} ( 获评"), [(10, "O056", None)]);
        assert_eq!(codes("{subject"), [(0, "O056", None)]);
        assert_eq!(codes("获评 ..900 {object}"), [(7, "O056", None)]);
        assert_eq!(codes("获评"), [(0, "O056", None)]);
        assert_eq!(codes("{subject} [ 局长 {object}"), [(10, "O056", None)]);
        assert_eq!(codes("{subject} 局长 ] {object}"), [(17, "O056", None)]);
        assert_eq!(codes(" "), [(0, "O056", None)]);
        assert_eq!(codes("{object} ) 获评||入选"), [(9, "O056", None), (18, "O056", None)]);
    }
}
