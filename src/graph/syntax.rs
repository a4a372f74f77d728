//! SPARQL text to algebra, and what to tell people when the text is wrong: line, column, the line itself, and a hint where
//! full-width punctuation (？；，“”＜＞｛｝) or a missing prefix is the cause.

use std::sync::LazyLock;

use spargebra::{Query, SparqlParser, Update};

use super::prefixes::known_prefixes;

/// A fault in the text of a query or update.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub struct SyntaxError {
    /// What the parser met.
    pub message: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in code points.
    pub column: usize,
    /// The next step, where one is known.
    pub hint: Option<String>,
    /// The line of the text at fault.
    pub excerpt: String,
}

/// Parses a query; known prefixes need no declaration. Relative IRIs resolve against `base`.
///
/// # Errors
/// A [`SyntaxError`] with the position of the fault.
pub fn parse_query(text: &str, base: Option<&str>) -> Result<Query, SyntaxError> {
    let again = |padded: &str| parser(padded, base).parse_query(padded).err().map(|error| error.to_string());
    parser(text, base).parse_query(text).map_err(|error| locate(text, &error.to_string(), &again))
}

/// Parses an update; known prefixes need no declaration. Relative IRIs resolve against `base`.
///
/// # Errors
/// A [`SyntaxError`] with the position of the fault.
pub fn parse_update(text: &str, base: Option<&str>) -> Result<Update, SyntaxError> {
    let again = |padded: &str| parser(padded, base).parse_update(padded).err().map(|error| error.to_string());
    parser(text, base).parse_update(text).map_err(|error| locate(text, &error.to_string(), &again))
}

/// The known prefixes with the colon that follows them in a text.
static PREFIXES: LazyLock<Vec<(&str, String, String)>> =
    LazyLock::new(|| known_prefixes().map(|(prefix, iri)| (prefix, format!("{prefix}:"), iri)).collect());

/// A parser that knows those of the known prefixes that `text` could use; knowing them all takes longer than most texts take to parse.
fn parser(text: &str, base: Option<&str>) -> SparqlParser {
    let mut used = PREFIXES.iter().filter(|(_, written, _)| text.contains(written.as_str()));
    // The known prefixes are absolute IRIs, all of them.
    let known =
        used.try_fold(SparqlParser::new(), |parser, (prefix, _, iri)| parser.with_prefix(*prefix, iri.as_str())).unwrap_or_default();
    match base {
        Some(base) => known.clone().with_base_iri(base).unwrap_or(known),
        None => known,
    }
}

/// Full-width punctuation and what SPARQL writes instead.
const FULL_WIDTH: &[(char, &str)] = &[
    ('？', "?"),
    ('；', ";"),
    ('，', ","),
    ('。', "."),
    ('．', "."),
    ('：', ":"),
    ('“', "\""),
    ('”', "\""),
    ('‘', "'"),
    ('’', "'"),
    ('＂', "\""),
    ('＇', "'"),
    ('（', "("),
    ('）', ")"),
    ('｛', "{"),
    ('｝', "}"),
    ('［', "["),
    ('］', "]"),
    ('＜', "<"),
    ('＞', ">"),
    ('《', "<"),
    ('》', ">"),
    ('＝', "="),
    ('！', "!"),
    ('＊', "*"),
    ('＋', "+"),
    ('－', "-"),
    ('／', "/"),
    ('｜', "|"),
    ('＆', "&"),
    ('＄', "$"),
    ('＠', "@"),
    ('＃', "#"),
    ('＾', "^"),
    ('\u{3000}', " "),
];

fn half_width(c: char) -> Option<&'static str> {
    FULL_WIDTH.iter().find(|(wide, _)| *wide == c).map(|(_, narrow)| *narrow)
}

/// Builds the error from the parser's own words, `error at LINE:COLUMN: expected …`; `again` parses another text and gives its
/// error.
fn locate(text: &str, raw: &str, again: &dyn Fn(&str) -> Option<String>) -> SyntaxError {
    if let Some(FullWidth { c, line, column }) = first_full_width(text) {
        return SyntaxError {
            message: format!("unexpected character '{c}' (U+{:04X}, full-width)", u32::from(c)),
            line,
            column,
            hint: Some(format!(
                "SPARQL 只用半角标点 / SPARQL uses half-width punctuation; try: {}",
                to_half_width(line_of(text, line)).trim()
            )),
            excerpt: line_of(text, line).to_owned(),
        };
    }
    let padded = Padded::of(text);
    let second = again(&padded.text).unwrap_or_default();
    let (start, end) = match position(&second) {
        Some((line, column, _)) => padded.token_at(index_of(&padded.text, line, column)),
        None => position(raw).map_or((0, 0), |(line, column, _)| (index_of(text, line, column), index_of(text, line, column) + 1)),
    };
    let token: String = text.chars().skip(start).take(end.saturating_sub(start)).collect();
    let (line, column) = line_column(text, start);
    let reason = position(raw).map_or(raw, |(_, _, message)| message);
    SyntaxError {
        message: describe(reason, token.trim()),
        line,
        column,
        hint: prefix_hint(text, &token),
        excerpt: line_of(text, line).to_owned(),
    }
}

