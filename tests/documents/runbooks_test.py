#!/usr/bin/env python3
"""Runs the commands of the runbooks, in an order in which an operator may need them, against a real broker and on what a real
sipd has recorded: every ```sh kafka block of docs/runbooks.

usage: tests/documents/runbooks_test.py SIPD SIPCTL

What the documents name is replaced: folders by temporary ones, all clusters by one broker (the mirror has another prefix of
topics), TLS by plaintext, and three replicas by one. `tools/dev setup` fetches the broker.
"""

import base64
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import call_the_api_test  # noqa: E402  pylint: disable=wrong-import-position
from call_the_api_test import ROOT, run_blocks  # noqa: E402  pylint: disable=wrong-import-position

RUNBOOKS = ("move-from-embedded-to-kafka.md", "restore-from-backup.md", "mirror-to-another-cluster.md")
ONE_REPLICA = {"replicas: 3": "replicas: 1", "min.insync.replicas: 2": "min.insync.replicas: 1"}
START_SECONDS = 60
CASE = """sipctl cases open-case --case-id {case} --subject-id "$subject" --file /dev/stdin <<'TXTPB'
kind: CASE_KIND_SIP
need_noticed {{ date {{ year: 2024 month: 1 day: 15 }} }}
initiative {{
  source: INITIATIVE_SOURCE_INDIVIDUAL
  by {{ individual {{}} }}
  channel: CHANNEL_PHONE
  reason: "Behöver stöd."
}}
other_agency_ids: "region-nord"
TXTPB
"""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Broker:
    """A broker in a folder of its own, for as long as the `with` lasts."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.folder.mkdir()
        port = free_port()
        self.address = f"127.0.0.1:{port}"
        cluster = base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")
        self.command = ["tools/kafka/broker", str(folder), "1", str(port), cluster, f"1@127.0.0.1:{free_port()}"]
        self.output = folder / "output"

    def __enter__(self) -> "Broker":
        with open(self.output, "wb") as output:
            # A group of its own: what the script has started ends with it.
            self.process = subprocess.Popen(self.command, cwd=ROOT, stdout=output, stderr=output, start_new_session=True)
        deadline = time.monotonic() + START_SECONDS
        while b"Kafka Server started" not in self.output.read_bytes():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                sys.exit(f"the broker does not serve:\n{self.output.read_text(encoding='utf-8')}")
            time.sleep(0.1)
        return self

    def __exit__(self, *_):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


def record_some(sipd: str, folder: pathlib.Path, environment: dict[str, str]) -> None:
    """Makes the data folder of an installation in which something has happened."""
    script = "subject=$(sipctl -o json subjects resolve-subject --identifier.personal-number 191212121212 |\n" \
             "  python3 -c 'import json, sys; print(json.load(sys.stdin)[\"subject_id\"])')\n"
    for number in range(5):
        script += CASE.format(case=f"5b1f6a52-9c0e-4f4e-8f5d-0a6f1f5b7c0{number}")
    with call_the_api_test.Server(sipd, folder) as server:
        subprocess.run(["bash", "-euo", "pipefail", "-c", script], check=True, cwd=ROOT, stdout=subprocess.DEVNULL,
                       env={**environment, "SIPCTL_ADDRESS": server.address, "SIPCTL_AGENCY": "kommun-a"})


def replacements(folder: pathlib.Path, broker: str) -> dict[str, str]:
    return {
        "kafka.brokers = mirror-1.example:9093,mirror-2.example:9093,mirror-3.example:9093":
            f"kafka.brokers = {broker}\nkafka.topic_prefix = mirror.",
        "kafka.brokers = kafka-1.example:9093,kafka-2.example:9093,kafka-3.example:9093": f"kafka.brokers = {broker}",
        "kafka.protocol = tls": "kafka.protocol = plaintext\nkafka.replicas = 1\nkafka.replicas_in_sync = 1",
        "/etc/sipd": str(folder / "etc"),
        "/var/lib/sipd": str(folder / "data"),
        "/var/backups/sipd": str(folder / "backup"),
    }


def make_topics_file(folder: pathlib.Path) -> None:
    text = (ROOT / "deploy/topics.yaml").read_text(encoding="utf-8")
    for old, new in ONE_REPLICA.items():
        if old not in text:
            sys.exit(f"deploy/topics.yaml does not say '{old}'")
        text = text.replace(old, new)
    (folder / "etc").mkdir()
    (folder / "etc/topics.yaml").write_text(text, encoding="utf-8")


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    failed = 0
    with tempfile.TemporaryDirectory(prefix="sip-runbooks-") as name:
        folder = pathlib.Path(name)
        (folder / "bin").mkdir()
        call_the_api_test.make_tools(folder / "bin", sys.argv[2])
        environment = {**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}
        make_topics_file(folder)
        record_some(sys.argv[1], folder, environment)
        with Broker(folder / "broker") as broker:
            for runbook in RUNBOOKS:
                failed += run_blocks.run_document(ROOT / "docs/runbooks" / runbook, "kafka", environment,
                                                  replacements(folder, broker.address))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
