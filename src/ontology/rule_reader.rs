//! Reads `rules/*.toml` into rules and checks them: known relations, types and groups, patterns that parse, examples whose names are
//! marked. Whether the examples come out right is checked where matching lives.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::fault::{Fault, Problem};
use super::folder::Folder;
use super::nearest::nearest;
use super::rule::{Example, Expected, Rule};
use super::rule_fault::{RuleProblem, Wanted};
use super::rule_pattern::{self, Names, unknown_type};
use super::schema::{Labels, Schema};
use crate::model::{LineIndex, Location, Modality};

/// Folder of the rule files.
const RULES: &str = "rules/";

/// What the scorer tells apart although the ontology has no relation of that name.
const OTHER_RELATIONS: [&str; 2] = ["recommends", "authored"];

const MODALITIES: [(&str, Modality); 5] = [
    ("Asserted", Modality::Asserted),
    ("Planned", Modality::Planned),
    ("Recommended", Modality::Recommended),
    ("Discouraged", Modality::Discouraged),
    ("Denied", Modality::Denied),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    #[serde(default)]
    rules: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: Spanned<String>,
    relation: Spanned<String>,
    modality: Option<Spanned<String>>,
    #[serde(default)]
    direct: bool,
    #[serde(default)]
    zh: String,
    #[serde(default)]
    en: String,
    #[serde(default)]
    subject: Vec<Spanned<String>>,
    #[serde(default)]
    object: Vec<Spanned<String>>,
    #[serde(default)]
    patterns: Vec<Spanned<String>>,
    /// A sentence, then what must be read in it.
    #[serde(default)]
    examples: Vec<Vec<Spanned<String>>>,
    #[serde(default)]
    counterexamples: Vec<Spanned<String>>,
}

/// Reads all rule files of the folder, in order of their paths.
pub(super) fn read(folder: &Folder, schema: &Schema, faults: &mut Vec<Fault>) -> Vec<Rule> {
    let names = names(folder, schema);
    let mut rules = Vec::new();
    let mut places: BTreeMap<String, Location> = BTreeMap::new();
    for (path, bytes) in folder.iter().filter(|(path, _)| path.starts_with(RULES) && path.ends_with(".toml")) {
        let shown = folder.shown(path);
        let Ok(source) = std::str::from_utf8(bytes) else {
            faults.push(Problem::NotUtf8.at(Location { file: shown, line: None, column: None }));
            continue;
        };
        let mut reader = Reader { source, shown, lines: LineIndex::new(source), schema, names: &names, faults };
        for row in reader.rows() {
            let place = reader.place(row.id.span().start);
            let id = row.id.get_ref().clone();
            if let Some(other) = places.get(&id) {
                let other = format!("{}:{}", other.file, other.line.unwrap_or(0));
                reader.faults.push(Problem::Rule(RuleProblem::TakenId { id, place: other }).at(place));
                continue;
            }
            places.insert(id, place);
            rules.push(reader.rule(row));
        }
    }
    rules
}

/// What patterns may name, as far as the other files of the folder can be read; their own faults are told elsewhere.
fn names(folder: &Folder, schema: &Schema) -> Names {
    let table = |path: &str| -> toml::Table {
        folder.get(path).and_then(|bytes| std::str::from_utf8(bytes).ok()).and_then(|text| text.parse().ok()).unwrap_or_default()
    };
    let annotation = table("annotation.toml");
    let types: Vec<String> =
        annotation.get("types").and_then(toml::Value::as_table).map(|types| types.keys().cloned().collect()).unwrap_or_default();
    let mut types_and_classes = types.clone();
    if !types.is_empty() {
        types_and_classes.extend(schema.classes().map(|class| class.term.to_string()));
    }
    let mut groups = Vec::new();
    for file in ["lexicon.toml", "cues.toml"] {
        let table = table(file);
        let rows = table.get("groups").and_then(toml::Value::as_array).into_iter().flatten();
        groups.extend(rows.filter_map(|row| row.get("name")?.as_str().map(str::to_owned)));
    }
    Names { types, types_and_classes, groups }
}

struct Reader<'a> {
    source: &'a str,
    shown: String,
    lines: LineIndex,
    schema: &'a Schema,
    names: &'a Names,
    faults: &'a mut Vec<Fault>,
}

