"""Two servers side by side, on the same million triples and the same questions: requests per second and the 99th percentile.

    python3 benches/load/run.py --yuanpu target/release/yuanpu --made-corpus target/release/examples/made_corpus \
        --oxigraph PATH/oxigraph [--seconds 5] [--memory] [--folder KEPT]

The oxigraph server is in the wheel `oxigraph==0.5.13` (pip download, unzip, chmod +x); wrk is a Debian package. The data: the graph
of 200 documents of the made corpus, read by `yuanpu build`, and a made graph of parks, clusters and regions up to a million. Both
servers keep their data on disk; with --memory theirs keeps it in memory, as a build of ours without the feature rocksdb does. The miss path is measured with our result cache off; `repeated` asks one
two-hop question again and again, with the cache on.
"""
import argparse
import contextlib
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).parent
CLUSTERS, REGIONS, DOCUMENTS = 66_000, 1_000, 200
YP, ID = "https://w3id.org/yuanpu/ns#", "https://w3id.org/yuanpu/id/"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
LABEL = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
KINDS = ["cheap", "two-hop", "aggregation", "label-search"]
CONNECTIONS = [1, 16, 256]


def thing(kind, number):
    return f"<{ID}{kind}/{number}号>"


def made_graph():
    """Regions in a tree, clusters in regions, a park for each cluster."""
    chance = random.Random(20261123)
    located, industry, hosts = f"<{YP}locatedIn>", f"<{YP}industry>", f"<{YP}hosts>"
    for at in range(REGIONS):
        yield f'{thing("region", at)} {TYPE} <{YP}Region> .'
        yield f'{thing("region", at)} {LABEL} "第{at}区"@zh .'
        if at:
            yield f'{thing("region", at)} {located} {thing("region", at // 10)} .'
    for at in range(CLUSTERS):
        cluster, park = thing("cluster", at), thing("park", at)
        region = thing("region", chance.randrange(REGIONS))
        yield f"{cluster} {TYPE} <{YP}Cluster> ."
        yield f'{cluster} {LABEL} "第{at}产业集群"@zh .'
        yield f"{cluster} {located} {region} ."
        yield f'{cluster} {industry} {thing("industry", chance.randrange(60))} .'
        yield f"{park} {TYPE} <{YP}Park> ."
        yield f'{park} {LABEL} "第{at}产业园"@zh .'
        yield f"{park} {located} {region} ."
        yield f"{park} {hosts} {cluster} ."


def make_data(folder, yuanpu, made_corpus):
    """Writes data.nq; says how many quads come from extraction."""
    subprocess.run([made_corpus, str(DOCUMENTS), folder / "documents"], check=True)
    base = [yuanpu, "--db", folder / "extracted.db"]
    subprocess.run([*base, "build", "--quiet", folder / "documents"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*base, "export", "--all", "--format", "nq", "-o", folder / "extracted.nq"], check=True)
    extracted = (folder / "extracted.nq").read_text().splitlines()
    made = list(made_graph())
    (folder / "data.nq").write_text("\n".join(extracted + made) + "\n")
    print(f"{len(extracted) + len(made)} quads, {len(extracted)} of them from {DOCUMENTS} documents", file=sys.stderr)


def send(url, path):
    request = urllib.request.Request(url, path.read_bytes(), {"Content-Type": "application/n-quads"}, method="POST")
    urllib.request.urlopen(request, timeout=600).read()


@contextlib.contextmanager
def running(command, url):
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(url + "/sparql?query=ASK%20%7B%7D", timeout=5).read()
                break
            time.sleep(0.1)
        else:
            raise SystemExit(f"{command[0]} does not answer")
        yield process
    finally:
        process.terminate()
        process.wait(120)


def wrk(url, kind, connections, seconds):
    """Requests per second, errors, p50 and p99 in milliseconds."""
    threads = min(2, connections)
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "-s", HERE / "ask.lua", url + "/sparql", "--", kind]
    output = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True).stdout
    found = next(line for line in output.splitlines() if line.startswith("RESULT")).split()[1:]
    requests, time_taken, errors, p50, p99 = map(float, found)
    return requests / time_taken, int(errors), p50, p99


def measure(url, kinds, seconds):
    results = {}
    for kind in kinds:
        wrk(url, kind, 4, 1)
        for connections in CONNECTIONS:
            results[kind, connections] = wrk(url, kind, connections, seconds)
            print(kind, connections, results[kind, connections], file=sys.stderr)
    return results


def ours(folder, args):
    url, db = "http://127.0.0.1:7901", folder / "ours.db"
    base = [args.yuanpu, "--db", db, "serve", "--bind", "127.0.0.1:7901", "--timeout", "60", "--max-body", "1000"]
    if not db.exists():
        with running([*base, "--writable"], url):
            send(url + "/store", folder / "data.nq")
    with running([*base, "--cache", "0"], url):
        time.sleep(10)  # the counts of the generation are made beside serving it
        results = measure(url, KINDS, args.seconds)
    with running(base, url):
        results |= measure(url, ["repeated"], args.seconds)
    return results


def theirs(folder, args):
    url = "http://127.0.0.1:7902"
    place = [] if args.memory else ["--location", folder / "theirs.db"]
    if place and not place[1].exists():
        subprocess.run([args.oxigraph, "load", *place, "--file", folder / "data.nq"], check=True, capture_output=True)
        subprocess.run([args.oxigraph, "optimize", *place], check=True, capture_output=True)
    with running([args.oxigraph, "serve" if args.memory else "serve-read-only", *place, "--bind", "127.0.0.1:7902"], url):
        if args.memory:
            send(url + "/store?no_transaction", folder / "data.nq")
        # Searches last: they go on computing for clients that have gone, and whatever is asked next waits for them.
        return measure(url, [*KINDS[:-1], "repeated", KINDS[-1]], args.seconds)


def main():
    parser = argparse.ArgumentParser()
    for name in ["--yuanpu", "--made-corpus", "--oxigraph"]:
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--folder", type=Path, help="keeps the data and the stores for another run")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--memory", action="store_true")
    args = parser.parse_args()
    with contextlib.ExitStack() as ends:
        folder = args.folder or Path(ends.enter_context(tempfile.TemporaryDirectory()))
        if not (folder / "data.nq").exists():
            make_data(folder, args.yuanpu, args.made_corpus)
        us, them = ours(folder, args), theirs(folder, args)
    print("| question | connections | yuanpu req/s | oxigraph req/s | ratio | yuanpu p99 ms | oxigraph p99 ms | errors |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for (kind, connections), (rate, errors, _, p99) in us.items():
        their_rate, their_errors, _, their_p99 = them[kind, connections]
        # Slow questions are few in so short a time: a decimal tells more.
        rates = [f"{each:.1f}" if each < 10 else f"{each:.0f}" for each in (rate, their_rate)]
        ratio = f"{rate / their_rate:.1f}" if their_rate else "–"
        cells = [kind, connections, *rates, ratio, f"{p99:.1f}", f"{their_p99:.1f}" if their_rate else "–", f"{errors} / {their_errors}"]
        print("| " + " | ".join(map(str, cells)) + " |")


if __name__ == "__main__":
    main()
