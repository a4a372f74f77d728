//! Reads Rust source as far as the rules need it: paths with their lines, literals, and what stands under `#[cfg(test)]`.
//!
//! No parser: comments and literals are told apart from code, use trees are unfolded, `super` is resolved by file and inline
//! module. Macros are read as plain code, which is what the rules want.

/// A source file: its path from the root of the repository, with `/`, and its text.
#[derive(Clone, Debug)]
pub struct Source {
    pub path: String,
    pub text: String,
}

/// A path as written, unfolded from its use tree and with `super` and `self` resolved: `crate::model::Span`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathUse {
    pub path: Vec<String>,
    pub line: usize,
    pub in_test: bool,
}

/// The inside of a string or character literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    pub text: String,
    pub line: usize,
    pub in_test: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Word,
    Literal,
    Mark,
}

#[derive(Clone, Debug)]
struct Token {
    kind: Kind,
    text: String,
    line: usize,
    /// Inline modules around the token: `mod tests { … }` is one.
    depth: usize,
    in_test: bool,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// All paths of two or more segments, and those of one in a `use`.
    pub fn paths(&self) -> Vec<PathUse> {
        let tokens = self.tokens();
        let mut found = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            let token = &tokens[at];
            if token.text == "use" && token.kind == Kind::Word {
                at = self.use_tree(&tokens, at + 1, &[], &mut found);
            } else if token.kind == Kind::Word {
                let (path, next) = straight_path(&tokens, at);
                if path.len() > 1 {
                    found.push(PathUse { path: self.resolved(path, token.depth), line: token.line, in_test: token.in_test });
                }
                at = next;
            } else {
                at += 1;
            }
        }
        found
    }

    /// All string and character literals.
    pub fn literals(&self) -> Vec<Literal> {
        let literals = self.tokens().into_iter().filter(|token| token.kind == Kind::Literal);
        literals.map(|token| Literal { text: token.text, line: token.line, in_test: token.in_test }).collect()
    }

    /// Names declared by `pub mod name;` at the top of the file.
    pub fn public_modules(&self) -> Vec<String> {
        let tokens = self.tokens();
        let declared = tokens.windows(4).filter(|w| w[0].depth == 0 && w[0].text == "pub" && w[1].text == "mod" && w[3].text == ";");
        declared.map(|w| w[2].text.clone()).collect()
    }

    /// Reads the use tree that starts at `at`; gives the position after it.
    fn use_tree(&self, tokens: &[Token], at: usize, before: &[String], found: &mut Vec<PathUse>) -> usize {
        let mut path = before.to_vec();
        let mut at = at;
        let mut complete = false;
        while let Some(token) = tokens.get(at) {
            match token.text.as_str() {
                "{" => {
                    at += 1;
                    while tokens.get(at).is_some_and(|t| t.text != "}") {
                        at = self.use_tree(tokens, at, &path, found);
                        at += usize::from(tokens.get(at).is_some_and(|t| t.text == ","));
                    }
                    complete = true;
                    at += 1;
                }
                ";" | "," | "}" => break,
                "as" => at += 2,
                "::" => at += 1,
                name => {
                    path.push(name.to_owned());
                    at += 1;
                }
            }
        }
        if !complete && let Some(last) = tokens.get(at.saturating_sub(1)) {
            found.push(PathUse { path: self.resolved(path, last.depth), line: last.line, in_test: last.in_test });
        }
        at
    }

    /// Makes a leading `self` or `super` start with `crate`.
    fn resolved(&self, path: Vec<String>, depth: usize) -> Vec<String> {
        let steps = path.iter().take_while(|segment| *segment == "super").count();
        let skipped = if steps > 0 { steps } else { usize::from(path.first().is_some_and(|s| s == "self")) };
        if skipped == 0 {
            return path;
        }
        let mut module = self.module();
        module.extend(std::iter::repeat_n("inline".to_owned(), depth));
        module.truncate(module.len().saturating_sub(steps).max(1));
        module.extend(path.into_iter().skip(skipped));
        module
    }

    /// The module that the file is: `["crate", "graph", "quads"]`.
    fn module(&self) -> Vec<String> {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let stem = inside.strip_suffix(".rs").unwrap_or(inside);
        let segments = stem.split('/').filter(|s| !matches!(*s, "mod" | "lib" | "main"));
        std::iter::once("crate").chain(segments).map(str::to_owned).collect()
    }

    fn tokens(&self) -> Vec<Token> {
        let mut tokens = Vec::new();
        let mut reader = Reader { chars: self.text.chars().collect(), at: 0, line: 1 };
        while let Some((kind, text, line)) = reader.next() {
            tokens.push(Token { kind, text, line, depth: 0, in_test: false });
        }
        mark_modules(&mut tokens);
        tokens
    }
}