impl Reader<'_> {
    fn rows(&mut self) -> Vec<Row> {
        match toml::from_str::<RuleFile>(self.source) {
            Ok(file) => file.rules,
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                self.fault(at, RuleProblem::Toml { said: error.message().to_owned() }, None);
                Vec::new()
            }
        }
    }

    fn place(&self, at: usize) -> Location {
        let place = self.lines.line_column(self.source, at);
        Location { file: self.shown.clone(), line: Some(place.line), column: Some(place.column) }
    }

    fn fault(&mut self, at: usize, problem: RuleProblem, near: Option<String>) {
        let place = self.place(at);
        self.faults.push(Problem::Rule(problem).at(place).near(near));
    }

    /// Where byte `offset` of a string stands in the file; its start where it is written with escapes.
    fn inside(&self, string: &Spanned<String>, offset: usize) -> usize {
        let start = string.span().start;
        let quote = self.source[start..].bytes().take_while(|b| matches!(b, b'"' | b'\'')).count();
        let plain = self.source[start + quote..].starts_with(string.get_ref().as_str());
        if plain { start + quote + offset } else { start }
    }

    fn rule(&mut self, row: Row) -> Rule {
        self.complete(&row);
        self.relation(&row.relation);
        let modality = self.modality(row.modality.as_ref());
        let (subject, object) = (self.types(&row.subject), self.types(&row.object));
        let mut patterns = Vec::new();
        for pattern in &row.patterns {
            match rule_pattern::parse(pattern.get_ref(), self.names) {
                Ok(parts) => patterns.push(parts),
                Err(found) => {
                    for (offset, problem, near) in found {
                        self.fault(self.inside(pattern, offset), problem, near);
                    }
                }
            }
        }
        let mut examples: Vec<Example> = row.examples.iter().filter_map(|lines| self.example(lines)).collect();
        examples.extend(row.counterexamples.iter().filter_map(|line| self.example(std::slice::from_ref(line))));
        Rule {
            id: row.id.into_inner(),
            relation: row.relation.into_inner().into(),
            modality,
            direct: row.direct,
            description: Labels { zh: row.zh, en: row.en },
            subject,
            object,
            patterns,
            examples,
        }
    }

    fn complete(&mut self, row: &Row) {
        let lacks = [
            (row.patterns.is_empty(), Wanted::Pattern),
            (row.zh.trim().is_empty() || row.en.trim().is_empty(), Wanted::Description),
            (!row.examples.iter().any(|e| e.len() > 1), Wanted::Example),
            (row.counterexamples.is_empty(), Wanted::Counterexample),
        ];
        for (_, what) in lacks.into_iter().filter(|(lacks, _)| *lacks) {
            self.fault(row.id.span().start, RuleProblem::Incomplete { id: row.id.get_ref().clone(), what }, None);
        }
    }

    fn relation(&mut self, relation: &Spanned<String>) {
        let name = relation.get_ref().as_str();
        // Where the vocabulary could not be read, that is told elsewhere.
        if self.schema.relations().next().is_none()
            || self.schema.relation(name).is_some_and(|r| r.is_relation)
            || OTHER_RELATIONS.contains(&name)
        {
            return;
        }
        let known = self.schema.relations().filter(|r| r.is_relation).map(|r| &*r.term).chain(OTHER_RELATIONS);
        let near = nearest(name, known).map(str::to_owned);
        let place = self.place(relation.span().start);
        self.faults.push(Problem::NoRelation { name: name.to_owned() }.at(place).near(near));
    }

    fn modality(&mut self, modality: Option<&Spanned<String>>) -> Modality {
        let Some(name) = modality else { return Modality::Asserted };
        if let Some((_, modality)) = MODALITIES.iter().find(|(known, _)| known == name.get_ref()) {
            return *modality;
        }
        let near = nearest(name.get_ref(), MODALITIES.iter().map(|(known, _)| *known)).map(str::to_owned);
        self.fault(name.span().start, RuleProblem::UnknownModality { name: name.get_ref().clone() }, near);
        Modality::Asserted
    }

    fn types(&mut self, types: &[Spanned<String>]) -> Vec<String> {
        for name in types {
            if let Some((problem, near)) = unknown_type(name.get_ref(), self.names) {
                self.fault(name.span().start, problem, near);
            }
        }
        types.iter().map(|name| name.get_ref().clone()).collect()
    }

    /// A sentence with its names marked `[name|Type]`, and lines `subject → object` or `subject → object = role`.
    fn example(&mut self, lines: &[Spanned<String>]) -> Option<Example> {
        let (first, rest) = lines.split_first()?;
        let mut example =
            Example { text: String::new(), names: Vec::new(), expected: Vec::new(), location: self.place(first.span().start) };
        self.marked(first, &mut example);
        for line in rest {
            let (pair, role) = line.get_ref().split_once('=').unwrap_or((line.get_ref(), ""));
            let Some((subject, object)) = pair.split_once('→') else {
                self.fault(line.span().start, RuleProblem::NoArrow { line: line.get_ref().clone() }, None);
                continue;
            };
            for name in [subject.trim(), object.trim()].into_iter().filter(|name| !name.is_empty()) {
                let mut marked = example.names.iter().map(|(range, _)| &example.text[range.clone()]);
                if !marked.clone().any(|m| m == name) {
                    let near = nearest(name, &mut marked).map(str::to_owned);
                    self.fault(line.span().start, RuleProblem::NotMarked { name: name.to_owned() }, near);
                }
            }
            let [subject, object, role] = [subject, object, role].map(|part| part.trim().to_owned());
            example.expected.push(Expected { subject, object, role });
        }
        Some(example)
    }

    fn marked(&mut self, sentence: &Spanned<String>, example: &mut Example) {
        let source = sentence.get_ref();
        let mut at = 0;
        while let Some(open) = source[at..].find('[').map(|open| at + open) {
            example.text.push_str(&source[at..open]);
            let end = source[open..].find(']').map_or(source.len(), |close| open + close);
            at = (end + 1).min(source.len());
            let Some((name, kind)) = source[open + 1..end].rsplit_once('|').filter(|(name, _)| !name.is_empty()) else {
                let place = self.inside(sentence, open);
                self.fault(place, RuleProblem::BadMark { mark: source[open..at].to_owned() }, None);
                continue;
            };
            if !self.names.types.is_empty() && !self.names.types.iter().any(|known| known == kind) {
                let near = nearest(kind, self.names.types.iter().map(String::as_str)).map(str::to_owned);
                let place = self.inside(sentence, open + 2 + name.len());
                self.fault(place, RuleProblem::UnknownType { name: kind.to_owned() }, near);
            }
            let start = example.text.len();
            example.text.push_str(name);
            example.names.push((start..example.text.len(), kind.to_owned()));
        }
        example.text.push_str(&source[at..]);
    }
}
