"""What documents name is there: files, folders, flags and identifiers in `backticks`, and code that they quote.

A word in backticks is a path if it begins with a folder of the root or ends like a file; `*`, `<name>` and `{a,b}` stand for
any. It is an identifier if it is written like ours: CamelCase, sip.package.v1.Name, kConstant, SIP_MACRO, --flag of sipd.
A fenced block with a path behind its language (```cpp libs/base/check.h) quotes that file; a line `...` leaves lines out.
Decisions (docs/adr) speak of their time and are not checked.
"""

import fnmatch
import functools
import pathlib
import re
from typing import Iterator

from tree import Finding, SKIPPED_FOLDERS, Source, walk

INLINE_CODE = re.compile(r"`([^`\n]+)`")
BLOCK = re.compile(r"^```(\w+) +(\S+\.\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
ANY_BLOCK = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
FILE_SUFFIX = re.compile(r"[\w>*]\.(h|cc|proto|txtpb|py|sh|cmake|md)$")
CAMEL_CASE = re.compile(r"^[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+$")
CONSTANT = re.compile(r"^(k[A-Z]\w+|SIP_[A-Z_]+|REASON_[A-Z_]+)$")
OUR_PACKAGE = re.compile(r"^(sip(?:\.[a-z]+)+\.v\d+)((?:\.[A-Z]\w*)*)(?:[./](\w+))?$")
FLAG = re.compile(r"^--[a-z][a-z-]+$")
CODE_FILES = {".cc", ".h", ".proto", ".py", ".cmake", ".sh", ".txt", ".txtpb", "dev", ".yaml", ".json"}
WORDS_OF_OTHERS = {"ErrorInfo", "CamelCase", "RocksDB", "DynamicCastToGenerated", "GitHub", "GoogleTest"}


class Vocabulary:
    """What the tree holds: its files, and every word of its code."""

    def __init__(self, root: pathlib.Path):
        self.root = root
        self.top = {path.name for path in root.iterdir() if path.is_dir() and path.name not in SKIPPED_FOLDERS}
        self.names = set()
        self.words = set()
        for source in walk(root, CODE_FILES | {".md"}):
            self.names.add(pathlib.PurePosixPath(source.path).name)
            if source.suffix != ".md":
                self.words.update(re.findall(r"\w[\w-]*\w", source.text))
                self.words.update(re.findall(r"\w+", source.text))

    def knows(self, word: str) -> bool:
        return word in self.words or word in WORDS_OF_OTHERS

    @functools.lru_cache(maxsize=None)
    def has_path(self, pattern: str, folder: str) -> bool:
        """Whether a file matches, counted from the root, from the document's folder, or (a bare name) anywhere."""
        if "/" not in pattern:
            return bool(fnmatch.filter(self.names, pattern))
        pattern = pattern.rstrip("/")
        return any(next(base.glob(pattern), None) is not None for base in {self.root, self.root / folder})


def alternatives(word: str) -> list[str]:
    """`a/{b,c}.h` names two files."""
    match = re.search(r"\{([^{}]*)\}", word)
    if not match:
        return [word]
    return [path for part in match.group(1).split(",")
            for path in alternatives(word[:match.start()] + part.strip() + word[match.end():])]


def is_path(word: str, top: set[str]) -> bool:
    if not re.fullmatch(r"[\w.*<>/\[\]-]+", word) or word.startswith("/") or word.startswith(("sip/", "google/")):
        return False
    return bool(FILE_SUFFIX.search(word)) or ("/" in word and word.split("/")[0] in top)


def missing(word: str, folder: str, vocabulary: Vocabulary) -> bool:
    """Whether the word names something of ours that is not there."""
    if is_path(word, vocabulary.top):
        return not vocabulary.has_path(word, folder)
    package = OUR_PACKAGE.match(word)
    if package:
        names = re.findall(r"\w+", package.group(2)) + ([package.group(3)] if package.group(3) else [])
        has_package = vocabulary.has_path(f"proto/{package.group(1).replace('.', '/')}", "")
        return not (has_package and all(vocabulary.knows(name) for name in names))
    if FLAG.match(word):
        return not (vocabulary.knows(word[2:]) or vocabulary.knows(word[2:].replace("-", "_")) or
                    all(vocabulary.knows(part) for part in word[2:].split("-", 1)))
    parts = word.removesuffix("()").split("::")
    return any((CAMEL_CASE.match(part) or CONSTANT.match(part)) and not vocabulary.knows(part) for part in parts)


def reference_findings(source: Source, vocabulary: Vocabulary) -> Iterator[Finding]:
    folder = str(pathlib.PurePosixPath(source.path).parent)
    text = ANY_BLOCK.sub(lambda match: "\n" * match.group().count("\n"), source.text)
    for match in INLINE_CODE.finditer(text):
        for word in re.sub(r"<[^>]*>", "*", match.group(1)).split():
            for name in alternatives(word.strip(",;()=")):
                if missing(name, folder, vocabulary):
                    yield Finding(source.path, text.count("\n", 0, match.start()) + 1, f"names `{name}`, which is not there")


def holds(lines: list[str], quoted: list[str]) -> bool:
    return any(lines[start:start + len(quoted)] == quoted for start in range(len(lines) - len(quoted) + 1))


def quotation_findings(root: pathlib.Path, source: Source) -> Iterator[Finding]:
    for match in BLOCK.finditer(source.text):
        line = source.text.count("\n", 0, match.start()) + 1
        quoted_file = root / match.group(2)
        if not quoted_file.is_file():
            yield Finding(source.path, line, f"quotes {match.group(2)}, which is not there")
            continue
        lines = [text.strip() for text in quoted_file.read_text(encoding="utf-8").split("\n")]
        for piece in re.split(r"^\s*(?:// )?\.\.\.\n", match.group(3), flags=re.MULTILINE):
            quoted = [text.strip() for text in piece.rstrip("\n").split("\n")]
            if piece.strip() and not holds(lines, quoted):
                yield Finding(source.path, line, f"quotes {match.group(2)} otherwise than it is, from '{quoted[0]}' on")


def check(root: pathlib.Path) -> Iterator[Finding]:
    vocabulary = Vocabulary(root)
    for source in walk(root, {".md"}):
        if source.path.startswith("docs/adr/"):
            continue
        yield from reference_findings(source, vocabulary)
        yield from quotation_findings(root, source)
