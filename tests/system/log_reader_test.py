#!/usr/bin/env python3
"""The independent reader and the server's own fold say the same of random logs, whole and damaged in every way that is known.

usage: tests/system/log_reader_test.py SIPCTL WRITE_RANDOM_COPY [UNITTEST ARGUMENT...]

Damage comes in two forms: of the files, which their checks find; and of the records, put into files whose checks fit again, which
only the fold can find.
"""

import collections
import json
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import log_reader  # noqa: E402  pylint: disable=wrong-import-position

SEEDS = int(os.environ.get("SIP_SEEDS", "12"))
DAMAGES_OF_A_SEED = 16
STEPS = 250


class Copy:
    """A copy in files, taken apart so that records can be changed."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.logs = log_reader.read_manifest(folder)
        self.frames = {}
        for log in self.logs:
            for number in range(len(log["partitions"])):
                self.frames[log["name"], number] = list(log_reader.read_frames(folder, log, number))

    def write(self, folder: pathlib.Path) -> None:
        """With checks that fit."""
        folder.mkdir()
        manifest = {"format": "sip-log-copy/1", "logs": []}
        for log in self.logs:
            partitions = [self.write_file(folder, log, number) for number in range(len(log["partitions"]))]
            manifest["logs"].append({"name": log["name"], "log_id": log["log_id"], "installation_id": log["installation_id"],
                                     "partitions": partitions})
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    def write_file(self, folder: pathlib.Path, log: dict, number: int) -> dict:
        frames = self.frames[log["name"], number]
        data = bytearray(b"SIPR\x01" + bytes.fromhex(log["log_id"]) + struct.pack(">I", number))
        digest = log_reader.sha256(bytes(data))
        for frame in frames:
            digest = log_reader.sha256(digest, frame)
            data += struct.pack(">I", len(frame)) + frame + digest[:8]
        (folder / f"{log['name']}-{number}.records").write_bytes(bytes(data))
        return {"bytes": str(len(data)), "records": str(len(frames)), "digest": digest.hex()}

    def some(self, chance: random.Random) -> list[bytes]:
        """The records of some partition."""
        return self.frames[chance.choice(sorted(self.frames))]


def flip(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


# --- Damage of records: each changes the frames of a copy. --------------------------------------------------------------


def flipped_bit(copy: Copy, chance: random.Random) -> None:
    frames = copy.some(chance)
    at = chance.randrange(len(frames))
    frames[at] = flip(frames[at], chance)


def cut_record(copy: Copy, chance: random.Random) -> None:
    frames = copy.some(chance)
    at = chance.randrange(len(frames))
    frames[at] = frames[at][:chance.randrange(len(frames[at]))]


def hole(copy: Copy, chance: random.Random) -> None:
    frames = copy.some(chance)
    at = chance.randrange(len(frames))
    del frames[at:at + chance.randint(1, 3)]


def lost_tail(copy: Copy, chance: random.Random) -> None:
    frames = copy.some(chance)
    del frames[chance.randrange(len(frames)):]


def late_copies(copy: Copy, chance: random.Random) -> None:
    frames = copy.some(chance)
    for _ in range(3):
        frames.insert(chance.randint(0, len(frames)), chance.choice(frames))


def reordered(copy: Copy, chance: random.Random) -> None:
    frames = copy.some(chance)
    at = chance.randrange(len(frames))
    frames.insert(chance.randrange(len(frames)), frames.pop(at))


def foreign_record(copy: Copy, chance: random.Random) -> None:
    record = chance.choice(copy.some(chance))
    frames = copy.some(chance)
    frames.insert(chance.randint(0, len(frames)), record)


def replayed(copy: Copy, chance: random.Random) -> None:
    frames = copy.some(chance)
    frames.extend(frames[chance.randrange(len(frames)):])


def another_payload(copy: Copy, chance: random.Random) -> None:
    frames = copy.some(chance)
    at = chance.randrange(len(frames))
    size = struct.unpack_from(">I", frames[at], 5)[0]
    payload = chance.randbytes(chance.randrange(60))
    frames[at] = frames[at][:9 + size] + struct.pack(">I", len(payload)) + payload


RECORD_DAMAGES = (flipped_bit, cut_record, hole, lost_tail, late_copies, reordered, foreign_record, replayed, another_payload)


# --- Fields behind the others of a header: what protobuf makes of them is part of the format. ---------------------------


def field(number: int, wire_type: int, rest: bytes) -> bytes:
    return varint(number << 3 | wire_type) + rest


def varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def text(number: int, data: bytes) -> bytes:
    return field(number, 2, varint(len(data)) + data)


def nested(depth: int) -> bytes:
    return field(99, 3, b"") * depth + field(99, 4, b"") * depth


NEGATIVE = varint((1 << 64) - 1)
ODD_FIELDS = [
    b"",
    # Unknown ones, of each form, whole and cut off.
    field(99, 0, b"\x01"), field(99, 1, b"abcdefgh"), field(99, 1, b"abc"), text(99, b"ab"), field(99, 2, b"\x05a"),
    field(99, 5, b"abcd"),
    field(99, 5, b"a"), field(99, 6, b""), field(99, 7, b""), field(99, 0, b""), field(99, 0, b"\xff" * 9 + b"\x01"),
    field(99, 0, b"\xff" * 10 + b"\x01"), field(0, 0, b"\x01"),
    b"\xff" * 6 + b"\x01", b"\xff\xff\xff\xff\x0f\x01", text(99, b"\xff"),
    # Numbers of more bytes than they need, or than a field number can have.
    b"\x98\x86\x80\x00\x01", b"\x98\x86\x80\x80\x00\x01", b"\x98\x86\x80\x80\x80\x00\x01", b"\xf8\xff\xff\xff\x0f\x01",
    b"\xf8\xff\xff\xff\x1f\x01", b"\xf8\xff\xff\xff\xff\x01\x01", field(99, 2, b"\x82\x80\x00ab"),
    field(99, 2, b"\xff" * 9 + b"\x01"),
    field(99, 2, b"\xff\xff\xff\xff\x07"), field(99, 2, b"\x80\x80\x80\x80\x10"), field(99, 2, b"\x82\x80\x80\x80\x80\x00ab"),
    # Groups.
    field(99, 3, b"") + field(98, 0, b"\x05") + field(99, 4, b""), field(99, 3, b""), field(99, 4, b""),
    field(99, 3, b"") + field(98, 4, b""), nested(20), nested(98), nested(99), nested(100), nested(101),
    text(7, nested(97)), text(7, nested(98)), text(7, nested(99)), text(7, nested(100)),
    field(99, 3, field(98, 3, b"") + field(99, 4, b"") + field(98, 4, b"")),
    # Known ones again: the last counts.
    field(2, 0, b"\x00"), field(2, 0, varint(1 << 32)), field(2, 0, NEGATIVE), field(4, 0, varint(1 << 32)), field(3, 0, b"\x00"),
    text(1, b"x" * 16), text(1, b"x"), text(3, b""), text(3, b"abc"), text(4, b""), text(5, b"\xff\xfe"), text(5, b"\xed\xa0\x80"),
    text(6, b""), text(6, b"\xff"), text(7, b"\x80"), text(8, b"\xc0\x80"), text(8, b"x" * 16), text(11, b"\xff"),
    text(11, b"\xf4\x90\x80\x80"),
    text(14, b"x"), text(14, b"x" * 16), text(16, b"x"), text(17, b"12345678"), text(17, b"1"), text(19, b"x" * 32), text(19, b"x"),
    # In another wire type: not known.
    field(1, 0, b"\x05"), field(2, 5, b"abcd"), text(2, b"\x05"), field(5, 0, b"\x05"), field(9, 0, b"\x05"),
    field(11, 1, b"abcdefgh"),
    # Messages, merged with those before.
    text(9, b""), text(9, b"\x08\x01"), text(9, b"\x10\x01"), text(9, b"\x10" + varint(10**9)), text(9, b"\x10" + NEGATIVE),
    text(9, b"\x10" + varint(1 << 32)), text(9, b"\x08" + NEGATIVE), text(9, b"\x08" + varint(253402300799)),
    text(9, b"\x08" + varint(253402300800)), text(9, b"\x08" + varint((1 << 64) - 62135596801)), text(9, b"\x08"), text(9, b"\xff"),
    text(7, b"\x0a\x02\xff\xfe"), text(7, text(1, b"note/x") + b"\x10\x01"), text(7, b"\x10"), text(10, b"\x0a\x02\x08\x01"),
    text(10, b"\x0a\x01\x08"), text(10, b"\x12\x02\x08\x01"), text(13, b""), text(13, text(1, b"x" * 16)),
    text(13, text(1, b"x" * 16) + text(3, b"x" * 32)), text(13, b"\x10\x05"), text(15, b"\x10\x05"), text(15, b"\x10"),
    text(18, b"\x01\x02"), text(18, b"\x80"), field(18, 0, b"\x01"), field(18, 5, b"abcd"),
]


def with_field(frame: bytes, added: bytes) -> bytes:
    size = struct.unpack_from(">I", frame, 5)[0]
    return frame[:5] + struct.pack(">I", size + len(added)) + frame[9:9 + size] + added + frame[9 + size:]


def last_of_kind(frames: list[bytes], kind: int) -> None:
    """Cuts off what follows the last record of the kind: nothing depends on that one then."""
    while frames[-1][4] != kind:
        frames.pop()


# --- Damage of files. ---------------------------------------------------------------------------------------------------


def damage_file(folder: pathlib.Path, chance: random.Random) -> None:
    path = chance.choice(sorted(folder.glob("*.records")))
    data = path.read_bytes()
    kind = chance.randrange(4)
    if kind == 0:
        path.unlink()
    elif kind == 1:
        path.write_bytes(data[:chance.randrange(len(data))])
    elif kind == 2:
        path.write_bytes(flip(data, chance))
    else:
        path.write_bytes(chance.choice(sorted(folder.glob("*.records"))).read_bytes())


def of_sipctl(summary: dict) -> list[dict]:
    """What `log summary -o json` prints, in the reader's form: JSON of protobuf leaves zeros out."""
    partitions = []
    for part in summary["partitions"]:
        stopped = part.get("stopped")
        partitions.append({
            "log": part["log"],
            "partition": part.get("partition", 0),
            "records": int(part.get("records", 0)),
            "next_idx": int(part.get("next_idx", 0)),
            "head": part.get("head", ""),
            "claims_won": int(part.get("claims_won", 0)),
            "claims_lost": int(part.get("claims_lost", 0)),
            "void": {cause: int(part.get("void", {}).get(cause, 0)) for cause in ("copy", "stale", "lost", "hole")},
            "last_recorded_at": part.get("last_recorded_at"),
            "state_digest": part.get("state_digest", ""),
            "stopped": None if stopped is None else {"code": stopped["code"], "record": int(stopped.get("record", 0))},
            "damaged_payloads": int(part.get("damaged_payloads", 0)),
        })
    return partitions


