"""House style that no formatter knows: banned words with what to use instead, lengths of lines and functions, tabs, line ends."""

import pathlib
import re
from typing import Iterator, NamedTuple

from tree import Finding, Source, code_only, walk

MAX_LINE = 132
MAX_FUNCTION = 70
TEXT_FILES = {".cc", ".h", ".proto", ".py", ".sh", ".cmake", ".md", ".txtpb", ".yaml", ".json", ".txt", "dev", "run"}


class Ban(NamedTuple):
    """What may not stand in C++ code outside the files that start with one of `except_in`, and what to use instead."""

    pattern: re.Pattern
    instead: str
    except_in: tuple[str, ...] = ()


# In any file, comments included. Written in two pieces, so that this file passes.
BANNED_WORDS = re.compile(r"\b(" + "|".join(["FIX" "ME", "TO" "DO", "XX" "X"]) + r")\b")

BANNED_CODE = (
    Ban(re.compile(r"\bstd::(\w+_)?mutex\b|\bstd::(lock_guard|unique_lock|scoped_lock)\b|\babsl::Mutex\b"),
        "Mutex and MutexLock of libs/base/mutex.h, which ThreadSanitizer and clang understand", ("libs/base/mutex.h",)),
    Ban(re.compile(r"\babsl::Now\s*\(|\bsystem_clock::now\b"), "a Clock of libs/base/clock.h",
        ("libs/base/clock.", "tools/", "tests/")),
    Ban(re.compile(r"\babsl::SleepFor\b|\bsleep_(for|until)\b|\bu?sleep\s*\("), "waiting for the thing itself"),
    Ban(re.compile(r"\bthrow\b"), "absl::Status"),
    Ban(re.compile(r"(?<![_\w])assert\s*\("), "SIP_CHECK of libs/base/check.h"),
    Ban(re.compile(r"\busing\s+namespace\b"), "the names themselves"),
    Ban(re.compile(r"\bstd::string_view\b"), "absl::string_view, which this Abseil does not convert to and from"),
    Ban(re.compile(r"\.detach\s*\(\s*\)"), "a thread that somebody joins"),
)

# Prose and data may be long, and so may the one-line texts of reasons.proto.
LONG_ALLOWED = re.compile(r"\[\(reason\) =|https?://")
LENGTH_UNCHECKED = (".md", ".txtpb", ".json", ".txt")


def line_findings(source: Source) -> Iterator[Finding]:
    for number, line in enumerate(source.text.split("\n"), 1):
        if "\t" in line:
            yield Finding(source.path, number, "holds a tab")
        if line.endswith("\r"):
            yield Finding(source.path, number, "ends in CR LF")
        if len(line) > MAX_LINE and source.suffix not in LENGTH_UNCHECKED and not LONG_ALLOWED.search(line):
            yield Finding(source.path, number, f"has {len(line)} columns; the limit is {MAX_LINE}")
        word = BANNED_WORDS.search(line)
        if word:
            yield Finding(source.path, number, f"says {word.group()}: do it, or open an issue")


def ban_findings(source: Source, code: str) -> Iterator[Finding]:
    for ban in BANNED_CODE:
        if source.path.startswith(ban.except_in or ("\0",)):
            continue
        for match in ban.pattern.finditer(code):
            line = code.count("\n", 0, match.start()) + 1
            yield Finding(source.path, line, f"uses {match.group().strip(' (')}; use {ban.instead}")


_NOT_A_FUNCTION = re.compile(r"^\s*(if|for|while|switch|catch|do|else|namespace|class|struct|enum|union|extern)\b")
_AFTER_PARAMETERS = r"(const|noexcept|override|final|mutable|try|->\s*[\w:<>,&*\s]+|:[^{};]*|SIP_\w+\s*\([^)]*\)|\s)*$"
_FUNCTION_HEAD = re.compile(r"\)\s*" + _AFTER_PARAMETERS)


def functions(code: str) -> Iterator[tuple[int, int]]:
    """First and last line of every function body. A heuristic over braces: good for formatted code, no parser."""
    stack: list[tuple[bool, int]] = []  # is it a function, line of its opening brace
    head_start, line, inside = 0, 1, 0
    for position, char in enumerate(code):
        if char == "\n":
            line += 1
        elif char == "{":
            head = code[head_start:position]
            is_function = not inside and bool(_FUNCTION_HEAD.search(head)) and not _NOT_A_FUNCTION.match(head)
            inside += is_function
            stack.append((is_function, line))
            head_start = position + 1
        elif char == "}" and stack:
            is_function, opened = stack.pop()
            inside -= is_function
            if is_function:
                yield opened, line
            head_start = position + 1
        elif char == ";":
            head_start = position + 1


def function_findings(source: Source, code: str) -> Iterator[Finding]:
    for first, last in functions(code):
        if last - first + 1 > MAX_FUNCTION:
            yield Finding(source.path, first, f"function of {last - first + 1} lines; the limit is {MAX_FUNCTION}: split it")


def check(root: pathlib.Path) -> Iterator[Finding]:
    for source in walk(root, TEXT_FILES):
        yield from line_findings(source)
        if source.is_cpp:
            code = code_only(source.text)
            yield from ban_findings(source, code)
            yield from function_findings(source, code)
