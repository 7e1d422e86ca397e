#!/usr/bin/env python3
"""Every gate is seen to fire: each test plants one breach in a small tree of its own and expects to be told of it.

usage: tools/lint/selftest.py            the checks that need nothing but Python, CMake and g++
       tools/lint/selftest.py --tools    those that need clang-format, clang-tidy, protoc and buf (`tools/dev lint`)
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import documents
import includes
import references
import run_blocks
import style

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUF = ROOT / ".deps/buf/node_modules/.bin/buf"

CLEAN_README = """# Fixture

| folder | what |
|---|---|
| `libs/` | libraries |
| `libs/domain/` | pure |
| `libs/engine/` | not |
| `services/` | services |
| `services/consent/` | a service |
| `services/plans/` | another |
| `proto/` | messages |
| `tools/` | tools |
"""


class Tree(unittest.TestCase):
    """A small tree in which every check is content until a test plants something."""

    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="sip-lint-"))
        self.addCleanup(shutil.rmtree, self.root)
        self.write("README.md", CLEAN_README)
        for folder in ("libs/domain", "libs/engine", "services/consent", "services/plans"):
            self.write(f"{folder}/README.md", "# It\n")
        self.write("libs/domain/checks.h", '#include "libs/base/check.h"\nint F() {\n  return 1;\n}\n')
        self.write("proto/CMakeLists.txt", "sip_proto_library(a PROTOS sip/a/v1/a.proto)\n")
        self.write("proto/sip/a/v1/a.proto", 'syntax = "proto3";\n')
        self.write("tools/cmake/sip_layers.cmake", (ROOT / "tools/cmake/sip_layers.cmake").read_text(encoding="utf-8"))

    def write(self, path: str, text: str):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode("utf-8"))

    def assert_finds(self, check, path: str, text: str):
        """Exactly the planted file is reported, and for the expected reason."""
        found = [str(finding) for finding in check(self.root)]
        self.assertTrue(found, f"nothing found; expected '{text}'")
        for finding in found:
            self.assertTrue(finding.startswith(path), finding)
        self.assertIn(text, "\n".join(found))


class CleanTest(Tree):
    def test_nothing_planted_nothing_found(self):
        for check in (includes.check, style.check, documents.check, references.check):
            self.assertEqual([], list(check(self.root)))


class IncludesTest(Tree):
    def plant(self, path: str, text: str, expected: str):
        self.write(path, text)
        self.assert_finds(includes.check, path, expected)

    def test_layer_breach(self):
        self.plant("libs/domain/a.h", '#include "libs/engine/command_executor.h"\n', "layer domain may not include")

    def test_server_may_not_reach_an_adapter(self):
        self.plant("services/consent/server/a.cc", '#include "libs/log_rocks/log.h"\n', "layer server may not include")

    def test_adapters_may_not_see_each_other(self):
        self.plant("libs/log_memory/a.cc", '#include "libs/log_memory/a.h"\n#include "libs/log_rocks/log.h"\n', "log_rocks/log.h")

    def test_unknown_layer(self):
        self.plant("libs/novelty/a.h", '#include "libs/base/check.h"\n', "does not know")

    def test_domain_may_not_see_stubs(self):
        self.plant("services/consent/domain/a.h", '#include "sip/consent/v1/a.grpc.pb.h"\n', "layer proto_grpc")

    def test_service_may_not_see_another(self):
        self.plant("services/consent/main.cc", '#include "services/plans/domain/plan.h"\n', "contexts meet in proto/")

    def test_only_rocks_sees_rocksdb(self):
        self.plant("libs/engine/a.cc", "#include <rocksdb/db.h>\n", "may include rocksdb/db.h")

    def test_only_mutex_h_sees_mutex(self):
        self.plant("libs/engine/a.cc", "#include <mutex>\n", "may include mutex")

    def test_pure_code_sees_nothing_impure(self):
        for folder in ("libs/domain", "libs/calendar", "libs/eventsourcing", "services/plans/domain", "services/views/projections"):
            for banned in ("grpcpp/grpcpp.h", "absl/time/clock.h", "random", "thread", "iostream"):
                with self.subTest(folder=folder, banned=banned):
                    self.plant(f"{folder}/a.cc", f"#include <{banned}>\n", "pure code may not include")
                    (self.root / folder / "a.cc").unlink()

    def test_pure_code_reads_no_clock(self):
        self.plant("libs/domain/a.cc", "auto t = std::chrono::steady_clock::now();\n", "pure code may not call steady_clock::now")

    def test_comments_and_texts_are_not_code(self):
        self.write("libs/domain/a.cc", '// absl::Now()\nconst char* k = "steady_clock::now";\n')
        self.assertEqual([], list(includes.check(self.root)))


class StyleTest(Tree):
    def plant(self, text: str, expected: str, path: str = "libs/engine/a.cc"):
        self.write(path, text)
        self.assert_finds(style.check, path, expected)

    def test_banned_words(self):
        for word in ("FIX" "ME", "TO" "DO"):
            with self.subTest(word=word):
                self.plant(f"// {word}: later\n", f"says {word}")

    def test_banned_code(self):
        for code in ("std::mutex m;", "absl::Now();", "absl::SleepFor(d);", "throw 1;", "assert(x);", "using namespace std;",
                     "std::string_view v;", "t.detach();"):
            with self.subTest(code=code):
                self.plant(f"{code}\n", "; use ")

    def test_long_line(self):
        self.plant("// " + "x" * 131 + "\n", "has 134 columns")

    def test_letters_count_once(self):
        self.write("libs/engine/a.cc", "// " + "ö" * 129 + "\n")
        self.assertEqual([], list(style.check(self.root)))

    def test_tab(self):
        self.plant("int\ta;\n", "holds a tab")

    def test_carriage_return(self):
        self.plant("int a;\r\n", "CR LF")

    def test_long_function(self):
        for head in ("int F(int a) {", "Foo::Foo(int a) : a_(a) {", "TEST(A, B) {", "auto F() -> std::vector<int> {"):
            with self.subTest(head=head):
                self.plant(head + "\n" + "  if (a) {\n  }\n" * 35 + "}\n", "function of 72 lines")

    def test_long_class_is_no_function(self):
        self.write("libs/engine/a.cc", "class A {\n" + "  int F();\n" * 90 + "};\nnamespace a {\n" + "int F();\n" * 90 + "}\n")
        self.assertEqual([], list(style.check(self.root)))


class DocumentsTest(Tree):
    def plant(self, path: str, text: str, expected: str):
        self.write(path, text)
        self.assert_finds(documents.check, path, expected)

    def test_two_titles(self):
        self.plant("docs.md", "# One\n\n# Two\n", "has 2 lines '# Title'")

    def test_no_title(self):
        self.plant("docs.md", "One\n", "has 0 lines '# Title'")

    def test_a_comment_in_a_code_block_is_no_title(self):
        self.write("docs.md", "# One\n\n```sh\n# comment\n```\n")
        self.assertEqual([], list(documents.check(self.root)))

    def test_dead_link(self):
        self.plant("docs.md", "# One\n\n[there](nowhere.md)\n", "links to nowhere.md")

    def test_folder_that_the_map_lacks(self):
        self.write("libs/novelty/README.md", "# It\n")
        self.assert_finds(documents.check, "README.md", "lacks libs/novelty/")

    def test_folder_that_only_the_map_has(self):
        self.write("README.md", CLEAN_README + "| `libs/gone/` | gone |\n")
        self.assert_finds(documents.check, "README.md", "names libs/gone/")

    def test_folder_without_readme(self):
        (self.root / "libs/engine/README.md").unlink()
        self.assert_finds(documents.check, "libs/engine", "lacks a README.md")

    def test_header_that_is_not_there(self):
        self.plant("libs/engine/README.md", "# It\n\n| `gone.h` | gone |\n", "lists gone.h, which is not there")

    def test_header_that_is_not_listed(self):
        self.write("libs/engine/listed.h", "// It.\n")
        self.write("libs/engine/new.h", "// It.\n#ifndef A\n")
        self.plant("libs/engine/README.md", "# It\n\n| `listed.h`, `x/y.h` | it |\n", "does not list new.h")

    def test_internal_headers_need_not_be_listed(self):
        self.write("libs/engine/listed.h", "// It.\n")
        self.write("libs/engine/inner.h", "// It (internal to engine).\n#ifndef A\n")
        self.write("libs/engine/README.md", "# It\n\n| `listed.h` | it |\n")
        self.assertEqual([], list(documents.check(self.root)))

    def test_proto_that_is_not_compiled(self):
        self.plant("proto/sip/a/v1/b.proto", 'syntax = "proto3";\n', "is not listed in proto/CMakeLists.txt")


class ReferencesTest(Tree):
    def plant(self, text: str, expected: str):
        self.write("docs/a.md", f"# A\n\n{text}\n")
        self.assert_finds(references.check, "docs/a.md", expected)

    def content(self, text: str):
        self.write("docs/a.md", f"# A\n\n{text}\n")
        self.assertEqual([], list(references.check(self.root)))

    def test_names_that_are_not_there(self):
        for name in ("libs/domain/gone.h", "gone.cc", "libs/*/gone.h", "libs/{domain,gone}/checks.h", "CamelGone", "Gone::BigThing",
                     "sip.gone.v1.Plan", "sip.a.v1.GoneThing", "kGone", "SIP_GONE", "REASON_GONE", "--gone-flag"):
            with self.subTest(name=name):
                self.plant(f"See `{name}`.", "which is not there")

    def test_names_that_are_there(self):
        self.write("libs/engine/a.h", "class CamelHere { void BigThing(); };  // kHere SIP_HERE REASON_HERE here_flag\n")
        self.write("proto/sip/a/v1/a.proto", "message Plan {}\n")
        for name in ("libs/domain/checks.h", "checks.h", "libs/*/checks.h", "libs/<layer>/{a,checks}.h", "CamelHere::BigThing()",
                     "sip.a.v1.Plan", "kHere", "SIP_HERE", "REASON_HERE", "--here-flag", "case/<case>", "some words"):
            with self.subTest(name=name):
                self.content(f"See `{name}`.")

    def test_decisions_speak_of_their_time(self):
        self.write("docs/adr/0001.md", "# A\n\n`libs/gone/gone.h`\n")
        self.assertEqual([], list(references.check(self.root)))

    def test_quotations(self):
        source = "libs/domain/checks.h"
        self.content(f"```cpp {source}\n#include \"libs/base/check.h\"\n...\n  return 1;\n```")
        self.plant(f"```cpp {source}\nint F() {{\n  return 2;\n```", "otherwise than it is, from 'int F() {' on")
        self.plant("```cpp libs/gone.h\nint F();\n```", "quotes libs/gone.h, which is not there")


class RunBlocksTest(Tree):
    def failures(self, block: str) -> int:
        self.write("a.md", f"# A\n\n```sh\nfalse\n```\n\n{block}\n")
        return run_blocks.run_document(self.root / "a.md", "test", {"PATH": "/usr/bin:/bin"}, {})

    def test_a_block_that_works(self):
        self.assertEqual(0, self.failures("```sh test\necho one two; echo three\n```\n\n```text output\none …\nthree\n```"))

    def test_a_block_that_fails(self):
        self.assertEqual(1, self.failures("```sh test\nfalse | true\n```"))

    def test_a_block_that_prints_something_else(self):
        self.assertEqual(1, self.failures("```sh test\necho one; echo two\n```\n\n```text output\ntwo\none\n```"))

    def test_a_document_without_such_a_block(self):
        self.assertEqual(1, self.failures(""))


class BuildTest(Tree):
    """The gates that CMake and the compiler are."""

    def configure(self, body: str) -> subprocess.CompletedProcess:
        shutil.copytree(ROOT / "tools/cmake", self.root / "tools/cmake", dirs_exist_ok=True)
        self.write("CMakeLists.txt", "cmake_minimum_required(VERSION 3.25)\nproject(fixture LANGUAGES NONE)\n"
                   'list(APPEND CMAKE_MODULE_PATH "${CMAKE_SOURCE_DIR}/tools/cmake")\ninclude(sip_targets)\n' + body +
                   "\nsip_check_layers()\nsip_check_tests_registered()\n")
        return subprocess.run(["cmake", "-G", "Ninja", "-S", self.root, "-B", self.root / "build"], capture_output=True, text=True,
                              check=False)

    def assert_refused(self, body: str, expected: str):
        result = self.configure(body)
        self.assertNotEqual(0, result.returncode)
        self.assertIn(expected, re.sub(r"\s+", " ", result.stderr))

    def test_nothing_planted(self):
        result = self.configure("sip_library(a LAYER base)\nsip_library(b LAYER domain DEPS a)")
        self.assertEqual(0, result.returncode, result.stderr)

    def test_layer_breach(self):
        self.assert_refused("sip_library(a LAYER engine)\nsip_library(b LAYER domain DEPS a)", "b (layer domain) may not use a")

    def test_unknown_layer(self):
        self.assert_refused("sip_library(a LAYER novelty)", "unknown layer 'novelty'")

    def test_missing_layer(self):
        self.assert_refused("sip_library(a)", "LAYER is missing")

    def test_unregistered_test(self):
        self.write("libs/domain/checks_test.cc", "")
        self.assert_refused("", "checks_test.cc is not registered")

    def test_forgotten_kind_does_not_compile(self):
        options = (ROOT / "tools/cmake/sip_dependencies.cmake").read_text(encoding="utf-8")
        warnings = re.search(r"sip_own_code_options INTERFACE\s+((-W\S+\s+)+)", options).group(1).split()
        program = "enum class Kind { kA, kB };\nint F(Kind k) { switch (k) { case Kind::kA: return 1; } return 0; }\n"
        result = subprocess.run(["g++", "-std=c++20", *warnings, "-Werror", "-fsyntax-only", "-x", "c++", "-"], input=program,
                                capture_output=True, text=True, check=False)
        self.assertNotEqual(0, result.returncode)
        self.assertIn("-Werror=switch", result.stderr)


class ToolsTest(Tree):
    """The gates that other programs are; with --tools only."""

    def run_tool(self, *command) -> subprocess.CompletedProcess:
        return subprocess.run([str(part) for part in command], cwd=self.root, capture_output=True, text=True, check=False)

    def image(self, name: str, text: str) -> pathlib.Path:
        self.write("proto/sip/a/v1/a.proto", text)
        result = self.run_tool("protoc", "-Iproto", "--include_imports", "--include_source_info", f"--descriptor_set_out={name}",
                               "sip/a/v1/a.proto")
        self.assertEqual(0, result.returncode, result.stderr)
        return self.root / name

    PROTO = 'syntax = "proto3";\npackage sip.a.v1;\n// A.\nmessage A {\n  // B.\n  string b = 1;\n}\n'

    def test_format(self):
        self.write("a.cc", "int  a;\n")
        result = self.run_tool("clang-format-14", f"--style=file:{ROOT}/.clang-format", "--dry-run", "-Werror", "a.cc")
        self.assertNotEqual(0, result.returncode)

    def test_clang_tidy(self):
        for code, expected in (("int bad_Name() { return 1; }", "readability-identifier-naming"),
                               ("int F(double d) { return (int)d; }", "old-style-cast"),
                               ("unsigned long long v;", "google-runtime-int")):
            with self.subTest(expected=expected):
                self.write("a.cc", code + "\n")
                result = self.run_tool("clang-tidy-14", f"--config-file={ROOT}/.clang-tidy", "a.cc", "--", "-std=c++20")
                self.assertNotEqual(0, result.returncode)
                self.assertIn(expected, result.stdout)

    def test_clang_tidy_over_joint_files(self):
        self.write("libs/a.cc", '#include "libs/a.h"\n#include <outside.h>\nint Kept() { return 1; }\n')
        self.write("libs/a.h", "inline int bad_In_Header() { return 1; }\n")
        self.write("outside/outside.h", "inline int bad_Outside() { return 1; }\nbad\n")
        joint = self.root / "build/a.dir/Unity/unity_0_cxx.cxx"
        self.write("build/a.dir/Unity/unity_0_cxx.cxx", f'#include "{self.root}/libs/a.cc"\n')
        command = f"clang++-14 -I{self.root} -isystem {self.root}/outside -c {joint}"
        database = [{"directory": str(self.root), "file": str(joint), "command": command}]
        self.write("build/compile_commands.json", json.dumps(database))

        run = (ROOT / "tools/lint/clang_tidy.sh", self.root / "build")
        result = self.run_tool(*run)
        self.assertIn("unknown type name 'bad'", result.stdout, "it did not read what is included")

        self.write("outside/outside.h", "inline int bad_Outside() { return 1; }\n")
        result = self.run_tool(*run)
        self.assertNotEqual(0, result.returncode)
        self.assertIn("bad_In_Header", result.stdout)
        self.assertNotIn("bad_Outside", result.stdout)

        self.write("libs/a.h", "inline int Good() { return 1; }\n")
        result = self.run_tool(*run)
        self.assertEqual(0, result.returncode, result.stdout + result.stderr)
        self.assertIn("looked at 1 joint files", result.stderr)
        self.assertNotEqual(0, self.run_tool(*run, "nowhere").returncode)

    def test_buf_lint(self):
        for text, expected in ((self.PROTO.replace("string b", "string Bad"), "lower_snake_case"),
                               (self.PROTO.replace("  // B.\n", ""), "comment"),
                               (self.PROTO.replace("sip.a.v1", "sip.other.v1"), "sip/other/v1")):
            with self.subTest(expected=expected):
                result = self.run_tool(BUF, "lint", self.image("a.binpb", text), "--config", ROOT / "proto/buf.yaml")
                self.assertNotEqual(0, result.returncode)
                self.assertIn(expected, result.stdout)

    def test_buf_breaking(self):
        baseline = self.image("baseline.binpb", self.PROTO)
        changed = self.image("a.binpb", self.PROTO.replace("string b = 1", "string b = 2"))
        result = self.run_tool(ROOT / "tools/lint/buf.sh", "breaking", changed, baseline)
        self.assertNotEqual(0, result.returncode)
        self.assertIn("was deleted", result.stdout)

    def test_missing_baseline(self):
        result = self.run_tool(ROOT / "tools/lint/buf.sh", "breaking", self.image("a.binpb", self.PROTO), self.root / "none.binpb")
        self.assertNotEqual(0, result.returncode)
        self.assertIn("tools/dev baseline", result.stderr)


class ReferenceTest(Tree):
    """The generated reference differs from what is committed; with --reference GENERATOR IMAGE only."""

    generator = image = ""

    def test_stale_reference(self):
        command = [self.generator, self.image, str(self.root)]
        self.assertEqual(0, subprocess.run(command, check=False).returncode)
        self.assertEqual(0, subprocess.run([*command, "--check"], check=False).returncode)
        (self.root / "reasons.md").write_text("# Old\n", encoding="utf-8")
        result = subprocess.run([*command, "--check"], capture_output=True, text=True, check=False)
        self.assertEqual(1, result.returncode)
        self.assertIn("tools/dev golden", result.stderr)


def main(arguments: list[str]) -> int:
    cases = [CleanTest, IncludesTest, StyleTest, DocumentsTest, ReferencesTest, RunBlocksTest, BuildTest]
    if arguments == ["--tools"]:
        cases = [ToolsTest]
    elif len(arguments) == 3 and arguments[0] == "--reference":
        cases = [ReferenceTest]
        ReferenceTest.generator, ReferenceTest.image = arguments[1:]
    elif arguments:
        print(__doc__, file=sys.stderr)
        return 2
    loader = unittest.TestLoader()
    suite = unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in cases)
    return 0 if unittest.TextTestRunner(verbosity=1).run(suite).wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
