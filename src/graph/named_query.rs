//! Named queries: files `*.rq` that hold one SPARQL query under a header of `#+` lines (question in Chinese and English, typed
//! parameters, columns). `queries/README.md` explains the header to authors.
//!
//! ```text
//! #+ zh: 问题                              required, once
//! #+ en: question                          required, once
//! #+ param: NAME TYPE DEFAULT "TEXT"       TYPE: name string integer decimal boolean date iri; DEFAULT `-`: must be given
//! #+ columns: NAME "TEXT", NAME "TEXT"     as projected by SELECT, in that order
//! #+ limit: N                              rows per page
//! #+ tags: WORD WORD
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use oxigraph::model::{Literal, NamedNode, Term, vocab::xsd};
use spargebra::Query;
use spargebra::algebra::GraphPattern;

use super::prefixes::expand;
use super::substitute::substitute;
use super::syntax::{SyntaxError, parse_query};
use crate::model::{Diagnostic, Location, Severity};

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/queries");

/// Rows per page where a header gives none.
pub const DEFAULT_PAGE: usize = 100;

/// One named query: what its header says and its SPARQL text.
#[derive(Clone, Debug)]
pub struct NamedQuery {
    /// File name without `.rq`.
    pub name: String,
    /// The question in Chinese.
    pub zh: String,
    /// The question in English.
    pub en: String,
    /// Parameters in the order of the header.
    pub parameters: Vec<Parameter>,
    /// Columns of a SELECT, in its order; empty for other forms.
    pub columns: Vec<Column>,
    /// Rows per page.
    pub page: usize,
    /// Tags.
    pub tags: Vec<String>,
    /// The whole text of the file, header included, so that positions in messages are those of the file.
    pub text: String,
    /// The file as found, for messages.
    pub file: String,
    algebra: Query,
}

/// A parameter of a named query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Name of the variable, without `$`.
    pub name: String,
    /// How a value is bound.
    pub kind: ParameterKind,
    /// Value where none is given; `None` where one must be given.
    pub default: Option<String>,
    /// What it means, often `中文 / English`.
    pub text: String,
}

/// A column of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Name of the projected variable.
    pub name: String,
    /// What it holds, often `中文 / English`.
    pub text: String,
}

/// Type of a parameter: which RDF term a value becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// A literal tagged `@zh`, as names are stored.
    Name,
    /// A plain literal.
    String,
    /// `xsd:integer`.
    Integer,
    /// `xsd:decimal`.
    Decimal,
    /// `xsd:boolean`.
    Boolean,
    /// `xsd:date`.
    Date,
    /// An IRI, in full or with a known prefix.
    Iri,
}

impl ParameterKind {
    const ALL: [(&'static str, Self); 7] = [
        ("name", Self::Name),
        ("string", Self::String),
        ("integer", Self::Integer),
        ("decimal", Self::Decimal),
        ("boolean", Self::Boolean),
        ("date", Self::Date),
        ("iri", Self::Iri),
    ];

    /// The word that stands for it in a header.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, kind)| *kind)
    }

    /// The term that `value` stands for, or `None` where it is not of this type.
    #[must_use]
    pub fn term(self, value: &str) -> Option<Term> {
        let typed = |valid: bool, datatype| valid.then(|| Literal::new_typed_literal(value, datatype).into());
        let unsigned = value.strip_prefix(['+', '-']).unwrap_or(value);
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        match self {
            Self::Name => Literal::new_language_tagged_literal(value, "zh").ok().map(Into::into),
            Self::String => Some(Literal::new_simple_literal(value).into()),
            Self::Integer => typed(!unsigned.is_empty() && digits(unsigned), xsd::INTEGER),
            Self::Decimal => {
                let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
                typed(whole.len() + fraction.len() > 0 && digits(whole) && digits(fraction), xsd::DECIMAL)
            }
            Self::Boolean => typed(matches!(value, "true" | "false"), xsd::BOOLEAN),
            Self::Date => typed(is_date(value), xsd::DATE),
            Self::Iri => expand(value).and_then(|iri| NamedNode::new(iri).ok()).map(Into::into),
        }
    }
}

