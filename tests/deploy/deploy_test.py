#!/usr/bin/env python3
"""What lies in deploy/ fits together, and fits the programs: example configurations, systemd units, compose.yaml and certificates.

usage: deploy_test.py SERVICES_FOLDER [UNITTEST_ARGUMENT...], in the root of the repository. The folder is as CMake lays it out.
"""

import functools
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import yaml

SERVICES = pathlib.Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else None
DEPLOY = pathlib.Path("deploy")
NAMES = ("plans", "consent", "meetings", "deviations", "views")
MAX_EXPOSURE = 2.0


def run(*words: object, **more: object) -> subprocess.CompletedProcess:
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **more)


def settings_of(path: pathlib.Path) -> dict[str, str]:
    """The `key = value` lines of a configuration, of properties or of a unit; of a key that comes twice the last."""
    pairs = re.findall(r"^([\w.]+)\s*=\s*(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {key: value.strip() for key, value in pairs}


def binary_of(path: pathlib.Path) -> pathlib.Path:
    """The program that a configuration is for."""
    name = path.stem.split("-")[0]
    return SERVICES / "sipd/sipd" if name == "sipd" else SERVICES / name / f"sip-{name}"


@functools.lru_cache(maxsize=None)
def package_of(path: pathlib.Path) -> str:
    """The Debian package that a file is from; empty if none."""
    return run("dpkg", "-S", path).stdout.split(":")[0]


def seconds(text: str) -> int:
    return int(re.fullmatch(r"(\d+)s", text).group(1))


@functools.lru_cache
def configurations() -> tuple[pathlib.Path, ...]:
    return tuple(sorted(DEPLOY.glob("config/**/*.conf")))


@functools.lru_cache
def compose() -> dict:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def mounts(service: str) -> dict[str, str]:
    """Where what is mounted: path in the container -> path below deploy/, or a volume's name."""
    pairs = (mount.split(":") for mount in compose()["services"][service]["volumes"])
    return {parts[1]: parts[0] for parts in pairs}


class Configurations(unittest.TestCase):

    def test_programs_take_each_as_it_is_written(self) -> None:
        self.assertEqual(len(configurations()), 1 + 2 * len(NAMES))
        for path in configurations():
            with self.subTest(path=path):
                printed = run(binary_of(path), "--config", path, "--print-config", env={})
                self.assertEqual(printed.returncode, 0, printed.stderr)
                in_force = dict(re.findall(r"^([\w.]+) = (.*)$", printed.stdout, re.MULTILINE))
                for key, value in settings_of(path).items():
                    self.assertEqual(in_force.get(key), value, key)

    def test_a_key_that_is_unknown_is_found(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            wrong = pathlib.Path(folder, "sipd.conf")
            wrong.write_text((DEPLOY / "config/sipd.conf").read_text(encoding="utf-8") + "tls.edges = x\n", encoding="utf-8")
            self.assertEqual(run(binary_of(wrong), "--config", wrong, "--print-config", env={}).returncode, 2)

    def test_the_nodes_of_a_cluster_know_each_other(self) -> None:
        files = [path for path in configurations() if path.parent.name == "cluster"]
        differing = re.compile(r"node_name|data_dir|secret_file|(cluster\.)?listen_address|http_address|.*\.(certificate|key)_file")
        common = [{key: value for key, value in settings_of(path).items() if not differing.fullmatch(key)} for path in files]
        for path, settings in zip(files, common):
            self.assertEqual(settings, common[0], path)
        nodes = dict(node.split("=") for node in common[0]["cluster.nodes"].split(","))
        for path in files:
            settings = settings_of(path)
            name, service = settings["node_name"], path.stem.split("-")[0]
            self.assertEqual(name, path.stem)
            host, port = nodes.pop(f"sip-{service}/{name}").split(":")
            self.assertEqual((host, port), (name, settings["cluster.listen_address"].split(":")[1]))
            self.assertEqual("secret_file" in settings, service == "plans", "only sip-plans has subjects")
        self.assertEqual(nodes, {})


class Units(unittest.TestCase):
    UNITS = ("sipd.service", "sip@.service")

    def copies(self, folder: str) -> list[pathlib.Path]:
        """The units, with programs that are here."""
        text = {unit: (DEPLOY / "systemd" / unit).read_text(encoding="utf-8") for unit in self.UNITS}
        paths = []
        for unit, content in text.items():
            path = pathlib.Path(folder, unit)
            path.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", content, flags=re.MULTILINE), encoding="utf-8")
            paths.append(path)
        return paths

    def test_systemd_understands_every_line(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            verified = run("systemd-analyze", "verify", "--man=no", *self.copies(folder))
            self.assertEqual((verified.returncode, verified.stderr), (0, ""))

    def test_the_exposure_is_small_and_as_noted(self) -> None:
        noted = dict(re.findall(r"^\| `(sip\S+\.service)` \|.*\| (\d\.\d) \|$", (DEPLOY / "systemd/README.md").read_text("utf-8"),
                                re.MULTILINE))
        for unit in self.UNITS:
            rated = run("systemd-analyze", "security", "--offline=true", "--no-pager", DEPLOY / "systemd" / unit)
            found = re.search(r"Overall exposure level for \S+: (\d+\.\d)", rated.stdout)
            self.assertIsNotNone(found, rated.stdout + rated.stderr)
            self.assertLessEqual(float(found.group(1)), MAX_EXPOSURE, unit)
            self.assertEqual(noted.get(unit), found.group(1), f"deploy/systemd/README.md on {unit}")

    def test_units_fit_the_programs_and_their_configurations(self) -> None:
        for unit, process, example in (("sipd.service", "sipd", "sipd.conf"), ("sip@.service", "sip-%i", "cluster/plans-1.conf")):
            with self.subTest(unit=unit):
                lines = settings_of(DEPLOY / "systemd" / unit)
                settings = settings_of(DEPLOY / "config" / example)
                configuration = process.removeprefix("sip-")
                self.assertEqual(lines["ExecStart"], f"/usr/bin/{process} --config /etc/sip/{configuration}.conf")
                self.assertGreater(seconds(lines["TimeoutStopSec"]), 2 * seconds(settings["drain_timeout"]))
                self.assertEqual((lines["KillSignal"], lines["Restart"]), ("SIGTERM", "on-failure"))
                self.assertEqual(lines["RestartPreventExitStatus"], "2", "a configuration that is refused stays refused")
                states = [f"/var/lib/{state}" for state in lines["StateDirectory"].replace("%i", "plans").split()]
                for key in ("data_dir", "storage.anchor_file"):
                    self.assertTrue(any((settings.get(key, states[0]) + "/").startswith(state + "/") for state in states), key)


class Compose(unittest.TestCase):

    def test_everything_that_is_mounted_is_there(self) -> None:
        for service in compose()["services"]:
            for source in mounts(service).values():
                if source == "./tls":
                    continue
                if source.startswith("."):
                    self.assertTrue((DEPLOY / source).exists(), f"{service}: {source}")
                else:
                    self.assertIn(source, compose()["volumes"], service)

    def test_each_service_has_two_instances_with_their_own_configuration(self) -> None:
        for name in NAMES:
            for instance in (f"{name}-1", f"{name}-2"):
                service = compose()["services"][instance]
                path = f"/etc/sip/{name}.conf"
                self.assertEqual(service["command"], [f"sip-{name}", "--config", path])
                self.assertEqual(mounts(instance)[path], f"./config/cluster/{instance}.conf")
                settings = settings_of(DEPLOY / "config/cluster" / f"{instance}.conf")
                self.assertGreater(seconds(service["stop_grace_period"]), 2 * seconds(settings["drain_timeout"]))
                self.assertEqual(service["environment"]["PORT"], int(settings["http_address"].split(":")[1]))
                for key, value in settings.items():
                    if value.startswith("/"):
                        self.assertTrue(value.startswith(tuple(mounts(instance))), f"{instance}: {key} = {value}")
                for broker in settings["kafka.brokers"].split(","):
                    self.assertIn(broker.split(":")[0], compose()["services"])

    def test_the_brokers_are_those_of_the_tests(self) -> None:
        fetched = pathlib.Path("tools/kafka/pom.xml").read_text(encoding="utf-8")
        version = re.search(r"<artifactId>kafka_2.13</artifactId>\s*<version>([\d.]+)<", fetched)
        for broker in ("kafka-1", "kafka-2", "kafka-3"):
            service = compose()["services"][broker]
            self.assertEqual(service["image"], f"apache/kafka:{version.group(1)}")
            self.assertEqual(service["command"], ["/etc/kafka/start-broker.sh", broker[-1]])
        start = (DEPLOY / "kafka/start-broker.sh").read_text(encoding="utf-8")
        self.assertIn("--feature eligible.leader.replicas.version=1", start)

    def test_brokers_and_topics_are_as_the_services_assert(self) -> None:
        source = pathlib.Path("libs/log_kafka/topic_settings.cc").read_text(encoding="utf-8")
        start = source.index("> SafeTopicSettings(")
        body = source[start:source.index("return settings;", start)]
        asserted = dict(re.findall(r'^ *\{"([\w.]+)", "([^"]*)"\}', body, re.MULTILINE))
        self.assertGreaterEqual(len(asserted), 5)
        topics = yaml.safe_load((DEPLOY / "topics.yaml").read_text(encoding="utf-8"))
        brokers = settings_of(DEPLOY / "kafka/broker.properties")
        text = {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in topics["settings"].items()}
        for key, value in asserted.items():
            self.assertEqual(text[key], value, key)
        of_brokers = {"max.message.bytes": "message.max.bytes", "unclean.leader.election.enable": "unclean.leader.election.enable"}
        for key, value in text.items():
            # Where replicas are eligible leaders, the brokers want no such default.
            if key != "min.insync.replicas":
                self.assertEqual(brokers[of_brokers.get(key, f"log.{key}")], value, key)
        self.assertEqual(brokers["default.replication.factor"], str(topics["replicas"]))
        settings = settings_of(DEPLOY / "config/cluster/plans-1.conf")
        self.assertEqual(settings["kafka.replicas"], str(topics["replicas"]))
        self.assertEqual(settings["kafka.replicas_in_sync"], text["min.insync.replicas"])

    def test_the_proxy_knows_the_instances(self) -> None:
        upstreams = (DEPLOY / "nginx/upstreams-cluster.conf").read_text(encoding="utf-8")
        for name in NAMES:
            block = re.search(rf"upstream sip_{name} {{(.*?)}}", upstreams, re.DOTALL).group(1)
            expected = []
            for instance in (f"{name}-1", f"{name}-2"):
                port = settings_of(DEPLOY / "config/cluster" / f"{instance}.conf")["listen_address"].split(":")[1]
                expected.append(f"{instance}:{port}")
            self.assertEqual(re.findall(r"server (\S+)", block), expected)

    def test_the_proxy_passes_each_service_on_to_its_process(self) -> None:
        conf = (DEPLOY / "nginx/sip.conf").read_text(encoding="utf-8")
        passed_on = dict(re.findall(r"location /(\S+) { grpc_pass grpcs://sip_(\w+); }", conf))
        of_process = {name: name for name in ("consent", "meetings", "deviations", "views")} | {"history": "views"}
        expected = {}
        for path in sorted(pathlib.Path("proto/sip").glob("*/v1/*.proto")):
            context = path.parts[2]
            # What nodes ask each other, and what tests have.
            if context in ("owner", "testing", "sample"):
                continue
            if re.search(r"^service ", path.read_text(encoding="utf-8"), re.MULTILINE):
                expected[f"sip.{context}."] = of_process.get(context, "plans")
        self.assertEqual(passed_on, expected)

    def test_the_image_has_the_libraries_of_the_programs(self) -> None:
        stage = re.search(r"AS services\n(.*?)\nFROM", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"), re.DOTALL).group(1)
        listed = set(re.search(r"--no-install-recommends \\\n(.*?)&&", stage, re.DOTALL).group(1).replace("\\", " ").split())
        for program in {SERVICES.parent / "tools/sipctl/sipctl", *(binary_of(path) for path in configurations())}:
            needed = set(re.findall(r"\(NEEDED\)\s+Shared library: \[(\S+)\]", run("readelf", "-d", program).stdout))
            self.assertTrue(needed)
            places = dict(re.findall(r"^\s*(\S+) => (\S+)", run("ldd", program).stdout, re.MULTILINE))
            for library in needed & set(places):
                owner = package_of(pathlib.Path(places[library]).resolve())
                if owner not in ("libc6", "libgcc-s1", ""):
                    self.assertIn(owner, listed, f"{program.name} needs {library}")


class Certificates(unittest.TestCase):

    def test_all_that_is_named_is_made(self) -> None:
        with tempfile.TemporaryDirectory() as root:
            folder = pathlib.Path(root, "tls")
            made = run(DEPLOY / "make-certificates.sh", folder, "region-nord", "kommun-a")
            self.assertEqual(made.returncode, 0, made.stderr)
            used = set()
            for path in [*DEPLOY.glob("config/cluster/*.conf"), DEPLOY / "nginx/sip.conf", DEPLOY / "kafka/broker.properties"]:
                uncommented = re.sub(r"^\s*#.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
                used.update(re.findall(r"/etc/(?:sip|kafka)/tls/([\w.-]+)", uncommented))
            used.update(f"kafka-{i}.keystore.pem" for i in (1, 2, 3))
            for name in sorted(used):
                self.assertTrue((folder / name).exists(), name)
                self.assertEqual((folder / name).stat().st_mode & 0o77, 0, f"{name} is for its owner only")
            names = {"plans-1": "sip:node:plans-1", "edge": "sip:edge:front", "kommun-a": "sip:agency:kommun-a"}
            for name, uri in names.items():
                self.assertEqual(run("openssl", "verify", "-CAfile", folder / "ca.pem", folder / f"{name}.pem").returncode, 0)
                text = run("openssl", "x509", "-in", folder / f"{name}.pem", "-noout", "-ext", "subjectAltName").stdout
                self.assertIn(f"URI:{uri}", text)
            self.assertEqual((folder / "installation.key").stat().st_size, 32)
            self.assertNotEqual(run(DEPLOY / "make-certificates.sh", folder).returncode, 0, "nothing is overwritten")


if __name__ == "__main__":
    unittest.main()
