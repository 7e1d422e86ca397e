"""What the documents promise about the tree is true: titles, links, the folder map, a README in every library and service."""

import pathlib
import re
from typing import Iterator

from tree import Finding, SKIPPED_FOLDERS, Source, walk

FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
MAP_ROW = re.compile(r"^\| \[?`([\w./-]+)/`\]?", re.MULTILINE)
MAPPED_PARENTS = (".", "libs", "services")


def without_code(text: str) -> str:
    """Markdown with the lines of fenced blocks emptied."""
    return FENCE.sub(lambda match: "\n" * match.group().count("\n"), text)


def title_findings(source: Source, text: str) -> Iterator[Finding]:
    titles = re.findall(r"^# \S", text, re.MULTILINE)
    if len(titles) != 1:
        yield Finding(source.path, 0, f"has {len(titles)} lines '# Title'; it must be exactly one")


def link_findings(root: pathlib.Path, source: Source, text: str) -> Iterator[Finding]:
    for match in LINK.finditer(text):
        target = match.group(1).split("#")[0]
        if not target or re.match(r"[a-z]+:", target):
            continue
        if not (root / source.path).parent.joinpath(target).exists():
            yield Finding(source.path, text.count("\n", 0, match.start()) + 1, f"links to {target}, which is not there")


def folders(root: pathlib.Path, parent: str) -> list[str]:
    """The folders below `parent` that the map must name, such as "libs/base"."""
    children = sorted((root / parent).iterdir()) if (root / parent).is_dir() else []
    return [path.relative_to(root).as_posix() for path in children
            if path.is_dir() and path.name not in SKIPPED_FOLDERS and not path.name.startswith(".")]


def folder_map_findings(root: pathlib.Path) -> Iterator[Finding]:
    readme = root / "README.md"
    named = set(MAP_ROW.findall(readme.read_text(encoding="utf-8"))) if readme.exists() else set()
    there = {folder for parent in MAPPED_PARENTS for folder in folders(root, parent)}
    for folder in sorted(there - named):
        yield Finding("README.md", 0, f"the folder map lacks {folder}/")
    for folder in sorted(named):
        if not (root / folder).is_dir():
            yield Finding("README.md", 0, f"the folder map names {folder}/, which is not there")


def own_readme_findings(root: pathlib.Path) -> Iterator[Finding]:
    for parent in ("libs", "services"):
        for folder in folders(root, parent):
            if not (root / folder / "README.md").exists():
                yield Finding(folder, 0, "lacks a README.md (purpose, how to use it, one example)")


def header_table_findings(root: pathlib.Path) -> Iterator[Finding]:
    """A README that lists headers of its folder lists all, except what says that it is internal."""
    for source in walk(root, {".md"}):
        cells = re.findall(r"^\| (`\w+\.h`[^|]*)\|", source.text, re.MULTILINE)
        listed = {name for cell in cells for name in re.findall(r"`(\w+\.h)`", cell)}
        if not listed or pathlib.PurePath(source.path).name != "README.md":
            continue
        there = {header.name: header.read_text(encoding="utf-8") for header in (root / source.path).parent.glob("*.h")}
        for name in sorted(listed - set(there)):
            yield Finding(source.path, 0, f"lists {name}, which is not there")
        for name in sorted(set(there) - listed):
            if not re.search(r"\binternal to\b", there[name].split("#ifndef")[0], re.IGNORECASE):
                yield Finding(source.path, 0, f"does not list {name}, which does not say that it is internal")


def proto_findings(root: pathlib.Path) -> Iterator[Finding]:
    """A .proto file that is not compiled is neither linted nor compared."""
    listed = root / "proto/CMakeLists.txt"
    compiled = re.findall(r"[\w/]+\.proto", listed.read_text(encoding="utf-8")) if listed.exists() else []
    for source in walk(root, {".proto"}):
        if source.path.startswith("proto/") and source.path.removeprefix("proto/") not in compiled:
            yield Finding(source.path, 0, "is not listed in proto/CMakeLists.txt")


def check(root: pathlib.Path) -> Iterator[Finding]:
    for source in walk(root, {".md"}):
        text = without_code(source.text)
        yield from title_findings(source, text)
        yield from link_findings(root, source, text)
    yield from folder_map_findings(root)
    yield from own_readme_findings(root)
    yield from header_table_findings(root)
    yield from proto_findings(root)
