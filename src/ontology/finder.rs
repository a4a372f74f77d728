//! Finds the place of a fault in Turtle source. Parsers forget where a triple stood, so the source is searched for the words.

use oxigraph::model::Term as RdfTerm;

use crate::model::vocabulary;

/// Searches one source. Made only when there is something to report, so that a folder without faults pays nothing.
pub(super) struct Finder<'a> {
    source: &'a str,
    /// Prefix with its colon, and namespace.
    prefixes: Vec<(&'a str, &'a str)>,
}

impl<'a> Finder<'a> {
    pub fn new(source: &'a str) -> Self {
        let prefixes = source.lines().filter_map(prefix_of_line).collect();
        Self { source, prefixes }
    }

    /// Byte where the description number `nth` (from 0) of a subject begins; the last one where there are fewer.
    pub fn subject(&self, iri: &str, nth: usize) -> Option<usize> {
        let found = self.descriptions(iri);
        found.get(nth).or(found.last()).copied()
    }

    /// Byte where a value stands after its predicate in a description of a subject; the predicate, or the subject, where it is not found.
    pub fn value(&self, iri: &str, predicate: &str, value: &RdfTerm) -> Option<usize> {
        let mut predicates = self.forms(predicate);
        if predicate.strip_prefix(vocabulary::RDF) == Some("type") {
            predicates.push("a".to_owned());
        }
        let descriptions = self.descriptions(iri);
        let mut nearest = None;
        for start in &descriptions {
            let end = self.end_of_description(*start);
            for verb in self.starts(&predicates, *start..end).filter(|at| at > start) {
                nearest = nearest.or(Some(verb));
                if let Some(at) = self.starts(&self.written(value), verb..end).find(|at| *at > verb) {
                    return Some(at);
                }
            }
        }
        nearest.or(descriptions.first().copied())
    }

    /// Where the descriptions of a subject begin: at the start of a line, or else wherever its name first stands.
    fn descriptions(&self, iri: &str) -> Vec<usize> {
        let forms = self.forms(iri);
        let mut all = self.starts(&forms, 0..self.source.len()).peekable();
        let first = all.peek().copied();
        let opening: Vec<usize> = all.filter(|at| self.line_until(*at).is_empty()).collect();
        if opening.is_empty() { first.into_iter().collect() } else { opening }
    }

    /// How a value may be written.
    fn written(&self, value: &RdfTerm) -> Vec<String> {
        match value {
            RdfTerm::NamedNode(node) => self.forms(node.as_str()),
            RdfTerm::Literal(literal) => ['"', '\''].iter().map(|mark| format!("{mark}{}{mark}", literal.value())).collect(),
            RdfTerm::BlankNode(_) => Vec::new(),
        }
    }

    /// The ways to write an IRI here.
    fn forms(&self, iri: &str) -> Vec<String> {
        let short = self.prefixes.iter().filter_map(|(prefix, namespace)| Some(format!("{prefix}{}", iri.strip_prefix(namespace)?)));
        short.chain([format!("<{iri}>")]).collect()
    }

    /// Where one of `forms` stands as a whole word within `range`, in order. Comment lines are passed over.
    fn starts(&self, forms: &[String], range: std::ops::Range<usize>) -> impl Iterator<Item = usize> {
        let mut found: Vec<usize> = forms.iter().flat_map(|form| self.words(form, range.clone())).collect();
        found.sort_unstable();
        found.into_iter()
    }

    fn words<'s>(&'s self, form: &'s str, range: std::ops::Range<usize>) -> impl Iterator<Item = usize> + 's {
        let quoted = form.starts_with(['"', '\'']);
        let text = &self.source[range.clone()];
        text.match_indices(form).map(move |(at, _)| at + range.start).filter(move |at| {
            let before = self.source[..*at].chars().next_back();
            let after = self.source[at + form.len()..].chars().next();
            let bounded = before.is_none_or(|c| c.is_whitespace() || ",;[(.".contains(c));
            let closed = quoted || after.is_none_or(|c| c.is_whitespace() || ",;])".contains(c));
            bounded && closed && !self.line_until(*at).starts_with('#')
        })
    }

    fn line_until(&self, at: usize) -> &str {
        let before = &self.source[..at];
        before.rsplit('\n').next().unwrap_or(before)
    }

    /// Descriptions begin at the start of a line; one ends where the next begins.
    fn end_of_description(&self, start: usize) -> usize {
        let rest = &self.source[start..];
        rest.match_indices('\n')
            .find(|(at, _)| rest[at + 1..].starts_with(|c: char| !c.is_whitespace() && c != '#'))
            .map_or(self.source.len(), |(at, _)| start + at)
    }
}

/// `@prefix yp: <…> .` gives `("yp:", "…")`.
fn prefix_of_line(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start();
    let rest = line.strip_prefix("@prefix").or_else(|| line.strip_prefix("PREFIX"))?.trim_start();
    let (prefix, rest) = rest.split_once('<')?;
    Some((prefix.trim_end(), rest.split_once('>')?.0))
}

#[cfg(test)]
mod tests {
    use oxigraph::model::{Literal, NamedNode};

    use super::*;

    const SOURCE: &str = "@prefix yp: <https://w3id.org/yuanpu/ns#> .\n@prefix region: <https://w3id.org/yuanpu/id/region/> .\n\
        # region:1 is spoken of\nregion:10 yp:partOf region:1 .\nregion:1 a yp:Region ;\n  yp:shortName \"甲\"@zh , \"乙\"@zh ;\n  yp:partOf region:10 .\n";

    #[test]
    fn subjects_and_values_are_found_as_whole_words() {
        let finder = Finder::new(SOURCE);
        let region = "https://w3id.org/yuanpu/id/region/1";
        let subject = finder.subject(region, 0).unwrap();
        assert!(SOURCE[subject..].starts_with("region:1 a"));
        let name = finder.value(region, "https://w3id.org/yuanpu/ns#shortName", &Literal::from("乙").into()).unwrap();
        assert!(SOURCE[name..].starts_with("\"乙\"@zh ;"));
        let ten = NamedNode::new_unchecked(format!("{region}0")).into();
        let part = finder.value(region, "https://w3id.org/yuanpu/ns#partOf", &ten).unwrap();
        assert!(SOURCE[part..].starts_with("region:10 .\n") && part > subject);
    }

    #[test]
    fn what_is_not_found_falls_back_to_the_nearest_place() {
        let finder = Finder::new(SOURCE);
        let region = "https://w3id.org/yuanpu/id/region/1";
        let part = finder.value(region, "https://w3id.org/yuanpu/ns#partOf", &Literal::from("无").into()).unwrap();
        assert!(SOURCE[part..].starts_with("yp:partOf region:10"));
        assert_eq!(finder.subject("https://w3id.org/yuanpu/id/park/1", 0), None);
    }
}
