#!/bin/sh
# A SELECT, an ASK and a CONSTRUCT, through Jena's rsparql: the command of that name, or the jars of Debian's libapache-jena-java.
set -eu
if command -v rsparql >/dev/null; then ask_jena() { rsparql "$@"; }; else
  jars=$(ls /usr/share/java/*.jar | grep -E '/(jena-|slf4j-(api|simple)|commons-(cli|codec|csv|io|lang3|compress)|http(client|core)|jackson-|jsonld|titanium|jakarta\.json|thrift|libthrift|protobuf|gson|caffeine|guava|failureaccess|xercesImpl|xml-apis|xml-resolver|icu4j)' | tr '\n' ':')
  ask_jena() { java -cp "$jars" arq.rsparql "$@"; }
fi
ask_jena --version >/dev/null 2>&1 || { echo 'Jena does not start on this Java'; exit 77; }
where='{ ?s a <https://w3id.org/yuanpu/ns#Cluster> ; <http://www.w3.org/2004/02/skos/core#prefLabel> ?l }'
select=$(ask_jena --service "$1" --results csv "SELECT ?l WHERE $where" | grep -c '成都软件集群')
ask=$(ask_jena --service "$1" "ASK $where" | grep -qi yes && echo true)
construct=$(ask_jena --service "$1" --results ntriples "CONSTRUCT $where WHERE $where" | grep -c '^<')
echo "select $select ask $ask construct $construct"
