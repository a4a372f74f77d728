#!/usr/bin/env bash
# The main job on data/documents: build the graph, ask one question, write Turtle, DOT and SVG under out/.
# Usage: scripts/demo.sh [PATH OF THE PROGRAM]
set -euo pipefail
cd "$(dirname "$0")/.."

yuanpu="${1:-target/release/yuanpu}"
export YUANPU_DB=out/yuanpu.db
mkdir -p out

run() {
  printf '\n$ yuanpu %s\n' "$*"
  "$yuanpu" "$@"
}

run build data/documents
run query --format table --labels cq-01-clusters-of-region --region 成都市
run export --format ttl --self-check -o out/graph.ttl
run dot -o out/graph.dot
if command -v dot > /dev/null; then
  run dot --render svg -o out/graph.svg
else
  printf '\ndemo: Graphviz is not installed, so out/graph.svg was not drawn; out/graph.dot is there\n' >&2
fi

printf '\nout/ now holds:\n'
ls -lh out/graph.*
printf '\nnext: %s --db out/yuanpu.db explain 成都市\n' "$yuanpu"
