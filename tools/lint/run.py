#!/usr/bin/env python3
"""Checks that need no compiler. usage: tools/lint/run.py [--root FOLDER] [includes|style|documents|references]..."""

import argparse
import pathlib
import sys

import documents
import includes
import references
import style

CHECKS = {"includes": includes.check, "style": style.check, "documents": documents.check,
          "references": references.check}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    parser.add_argument("checks", nargs="*", metavar="|".join(CHECKS), help="all, if none is named")
    arguments = parser.parse_args()
    unknown = set(arguments.checks) - set(CHECKS)
    if unknown:
        parser.error(f"unknown check: {', '.join(sorted(unknown))}")
    findings = [finding for name in arguments.checks or CHECKS for finding in CHECKS[name](arguments.root)]
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
