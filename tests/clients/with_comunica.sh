#!/bin/sh
# A SELECT, an ASK and a CONSTRUCT, through Comunica.
set -eu
where='{ ?s a <https://w3id.org/yuanpu/ns#Cluster> ; <http://www.w3.org/2004/02/skos/core#prefLabel> ?l }'
select=$(comunica-sparql "sparql@$1" -q "SELECT ?l WHERE $where" -t text/csv | tail -n +2 | grep -c '成都软件集群')
ask=$(comunica-sparql "sparql@$1" -q "ASK $where" -t simple)
construct=$(comunica-sparql "sparql@$1" -q "CONSTRUCT $where WHERE $where" -t application/n-triples | grep -c .)
echo "select $select ask $ask construct $construct"
