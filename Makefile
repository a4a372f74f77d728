# make demo   documents to graph, a question answered, Turtle and pictures under out/
# make test   everything: formatting, tests, lints, docs, dependency policy
# `make help` lists the rest.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# One profile for building, testing and linting, so that the C++ store is compiled once. ccache, where it is installed, is
# found through its links in /usr/lib/ccache: unlike CXX, PATH is no reason for cargo to compile the store anew, and plain
# `cargo` commands share the same objects. .venv holds the outside readers of the tests, if setup made it.
export PATH := /usr/lib/ccache:$(CURDIR)/.venv/bin:$(PATH)
CARGO ?= cargo
YUANPU = $${CARGO_TARGET_DIR:-target}/release/yuanpu

# The pedantic lints advise where one works (`cargo clippy`); all others stop the run.
ADVICE = -A clippy::pedantic
# Tests may unwrap, panic and print; the program may not.
IN_TESTS = -A clippy::unwrap_used -A clippy::expect_used -A clippy::panic -A clippy::print_stdout -A clippy::print_stderr \
	-A clippy::unwrap_in_result -A clippy::too_many_lines -A missing_docs

.PHONY: help setup build demo test check-format unit disk test-disk lint doc deny clients bench bench-load made-corpus soak scale train fmt clean

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1\t/' | expand -t 20

setup: ## install what is missing (says so first)
	@scripts/setup.sh

build: setup ## the program, with the on-disk store
	$(CARGO) build --release --locked

demo: build ## data/documents to a graph, one question, out/graph.{ttl,dot,svg}
	@scripts/demo.sh "$(YUANPU)"

test: setup check-format unit disk test-disk lint doc deny ## everything that must hold

check-format:
	$(CARGO) fmt --check

unit: ## all tests, the store in memory
	$(CARGO) test --release --locked --no-default-features

disk: build ## the main job on the on-disk store
	@scripts/smoke.sh "$(YUANPU)"

test-disk: setup ## the tests of the store and of the service again, on disk
	$(CARGO) test --release --locked --test store_incremental --test store_faults --test store_facts --test store_export --test http

lint: ## clippy, warnings are errors, with and without the on-disk store
	$(CARGO) clippy --release --locked --lib --bins -- -D warnings $(ADVICE)
	$(CARGO) clippy --release --locked --all-targets -- -D warnings $(ADVICE) $(IN_TESTS)
	$(CARGO) clippy --release --locked --lib --bins --no-default-features -- -D warnings $(ADVICE)

doc: ## rustdoc without warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --release --locked --no-deps --document-private-items

deny: ## licences, sources and duplicates of the dependencies
	@if command -v cargo-deny > /dev/null; then \
		$(CARGO) deny --offline check --hide-inclusion-graph licenses bans sources; \
	else \
		echo '******** SKIPPED: cargo-deny is not installed (cargo install cargo-deny --locked) ********' >&2; \
	fi

clients: build ## rdflib, SPARQLWrapper, Comunica and Jena, those that are installed, ask our server
	YUANPU="$(YUANPU)" tests/clients/run

bench: setup ## measure reading, extraction, loading and querying (benches/README.md)
	$(CARGO) bench --profile release --locked

MADE_CORPUS = $${CARGO_TARGET_DIR:-target}/release/examples/made_corpus

made-corpus:
	$(CARGO) build --release --locked --example made_corpus

# The program of the oxigraph server is named by hand: `make bench-load OXIGRAPH=path`; it is in the wheel oxigraph==0.5.13.
bench-load: build made-corpus ## our server and oxigraph's side by side, a million triples (needs wrk)
	python3 benches/load/run.py --yuanpu "$(YUANPU)" --made-corpus "$(MADE_CORPUS)" --oxigraph "$(OXIGRAPH)"

soak: build ## ten minutes of mixed load, a new generation every five seconds
	python3 benches/load/soak.py --yuanpu "$(YUANPU)"

scale: build made-corpus ## builds of 2,000, 20,000 and 200,000 documents
	python3 benches/scale/run.py --yuanpu "$(YUANPU)" --made-corpus "$(MADE_CORPUS)"

train: build ## make the weights again from data/corpus
	$(YUANPU) train data/corpus/train data/corpus/extra

fmt: ## format the source
	$(CARGO) fmt

clean: ## remove what demo and builds left behind
	rm -rf out
	$(CARGO) clean
