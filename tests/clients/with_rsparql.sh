#!/bin/sh
# A SELECT, an ASK and a CONSTRUCT, through Jena's rsparql.
set -eu
where='{ ?s a <https://w3id.org/yuanpu/ns#Cluster> ; <http://www.w3.org/2004/02/skos/core#prefLabel> ?l }'
select=$(rsparql --service "$1" --results csv "SELECT ?l WHERE $where" | grep -c '成都软件集群')
ask=$(rsparql --service "$1" "ASK $where" | grep -qi yes && echo true)
construct=$(rsparql --service "$1" --results ntriples "CONSTRUCT $where WHERE $where" | grep -c '^<')
echo "select $select ask $ask construct $construct"
