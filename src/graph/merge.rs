//! The default graph: every asserted triple once, merged over the documents, with types, names and gazetteer facts.
//!
//! It is a function of the documents' graphs and the gazetteers alone, entity by entity, so that a draft can settle just the
//! entities which a change has touched and still come out as if it had been built from nothing.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use oxigraph::model::{NamedNode, Quad, Term};

use super::background::Background;
use super::terms;

/// Classes whose members have exactly one kind, whatever the documents say (shape 8).
const ONE_KIND: &str = "https://w3id.org/yuanpu/ns#Initiative";

/// Everything that the documents' graphs say with one entity (or document) as subject.
pub(super) type Said = HashSet<(NamedNode, Term)>;

/// The default graph of documents that are all at hand: `quads` are those of their graphs. For the graph of a single document.
#[must_use]
pub fn default_graph(quads: &[Quad], background: &Background) -> Vec<Quad> {
    let mut said: BTreeMap<NamedNode, Said> = BTreeMap::new();
    for quad in quads {
        if let Some((subject, fact)) = plain(quad) {
            said.entry(subject.clone()).or_default().insert(fact);
        }
    }
    for entity in background.closure(said.keys()).into_iter().cloned().collect::<Vec<_>>() {
        said.entry(entity).or_default();
    }
    said.into_iter().flat_map(|(subject, said)| settled(&subject, said, background.facts(&subject))).collect()
}

/// Subject and fact of a quad that counts for the default graph: one that says something of an entity or a document.
pub(super) fn plain(quad: &Quad) -> Option<(&NamedNode, (NamedNode, Term))> {
    match &quad.subject {
        oxigraph::model::NamedOrBlankNode::NamedNode(subject) if !terms::is_evidence_node(subject.as_str()) => {
            Some((subject, (quad.predicate.clone(), quad.object.clone())))
        }
        _ => None,
    }
}

/// What the default graph holds of `subject`: what the documents said and what the gazetteers know, with one canonical name per
/// language. Sorted.
pub(super) fn settled(subject: &NamedNode, mut said: Said, known: &[(NamedNode, Term)]) -> Vec<Quad> {
    settle_kind(&mut said, known);
    let mut names = Names::default();
    let mut out: BTreeMap<(String, String), (NamedNode, Term)> = BTreeMap::new();
    for (from_gazetteer, (predicate, object)) in known.iter().map(|f| (true, f)).chain(said.iter().map(|f| (false, f))) {
        if !names.take(predicate, object, from_gazetteer) {
            out.insert((predicate.as_str().to_owned(), object.to_string()), (predicate.clone(), object.clone()));
        }
    }
    for (predicate, text, language) in names.settled() {
        let object: Term = terms::name_literal(&text, &language).into();
        out.insert((predicate.to_owned(), object.to_string()), (terms::known(predicate), object));
    }
    out.into_values()
        .map(|(predicate, object)| Quad::new(subject.clone(), predicate, object, oxigraph::model::GraphName::DefaultGraph))
        .collect()
}

/// Where only one kind is allowed and documents differ, the gazetteer's stands, else the first in code point order.
fn settle_kind(said: &mut Said, known: &[(NamedNode, Term)]) {
    let is_kind = |(predicate, _): &&(NamedNode, Term)| predicate.as_str() == terms::KIND;
    let of_one_kind = |(_, object): &(NamedNode, Term)| matches!(object, Term::NamedNode(class) if class.as_str() == ONE_KIND);
    if !said.iter().chain(known).any(of_one_kind) {
        return;
    }
    let by_documents = said.iter().filter(is_kind).min_by_key(|(_, kind)| kind.to_string()).cloned();
    let kept = known.iter().find(is_kind).cloned().or(by_documents);
    said.retain(|fact| fact.0.as_str() != terms::KIND || Some(fact) == kept.as_ref());
}

/// The names of one entity, by language.
#[derive(Default)]
struct Names {
    /// Canonical names: the gazetteer's sort before those of documents.
    preferred: BTreeMap<String, BTreeSet<(bool, String)>>,
    short: BTreeSet<(String, String)>,
    other: BTreeSet<(String, String)>,
    hidden: BTreeSet<(String, String)>,
}

impl Names {
    /// Takes a fact that is a name; `false` where it is none.
    fn take(&mut self, predicate: &NamedNode, object: &Term, from_gazetteer: bool) -> bool {
        let Term::Literal(literal) = object else { return false };
        let Some(language) = literal.language() else { return false };
        let (text, language) = (literal.value().to_owned(), language.to_owned());
        match predicate.as_str() {
            terms::PREF_LABEL => self.preferred.entry(language).or_default().insert((!from_gazetteer, text)),
            terms::SHORT_NAME => self.short.insert((text, language)),
            terms::ALT_LABEL => self.other.insert((text, language)),
            terms::HIDDEN_LABEL => self.hidden.insert((text, language)),
            _ => return false,
        };
        true
    }

    /// One canonical name per language; the others become alternative names; no name stands twice.
    fn settled(self) -> Vec<(&'static str, String, String)> {
        let mut out = Vec::new();
        let mut taken = HashSet::new();
        let mut others = self.other;
        for (language, labels) in self.preferred {
            let mut labels = labels.into_iter().map(|(_, text)| text);
            if let Some(label) = labels.next() {
                taken.insert((label.clone(), language.clone()));
                out.push((terms::PREF_LABEL, label, language.clone()));
            }
            others.extend(labels.map(|text| (text, language.clone())));
        }
        for (property, names) in [(terms::SHORT_NAME, self.short), (terms::ALT_LABEL, others), (terms::HIDDEN_LABEL, self.hidden)] {
            for (text, language) in names {
                if taken.insert((text.clone(), language.clone())) {
                    out.push((property, text, language));
                }
            }
        }
        out
    }
}