/// Line, column and message of `error at LINE:COLUMN: message`.
fn position(raw: &str) -> Option<(usize, usize, &str)> {
    let (position, message) = raw.strip_prefix("error at ")?.split_once(": ")?;
    let (line, column) = position.split_once(':')?;
    Some((line.parse().ok()?, column.parse().ok()?, message))
}

fn line_of(text: &str, line: usize) -> &str {
    text.lines().nth(line.saturating_sub(1)).unwrap_or("")
}

/// Index of a character by line and column, both from 1.
fn index_of(text: &str, line: usize, column: usize) -> usize {
    text.split_inclusive('\n').take(line.saturating_sub(1)).map(|line| line.chars().count()).sum::<usize>() + column.saturating_sub(1)
}

fn line_column(text: &str, index: usize) -> (usize, usize) {
    let before: String = text.chars().take(index).collect();
    let line = before.matches('\n').count() + 1;
    (line, before.chars().rev().take_while(|c| *c != '\n').count() + 1)
}

/// The parser lists every token it could have taken, which helps nobody; only what it says in words is passed on.
fn describe(reason: &str, token: &str) -> String {
    let list = reason.strip_prefix("expected ").unwrap_or(reason);
    let words = list
        .trim_start_matches("one of ")
        .split(", ")
        .find(|item| item.contains(' ') && item.starts_with(|c: char| c.is_ascii_uppercase()));
    let found = if token.is_empty() { "unexpected end of the query".to_owned() } else { format!("unexpected '{token}'") };
    match words {
        Some("Prefix not found") => format!("unknown prefix in '{token}'"),
        Some(words) => words.to_owned(),
        None if reason.starts_with("expected ") => found,
        None => reason.to_owned(),
    }
}

/// Width of the gaps in a padded text; no keyword is longer.
const GAP: usize = 40;

/// A text with wide gaps between its tokens. The parser compares keywords by running ahead, so that it reports faults up to a
/// keyword's length too late; with wide gaps it never gets past the token at fault.
struct Padded {
    text: String,
    /// For each character, the index of the character in the original text; `None` in gaps.
    origin: Vec<Option<usize>>,
    /// Number of characters of the original.
    end: usize,
}

impl Padded {
    fn of(text: &str) -> Self {
        let mut padded = Self { text: String::with_capacity(text.len() * 8), origin: Vec::new(), end: text.chars().count() };
        let mut scan = Scan::default();
        let mut escaped = false;
        for (index, c) in text.chars().enumerate() {
            let was_comment = scan.until == Some('\n');
            let code = scan.is_code(c);
            if was_comment || scan.until == Some('\n') || code && c.is_whitespace() {
                padded.gap();
            } else if code && !escaped && "{}()[];,".contains(c) {
                padded.gap();
                padded.push(c, index);
                padded.gap();
            } else {
                padded.push(c, index);
            }
            escaped = c == '\\' && !escaped;
        }
        padded.gap();
        padded
    }

    fn push(&mut self, c: char, index: usize) {
        self.text.push(c);
        self.origin.push(Some(index));
    }

    fn gap(&mut self) {
        if self.origin.last().is_some_and(Option::is_some) {
            self.text.extend(std::iter::repeat_n(' ', GAP));
            self.origin.extend(std::iter::repeat_n(None, GAP));
        }
    }

    /// Start and end, in the original, of the token at `index` of the padded text or before it; the end of the text where
    /// `index` is past the last gap.
    fn token_at(&self, index: usize) -> (usize, usize) {
        if index >= self.origin.len() {
            return (self.end, self.end);
        }
        let Some(last) = (0..=index).rev().find(|i| self.origin[*i].is_some()) else { return (0, 0) };
        let first = (0..=last).rev().take_while(|i| self.origin[*i].is_some()).last().unwrap_or(last);
        let after = (last..self.origin.len()).take_while(|i| self.origin[*i].is_some()).last().unwrap_or(last);
        (self.origin[first].unwrap_or(0), self.origin[after].unwrap_or(0) + 1)
    }
}

