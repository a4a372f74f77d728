#!/usr/bin/env python3
"""Validates graphs against ontology/shapes.ttl with pySHACL, an implementation that is not ours.

Usage:  python3 scripts/validate_shacl.py [--ontology DIR] [--gazetteers] [GRAPH ...]

A GRAPH is an exported file (.ttl .nt .nq .trig .jsonld .rdf); the named graphs of .nq and .trig are taken together. It is
validated together with the vocabulary (yuanpu.ttl, units.ttl), and with all gazetteers where they are asked for (minutes).
Without a GRAPH the vocabulary alone is validated. Warnings are counted, not held against the graph.
Exit code: 0 conforms, 1 violations, 2 bad input, 77 skipped because pyshacl is not installed.
"""

import argparse
import collections
import pathlib
import sys

SKIPPED = 77
FORMATS = {".ttl": "turtle", ".nt": "nt", ".nq": "nquads", ".trig": "trig", ".jsonld": "json-ld", ".rdf": "xml"}
SHOWN = 20

try:
    import pyshacl
    import rdflib
except ImportError as missing:
    print(f"SKIPPED: SHACL validation needs pyshacl ({missing}); pip install pyshacl", file=sys.stderr)
    sys.exit(SKIPPED)

SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")


def read(paths):
    """All triples of the files, named graphs taken together."""
    merged = rdflib.Graph()
    for path in paths:
        form = FORMATS.get(path.suffix)
        if form is None:
            sys.exit(fail(f"{path}: unknown format; one of {' '.join(FORMATS)}"))
        source = rdflib.Dataset(default_union=True)
        try:
            source.parse(path, format=form)
        except Exception as error:  # each parser of rdflib raises its own
            sys.exit(fail(f"{path}: {error}"))
        for triple in source.triples((None, None, None)):
            merged.add(triple)
    return merged


def fail(message):
    """Prints an error and gives the exit code for bad input."""
    print(f"error: {message}", file=sys.stderr)
    return 2


def report(results):
    """Prints the violations, grouped by shape and message, and gives their number."""
    by_severity = collections.Counter()
    violations = []
    for result in results.subjects(rdflib.RDF.type, SH.ValidationResult):
        severity = results.value(result, SH.resultSeverity)
        by_severity[severity] += 1
        if severity == SH.Violation:
            message = min((str(m) for m in results.objects(result, SH.resultMessage)), default="")
            node, path, value = (results.value(result, p) for p in (SH.focusNode, SH.resultPath, SH.value))
            violations.append(f"{message}\n    node {node}\n    path {path}\n    value {value}")
    for text in sorted(violations)[:SHOWN]:
        print(text)
    if len(violations) > SHOWN:
        print(f"… and {len(violations) - SHOWN} more")
    print(f"{len(violations)} violations, {by_severity[SH.Warning]} warnings, {by_severity[SH.Info]} hints")
    return len(violations)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ontology", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent / "ontology")
    parser.add_argument("--gazetteers", action="store_true")
    parser.add_argument("graphs", nargs="*", type=pathlib.Path)
    arguments = parser.parse_args()
    folder = arguments.ontology
    shapes = folder / "shapes.ttl"
    missing = [path for path in [shapes, *arguments.graphs] if not path.is_file()]
    if missing:
        sys.exit(fail(f"no such file: {missing[0]}"))
    knowledge = sorted(path for path in folder.glob("*.ttl") if path != shapes)
    if arguments.gazetteers:
        knowledge += sorted(folder.glob("gazetteers/*.ttl"))
    graph = read([*knowledge, *arguments.graphs])
    # The graph and the ontology are one data graph: target classes follow rdfs:subClassOf, nothing is inferred.
    _, results, _ = pyshacl.validate(graph, shacl_graph=read([shapes]), inference="none", advanced=False)
    print(f"{len(graph)} triples: ", end="")
    sys.exit(1 if report(results) else 0)


if __name__ == "__main__":
    main()
