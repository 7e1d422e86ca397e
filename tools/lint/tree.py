"""The files that the checks look at, and what a check finds in them."""

import pathlib
import re
from typing import Iterator, NamedTuple

# Fetched, generated or not ours.
SKIPPED_FOLDERS = {".git", ".deps", ".cache", "build", "__pycache__", "node_modules"}
CPP_SUFFIXES = {".cc", ".h"}


class Finding(NamedTuple):
    """One breach; `line` is 0 when it is about the whole file or folder."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}" if self.line else f"{self.path}: {self.text}"


class Source(NamedTuple):
    """A text file of the tree."""

    path: str  # relative to the root, with slashes
    text: str

    @property
    def suffix(self) -> str:
        return pathlib.PurePosixPath(self.path).suffix

    @property
    def is_cpp(self) -> bool:
        return self.suffix in CPP_SUFFIXES

    @property
    def is_test(self) -> bool:
        """Tests, and the helpers that only tests use."""
        name = pathlib.PurePosixPath(self.path).name
        return bool(re.search(r"_(test|fuzz|benchmark)(_\w+)?\.(cc|h)$|^(test|testing)_", name)) or self.path.startswith(
            ("tests/", "libs/testing/"))


def walk(root: pathlib.Path, suffixes: set[str]) -> Iterator[Source]:
    """All text files with one of the suffixes (or names, for files without one), in a stable order."""
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if SKIPPED_FOLDERS.intersection(relative.parts) or not path.is_file():
            continue
        if path.suffix in suffixes or path.name in suffixes:
            yield Source(relative.as_posix(), path.read_bytes().decode("utf-8", errors="replace"))


_LITERALS = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^(\s]*)\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)


def code_only(text: str) -> str:
    """C++ without comments and without what stands in literals; lines stay where they are. #include lines are kept."""

    def blank(match: re.Match) -> str:
        start = text.rfind("\n", 0, match.start()) + 1
        if text[start:match.start()].lstrip().startswith("#include") and match.group().startswith('"'):
            return match.group()
        newlines = "\n" * match.group().count("\n")
        return newlines if match.group().startswith("/") else f'""{newlines}'

    return _LITERALS.sub(blank, text)
