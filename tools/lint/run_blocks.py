#!/usr/bin/env python3
"""Runs the code blocks of documents that are marked with a word: what a guide tells people to type works.

usage: tools/lint/run_blocks.py MARK DOCUMENT...     runs ```sh MARK blocks, in order, from the repository's root

Each block is a bash script of its own (-euo pipefail) and must end with 0. A block ```text output right behind it says what it
prints: each of its lines must occur in the output, in that order; `…` stands for anything.
"""

import os
import pathlib
import re
import subprocess
import sys
from typing import Iterator, NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Block(NamedTuple):
    """A script, and the lines that it is said to print."""

    line: int
    script: str
    expected: list[str]


def blocks(text: str, mark: str) -> Iterator[Block]:
    pattern = rf"^```sh {re.escape(mark)}\n(.*?)^```\n(?:\n?```text output\n(.*?)^```)?"
    for match in re.finditer(pattern, text, re.MULTILINE | re.DOTALL):
        expected = [line for line in (match.group(2) or "").split("\n") if line.strip()]
        yield Block(text.count("\n", 0, match.start()) + 1, match.group(1), expected)


def first_missing(expected: list[str], output: str) -> str:
    """The first expected line that the output lacks, in order; empty if it has them all."""
    rest = output
    for line in expected:
        pattern = ".*?".join(re.escape(piece) for piece in line.strip().split("…"))
        found = re.search(pattern, rest)
        if not found:
            return line
        rest = rest[found.end():]
    return ""


def run_block(block: Block, environment: dict[str, str]) -> str:
    """What is wrong; empty if nothing is."""
    result = subprocess.run(["bash", "-euo", "pipefail", "-c", block.script], cwd=ROOT, env=environment, capture_output=True,
                            text=True, timeout=120, check=False)
    if result.returncode != 0:
        return f"ended with {result.returncode}:\n{result.stdout}{result.stderr}"
    missing = first_missing(block.expected, result.stdout)
    return f"did not print '{missing}', but:\n{result.stdout}" if missing else ""


def run_document(path: pathlib.Path, mark: str, environment: dict[str, str], replace: dict[str, str]) -> int:
    """Runs all marked blocks; returns how many failed, and fails when there is none to run."""
    text = path.read_text(encoding="utf-8")
    for old, new in replace.items():
        text = text.replace(old, new)
    found = list(blocks(text, mark))
    failed = 0
    for block in found:
        wrong = run_block(block, environment)
        failed += bool(wrong)
        print(f"{path.name}:{block.line}: {wrong or 'ok'}", flush=True)
    if not found:
        print(f"{path.name}: has no block marked '{mark}'")
    return failed + (not found)


def main() -> int:
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    failed = sum(run_document(pathlib.Path(path), sys.argv[1], dict(os.environ), {}) for path in sys.argv[2:])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
