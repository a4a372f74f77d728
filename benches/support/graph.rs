//! A made graph of parks, clusters and regions with names, the shape that the named questions run over.

use oxigraph::model::vocab::rdf;
use oxigraph::model::{GraphName, Literal, NamedNode, Quad, Term};

use super::{Random, SEED};

const YP: &str = "https://w3id.org/yuanpu/ns#";
const ID: &str = "https://w3id.org/yuanpu/id/";
const SKOS_LABEL: &str = "http://www.w3.org/2004/02/skos/core#prefLabel";

/// Quads of one cluster, its park, and its share of one region for every hundred.
pub const QUADS_PER_CLUSTER: usize = 8;

fn node(iri: String) -> NamedNode {
    NamedNode::new_unchecked(iri)
}

fn thing(kind: &str, number: usize) -> NamedNode {
    node(format!("{ID}{kind}/{number}号"))
}

fn quad(subject: &NamedNode, predicate: &str, object: impl Into<Term>) -> Quad {
    Quad::new(subject.clone(), node(format!("{YP}{predicate}")), object, GraphName::DefaultGraph)
}

fn typed(subject: &NamedNode, class: &str) -> Quad {
    Quad::new(subject.clone(), rdf::TYPE, node(format!("{YP}{class}")), GraphName::DefaultGraph)
}

fn named(subject: &NamedNode, name: String) -> Quad {
    let label = Literal::new_language_tagged_literal_unchecked(name, "zh");
    Quad::new(subject.clone(), node(SKOS_LABEL.to_owned()), label, GraphName::DefaultGraph)
}

/// A graph of `clusters` clusters: eight quads each, and three for each of the regions, which form a tree of four levels.
pub fn quads(clusters: usize) -> Vec<Quad> {
    let mut random = Random::new(SEED);
    let mut quads = Vec::with_capacity(clusters * (QUADS_PER_CLUSTER + 1));
    let regions = clusters / 100;
    for at in 0..regions {
        let region = thing("region", at);
        quads.push(typed(&region, "Region"));
        quads.push(named(&region, format!("第{at}区")));
        if at > 0 {
            quads.push(quad(&region, "locatedIn", thing("region", at / 10)));
        }
    }
    for at in 0..clusters {
        let (cluster, park) = (thing("cluster", at), thing("park", at));
        let region = thing("region", random.below(regions));
        quads.push(typed(&cluster, "Cluster"));
        quads.push(named(&cluster, format!("第{at}产业集群")));
        quads.push(quad(&cluster, "locatedIn", region.clone()));
        quads.push(quad(&cluster, "industry", thing("industry", random.below(60))));
        quads.push(typed(&park, "Park"));
        quads.push(named(&park, format!("第{at}产业园")));
        quads.push(quad(&park, "locatedIn", region));
        quads.push(quad(&park, "hosts", cluster));
    }
    quads
}