/// True for `YYYY-MM-DD` with a month and a day that exist.
fn is_date(value: &str) -> bool {
    let parts: Vec<&str> = value.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    let number = |text: &str, len: usize| (text.len() == len).then(|| text.parse::<u32>().ok()).flatten();
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else { return false };
    let leap = year % 4 == 0 && year % 100 != 0 || year % 400 == 0;
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// Why a value cannot be bound.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BindError {
    /// No parameter of that name.
    #[error("查询 {query} 没有参数 {name} / {query} has no parameter {name}; it takes: {known}")]
    Unknown {
        /// Name of the query.
        query: String,
        /// What was given.
        name: String,
        /// The names it has.
        known: String,
    },
    /// A required parameter was not given.
    #[error("查询 {query} 需要参数 {name} / {query} needs the parameter {name} ({text})")]
    Missing {
        /// Name of the query.
        query: String,
        /// The parameter.
        name: String,
        /// What it means.
        text: String,
    },
    /// The value is not of the parameter's type.
    #[error("参数 {name} 的值“{value}”不是 {kind} / the value {value:?} of {name} is not of type {kind}")]
    Type {
        /// The parameter.
        name: String,
        /// What was given.
        value: String,
        /// The type it must have.
        kind: &'static str,
    },
}

impl NamedQuery {
    /// Reads a query file: `name` without `.rq`, `file` as it should appear in messages.
    ///
    /// # Errors
    /// All faults of the header and the fault of the SPARQL text, with positions.
    pub fn parse(name: &str, file: &str, text: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut header = Header::default();
        for (index, line) in text.lines().enumerate().take_while(|(_, line)| line.trim().is_empty() || line.starts_with('#')) {
            if let Some(entry) = line.strip_prefix("#+")
                && let Err(message) = header.read(entry.trim())
            {
                header.faults.push((index + 1, message));
            }
        }
        let parsed = parse_query(text, None);
        header.check(parsed.as_ref());
        let faults = std::mem::take(&mut header.faults);
        match parsed {
            Ok(algebra) if faults.is_empty() => Ok(Self {
                name: name.to_owned(),
                zh: header.zh.unwrap_or_default(),
                en: header.en.unwrap_or_default(),
                parameters: header.parameters,
                columns: header.columns,
                page: header.page.unwrap_or(DEFAULT_PAGE),
                tags: header.tags,
                text: text.to_owned(),
                file: file.to_owned(),
                algebra,
            }),
            parsed => Err(diagnostics(file, faults, parsed.err())),
        }
    }

    /// The algebra with `values` (name, text) bound as terms; parameters not given take their defaults.
    ///
    /// # Errors
    /// An unknown or missing parameter, or a value of the wrong type.
    pub fn bind(&self, values: &[(String, String)]) -> Result<Query, BindError> {
        if let Some((name, _)) = values.iter().find(|(name, _)| !self.parameters.iter().any(|p| p.name == *name)) {
            let known: Vec<&str> = self.parameters.iter().map(|p| p.name.as_str()).collect();
            return Err(BindError::Unknown { query: self.name.clone(), name: name.clone(), known: known.join(", ") });
        }
        let mut terms = BTreeMap::new();
        for parameter in &self.parameters {
            let given = values.iter().rev().find(|(name, _)| *name == parameter.name).map(|(_, value)| value);
            let value = given.or(parameter.default.as_ref()).ok_or_else(|| BindError::Missing {
                query: self.name.clone(),
                name: parameter.name.clone(),
                text: parameter.text.clone(),
            })?;
            let term = parameter.kind.term(value).ok_or_else(|| BindError::Type {
                name: parameter.name.clone(),
                value: value.clone(),
                kind: parameter.kind.word(),
            })?;
            terms.insert(parameter.name.clone(), term);
        }
        Ok(substitute(&self.algebra, &terms))
    }

    /// True for a SELECT, false for ASK, CONSTRUCT and DESCRIBE.
    #[must_use]
    pub fn is_select(&self) -> bool {
        matches!(self.algebra, Query::Select { .. })
    }

    /// True for CONSTRUCT and DESCRIBE.
    #[must_use]
    pub fn is_graph(&self) -> bool {
        matches!(self.algebra, Query::Construct { .. } | Query::Describe { .. })
    }
}

/// The named queries that can be asked, by name.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    queries: BTreeMap<String, NamedQuery>,
    faults: Vec<Diagnostic>,
}

impl Catalogue {
    /// Reads `directory`, or where none is given `./queries` if it is there, or else the copy inside the program. A file that is
    /// wrong is left out and reported by [`Catalogue::faults`].
    ///
    /// # Errors
    /// The directory that was asked for cannot be read.
    pub fn load(directory: Option<&Path>) -> std::io::Result<Self> {
        let local = PathBuf::from("queries");
        match directory {
            Some(directory) => Self::read(directory),
            None if local.is_dir() => Self::read(&local),
            None => Ok(Self::embedded()),
        }
    }

    fn read(directory: &Path) -> std::io::Result<Self> {
        let mut catalogue = Self::default();
        let mut paths: Vec<PathBuf> = std::fs::read_dir(directory)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
        paths.sort();
        for path in paths.iter().filter(|path| path.extension().is_some_and(|e| e == "rq")) {
            catalogue.add(path, &std::fs::read(path)?);
        }
        Ok(catalogue)
    }

