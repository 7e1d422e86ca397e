#!/usr/bin/env python3
"""Reads a copy of logs (`sipctl log export`) and says what its history is. Written from docs/log-format.md and nothing else, so
that the server's own readers can be compared with it.

usage: tests/system/log_reader.py FOLDER [--commands FILE]

Prints one JSON object: for each partition how far it goes, its head, its claims, what is void and why, where it stops if it does,
and what is wrong with single commands. --commands writes one JSON line for each valid command. Ends with 0 if everything is sound,
10 if not, 1 if there is no copy to read.
"""

import argparse
import collections
import datetime
import hashlib
import json
import pathlib
import re
import struct
import sys

MAX_FRAME = 4 << 20
MAX_NESTING = 100
FILE_HEADER = 25
CHECK = 8
GENESIS, CLAIM, COMMAND = 1, 2, 3
SKELETON = 3
FIRST_SECOND = -62135596800  # 0001-01-01T00:00:00Z
LAST_SECOND = 253402300799  # 9999-12-31T23:59:59Z


class Stop(Exception):
    """Why a partition cannot be read further."""

    def __init__(self, code: str, reason: str):
        super().__init__(reason)
        self.code = code


def data_loss(reason: str) -> Stop:
    return Stop("DATA_LOSS", reason)


def sha256(*parts: bytes) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


def with_length(data: bytes) -> bytes:
    """What the document calls L(x)."""
    return struct.pack(">Q", len(data)) + data


# --- Protobuf, as much as the headers need. ---------------------------------------------------------------------------
# A schema is {field number: (name, type)}; a type is one of the names below, or the schema of a message; "repeated" stands before.

TIMESTAMP = {1: ("seconds", "int64"), 2: ("nanos", "int32")}
DATE = {1: ("year", "int32"), 2: ("month", "int32"), 3: ("day", "int32")}
OCCURRED = {1: ("instant", TIMESTAMP), 2: ("date", DATE)}
LOG_HEAD = {1: ("log_id", "bytes"), 2: ("size", "uint64"), 3: ("head", "bytes")}
GENESIS_HEADER = {
    1: ("installation_id", "bytes"), 2: ("log_id", "bytes"), 3: ("log_name", "string"), 4: ("partition", "uint32"),
    5: ("partition_count", "uint32"), 6: ("hash_function", "string"), 7: ("predecessor", LOG_HEAD),
}
CLAIM_HEADER = {
    1: ("log_id", "bytes"), 2: ("partition", "uint32"), 3: ("claim_id", "bytes"), 4: ("supersedes", "bytes"), 5: ("node", "string"),
    6: ("endpoint", "string"), 7: ("build", "string"), 8: ("lost", "string"),
}
STREAM_WRITE = {1: ("stream", "string"), 2: ("version", "uint64")}
IMPORTED = {1: ("log_id", "bytes"), 2: ("idx", "uint64"), 3: ("leaf", "bytes")}
CAUSATION = {1: ("log_id", "bytes"), 2: ("partition", "uint32"), 3: ("idx", "uint64")}
COMMAND_HEADER = {
    1: ("log_id", "bytes"), 2: ("partition", "uint32"), 3: ("idx", "uint64"), 4: ("claim_id", "bytes"), 5: ("prev", "bytes"),
    6: ("case_id", "bytes"), 7: ("writes", ["repeated", STREAM_WRITE]), 8: ("command_id", "bytes"), 9: ("recorded_at", TIMESTAMP),
    10: ("occurred_at", OCCURRED), 11: ("acting_agency", "string"), 12: ("rule_set", "bytes"), 13: ("imports", IMPORTED),
    14: ("correlation_id", "bytes"), 15: ("causation", CAUSATION), 16: ("trace_id", "bytes"), 17: ("span_id", "bytes"),
    18: ("key_ids", ["repeated", "uint64"]), 19: ("payload_sha256", "bytes"),
}
PART = {2: ("event_index", "uint32"), 3: ("stream_index", "uint32"), 4: ("kind", "string"), 5: ("role", "int32")}
PAYLOAD = {1: ("salt", "bytes"), 2: ("parts", ["repeated", PART])}
SCHEMAS = {GENESIS: GENESIS_HEADER, CLAIM: CLAIM_HEADER, COMMAND: COMMAND_HEADER}


class Malformed(Exception):
    """These bytes are not such a message."""


