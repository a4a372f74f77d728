#!/bin/sh
# A SELECT, an ASK and a CONSTRUCT, through Jena's rsparql: the command where there is one, else the class in Debian's
# libapache-jena-java. That package (4.5.0-2) renamed the classes of its copy of Xerces but not their messages, and cannot start
# without them; they are laid where the classes look.
set -eu
jars=$(mktemp -d)
trap 'rm -rf "$jars"' EXIT

class_path() {
  python3 - "$jars" <<'PYTHON'
import sys, zipfile
from pathlib import Path
with zipfile.ZipFile("/usr/share/java/jena-core.jar") as jar:
    old = "org/apache/jena/ext/xerces/"
    for name in jar.namelist():
        if name.startswith(old) and name.endswith(".properties"):
            place = Path(sys.argv[1]) / "xerces" / name[len(old):]
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(jar.read(name))
PYTHON
  printf '%s' "$jars"
  needs=$(dpkg -s libapache-jena-java | sed -n 's/^Depends: //p' | sed 's/([^)]*)//g; s/,//g')
  for package in libapache-jena-java $needs; do dpkg -L "$package" 2>/dev/null; done |
    grep -E '^/usr/share/java/[^/]*\.jar$' | grep -vE 'over-slf4j|slf4j-(log4j|jdk|jcl|nop|ext|mig)|jcl-over|jul-to|[0-9]\.jar$' |
    while read -r jar; do printf ':%s' "$jar"; done
}

if command -v rsparql >/dev/null; then
  ask() { rsparql "$@"; }
else
  java_path=$(class_path)
  ask() { java -cp "$java_path" arq.rsparql "$@"; }
fi
where='{ ?s a <https://w3id.org/yuanpu/ns#Cluster> ; <http://www.w3.org/2004/02/skos/core#prefLabel> ?l }'
select=$(ask --service "$1" --results csv "SELECT ?l WHERE $where" | grep -c '成都软件集群')
ask=$(ask --service "$1" "ASK $where" | grep -qi yes && echo true)
construct=$(ask --service "$1" --results ntriples "CONSTRUCT $where WHERE $where" | grep -c '^<')
echo "select $select ask $ask construct $construct"
