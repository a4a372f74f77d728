//! Reads the manifests of the W3C test suites.

use std::path::{Path, PathBuf};

use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::vocab::rdf;
use oxigraph::model::{Graph, NamedNode, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Term, TermRef};

const MF: &str = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#";
const QT: &str = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#";
const UT: &str = "http://www.w3.org/2009/sparql/tests/test-update#";

/// Data of a test: the default graph, and named graphs with their names.
#[derive(Clone, Debug, Default)]
pub struct Data {
    pub default: Vec<PathBuf>,
    pub named: Vec<(String, PathBuf)>,
}

/// One test.
#[derive(Clone, Debug)]
pub struct Test {
    /// `suite#name`, as in the exclusions.
    pub id: String,
    /// Local name of its type.
    pub kind: String,
    /// The query or update.
    pub request: PathBuf,
    pub data: Data,
    /// Expected answer of a query.
    pub result: Option<PathBuf>,
    /// Expected state after an update.
    pub after: Data,
    /// Needs another endpoint.
    pub federated: bool,
}

/// All tests of the manifest at `path`, included ones too.
pub fn tests(path: &Path) -> Vec<Test> {
    let graph = graph(path);
    let manifest = Manifest { graph: &graph };
    let mut found = Vec::new();
    for included in manifest.lists(MF, "include") {
        found.extend(tests(&file(&included)));
    }
    let suite = path.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    for entry in manifest.lists(MF, "entries") {
        found.extend(manifest.test(&entry, &suite));
    }
    found
}

/// The base IRI of a file.
pub fn iri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// A file of Turtle, N-Triples or RDF/XML as a graph.
pub fn graph(path: &Path) -> Graph {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let format = path.extension().and_then(|e| e.to_str()).and_then(RdfFormat::from_extension).unwrap_or(RdfFormat::Turtle);
    let parser = RdfParser::from_format(format).with_base_iri(iri(path)).expect("a base").without_named_graphs();
    parser.for_slice(&bytes).map(|quad| oxigraph::model::Triple::from(quad.unwrap_or_else(|e| panic!("{}: {e}", path.display())))).collect()
}

struct Manifest<'a> {
    graph: &'a Graph,
}

impl Manifest<'_> {
    fn lists(&self, namespace: &str, name: &str) -> Vec<Term> {
        let predicate = NamedNode::new_unchecked(format!("{namespace}{name}"));
        let heads: Vec<Term> = self.graph.triples_for_predicate(&predicate).map(|triple| triple.object.into_owned()).collect();
        heads.into_iter().flat_map(|head| self.list(head)).collect()
    }

    fn list(&self, head: Term) -> Vec<Term> {
        let mut items = Vec::new();
        let mut next = resource(&head);
        while let Some(node) = next {
            let Some(item) = self.graph.object_for_subject_predicate(node.as_ref(), rdf::FIRST) else { break };
            items.push(item.into_owned());
            next =
                self.graph.object_for_subject_predicate(node.as_ref(), rdf::REST).map(TermRef::into_owned).and_then(|rest| resource(&rest));
        }
        items
    }

    fn object(&self, subject: NamedOrBlankNodeRef<'_>, namespace: &str, name: &str) -> Option<Term> {
        self.objects(subject, namespace, name).into_iter().next()
    }

    fn objects(&self, subject: NamedOrBlankNodeRef<'_>, namespace: &str, name: &str) -> Vec<Term> {
        let predicate = NamedNode::new_unchecked(format!("{namespace}{name}"));
        self.graph.objects_for_subject_predicate(subject, predicate.as_ref()).map(TermRef::into_owned).collect()
    }

    fn test(&self, entry: &Term, suite: &str) -> Option<Test> {
        let node = resource(entry)?;
        let Some(TermRef::NamedNode(kind)) = self.graph.object_for_subject_predicate(node.as_ref(), rdf::TYPE) else { return None };
        let kind = kind.as_str().rsplit('#').next()?.to_owned();
        let name = entry.to_string().trim_end_matches('>').rsplit(['#', '/']).next()?.to_owned();
        let action = self.object(node.as_ref(), MF, "action")?;
        let result = self.object(node.as_ref(), MF, "result");
        let mut test = Test {
            id: format!("{suite}#{name}"),
            kind,
            request: PathBuf::new(),
            data: Data::default(),
            result: None,
            after: Data::default(),
            federated: false,
        };
        match resource(&action)? {
            NamedOrBlankNode::NamedNode(request) => test.request = file(&request.into()),
            NamedOrBlankNode::BlankNode(node) => {
                let namespace = if test.kind.starts_with("Update") { UT } else { QT };
                let request = self.object((&node).into(), QT, "query").or_else(|| self.object((&node).into(), UT, "request"))?;
                test.request = file(&request);
                test.data = self.data((&node).into(), namespace);
                test.federated = self.object((&node).into(), QT, "serviceData").is_some();
            }
        }
        match result {
            Some(Term::NamedNode(result)) => test.result = Some(file(&result.into())),
            Some(Term::BlankNode(result)) => test.after = self.data((&result).into(), UT),
            _ => {}
        }
        Some(test)
    }

    fn data(&self, node: NamedOrBlankNodeRef<'_>, namespace: &str) -> Data {
        let named = self.objects(node, namespace, "graphData").into_iter().filter_map(|graph| match graph {
            Term::NamedNode(graph) => Some((graph.as_str().to_owned(), file(&graph.into()))),
            Term::BlankNode(graph) => {
                let label = NamedNodeRef::new_unchecked("http://www.w3.org/2000/01/rdf-schema#label");
                let Some(TermRef::Literal(label)) = self.graph.object_for_subject_predicate(&graph, label) else { return None };
                Some((label.value().to_owned(), file(&self.object((&graph).into(), UT, "graph")?)))
            }
            Term::Literal(_) => None,
        });
        Data { default: self.objects(node, namespace, "data").iter().map(file).collect(), named: named.collect() }
    }
}

fn resource(term: &Term) -> Option<NamedOrBlankNode> {
    match term {
        Term::NamedNode(node) => Some(node.clone().into()),
        Term::BlankNode(node) => Some(node.clone().into()),
        Term::Literal(_) => None,
    }
}

fn file(term: &Term) -> PathBuf {
    let text = term.to_string();
    PathBuf::from(text.trim_start_matches('<').trim_end_matches('>').trim_start_matches("file://"))
}
