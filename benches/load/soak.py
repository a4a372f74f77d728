"""Mixed load on a served folder for as long as asked: swaps of generations, clients that hang up, malformed requests.

    python3 benches/load/soak.py --yuanpu target/release/yuanpu [--minutes 10]

Builds data/documents, serves it, publishes a generation every five seconds (one document more, one less), and asks with twelve
clients. Counts answers that a well-behaved client should not get, and prints the server's memory at the start, every minute and at
the end. Exit 1 where an answer was wrong.
"""
import argparse
import collections
import http.client
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

CLUSTERS = "SELECT ?c ?l { ?c a <https://w3id.org/yuanpu/ns#Cluster> ; <http://www.w3.org/2004/02/skos/core#prefLabel> ?l }"
TWO_HOP = "SELECT * { ?a <https://w3id.org/yuanpu/ns#locatedIn> ?b . ?b <https://w3id.org/yuanpu/ns#locatedIn> ?c }"
COUNT = "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p"
ALL = "SELECT * { GRAPH ?g { ?s ?p ?o } }"


class Soak:
    def __init__(self, address, process):
        self.host, self.port = address.split("//")[1].rstrip("/").split(":")
        self.pid, self.end, self.entity = process.pid, threading.Event(), self.find_entity()
        self.seen, self.wrong = collections.Counter(), collections.Counter()

    def find_entity(self):
        """The path of some cluster's page."""
        url = f"http://{self.host}:{self.port}/sparql?query=" + urllib.parse.quote(CLUSTERS + " LIMIT 1")
        request = urllib.request.Request(url, headers={"Accept": "text/csv"})
        iri = urllib.request.urlopen(request, timeout=60).read().decode().splitlines()[1].split(",")[0]
        return urllib.parse.quote(iri[iri.index("/id/"):], safe="/%")

    def memory(self):
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) // 1024

    def ask(self, method, path, expected, headers=None, body=None):
        connection = http.client.HTTPConnection(self.host, int(self.port), timeout=60)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            response.read()
            self.seen[response.status] += 1
            if response.status not in expected:
                self.wrong[f"{method} {path[:40]}: {response.status}"] += 1
        except Exception as error:  # a broken connection is what we look for
            self.wrong[f"{method} {path[:40]}: {type(error).__name__}"] += 1
        finally:
            connection.close()

    def query(self, text, expected=(200,), accept="application/sparql-results+json", coding="identity"):
        headers = {"Content-Type": "application/sparql-query", "Accept": accept, "Accept-Encoding": coding}
        self.ask("POST", "/sparql", expected, headers, text.encode())

    def well_behaved(self, chance):
        kind = chance.randrange(8)
        if kind == 0:
            self.query(CLUSTERS, coding=chance.choice(["gzip", "zstd"]))
        elif kind == 1:
            self.query(TWO_HOP + f" LIMIT {chance.randrange(1, 500)}")
        elif kind == 2:
            self.query(COUNT)
        elif kind == 3:
            self.ask("GET", self.entity, (200,), {"Accept": "text/html"})
        elif kind == 4:
            self.ask("GET", "/api/queries", (200,))
        elif kind == 5:
            self.ask("GET", "/store?default", (200,), {"Accept": "text/turtle"})
        elif kind == 6:
            self.ask("GET", "/metrics", (200,))
        else:
            self.query(f'SELECT ?s {{ ?s ?p ?o FILTER(CONTAINS(STR(?o), "{chance.randrange(1000)}")) }} LIMIT 5')

    def malformed(self, chance):
        kind = chance.randrange(5)
        if kind == 0:
            self.query("SELECT ?s WHERE ｛ ?s ?p ?o ｝", (400,))
        elif kind == 1:
            self.ask("POST", "/sparql", (415,), {"Content-Type": "image/png"}, os.urandom(64))
        elif kind == 2:
            self.query("SELECT * { ?s ?p ?o }", (406,), accept="image/png")
        elif kind == 3:
            self.ask("POST", "/sparql", (403,), {"Content-Type": "application/sparql-update"}, b"CLEAR ALL")
        else:
            self.raw(os.urandom(200) + b"\r\n\r\n")

    def hang_up(self, chance):
        body = ALL.encode()
        head = f"POST /sparql HTTP/1.1\r\nHost: h\r\nContent-Type: application/sparql-query\r\nContent-Length: {len(body)}\r\n\r\n"
        self.raw(head.encode() + body, chance.choice([0, 1, 5000, 400_000]))

    def raw(self, data, read=0):
        """Sends bytes, reads some of the answer, and goes without a word."""
        try:
            with socket.create_connection((self.host, int(self.port)), timeout=30) as connection:
                connection.sendall(data)
                while read > 0:
                    part = connection.recv(min(read, 65536))
                    if not part:
                        break
                    read -= len(part)
                self.seen["hung up"] += 1
        except OSError:
            self.seen["hung up, reset"] += 1

    def client(self, number):
        chance = random.Random(number)
        work = [self.well_behaved, self.well_behaved, self.malformed, self.hang_up][number % 4]
        while not self.end.is_set():
            work(chance)
            if work != self.well_behaved:
                time.sleep(0.02)


def publish(yuanpu, db, documents, extra, soak):
    """A generation every five seconds: one document more, then one less."""
    more, took = False, 0.0
    while not soak.end.wait(max(0.1, 5 - took)):
        started, more = time.time(), not more
        if more:
            (documents / "extra.txt").write_text(extra)
        else:
            (documents / "extra.txt").unlink()
        done = subprocess.run([yuanpu, "--db", db, "build", "--quiet", documents], capture_output=True, text=True)
        took = time.time() - started
        soak.seen["generations"] += 1
        if done.returncode != 0:
            soak.wrong[f"build: {done.returncode} {done.stderr[:200]}"] += 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--yuanpu", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=10)
    args = parser.parse_args()
    root = Path(__file__).parents[2]
    with tempfile.TemporaryDirectory() as name:
        documents, db = Path(name) / "documents", Path(name) / "yuanpu.db"
        shutil.copytree(root / "data" / "documents", documents)
        subprocess.run([args.yuanpu, "--db", db, "build", "--quiet", documents], check=True, stdout=subprocess.DEVNULL)
        server = subprocess.Popen([args.yuanpu, "--db", db, "serve", "--bind", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
        soak = Soak(server.stdout.readline().strip(), server)
        extra = "四川省经济和信息化厅在成都市召开会议。成都市软件和信息服务产业集群位于四川省。"
        threads = [threading.Thread(target=soak.client, args=(number,)) for number in range(12)]
        threads.append(threading.Thread(target=publish, args=(args.yuanpu, db, documents, extra, soak)))
        print(f"memory before the load: {soak.memory()} MB", flush=True)
        for thread in threads:
            thread.start()
        started = time.time()
        while time.time() - started < args.minutes * 60:
            time.sleep(min(60, args.minutes * 60))
            print(f"{time.time() - started:.0f} s: {soak.memory()} MB, {sum(soak.seen.values())} requests", flush=True)
        soak.end.set()
        for thread in threads:
            thread.join()
        time.sleep(5)
        print(f"memory after the load: {soak.memory()} MB")
        server.terminate()
        print("end:", server.wait(60))
    print(json.dumps({"seen": {str(k): v for k, v in soak.seen.items()}, "wrong": soak.wrong}, ensure_ascii=False, indent=1))
    return 1 if soak.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
