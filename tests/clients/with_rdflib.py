"""A SELECT, an ASK, a CONSTRUCT, and an update, through rdflib's SPARQLUpdateStore."""
import sys

from rdflib import Graph
from rdflib.plugins.stores.sparqlstore import SPARQLUpdateStore

endpoint = sys.argv[1]
graph = Graph(SPARQLUpdateStore(endpoint, endpoint, context_aware=False))
where = "{ ?s a <https://w3id.org/yuanpu/ns#Cluster> ; <http://www.w3.org/2004/02/skos/core#prefLabel> ?l }"
rows = list(graph.query("SELECT ?l WHERE " + where))
assert str(rows[0].l) == "成都软件集群", rows
answer = graph.query("ASK " + where).askAnswer
triples = list(graph.query("CONSTRUCT WHERE " + where))
graph.update("INSERT DATA { <http://example.org/s> <http://example.org/p> 1 }")
assert graph.query("ASK { <http://example.org/s> ?p 1 }").askAnswer
print("select", len(rows), "ask", str(answer).lower(), "construct", len(triples))
