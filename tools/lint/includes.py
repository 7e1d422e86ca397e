"""What may be included where: the layer table for our own headers, one home for each library, and nothing impure in pure code.

The build refuses a target that depends on a wrong layer; this finds what it cannot see, because /usr/include is open to all.
"""

import pathlib
import re
from typing import Iterator, Optional

from tree import Finding, Source, code_only, walk

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"][^>"]+[>"])', re.MULTILINE)

# Who alone may include a library. Prefix of the include -> prefixes of the including files.
HOMES = {
    "rocksdb/": ("libs/rocks/", "tests/benchmark/"),
    "librdkafka/": ("libs/log_kafka/",),
    "spdlog/": ("libs/telemetry/", "tests/"),
    "prometheus/": ("libs/telemetry/", "tests/"),
    "CLI/": ("libs/config/", "tools/", "tests/"),
    "yaml-cpp/": ("tools/",),
    "mutex": ("libs/base/mutex.h",),
    "condition_variable": ("libs/base/mutex.h",),
    "shared_mutex": ("libs/base/mutex.h",),
}

PURE = re.compile(r"^(services/[^/]+/(domain|projections|queries)|libs/(domain|calendar|eventsourcing))/")
IMPURE_INCLUDES = ("grpcpp/", "grpc/", "librdkafka/", "rocksdb/", "absl/time/clock.h", "random", "thread", "mutex", "iostream",
                   "fstream", "filesystem", "cstdlib")
IMPURE_CODE = re.compile(r"\w*_clock::now|absl::Now\s*\(|\babsl::SleepFor|\bgetenv\s*\(")

LAYER_OF_LIBRARY = {"log_memory": "adapter", "log_rocks": "adapter", "log_kafka": "adapter", "log_copy": "adapter",
                    "stream_store": "adapter"}


def layer_table(root: pathlib.Path) -> dict[str, set[str]]:
    """The table of tools/cmake/sip_layers.cmake: layer -> layers that it may use; {"ANY"} for all."""
    text = (root / "tools/cmake/sip_layers.cmake").read_text(encoding="utf-8")
    return {name: set(used.split()) for name, used in re.findall(r"^set\(SIP_MAY_USE_(\w+)\s([^)]*)\)", text, re.MULTILINE)}


def layer_of(path: str) -> Optional[str]:
    """The layer of a file or of an include path; None for what is not ours."""
    if path.endswith((".grpc.pb.h", ".grpc.pb.cc")):
        return "proto_grpc"
    if path.endswith((".pb.h", ".pb.cc")) and not path.startswith("google/protobuf/"):
        return "proto"
    parts = path.split("/")
    if parts[0] == "tests":
        return "testing"
    if parts[0] == "tools":
        return "tool"
    if parts[0] == "libs" and len(parts) > 2:
        return LAYER_OF_LIBRARY.get(parts[1], parts[1])
    if parts[0] == "services" and len(parts) > 2:
        # Queries are as pure as projections: rows in, response out.
        folder = "projections" if parts[2] == "queries" else parts[2]
        return folder if len(parts) > 3 else "main"
    return None


def layer_findings(source: Source, include: str, table: dict[str, set[str]]) -> Iterator[str]:
    own, other = layer_of(source.path), layer_of(include)
    if other is None or source.is_test or source.path.split("/")[:2] == include.split("/")[:2] and own == other:
        return
    if own not in table:
        yield f"is in the layer '{own}', which tools/cmake/sip_layers.cmake does not know"
    elif "ANY" not in table[own] and other not in table[own]:
        yield f"layer {own} may not include {include} (layer {other}); see the layer table in docs/architecture.md"


def service_findings(source: Source, include: str) -> Iterator[str]:
    own, other = source.path.split("/"), include.split("/")
    if own[0] == other[0] == "services" and own[1] not in (other[1], "sipd"):
        yield f"services/{own[1]} may not include {include}: contexts meet in proto/ and in the log"


def home_findings(source: Source, include: str) -> Iterator[str]:
    for library, homes in HOMES.items():
        hit = include.startswith(library) if library.endswith("/") else include == library
        if hit and not source.path.startswith(homes):
            yield f"only {' and '.join(homes)} may include {include}"


def purity_findings(source: Source, include: str) -> Iterator[str]:
    if not PURE.match(source.path) or source.is_test:
        return
    for banned in IMPURE_INCLUDES:
        if include.startswith(banned) if banned.endswith("/") else include == banned:
            yield f"pure code may not include {include}: time, ids and facts come in as data"


def check(root: pathlib.Path) -> Iterator[Finding]:
    table = layer_table(root)
    for source in walk(root, {".cc", ".h"}):
        code = code_only(source.text)
        for match in INCLUDE.finditer(code):
            include, line = match.group(1)[1:-1], code.count("\n", 0, match.start(1)) + 1
            for text in (*layer_findings(source, include, table), *service_findings(source, include),
                         *home_findings(source, include), *purity_findings(source, include)):
                yield Finding(source.path, line, text)
        if PURE.match(source.path) and not source.is_test:
            for match in IMPURE_CODE.finditer(code):
                yield Finding(source.path, code.count("\n", 0, match.start()) + 1,
                              f"pure code may not call {match.group().strip(' (')}: the time comes in as data")