class Wire:
    """Walks over the fields of a message."""

    def __init__(self, data: bytes):
        self.data = data
        self.at = 0

    def varint(self, most: int = 10) -> int:
        value = 0
        for shift in range(0, 7 * most, 7):
            if self.at >= len(self.data):
                raise Malformed("a number is cut off")
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value & 0xFFFFFFFFFFFFFFFF
        raise Malformed(f"a number has more than {most} bytes")

    def take(self, size: int) -> bytes:
        if size > len(self.data) - self.at:
            raise Malformed("a field is cut off")
        self.at += size
        return self.data[self.at - size:self.at]

    def tag(self) -> tuple[int, int]:
        tag = self.varint(5) & 0xFFFFFFFF
        number, wire_type = tag >> 3, tag & 7
        if number == 0:
            raise Malformed("a field has no number")
        return number, wire_type

    def value(self, number: int, wire_type: int, depth: int):
        """The raw value; None for a group, which is skipped."""
        if wire_type == 0:
            return self.varint()
        if wire_type == 1:
            return self.take(8)
        if wire_type == 2:
            return self.take(self.varint(5))
        if wire_type == 5:
            return self.take(4)
        if wire_type != 3 or depth >= MAX_NESTING:
            raise Malformed("a field of no known form")
        while True:
            inner, inner_type = self.tag()
            if inner_type == 4:
                if inner != number:
                    raise Malformed("a group ends with another number")
                return None
            self.value(inner, inner_type, depth + 1)


def signed(value: int, bits: int) -> int:
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


NUMBERS = {
    "uint32": lambda value: value & 0xFFFFFFFF,
    "uint64": lambda value: value,
    "int32": lambda value: signed(value, 32),
    "int64": lambda value: signed(value, 64),
}


def read_text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("a text is not UTF-8") from None


def empty_message(schema: dict) -> dict:
    message = {}
    for name, kind in schema.values():
        if isinstance(kind, list):
            message[name] = []
        elif isinstance(kind, dict):
            message[name] = None
        else:
            message[name] = {"bytes": b"", "string": ""}.get(kind, 0)
    return message


def parse(schema: dict, data: bytes, into: dict | None = None, depth: int = 0) -> dict:
    message = empty_message(schema) if into is None else into
    wire = Wire(data)
    while wire.at < len(data):
        number, wire_type = wire.tag()
        raw = wire.value(number, wire_type, depth)
        if number in schema:
            set_field(message, *schema[number], wire_type, raw, depth)
    return message


def set_field(message: dict, name: str, kind, wire_type: int, raw, depth: int) -> None:
    repeated = isinstance(kind, list)
    kind = kind[1] if repeated else kind
    if isinstance(kind, dict):
        if wire_type != 2:
            return
        if depth >= MAX_NESTING:
            raise Malformed("messages within messages without end")
        values = [parse(kind, raw, None if repeated else message[name], depth + 1)]
    elif kind in NUMBERS:
        if wire_type == 0:
            values = [NUMBERS[kind](raw)]
        elif wire_type == 2 and repeated:
            packed, values = Wire(raw), []
            while packed.at < len(raw):
                values.append(NUMBERS[kind](packed.varint()))
        else:
            return
    elif wire_type == 2:
        values = [read_text(raw) if kind == "string" else raw]
    else:
        return
    if repeated:
        message[name].extend(values)
    else:
        message[name] = values[0]


# --- Records. ---------------------------------------------------------------------------------------------------------


