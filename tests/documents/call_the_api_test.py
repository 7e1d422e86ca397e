#!/usr/bin/env python3
"""Runs the commands of documents against a real sipd: every ```sh server block of the README and of the guide to calling the API.

usage: tests/documents/call_the_api_test.py SIPD SIPCTL

The address in the documents is replaced by where the server listens. `buf` comes from `tools/dev setup`; where that has not run,
blocks that need it are left out, and said to be. `grpcurl` is not packaged: unless it is installed, its command lines are carried
out by `buf curl`, which checks the same service, method, metadata and JSON by reflection.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/lint"))
import run_blocks  # noqa: E402  pylint: disable=wrong-import-position

DOCUMENTS = ("README.md", "docs/guides/call-the-api.md")
ADDRESS = "127.0.0.1:7443"
BUF = ROOT / ".deps/buf/node_modules/.bin/buf"

# `grpcurl -plaintext [-H HEADER] [-d DATA] ADDRESS METHOD` as buf has it.
GRPCURL = """#!/usr/bin/env bash
set -euo pipefail
[[ $1 == -plaintext ]]
shift
flags=()
while [[ $1 == -H || $1 == -d ]]; do
  flags+=("$1" "$2")
  shift 2
done
case $2 in
  list) exec buf curl --protocol grpc --http2-prior-knowledge --list-services "http://$1" ;;
  *) exec buf curl --protocol grpc --http2-prior-knowledge "${flags[@]}" "http://$1/$2" ;;
esac
"""


class Server:
    """A sipd in a folder of its own, on free ports, for as long as the `with` lasts."""

    def __init__(self, sipd: str, folder: pathlib.Path):
        self.command = [sipd, "--development-identity", "--data-dir", str(folder / "data"), "--listen-address", "127.0.0.1:0",
                        "--http-address", "127.0.0.1:0"]
        self.errors = folder / "sipd.log"
        self.address = ""

    def __enter__(self) -> "Server":
        with open(self.errors, "wb") as errors:
            self.process = subprocess.Popen(self.command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True)
        for line in self.process.stdout:
            if line.startswith("listening "):
                self.address = line.split()[1]
                return self
        sys.exit(f"sipd ended at its start:\n{self.errors.read_text(encoding='utf-8')}")

    def __exit__(self, *_):
        self.process.terminate()
        code = self.process.wait(timeout=60)
        if code != 0:
            sys.exit(f"sipd ended with {code}")


def make_tools(folder: pathlib.Path, sipctl: str) -> None:
    """The folder of the commands that the documents call."""
    (folder / "sipctl").symlink_to(pathlib.Path(sipctl).resolve())
    if BUF.exists():
        (folder / "buf").symlink_to(BUF.resolve())
        (folder / "grpcurl").write_text(GRPCURL, encoding="utf-8")
        (folder / "grpcurl").chmod(0o755)


def without_buf(text: str) -> str:
    """Leaves blocks out that need buf, so that the rest is run."""
    return re.sub(r"^```sh server\n(?:(?!^```).*\n)*?.*\b(?:buf|grpcurl)\b(?:.*\n)*?^```$", "```sh", text, flags=re.MULTILINE)


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    failed = 0
    with tempfile.TemporaryDirectory(prefix="sip-documents-") as name:
        folder = pathlib.Path(name)
        (folder / "bin").mkdir()
        make_tools(folder / "bin", sys.argv[2])
        environment = {**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}
        with Server(sys.argv[1], folder) as server:
            for document in DOCUMENTS:
                text = (ROOT / document).read_text(encoding="utf-8").replace(ADDRESS, server.address)
                environment["SIPCTL_ADDRESS"] = server.address
                if not BUF.exists():
                    print(f"{document}: leaves out blocks that need buf; run tools/dev setup")
                    text = without_buf(text)
                copy = folder / pathlib.PurePosixPath(document).name
                copy.write_text(text, encoding="utf-8")
                failed += run_blocks.run_document(copy, "server", environment, {})
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
