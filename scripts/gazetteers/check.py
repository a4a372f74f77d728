#!/usr/bin/env python3
"""Check all gazetteers: python3 scripts/gazetteers/check.py [ontology folder]   (needs rdflib)

It tests, over all files of gazetteers/ together, that each file parses; that IRIs follow the key rule; that no entry stands twice; that each has
one Chinese prefLabel and short names unlike it; that concepts, relations and entries referred to exist; that conditions name a name of their entry;
and that statements are sorted. All faults are printed, each with its file; the exit code says whether there were any.
"""
import collections
import pathlib
import re
import sys

from rdflib import Graph, Namespace, URIRef
from rdflib.namespace import OWL, RDF, SKOS

from gazetteer_turtle import ID, entity_key

YP = Namespace("https://w3id.org/yuanpu/ns#")
SCHEME = "https://w3id.org/yuanpu/scheme#"
SEGMENT = {"Region": "region", "CompositeRegion": "region", "Park": "park", "Institution": "institution", "Person": "person", "Cluster": "cluster",
           "IndustryChain": "chain", "Industry": "industry", "Initiative": "initiative", "Platform": "platform", "Event": "event", "Honour": "honour",
           "Group": "group", "Document": "document", "PolicyDocument": "document", "Indicator": "indicator"}
NAMES = [SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel, YP.shortName, YP.oneCharacterForm]


def main(folder):
    faults = []
    graphs = parse_all(sorted((folder / "gazetteers").glob("*.ttl")), faults)
    concepts, terms = vocabulary(folder)
    owner = entries(graphs, faults)
    for path, graph in graphs.items():
        for subject in sorted(set(graph.subjects())):
            check_entry(path.name, graph, subject, owner, concepts, terms, faults)
        check_order(path, faults)
    for fault in faults:
        print(fault)
    print(f"{len(graphs)} files, {len(owner)} entries, {sum(len(g) for g in graphs.values())} triples, {len(faults)} faults")
    return 1 if faults else 0


def parse_all(paths, faults):
    graphs = {}
    for path in paths:
        try:
            graphs[path] = Graph().parse(path, format="turtle")
        except Exception as error:
            faults.append(f"{path.name}: does not parse: {error}")
    return graphs


def vocabulary(folder):
    """Concepts and terms declared in the ontology; None where the file is not there (then references to it are not tested)."""
    declared = Graph()
    for name in ("yuanpu.ttl", "units.ttl"):
        if (folder / name).exists():
            declared.parse(folder / name, format="turtle")
    concepts = {str(s) for s in declared.subjects(RDF.type, SKOS.Concept)}
    terms = {str(s) for cls in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty) for s in declared.subjects(RDF.type, cls)}
    return concepts or None, terms or None


def entries(graphs, faults):
    owner = {}
    for path, graph in graphs.items():
        for subject in set(graph.subjects(RDF.type, None)):
            if subject in owner:
                faults.append(f"{path.name}: {short(subject)}: also in {owner[subject]}")
            owner.setdefault(subject, path.name)
    return owner


def check_entry(file, graph, subject, owner, concepts, terms, faults):
    def fault(text):
        faults.append(f"{file}: {short(subject)}: {text}")

    classes = [str(c).removeprefix(str(YP)) for c in graph.objects(subject, RDF.type) if str(c).startswith(str(YP))]
    if len(classes) != 1:
        return fault(f"has {len(classes)} classes")
    chinese = [label for label in graph.objects(subject, SKOS.prefLabel) if label.language == "zh"]
    if len(chinese) != 1:
        return fault(f"has {len(chinese)} Chinese prefLabels")
    check_iri(subject, classes[0], str(chinese[0]), graph, fault)
    literals = [name for p in NAMES for name in graph.objects(subject, p)]
    names = [str(name) for name in literals]
    for name, count in collections.Counter(literals).items():
        if count > 1:
            fault(f"name “{name}” given {count} times")
    for name, count in collections.Counter(str(l) for l in literals if l not in set(graph.objects(subject, SKOS.prefLabel))).items():
        if count > 1 or name in {str(l) for l in graph.objects(subject, SKOS.prefLabel)}:
            fault(f"name “{name}” given again, in another language or property")
    for name in graph.objects(subject, YP.needsContext):
        if str(name) not in names:
            fault(f"condition on “{name}”, which is none of its names")
    for name in names:
        if not name or name != " ".join(name.split()):
            fault(f"name “{name}” is empty or has stray space")
    for name in graph.objects(subject, YP.shortName):
        if len(str(name)) < 2:
            fault(f"short name “{name}” of one character")
    for predicate, value in graph.predicate_objects(subject):
        check_reference(predicate, value, owner, concepts, terms, fault)
    for place in graph.objects(subject, YP.locatedIn):
        if place == subject:
            fault("lies in itself")


def check_iri(subject, cls, label, graph, fault):
    if cls not in SEGMENT:
        return fault(f"class {cls} is not one of entities")
    segment, _, key = str(subject).removeprefix(ID).partition("/")
    if segment != SEGMENT[cls]:
        fault(f"segment {segment} for class {cls}")
    notation = next((str(n) for n in graph.objects(subject, SKOS.notation)), None)
    coded = cls == "Region" and notation
    expected = notation if coded else entity_key(label)
    if key != expected and not key.startswith(expected + "@"):
        fault(f"key should be {expected}")


def check_reference(predicate, value, owner, concepts, terms, fault):
    if terms is not None and str(predicate).startswith(str(YP)) and str(predicate) not in terms:
        fault(f"unknown property yp:{str(predicate).removeprefix(str(YP))}")
    if not isinstance(value, URIRef):
        return
    if str(value).startswith(ID) and value not in owner:
        fault(f"refers to {short(value)}, which is in no file")
    if concepts is not None and str(value).startswith(SCHEME) and str(value) not in concepts:
        fault(f"unknown concept {str(value).removeprefix(SCHEME)}")


def check_order(path, faults):
    subjects = [line.split(" ", 1)[0] for line in path.read_text(encoding="utf-8").splitlines() if re.match(r"[a-z]+:\S+ a ", line)]
    for before, after in zip(subjects, subjects[1:]):
        if after < before:
            return faults.append(f"{path.name}: {after} stands after {before}: not sorted")


def short(iri):
    return str(iri).removeprefix(ID)


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "ontology")))
