#!/usr/bin/env python3
"""Runs the commands of the runbooks that ask the separate services: every ```sh cluster block of docs/runbooks, against one
instance of each service on one broker.

usage: tests/documents/cluster_runbooks_test.py CLUSTER SERVICES SIPCTL
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import call_the_api_test  # noqa: E402  pylint: disable=wrong-import-position
from call_the_api_test import ROOT, run_blocks  # noqa: E402  pylint: disable=wrong-import-position
from runbooks_test import ONE_REPLICA  # noqa: E402  pylint: disable=wrong-import-position

RUNBOOKS = ("broker-down.md", "partition-without-owner.md", "poison-record.md", "upgrade-with-a-new-event-kind.md",
            "what-to-watch.md")
# As tests/cluster/service_cluster.h has it.
FEWER_PARTITIONS = {"partitions: 16": "partitions: 4"}


class Cluster:
    """The services on a broker, for as long as the `with` lasts."""

    def __init__(self, cluster: str, services: str):
        self.command = [cluster, "--services", services, "--brokers", "1", "--instances", "1"]
        self.brokers = ""
        self.metrics = {}

    def __enter__(self) -> "Cluster":
        self.process = subprocess.Popen(self.command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if line.startswith("brokers "):
                self.brokers = line.split()[1]
            found = re.match(r"instance +(\S+): .* http://(\S+)/metrics", line)
            if found:
                self.metrics[found.group(1)] = found.group(2)
            if line.startswith("Everything runs"):
                return self
        sys.exit("the cluster ended at its start")

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=60)
        if code != 0:
            sys.exit(f"the cluster ended with {code}")


def make_files(folder: pathlib.Path, brokers: str) -> None:
    (folder / "etc").mkdir()
    (folder / "etc/plans-1.conf").write_text(
        f"kafka.brokers = {brokers}\nkafka.protocol = plaintext\nkafka.replicas = 1\nkafka.replicas_in_sync = 1\n",
        encoding="utf-8")
    text = (ROOT / "deploy/topics.yaml").read_text(encoding="utf-8")
    for old, new in {**ONE_REPLICA, **FEWER_PARTITIONS}.items():
        if old not in text:
            sys.exit(f"deploy/topics.yaml does not say '{old}'")
        text = text.replace(old, new)
    (folder / "etc/topics.yaml").write_text(text, encoding="utf-8")


def main() -> int:
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    failed = 0
    with tempfile.TemporaryDirectory(prefix="sip-runbooks-") as name, Cluster(sys.argv[1], sys.argv[2]) as cluster:
        folder = pathlib.Path(name)
        (folder / "bin").mkdir()
        call_the_api_test.make_tools(folder / "bin", sys.argv[3])
        environment = {**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}
        make_files(folder, cluster.brokers)
        replaced = {
            "/etc/sipd": str(folder / "etc"),
            "/var/backups/sipd": str(folder / "backup"),
            "plans-1.example:9464": cluster.metrics["plans-1"],
            "$node.example:9464": cluster.metrics["plans-1"],
            "views-1.example:9464": cluster.metrics["views-1"],
        }
        for runbook in RUNBOOKS:
            failed += run_blocks.run_document(ROOT / "docs/runbooks" / runbook, "cluster", environment, replaced)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
