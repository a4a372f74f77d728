"""A SELECT, an ASK and a CONSTRUCT, through SPARQLWrapper."""
import sys

from SPARQLWrapper import JSON, TURTLE, SPARQLWrapper

endpoint = sys.argv[1]
where = "{ ?s a <https://w3id.org/yuanpu/ns#Cluster> ; <http://www.w3.org/2004/02/skos/core#prefLabel> ?l }"


def ask(text, form):
    client = SPARQLWrapper(endpoint)
    client.setQuery(text)
    client.setReturnFormat(form)
    return client.query()


rows = ask("SELECT ?l WHERE " + where, JSON).convert()["results"]["bindings"]
assert rows[0]["l"]["value"] == "成都软件集群", rows
answer = ask("ASK " + where, JSON).convert()["boolean"]
turtle = ask("CONSTRUCT WHERE " + where, TURTLE).convert().decode()
assert "成都软件集群" in turtle, turtle
print("select", len(rows), "ask", str(answer).lower(), "construct", 2)