    /// The copy compiled into the program.
    #[must_use]
    pub fn embedded() -> Self {
        let mut catalogue = Self::default();
        for file in EMBEDDED.files().filter(|file| file.path().extension().is_some_and(|e| e == "rq")) {
            catalogue.add(file.path(), file.contents());
        }
        catalogue
    }

    fn add(&mut self, path: &Path, bytes: &[u8]) {
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let file = path.display().to_string();
        match std::str::from_utf8(bytes) {
            Ok(text) => match NamedQuery::parse(&name, &file, text) {
                Ok(query) => drop(self.queries.insert(name, query)),
                Err(faults) => self.faults.extend(faults),
            },
            Err(_) => self.faults.push(fault(&file, 1, 1, "不是 UTF-8 / not UTF-8".to_owned(), None)),
        }
    }

    /// The query of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&NamedQuery> {
        self.queries.get(name)
    }

    /// All queries, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = &NamedQuery> {
        self.queries.values()
    }

    /// What is wrong with files that were left out.
    #[must_use]
    pub fn faults(&self) -> &[Diagnostic] {
        &self.faults
    }
}

#[derive(Default)]
struct Header {
    zh: Option<String>,
    en: Option<String>,
    parameters: Vec<Parameter>,
    columns: Vec<Column>,
    page: Option<usize>,
    tags: Vec<String>,
    faults: Vec<(usize, String)>,
}

impl Header {
    fn read(&mut self, entry: &str) -> Result<(), String> {
        let (key, value) = entry.split_once(':').ok_or("写法是 `#+ 键: 值` / write `#+ key: value`")?;
        let value = value.trim();
        match key.trim() {
            "zh" => once(&mut self.zh, value.to_owned(), "zh"),
            "en" => once(&mut self.en, value.to_owned(), "en"),
            "limit" => {
                once(&mut self.page, value.parse().map_err(|_| format!("limit 要一个整数 / limit needs a number, not {value}"))?, "limit")
            }
            "tags" => Ok(self.tags.extend(value.split_whitespace().map(str::to_owned))),
            "columns" => Ok(self.columns.append(&mut columns(value)?)),
            "param" => Ok(self.parameters.push(parameter(value)?)),
            other => Err(format!("没有这个键 / no such key: {other}; known: zh en param columns limit tags")),
        }
    }

    /// Faults that no single line shows.
    fn check(&mut self, parsed: Result<&Query, &SyntaxError>) {
        for (key, found) in [("zh", self.zh.is_some()), ("en", self.en.is_some())] {
            if !found {
                self.faults.push((1, format!("缺少 `#+ {key}:` / `#+ {key}:` is missing")));
            }
        }
        if let Ok(Query::Select { pattern, .. }) = parsed {
            let projected = projection(pattern);
            let named: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
            if !named.is_empty() && named != projected {
                self.faults.push((
                    1,
                    format!("columns 与 SELECT 不符 / columns differ from SELECT: {} ≠ {}", named.join(" "), projected.join(" ")),
                ));
            }
        }
    }
}

fn projection(pattern: &GraphPattern) -> Vec<&str> {
    match pattern {
        GraphPattern::Project { variables, .. } => variables.iter().map(oxigraph::model::Variable::as_str).collect(),
        GraphPattern::Distinct { inner } | GraphPattern::Reduced { inner } | GraphPattern::Slice { inner, .. } => projection(inner),
        _ => Vec::new(),
    }
}

fn once<T>(slot: &mut Option<T>, value: T, key: &str) -> Result<(), String> {
    if slot.replace(value).is_some() { Err(format!("{key} 写了两次 / {key} is given twice")) } else { Ok(()) }
}

fn parameter(value: &str) -> Result<Parameter, String> {
    let form = || format!("写法是 `param: 名 类型 默认值 \"说明\"` / write `param: NAME TYPE DEFAULT \"TEXT\"`, not {value}");
    let words = words(value);
    let [name, kind, default, rest @ ..] = &words[..] else { return Err(form()) };
    let kind = ParameterKind::of(&kind.text)
        .ok_or_else(|| format!("没有这个类型 / no such type: {}; known: name string integer decimal boolean date iri", kind.text))?;
    let default = (default.quoted || default.text != "-").then(|| default.text.clone());
    if let Some(value) = default.as_deref().filter(|value| kind.term(value).is_none()) {
        return Err(format!("默认值不是 {} / the default {value:?} is not of type {}", kind.word(), kind.word()));
    }
    match rest {
        [] => Ok(Parameter { name: name.text.clone(), kind, default, text: String::new() }),
        [text] if text.quoted => Ok(Parameter { name: name.text.clone(), kind, default, text: text.text.clone() }),
        _ => Err(form()),
    }
}

