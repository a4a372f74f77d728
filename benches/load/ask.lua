-- For wrk: sends one kind of question over and over, about another region, cluster or number each time.
--   wrk ... -s ask.lua URL -- KIND
-- Prints one line: requests, seconds, errors, p50 and p99 in milliseconds.
local YP = "PREFIX yp: <https://w3id.org/yuanpu/ns#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
local ID = "https://w3id.org/yuanpu/id/"
local CLUSTERS, REGIONS = 66000, 1000

local function thing(kind, number) return "<" .. ID .. kind .. "/" .. number .. "号>" end
local function region() return thing("region", math.random(REGIONS) - 1) end

local function two_hop(place)
  return YP .. "SELECT ?park ?name ?industry { ?cluster yp:locatedIn " .. place ..
    " ; yp:industry ?industry . ?park yp:hosts ?cluster ; skos:prefLabel ?name }"
end

local kinds = {
  cheap = function()
    return YP .. "SELECT ?name { " .. thing("cluster", math.random(CLUSTERS) - 1) .. " skos:prefLabel ?name }"
  end,
  ["two-hop"] = function() return two_hop(region()) end,
  repeated = function() return two_hop(thing("region", 700)) end,
  aggregation = function()
    local above = thing("region", math.random(REGIONS / 10) - 1)
    return YP .. "SELECT ?industry (COUNT(?cluster) AS ?clusters) { ?place yp:locatedIn " .. above ..
      " . ?cluster yp:locatedIn ?place ; yp:industry ?industry } GROUP BY ?industry"
  end,
  ["label-search"] = function()
    return YP .. 'SELECT ?thing ?name { ?thing skos:prefLabel ?name FILTER(CONTAINS(?name, "第' ..
      (1000 + math.random(9000)) .. '")) } LIMIT 20'
  end,
}

local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

local question
function init(args)
  math.randomseed(20261123 + number)
  question = kinds[args[1]]
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/sparql-query"
  wrk.headers["Accept"] = "application/sparql-results+json"
end

function request() return wrk.format(nil, nil, nil, question()) end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %.3f %d %.2f %.2f\n", summary.requests, summary.duration / 1e6,
    e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