class Record:
    """One frame: its kind, its parsed header, its payload and its leaf. Raises Stop if it is malformed."""

    def __init__(self, frame: bytes):
        if len(frame) > MAX_FRAME or len(frame) < 13 or frame[:4] != b"SIP1":
            raise data_loss("malformed frame")
        self.kind = frame[4]
        header_size = struct.unpack_from(">I", frame, 5)[0]
        if self.kind not in SCHEMAS or header_size > len(frame) - 13:
            raise data_loss("malformed frame")
        header = frame[9:9 + header_size]
        payload_size = struct.unpack_from(">I", frame, 9 + header_size)[0]
        self.payload = frame[13 + header_size:]
        if len(self.payload) != payload_size or (self.kind != COMMAND and self.payload):
            raise data_loss("malformed frame")
        try:
            self.header = parse(SCHEMAS[self.kind], header)
        except Malformed as error:
            raise data_loss(f"malformed header: {error}") from None
        self.leaf = sha256(b"\0sip-leaf/v1\n", bytes([self.kind]), header)
        self.check_fields()

    def check_fields(self) -> None:
        header = self.header
        sizes = {
            GENESIS: {"installation_id": (16,), "log_id": (16,)},
            CLAIM: {"log_id": (16,), "claim_id": (16,), "supersedes": (16,)},
            COMMAND: {
                "log_id": (16,), "claim_id": (16,), "command_id": (16,), "prev": (32,), "payload_sha256": (32,), "case_id": (0, 16),
                "correlation_id": (0, 16), "trace_id": (0, 16), "span_id": (0, 8),
            },
        }[self.kind]
        for name, allowed in sizes.items():
            if len(header[name]) not in allowed:
                raise data_loss(f"malformed header: {name} has {len(header[name])} bytes")
        if self.kind == GENESIS:
            self.check_genesis()
        if self.kind == COMMAND:
            self.check_command()

    def check_genesis(self) -> None:
        header = self.header
        if not header["log_name"] or header["partition"] >= header["partition_count"] or header["hash_function"] != "sha-256":
            raise data_loss("malformed header: Genesis")

    def check_command(self) -> None:
        time, imports = self.header["recorded_at"], self.header["imports"]
        if time is None or not FIRST_SECOND <= time["seconds"] <= LAST_SECOND or not 0 <= time["nanos"] < 1_000_000_000:
            raise data_loss("malformed header: recorded_at")
        if imports is not None and (len(imports["log_id"]) != 16 or len(imports["leaf"]) != 32):
            raise data_loss("malformed header: imports")

    def recorded_at(self) -> tuple[int, int]:
        return self.header["recorded_at"]["seconds"], self.header["recorded_at"]["nanos"]


# --- The fold. --------------------------------------------------------------------------------------------------------


class Fold:
    """The state of one partition; `step` gives the verdict on the next record."""

    def __init__(self, log_id: bytes, partition: int):
        self.log_id = log_id
        self.partition = partition
        self.genesis = None
        self.genesis_leaf = b""
        self.claim = None
        self.last_claim = log_id
        self.won = {log_id}
        self.lost = set()
        self.base = 0
        self.next_idx = 0
        self.head = b""
        self.imported = {}
        self.last_recorded_at = None

    def step(self, record: Record) -> str:
        """genesis, won, valid; void: copy, stale, lost, hole. Raises Stop."""
        if record.header["log_id"] != self.log_id or record.header["partition"] != self.partition:
            raise data_loss("of another log or partition")
        if record.kind == GENESIS:
            return self.step_genesis(record)
        if self.genesis is None:
            raise data_loss("before Genesis")
        return self.step_claim(record.header) if record.kind == CLAIM else self.step_command(record)

    def step_genesis(self, record: Record) -> str:
        if self.genesis is None:
            self.genesis = record.header
            self.genesis_leaf = self.head = record.leaf
            return "genesis"
        if record.leaf == self.genesis_leaf:
            return "copy"
        raise data_loss("another Genesis")

    def step_claim(self, header: dict) -> str:
        claim_id = header["claim_id"]
        if claim_id in self.won or claim_id in self.lost:
            return "copy"
        if header["supersedes"] not in self.won:
            raise data_loss("a claim that follows none that won")
        if header["supersedes"] != self.last_claim:
            self.lost.add(claim_id)
            return "lost"
        self.won.add(claim_id)
        self.claim = self.last_claim = claim_id
        self.base = self.next_idx
        return "won"

    def step_command(self, record: Record) -> str:
        header = record.header
        if header["claim_id"] not in self.won:
            raise data_loss("of a claim that never won")
        if header["claim_id"] != self.claim:
            return "stale"
        if header["idx"] < self.base:
            raise data_loss("the log has lost what was read")
        if header["idx"] < self.next_idx:
            return "copy"
        if header["idx"] > self.next_idx:
            self.claim = None
            return "hole"
        if header["prev"] != self.head:
            raise data_loss("another predecessor than the head")
        imports = header["imports"]
        if self.last_recorded_at is not None and record.recorded_at() <= self.last_recorded_at:
            raise Stop("INTERNAL", "not recorded after the last one")
        if imports is not None and imports["idx"] <= self.imported.get(imports["log_id"], -1):
            raise Stop("INTERNAL", "imports what was imported before")
        self.next_idx += 1
        self.head = record.leaf
        self.last_recorded_at = record.recorded_at()
        if imports is not None:
            self.imported[imports["log_id"]] = imports["idx"]
        return "valid"

    def digest(self) -> bytes:
        """Of the whole state, as the document defines it."""

        def each(items):
            return struct.pack(">Q", len(items)) + b"".join(items)

        won = [with_length(claim) for claim in sorted(self.won)]
        lost = [with_length(claim) for claim in sorted(self.lost)]
        imported = [with_length(log) + struct.pack(">Q", self.imported[log]) for log in sorted(self.imported)]
        time = b"" if self.last_recorded_at is None else struct.pack(">qI", *self.last_recorded_at)
        return sha256(b"sip-fold/v1\n", with_length(self.log_id), struct.pack(">I", self.partition), with_length(self.head),
                      struct.pack(">QQ", self.base, self.next_idx), with_length(self.claim or b""), with_length(self.last_claim),
                      each(won), each(lost), each(imported), with_length(time))