def of_reader(partitions: list[log_reader.Partition]) -> list[dict]:
    summaries = []
    for partition in partitions:
        summary = partition.summary()
        if summary["stopped"] is not None:
            del summary["stopped"]["why"]
        summary["damaged_payloads"] = sum("another digest" in problem for problem in summary.pop("problems"))
        summaries.append(summary)
    return summaries


class LogReaderTest(unittest.TestCase):
    maxDiff = None
    sipctl = ""
    write_random_copy = ""

    def setUp(self) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="log_reader_test."))
        self.addCleanup(shutil.rmtree, self.folder)

    def random_copy(self, seed: int) -> pathlib.Path:
        folder = self.folder / f"copy-{seed}"
        subprocess.run([self.write_random_copy, str(seed), str(STEPS), str(folder)], check=True)
        return folder

    def compare(self, folder: pathlib.Path) -> list[dict]:
        """What both say of the folder, which must be the same."""
        ran = subprocess.run([self.sipctl, "log", "summary", "--from", str(folder), "-o", "json"], capture_output=True, text=True,
                             check=False)
        self.assertIn(ran.returncode, (0, 10), ran.stderr)
        mine = of_reader(log_reader.read_copy(folder, lambda partition, record: None))
        self.assertEqual(mine, of_sipctl(json.loads(ran.stdout)))
        return mine

    def test_whole_logs_are_sound_to_both(self):
        seen = collections.Counter()
        for seed in range(SEEDS):
            with self.subTest(seed=seed):
                folder = self.random_copy(seed)
                partitions = log_reader.read_copy(folder, lambda partition, record: None)
                self.assertEqual([problem for partition in partitions for problem in partition.problems], [])
                for summary in self.compare(folder):
                    self.assertIsNone(summary["stopped"])
                    seen.update(summary["void"])
                    seen["take-overs"] += summary["claims_won"] - 1
                    seen["valid"] += summary["next_idx"]
        for what in ("valid", "take-overs", "copy", "stale", "lost", "hole"):
            self.assertGreater(seen[what], 0, what)

    def test_damaged_records_get_the_same_verdict(self):
        verdicts = collections.Counter()
        for seed in range(SEEDS):
            whole = self.random_copy(seed)
            for number in range(DAMAGES_OF_A_SEED):
                chance = random.Random(f"{seed}/{number}")
                damage = RECORD_DAMAGES[number % len(RECORD_DAMAGES)]
                with self.subTest(seed=seed, number=number, damage=damage.__name__):
                    copy = Copy(whole)
                    damage(copy, chance)
                    folder = self.folder / f"damaged-{seed}-{number}"
                    copy.write(folder)
                    for summary in self.compare(folder):
                        verdicts[summary["stopped"]["code"] if summary["stopped"] else "read"] += 1
                    shutil.rmtree(folder)
        self.assertGreater(verdicts["DATA_LOSS"], SEEDS)
        self.assertGreater(verdicts["read"], SEEDS)

    def test_fields_of_every_form_get_the_same_verdict(self):
        whole = self.random_copy(2)
        left = [(kind, added) for added in ODD_FIELDS for kind in (log_reader.GENESIS, log_reader.CLAIM, log_reader.COMMAND)]
        stopped = collections.Counter()
        while left:
            copy = Copy(whole)
            tried = []
            for frames in copy.frames.values():
                if left:
                    kind, added = left.pop()
                    last_of_kind(frames, kind)
                    frames[-1] = with_field(frames[-1], added)
                    tried.append((kind, added.hex()))
            folder = self.folder / f"odd-{len(left)}"
            copy.write(folder)
            with self.subTest(tried=tried):
                stopped.update(summary["stopped"] is not None for summary in self.compare(folder))
        self.assertGreater(stopped[True], len(ODD_FIELDS) / 2)
        self.assertGreater(stopped[False], len(ODD_FIELDS) / 2)

    def test_damaged_files_get_the_same_verdict(self):
        for seed in range(SEEDS):
            whole = self.random_copy(seed)
            for number in range(4):
                with self.subTest(seed=seed, number=number):
                    folder = self.folder / f"damaged-{seed}-{number}"
                    shutil.copytree(whole, folder)
                    damage_file(folder, random.Random(f"file {seed}/{number}"))
                    self.compare(folder)
                    shutil.rmtree(folder)

    def test_a_version_that_no_event_explains_is_a_problem(self):
        copy = Copy(self.random_copy(0))
        frames = copy.frames["sip.plans", 0]
        last_of_kind(frames, log_reader.COMMAND)
        # One more entry of `writes`, behind the others.
        frames[-1] = with_field(frames[-1], text(7, text(1, b"note/x") + b"\x10\x07"))
        copy.write(self.folder / "damaged")
        partitions = log_reader.read_copy(self.folder / "damaged", lambda partition, record: None)
        problems = [problem for partition in partitions for problem in partition.problems]
        self.assertTrue(any("note/x goes to version 7, not to 0" in problem for problem in problems), problems)

    def test_an_import_of_what_is_not_there_is_a_problem(self):
        copy = Copy(self.random_copy(1))
        del copy.frames["sip.rules", 0][3:]
        copy.write(self.folder / "damaged")
        partitions = log_reader.read_copy(self.folder / "damaged", lambda partition, record: None)
        problems = [problem for partition in partitions for problem in partition.problems]
        self.assertTrue(any("not in this copy" in problem for problem in problems), problems)

    def test_a_folder_without_a_finished_copy_is_refused(self):
        with self.assertRaises(log_reader.NoCopy):
            log_reader.read_manifest(self.folder)


if __name__ == "__main__":
    LogReaderTest.sipctl, LogReaderTest.write_random_copy = sys.argv[1:3]
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
