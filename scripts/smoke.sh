#!/usr/bin/env bash
# The main job once on the on-disk store: build twice, ask, validate, export and read back. Any failure ends it.
# Usage: scripts/smoke.sh [PATH OF THE PROGRAM]
set -euo pipefail
cd "$(dirname "$0")/.."

yuanpu="${1:-target/release/yuanpu}"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
export YUANPU_DB="$folder/yuanpu.db"

"$yuanpu" build data/documents
"$yuanpu" build data/documents
rows="$("$yuanpu" query --format csv 'SELECT ?c { ?c a yp:Cluster }' | wc -l)"
[ "$rows" -gt 20 ] || { echo "smoke: only $rows rows of clusters" >&2; exit 1; }
"$yuanpu" validate
"$yuanpu" export --format ttl --self-check -o "$folder/graph.ttl"
[ -s "$folder/graph.ttl" ] || { echo 'smoke: the export is empty' >&2; exit 1; }
echo "smoke: the on-disk store holds what was built ($rows rows)"
