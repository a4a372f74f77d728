"""Builds of growing corpora: seconds, megabytes per second, milliseconds per document, peak memory, size of the graph folder.

    python3 benches/scale/run.py --yuanpu target/release/yuanpu --made-corpus target/release/examples/made_corpus [2000 20000 200000]

Each corpus is the beginning of the next (fixed seed); documents have one section, about a kilobyte. Peak memory is that of the build process, as the system counts it.
"""
import argparse
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path


def size(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def build(yuanpu, db, documents):
    """Seconds and peak megabytes of one build."""
    started = time.time()
    process = subprocess.Popen([yuanpu, "--db", db, "build", "--quiet", documents], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"the build ended with {status}")
    return time.time() - started, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--yuanpu", type=Path, required=True)
    parser.add_argument("--made-corpus", type=Path, required=True)
    parser.add_argument("--folder", type=Path, help="where the corpora are made [default: a folder for temporary files]")
    parser.add_argument("counts", type=int, nargs="*", default=[2000, 20000, 200000])
    args = parser.parse_args()
    print("| documents | MB of text | seconds | MB/s | ms per document | CPU seconds | peak MB | graph MB | again, seconds |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for count in args.counts:
        folder = Path(tempfile.mkdtemp(dir=args.folder))
        subprocess.run([args.made_corpus, str(count), folder / "documents", "short"], check=True)
        text = size(folder / "documents") / 1e6
        seconds, peak, cpu = build(args.yuanpu, folder / "db", folder / "documents")
        graph = size(folder / "db") / 1e6
        again, _, _ = build(args.yuanpu, folder / "db", folder / "documents")
        cells = [count, f"{text:.0f}", f"{seconds:.0f}", f"{text / seconds:.2f}", f"{1000 * seconds / count:.2f}", f"{cpu:.0f}", f"{peak:.0f}", f"{graph:.0f}", f"{again:.1f}"]
        print("| " + " | ".join(map(str, cells)) + " |", flush=True)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