/// Says how to declare the prefix of `token` where it is not known.
fn prefix_hint(text: &str, token: &str) -> Option<String> {
    let (prefix, _) = token.split_once(':')?;
    let is_name = prefix.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.')) && !prefix.is_empty();
    let declared =
        known_prefixes().any(|(known, _)| known == prefix) || text.to_lowercase().contains(&format!("prefix {}:", prefix.to_lowercase()));
    (is_name && !declared)
        .then(|| format!("前缀 {prefix}: 没有声明 / the prefix {prefix}: is not declared; add a line: PREFIX {prefix}: <https://…>"))
}

struct FullWidth {
    c: char,
    line: usize,
    column: usize,
}

/// The first full-width mark outside string literals, IRIs and comments.
fn first_full_width(text: &str) -> Option<FullWidth> {
    let (mut line, mut column) = (1, 0);
    let mut scan = Scan::default();
    for c in text.chars() {
        column += 1;
        if scan.is_code(c) && half_width(c).is_some() {
            return Some(FullWidth { c, line, column });
        }
        if c == '\n' {
            (line, column) = (line + 1, 0);
        }
    }
    None
}

/// `line` with its full-width marks outside literals replaced.
fn to_half_width(line: &str) -> String {
    let mut scan = Scan::default();
    let mut out = String::with_capacity(line.len());
    for c in line.chars() {
        match half_width(c).filter(|_| scan.is_code(c)) {
            Some(narrow) => out.push_str(narrow),
            None => out.push(c),
        }
    }
    out
}

/// Tells code from string literals, IRIs and comments, character by character.
#[derive(Default)]
struct Scan {
    until: Option<char>,
    escaped: bool,
}

impl Scan {
    /// Takes the next character; true where it stands outside literals, IRIs and comments.
    fn is_code(&mut self, c: char) -> bool {
        let Some(until) = self.until else {
            self.until = match c {
                '"' | '\'' => Some(c),
                '#' => Some('\n'),
                '<' => Some('>'),
                _ => None,
            };
            return true;
        };
        let ends = c == until && !self.escaped || c == '\n' || until == '>' && c.is_whitespace();
        self.escaped = c == '\\' && !self.escaped;
        if ends {
            self.until = None;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_marks_are_named_and_mended() {
        let error = parse_query("SELECT ？x WHERE { ？x a yp:Park }", None).unwrap_err();
        assert_eq!((error.line, error.column), (1, 8));
        assert!(error.message.contains("U+FF1F"), "{}", error.message);
        assert!(error.hint.unwrap().contains("SELECT ?x WHERE { ?x a yp:Park }"));
    }

    #[test]
    fn full_width_marks_inside_literals_are_no_fault() {
        let error = parse_query("SELECT ?x WHERE { ?x skos:prefLabel \"园区（一期）\"@zh . oops }", None).unwrap_err();
        assert!(!error.message.contains("full-width"), "{}", error.message);
        assert!(parse_query("SELECT ?x WHERE { ?x skos:prefLabel \"园区（一期）\"@zh } # 注：好", None).is_ok());
    }

    #[test]
    fn the_token_at_fault_is_found_whatever_the_parser_looked_ahead() {
        for (query, line, column, message) in [
            ("SELECT *\nWHERE { ?成都 ?p }", 2, 16, "unexpected '}'"),
            ("SELECT * WHERE { ?s ?p ?o ] }", 1, 27, "unexpected ']'"),
            ("SELECT ?x WHER { ?x ?y ?z }", 1, 11, "unexpected 'WHER'"),
            ("SELECT * { ?s ?p ?o . FILTER(?x >) } # end", 1, 34, "unexpected ')'"),
            ("ASK {", 1, 6, "unexpected end of the query"),
        ] {
            let error = parse_query(query, None).unwrap_err();
            assert_eq!((error.line, error.column, error.message.as_str()), (line, column, message), "{query}");
        }
    }

    #[test]
    fn undeclared_prefixes_get_a_hint_and_known_ones_need_none() {
        assert!(parse_query("SELECT * { region:510100 yp:locatedIn ?o }", None).is_ok());
        let error = parse_query("SELECT * { ?s foo:bar ?o }", None).unwrap_err();
        assert!(error.hint.as_deref().is_some_and(|hint| hint.contains("PREFIX foo:")), "{error:?}");
    }
}