/// A path written in code, from the word at `at`; gives the position after it.
fn straight_path(tokens: &[Token], at: usize) -> (Vec<String>, usize) {
    let mut path = vec![tokens[at].text.clone()];
    let mut at = at + 1;
    while tokens.get(at).is_some_and(|t| t.text == "::") && tokens.get(at + 1).is_some_and(|t| t.kind == Kind::Word) {
        path.push(tokens[at + 1].text.clone());
        at += 2;
    }
    (path, at)
}

/// Notes for each token how many inline modules it stands in and whether one of them, or its item, is under `#[cfg(test)]`.
fn mark_modules(tokens: &mut [Token]) {
    // One entry per open brace: is it a module, and is it a test.
    let mut open: Vec<(bool, bool)> = Vec::new();
    let mut test_ahead = false;
    for at in 0..tokens.len() {
        let text = |back: usize| at.checked_sub(back).map_or("", |i| tokens[i].text.as_str());
        let is_module = tokens[at].text == "{" && text(2) == "mod";
        test_ahead |= tokens[at].text == "test" && text(1) == "(" && text(2) == "cfg";
        let depth = open.iter().filter(|(module, _)| *module).count();
        let in_test = open.iter().any(|(_, test)| *test);
        tokens[at].depth = depth;
        tokens[at].in_test = in_test;
        match (tokens[at].kind == Kind::Mark, tokens[at].text.as_str()) {
            (true, "{") => open.push((is_module, std::mem::take(&mut test_ahead))),
            (true, "}") => drop(open.pop()),
            (true, ";") => test_ahead = false,
            _ => {}
        }
    }
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    line: usize,
}

impl Reader {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn step(&mut self) -> char {
        let c = self.peek(0);
        self.line += usize::from(c == '\n');
        self.at += 1;
        c
    }

    fn next(&mut self) -> Option<(Kind, String, usize)> {
        self.skip_blank();
        if self.at >= self.chars.len() {
            return None;
        }
        let line = self.line;
        let c = self.peek(0);
        let token = if c == '"' {
            self.step();
            (Kind::Literal, self.quoted('"'))
        } else if c == '\'' {
            self.character_or_lifetime()
        } else if c.is_alphanumeric() || c == '_' {
            self.word_or_raw()
        } else if c == ':' && self.peek(1) == ':' {
            self.at += 2;
            (Kind::Mark, "::".to_owned())
        } else {
            (Kind::Mark, self.step().to_string())
        };
        Some((token.0, token.1, line))
    }

    /// Skips white space and comments, nested ones too.
    fn skip_blank(&mut self) {
        loop {
            if self.peek(0).is_whitespace() {
                self.step();
            } else if self.peek(0) == '/' && self.peek(1) == '/' {
                while self.at < self.chars.len() && self.peek(0) != '\n' {
                    self.step();
                }
            } else if self.peek(0) == '/' && self.peek(1) == '*' {
                let mut depth = 0_usize;
                loop {
                    match (self.peek(0), self.peek(1)) {
                        ('/', '*') => depth += 1,
                        ('*', '/') => depth -= 1,
                        _ => {
                            self.step();
                            if self.at >= self.chars.len() {
                                return;
                            }
                            continue;
                        }
                    }
                    self.at += 2;
                    if depth == 0 {
                        break;
                    }
                }
            } else {
                return;
            }
        }
    }

    /// The rest of a literal up to the bare `end`; escapes stay as written, but `\u{…}` is decoded.
    fn quoted(&mut self, end: char) -> String {
        let mut text = String::new();
        while self.at < self.chars.len() {
            let c = self.step();
            if c == end {
                break;
            }
            if c == '\\' && self.peek(0) == 'u' && self.peek(1) == '{' {
                self.at += 2;
                let digits: String = std::iter::from_fn(|| Some(self.step()).filter(|c| *c != '}' && *c != '\0')).collect();
                text.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
            } else if c == '\\' {
                text.push(c);
                text.push(self.step());
            } else {
                text.push(c);
            }
        }
        text
    }

