#!/usr/bin/env python3
"""Runs every seeded mistake of mutants.txt against the test that must find it, and says which were not found.

run.py BUILD_DIRECTORY [NAME...]   runs them (all, or those named); ends with 1 if one survives or the unchanged program fails
run.py --targets                   the programs that must be built, one a line
run.py --check                     compares the list with the sources
run.py --absent BINARY...          looks for the mistakes' names in programs that must not have them
"""
import collections
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIST = pathlib.Path(__file__).with_name("mutants.txt")
# Where the programs lie in a build directory.
PROGRAMS = {
    "engine_test": "libs/engine/engine_test",
    "eventsourcing_test": "libs/eventsourcing/eventsourcing_test",
    "log_kafka_test": "libs/log_kafka/log_kafka_test",
    "log_memory_test": "libs/log_memory/log_memory_test",
    "log_rocks_test": "libs/log_rocks/log_rocks_test",
    "simulation": "tests/simulation/simulation",
    "simulation_test": "tests/simulation/simulation_test",
    "views_test": "libs/views/views_test",
}
SEEDS = "1..200"
# A mistake that makes a program hang is found too: so many times what the unchanged program takes, and some seconds more.
PATIENCE = 4
PATIENCE_SECONDS = 10
FIRST_SECONDS = 600

Mutant = collections.namedtuple("Mutant", "name test what")


def read_list():
    mutants = []
    for number, line in enumerate(LIST.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = [field.strip() for field in line.split("|")]
        if len(fields) != 3 or not all(fields) or fields[1].split()[0] not in PROGRAMS:
            sys.exit(f"{LIST}:{number}: not 'name | program [test] | what it does' with a program of run.py")
        mutants.append(Mutant(*fields))
    return mutants


def in_sources():
    found = collections.Counter()
    for path in sorted((ROOT / "libs").rglob("*")) + sorted((ROOT / "services").rglob("*")):
        if path.suffix in (".cc", ".h") and path.name != "mutant.h":
            found.update(re.findall(r"SIP_MUTANT\((\w+)\)", path.read_text(encoding="utf-8")))
    return found


def check():
    listed = collections.Counter(mutant.name for mutant in read_list())
    sources = in_sources()
    problems = [f"{name} is listed and not in the sources" for name in listed if name not in sources]
    problems += [f"{name} is in the sources and not listed" for name in sources if name not in listed]
    problems += [f"{name} is listed twice" for name in listed if listed[name] > 1]
    problems += [f"{name} stands more than once in the sources" for name in sources if sources[name] > 1]
    for problem in problems:
        print(f"mutants: {problem}")
    return 1 if problems else 0


def absent(binaries):
    names = [mutant.name for mutant in read_list()]
    bad = 0
    for binary in binaries:
        data = pathlib.Path(binary).read_bytes()
        for name in names:
            # As a whole word: other identifiers may contain it.
            if name.encode() in data and re.search(rb"(?<!\w)" + name.encode() + rb"(?!\w)", data):
                print(f"{binary} has the mistake {name} in it")
                bad = 1
    print(f"{len(names)} names looked for in {len(binaries)} programs")
    return bad


def command_of(test, build):
    program, *names = test.split()
    command = [str(pathlib.Path(build).resolve() / PROGRAMS[program])]
    return command + (names + ["--seeds", SEEDS] if program == "simulation" else ["--gtest_filter=" + ":".join(names)])


def run(test, build, mutant, seconds):
    """What happened: OK, or how it was found."""
    environment = dict(os.environ)
    environment.pop("SIP_MUTANT", None)
    if mutant:
        environment["SIP_MUTANT"] = mutant
    with tempfile.TemporaryDirectory() as folder:
        environment["TEST_TMPDIR"] = folder
        try:
            done = subprocess.run(command_of(test, build), env=environment, cwd=ROOT, timeout=seconds, capture_output=True,
                                  text=True, errors="replace", check=False)
        except subprocess.TimeoutExpired:
            return "hangs"
    if done.returncode == 0:
        ran = "0 tests from" not in done.stdout
        return "OK" if ran else "no such test"
    failed = re.search(r"seed \d+ FAILED: .*|\[  FAILED  \] \S+", done.stdout)
    return failed.group(0)[:110] if failed else f"ends with {done.returncode}"


def run_timed(test, build):
    started = time.monotonic()
    outcome = run(test, build, None, FIRST_SECONDS)
    return outcome, time.monotonic() - started


def run_all(build, names):
    mutants = [mutant for mutant in read_list() if not names or mutant.name in names]
    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        tests = sorted({mutant.test for mutant in mutants})
        patience = {}
        for test, (outcome, seconds) in zip(tests, pool.map(lambda test: run_timed(test, build), tests)):
            if outcome != "OK":
                sys.exit(f"mutants: the unchanged program fails: {test}: {outcome}")
            patience[test] = PATIENCE_SECONDS + PATIENCE * seconds
        killed = 0
        outcomes = pool.map(lambda mutant: run(mutant.test, build, mutant.name, patience[mutant.test]), mutants)
        for mutant, outcome in zip(mutants, outcomes):
            found = outcome not in ("OK", "no such test")
            killed += found
            print(f"{'killed  ' if found else 'SURVIVED'} {mutant.name:32} {outcome}", flush=True)
    print(f"{killed} of {len(mutants)} killed in {time.monotonic() - started:.0f} s")
    return 0 if mutants and killed == len(mutants) else 1


def main(arguments):
    if arguments[:1] == ["--targets"]:
        print("\n".join(sorted({mutant.test.split()[0] for mutant in read_list()})))
        return 0
    if arguments == ["--check"]:
        return check()
    if arguments[:1] == ["--absent"] and len(arguments) > 1:
        return absent(arguments[1:])
    if not arguments or arguments[0].startswith("-"):
        sys.exit(__doc__)
    return check() or run_all(arguments[0], arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