fn columns(value: &str) -> Result<Vec<Column>, String> {
    let mut columns: Vec<Column> = Vec::new();
    for word in words(value) {
        match columns.last_mut() {
            Some(column) if word.quoted && column.text.is_empty() => column.text = word.text,
            _ if word.quoted => return Err("说明前要有列名 / a text needs a column before it".to_owned()),
            _ => columns.push(Column { name: word.text, text: String::new() }),
        }
    }
    Ok(columns)
}

struct Word {
    text: String,
    quoted: bool,
}

/// Splits at white space and commas; `"…"` is one word.
fn words(value: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = value.trim_start_matches([' ', '\t', ',']);
    while !rest.is_empty() {
        let (text, quoted, after) = match rest.strip_prefix('"') {
            Some(inner) => {
                let (text, after) = inner.split_once('"').unwrap_or((inner, ""));
                (text, true, after)
            }
            None => {
                let end = rest.find([' ', '\t', ',']).unwrap_or(rest.len());
                (&rest[..end], false, &rest[end..])
            }
        };
        words.push(Word { text: text.to_owned(), quoted });
        rest = after.trim_start_matches([' ', '\t', ',']);
    }
    words
}

fn fault(file: &str, line: usize, column: usize, message: String, help: Option<String>) -> Diagnostic {
    let location = Location { file: file.to_owned(), line: Some(line), column: Some(column) };
    Diagnostic { code: "Q001", severity: Severity::Error, message, location, help }
}

fn diagnostics(file: &str, faults: Vec<(usize, String)>, syntax: Option<SyntaxError>) -> Vec<Diagnostic> {
    let help = "文件头的写法见 queries/README.md / queries/README.md explains the header";
    let mut found: Vec<Diagnostic> =
        faults.into_iter().map(|(line, message)| fault(file, line, 1, message, Some(help.to_owned()))).collect();
    found.extend(syntax.map(|error| fault(file, error.line, error.column, error.message, error.hint)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "#+ zh: 问\n#+ en: q\n#+ param: region name 成都市 \"地区 / region\"\n#+ param: n integer -\n#+ columns: s \"主\", o\n\nSELECT ?s ?o { ?s skos:prefLabel $region ; yp:value $n ; yp:locatedIn ?o }";

    #[test]
    fn a_header_says_what_the_query_takes_and_gives() {
        let query = NamedQuery::parse("q", "q.rq", GOOD).unwrap();
        assert_eq!((query.zh.as_str(), query.en.as_str(), query.page), ("问", "q", DEFAULT_PAGE));
        assert_eq!(query.parameters[0].default.as_deref(), Some("成都市"));
        assert_eq!(query.parameters[1].default, None);
        assert_eq!(query.columns[0], Column { name: "s".into(), text: "主".into() });
    }

    #[test]
    fn values_are_checked_against_their_types() {
        let query = NamedQuery::parse("q", "q.rq", GOOD).unwrap();
        let bind = |pairs: &[(&str, &str)]| {
            let pairs: Vec<(String, String)> = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
            query.bind(&pairs)
        };
        assert!(matches!(bind(&[]), Err(BindError::Missing { name, .. }) if name == "n"));
        assert!(matches!(bind(&[("n", "many")]), Err(BindError::Type { kind: "integer", .. })));
        assert!(matches!(bind(&[("m", "1")]), Err(BindError::Unknown { .. })));
        let bound = bind(&[("n", "3"), ("region", "青白江")]).unwrap().to_string();
        assert!(bound.contains("\"青白江\"@zh") && bound.contains('3'), "{bound}");
    }

    #[test]
    fn all_faults_of_a_header_come_together() {
        let text = "#+ zh: a\n#+ zh: b\n#+ param: x color 1\n#+ columns: wrong\nSELECT ?s { ?s ?p ?o }";
        let faults = NamedQuery::parse("q", "q.rq", text).unwrap_err();
        let lines: Vec<Option<usize>> = faults.iter().map(|fault| fault.location.line).collect();
        assert_eq!(lines, [Some(2), Some(3), Some(1), Some(1)], "{faults:?}");
    }

    #[test]
    fn dates_and_numbers_are_strict() {
        assert!(ParameterKind::Date.term("2024-02-29").is_some());
        assert!(ParameterKind::Date.term("2023-02-29").is_none());
        assert!(ParameterKind::Decimal.term("-0.5").is_some());
        assert!(ParameterKind::Decimal.term(".").is_none());
        assert!(ParameterKind::Integer.term("+").is_none());
        assert!(ParameterKind::Iri.term("javascript:alert(1)").is_none());
    }

    #[test]
    fn the_shipped_queries_are_in_order() {
        let catalogue = Catalogue::embedded();
        assert_eq!(catalogue.faults(), []);
        assert!(catalogue.iter().count() > 0);
    }
}