    fn character_or_lifetime(&mut self) -> (Kind, String) {
        self.step();
        let is_lifetime = (self.peek(0).is_alphanumeric() || self.peek(0) == '_') && self.peek(1) != '\'';
        if is_lifetime {
            while self.peek(0).is_alphanumeric() || self.peek(0) == '_' {
                self.step();
            }
            (Kind::Mark, "'".to_owned())
        } else {
            (Kind::Literal, self.quoted('\''))
        }
    }

    /// A word, or a raw or byte literal that begins like one.
    fn word_or_raw(&mut self) -> (Kind, String) {
        let start = self.at;
        while self.peek(0).is_alphanumeric() || self.peek(0) == '_' {
            self.step();
        }
        let word: String = self.chars[start..self.at].iter().collect();
        let hashes = (0..).take_while(|i| self.peek(*i) == '#').count();
        if matches!(word.as_str(), "r" | "br" | "cr") && self.peek(hashes) == '"' {
            self.at += hashes + 1;
            return (Kind::Literal, self.raw(hashes));
        }
        if matches!(word.as_str(), "b" | "c") && self.peek(0) == '"' {
            self.step();
            return (Kind::Literal, self.quoted('"'));
        }
        if word == "b" && self.peek(0) == '\'' {
            self.step();
            return (Kind::Literal, self.quoted('\''));
        }
        (Kind::Word, word)
    }

    fn raw(&mut self, hashes: usize) -> String {
        let mut text = String::new();
        while self.at < self.chars.len() {
            let c = self.step();
            if c == '"' && (0..hashes).all(|i| self.peek(i) == '#') {
                self.at += hashes;
                break;
            }
            text.push(c);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(path: &str, text: &str) -> Vec<String> {
        Source::new(path, text).paths().into_iter().map(|found| found.path.join("::")).collect()
    }

    #[test]
    fn use_trees_are_unfolded() {
        let text = "use a::{b, c::{d, self}, e as f};\npub use g::*;\nuse h;";
        assert_eq!(paths("src/x.rs", text), ["a::b", "a::c::d", "a::c::self", "a::e", "g::*", "h"]);
    }

    #[test]
    fn super_is_resolved_by_file_and_inline_module() {
        assert_eq!(paths("src/graph/quads.rs", "use super::terms;"), ["crate::graph::terms"]);
        assert_eq!(paths("src/graph/mod.rs", "use super::model::Span;"), ["crate::model::Span"]);
        assert_eq!(paths("src/graph/quads.rs", "mod tests { use super::super::terms; }"), ["crate::graph::terms"]);
        assert_eq!(paths("src/graph/quads.rs", "use super::super::extract::X;"), ["crate::extract::X"]);
        assert_eq!(paths("src/graph/mod.rs", "pub use self::quads::quads;"), ["crate::graph::quads::quads"]);
    }

    #[test]
    fn comments_and_literals_are_no_code() {
        let text = "// use a::b;\n/* use c::d; /* e::f */ */ let s = \"g::h\"; let r = r#\"i::\"j\"#; let c = '\"'; k::l();";
        assert_eq!(paths("src/x.rs", text), ["k::l"]);
        let literals: Vec<String> = Source::new("src/x.rs", text).literals().into_iter().map(|l| l.text).collect();
        assert_eq!(literals, ["g::h", "i::\"j", "\""]);
    }

    #[test]
    fn literals_know_whether_they_stand_in_tests() {
        let text =
            "fn f<'a>(x: &'a str) { g(\"out\\u{96c6}\") }\n#[cfg(test)]\nmod tests {\n  fn t() { h(\"in\", 'x') }\n}\nfn i() { \"after\" }";
        let literals = Source::new("src/x.rs", text).literals();
        let seen: Vec<(&str, usize, bool)> = literals.iter().map(|l| (l.text.as_str(), l.line, l.in_test)).collect();
        assert_eq!(seen, [("out集", 1, false), ("in", 4, true), ("x", 4, true), ("after", 6, false)]);
    }

    #[test]
    fn public_modules_are_those_of_the_file_itself() {
        let text = "pub mod a;\nmod b;\nmod c { pub mod d; }\npub(crate) mod e;";
        assert_eq!(Source::new("src/lib.rs", text).public_modules(), ["a"]);
    }
}