# --- The copy in files. -----------------------------------------------------------------------------------------------


class NoCopy(Exception):
    """There is no finished copy in the folder."""


LOG_NAME = re.compile(r"[a-z][a-z0-9._-]{0,99}")


def read_manifest(folder: pathlib.Path) -> list[dict]:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if manifest["format"] != "sip-log-copy/1":
            raise NoCopy("manifest.json is of another format")
        logs = manifest["logs"]
        for log in logs:
            if LOG_NAME.fullmatch(log["name"]) is None or len(bytes.fromhex(log["log_id"])) != 16 or not log["partitions"]:
                raise NoCopy("manifest.json names a log that cannot be")
            for part in log["partitions"]:
                part["bytes"], part["records"] = int(part["bytes"]), int(part["records"])
                part["digest"] = bytes.fromhex(part["digest"])
        return logs
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoCopy(f"manifest.json: {error}") from None


def read_frames(folder: pathlib.Path, log: dict, partition: int):
    """The frames of a file up to where the manifest says that it ends. Raises Stop where they are not as written."""
    end = log["partitions"][partition]
    try:
        with open(folder / f"{log['name']}-{partition}.records", "rb") as file:
            data = file.read(end["bytes"])
    except OSError as error:
        raise data_loss(f"cannot be read: {error.strerror}") from None
    if data[:FILE_HEADER] != b"SIPR\x01" + bytes.fromhex(log["log_id"]) + struct.pack(">I", partition):
        raise data_loss("the file is of another log, partition or format")
    digest = sha256(data[:FILE_HEADER])
    at, records = FILE_HEADER, 0
    while at < len(data):
        if at + 4 > len(data):
            raise data_loss("the file is cut off")
        size = struct.unpack_from(">I", data, at)[0]
        if size > MAX_FRAME or at + 4 + size + CHECK > len(data):
            raise data_loss("the file is cut off, or a length is wrong")
        frame = data[at + 4:at + 4 + size]
        digest = sha256(digest, frame)
        at += 4 + size + CHECK
        if data[at - CHECK:at] != digest[:CHECK]:
            raise data_loss("a check does not fit")
        records += 1
        yield frame
    if (len(data), records, digest) != (end["bytes"], end["records"], end["digest"]):
        raise data_loss("the file is not the one that the manifest names")


# --- What is said of it. ----------------------------------------------------------------------------------------------


def uuid_text(data: bytes) -> str:
    text = data.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:])) if data else ""


def time_text(moment: tuple[int, int]) -> str:
    day = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=moment[0])
    # As the JSON form of protobuf has it: 0, 3, 6 or 9 digits.
    fraction = f".{moment[1]:09}" if moment[1] else ""
    while fraction.endswith("000"):
        fraction = fraction[:-3]
    return f"{day.year:04}-{day.month:02}-{day.day:02}T{day.hour:02}:{day.minute:02}:{day.second:02}{fraction}Z"


def import_id(imports: dict, partition: int) -> bytes:
    """The command id of an import."""
    digest = bytearray(sha256(with_length(b"sip-import/v1"), with_length(imports["log_id"]),
                              struct.pack(">QQ", partition, imports["idx"]))[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return bytes(digest)


class Partition:
    """Reads one partition to its end, or to where it stops."""

    def __init__(self, folder: pathlib.Path, log: dict, partition: int, on_command):
        self.log = log["name"]
        self.number = partition
        self.fold = Fold(bytes.fromhex(log["log_id"]), partition)
        self.records = 0
        self.verdicts = collections.Counter()
        self.stopped = None
        self.problems = []
        self.leaves = []
        self.imports = []
        self.versions = {}
        try:
            for frame in read_frames(folder, log, partition):
                record = Record(frame)
                verdict = self.fold.step(record)
                self.records += 1
                self.verdicts[verdict] += 1
                if verdict == "valid":
                    self.read_command(record)
                    on_command(self, record)
            if self.fold.genesis is None:
                raise data_loss("there is no Genesis")
            if self.fold.genesis["partition_count"] != len(log["partitions"]) or self.fold.genesis["log_name"] != self.log:
                raise data_loss("Genesis is of another log than the manifest says")
        except Stop as stop:
            self.stopped = {"code": stop.code, "record": self.records, "why": str(stop)}

    def problem(self, header: dict, what: str) -> None:
        self.problems.append(f"{self.log}/{self.number} #{header['idx']}: {what}")

    def read_command(self, record: Record) -> None:
        header = record.header
        self.leaves.append(record.leaf)
        if header["imports"] is not None:
            self.imports.append(header)
        if header["case_id"]:
            right = struct.unpack(">Q", sha256(header["case_id"])[:8])[0] % self.fold.genesis["partition_count"]
            if right != self.number:
                self.problem(header, f"its case belongs in partition {right}")
        if sha256(record.payload) != header["payload_sha256"]:
            self.problem(header, "the payload has another digest than the header says")
            return
        try:
            self.check_versions(header, parse(PAYLOAD, record.payload))
        except Malformed as error:
            self.problem(header, f"the payload is malformed: {error}")

    def check_versions(self, header: dict, payload: dict) -> None:
        with_events = {part["stream_index"] for part in payload["parts"] if part["role"] == SKELETON}
        if any(index >= len(header["writes"]) for index in with_events):
            self.problem(header, "an event belongs to no stream")
        for index, write in enumerate(header["writes"]):
            key = (header["case_id"], write["stream"])
            right = self.versions.get(key, 0) + (1 if index in with_events else 0)
            if write["version"] != right:
                self.problem(header, f"{write['stream']} goes to version {write['version']}, not to {right}")
            self.versions[key] = write["version"]

    def summary(self) -> dict:
        fold = self.fold
        return {
            "log": self.log,
            "partition": self.number,
            "records": self.records,
            "next_idx": fold.next_idx,
            "head": fold.head.hex(),
            "claims_won": len(fold.won) - 1,
            "claims_lost": len(fold.lost),
            "void": {cause: self.verdicts[cause] for cause in ("copy", "stale", "lost", "hole")},
            "last_recorded_at": None if fold.last_recorded_at is None else time_text(fold.last_recorded_at),
            "state_digest": "" if fold.genesis is None else fold.digest().hex(),
            "stopped": self.stopped,
            "problems": self.problems,
        }


def check_imports(partitions: list[Partition]) -> None:
    """Every imported record is in this copy, with the leaf that its import names."""
    places = {(partition.fold.log_id, partition.number): partition for partition in partitions}
    for partition in partitions:
        for header in partition.imports:
            imports, foreign_number = header["imports"], (header["causation"] or {"partition": 0})["partition"]
            foreign = places.get((imports["log_id"], foreign_number))
            if foreign is None or imports["idx"] >= len(foreign.leaves):
                partition.problem(header, "imports a record that is not in this copy")
            elif foreign.leaves[imports["idx"]] != imports["leaf"]:
                partition.problem(header, "imports another record than the one that lies there")
            if header["command_id"] != import_id(imports, foreign_number):
                partition.problem(header, "an import with another id than that of the record that it brings")


def command_line(partition: Partition, record: Record) -> dict:
    header = record.header
    return {
        "log": partition.log,
        "partition": partition.number,
        "idx": header["idx"],
        "leaf": record.leaf.hex(),
        "recorded_at": time_text(record.recorded_at()),
        "command_id": uuid_text(header["command_id"]),
        "case_id": uuid_text(header["case_id"]),
        "acting_agency": header["acting_agency"],
        "writes": [{"stream": write["stream"], "version": write["version"]} for write in header["writes"]],
    }


def read_copy(folder: pathlib.Path, on_command) -> list[Partition]:
    partitions = []
    for log in read_manifest(folder):
        for number in range(len(log["partitions"])):
            partitions.append(Partition(folder, log, number, on_command))
    check_imports(partitions)
    return partitions


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--commands", type=argparse.FileType("w", encoding="utf-8"))
    flags = arguments.parse_args()

    def on_command(partition: Partition, record: Record) -> None:
        if flags.commands is not None:
            print(json.dumps(command_line(partition, record)), file=flags.commands)

    try:
        partitions = read_copy(flags.folder, on_command)
    except NoCopy as error:
        print(f"{flags.folder}: {error}", file=sys.stderr)
        return 1
    sound = all(partition.stopped is None and not partition.problems for partition in partitions)
    print(json.dumps({"sound": sound, "partitions": [partition.summary() for partition in partitions]}, indent=1))
    return 0 if sound else 10


if __name__ == "__main__":
    sys.exit(main())
