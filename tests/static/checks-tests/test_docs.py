# SPDX-License-Identifier: GPL-2.0-or-later
import subprocess

from case import Case, TOP
from checks import base, docs


class Docs(Case):
    def test_links(self):
        self.write("docs/other page.md", "# A `name`, and [more](x.svg)\n\n## Twice\n\n## Twice\n")
        self.write("docs/x.svg", "<svg/>\n")
        self.write("README.md", "# Top\n[a](docs) [b](<docs/other%20page.md#a-name-and-more>) ![c](docs/x.svg)\n"
                   "[d](#top) [e](docs/other%20page.md#twice-1) [f](https://example.com/#x) `[g](gone.md)`\n"
                   "```\n[h](gone.md)\n# no heading\n```\n<img src=\"docs/x.svg\">\n[i]: docs/x.svg\n")
        self.assert_clean(docs.links)
        self.write("README.md", "# Top\n[a](gone.md)\n[b](docs/other%20page.md#thrice)\n[c](#bottom)\n"
                   "<a href=\"gone.svg\">\n[d]: gone.txt\n```\n# bottom\n```\n[![e](docs/x.svg)](gone.html)\n")
        self.assert_found(docs.links, "README.md:2: link to gone.md", "has no heading #thrice", "README.md:5: ",
                          "README.md:4: link to #bottom", "README.md:6: ", "README.md:10: link to gone.html")
        self.assertEqual(len(self.findings(docs.links)), 6)

    def test_named_files(self):
        self.write("common/user/run", "")
        self.write("common/plan/a.toml", "")
        self.write("kernel/src/arch/x86/a.c", "")
        self.write("docs/x.svg", "<svg/>\n")
        self.write("a.md", "`common/user/run --all` `common/plan/*.toml` `common/{user,plan}/` `common/user/NAME`\n"
                   "common/gone `other/gone` `docs/x.svg`, `common/plan/b-NAME.toml`.\n```\ncommon/user/run\n```\n")
        self.write("kernel/src/Documentation/p.rst", "``arch/x86/a.c`` ``kernel/src/arch/x86``\n")
        self.write("docs/b.md", "`x.svg` `common/user`, `a.c`, `x86/a.c`; `NAME.c`, `*.c`, `gone.json` gone.c\n")
        self.assert_clean(docs.named_files)
        self.write("docs/b.md", "`a.h` and\n`virt/a.c`\n")
        self.assert_found(docs.named_files, "docs/b.md:1: names a.h", "docs/b.md:2: names virt/a.c")
        self.write("docs/b.md", "")
        self.write("a.md", "`common/user/gone`\n`common/plan/*.yml`\n`common/{user,lab}`\n```\n$ common/user/runs x\n"
                   "```\n`arch/x86/a.c`\n")
        self.write("kernel/src/Documentation/p.rst", "``arch/x86/b.c``\n")
        self.assert_found(docs.named_files, "a.md:1: names common/user/gone", "a.md:2: ", "a.md:3: ", "a.md:5: ",
                          "p.rst:1: ")
        self.assertEqual(len(self.findings(docs.named_files)), 5)

    def test_pictures(self):
        self.write("docs/pictures/draw", (TOP / "docs/pictures/draw").read_bytes(), 0o755)
        self.write("docs/pictures/a.txt", "size 200 100 A\nbox ours 10 10 100 40 name | words\narrow 1,1 2,2\n")
        self.assert_found(docs.pictures, "a.svg: not as its source says")
        subprocess.run([self.top / "docs/pictures/draw"], check=True)
        self.assert_clean(docs.pictures)
        for bad, wanted in (("box ours 10 10 100 40 a name that is too long", "needs "),
                            ("box ours 1 1 90 40 a | b | c", "do not fit"), ("circle 1 1", "not understood"),
                            ("box ours x", "not understood"), ("box red 1 1 90 40 a", "kind")):
            self.write("docs/pictures/a.txt", f"size 200 100 A\n{bad}\n")
            self.assert_found(docs.pictures, wanted)

    def test_manual_pages(self):
        self.need("mandoc")
        good = '.\\" x\n.TH X 8 2026-11-30 "x"\n.SH NAME\nx \\- does x\n.SH DESCRIPTION\nText.\n'
        self.write("docs/man/x.8", good)
        self.assert_clean(docs.manual_pages)
        self.write("docs/man/x.8", good + ".NOSUCH request\n")
        self.write("docs/man/y.8", good.replace("2026-11-30", '""'))
        self.assert_found(docs.manual_pages, "x.8:7:", "y.8:2:")

    def test_versions(self):
        self.write("VERSION", "1.2.0\n")
        self.write("CHANGELOG.md", "# Changelog\n\n## Unreleased / 1.3.0\n\n## 1.2.0\n")
        self.write("ansible/galaxy.yml", "version: 1.2.0\n")
        self.assert_clean(docs.versions)
        self.write("VERSION", "1.3.0\n")
        self.assert_found(docs.versions, "no heading '## 1.3.0'", "ansible/galaxy.yml:1: ")
        self.write("VERSION", "1.2.0\n")
        self.write("CHANGELOG.md", "# Changelog\n\n## 1.2.0\n\n## Unreleased / 1.3.0\n")
        self.assert_found(docs.versions, "not at the top")

    def test_some_files_only(self):
        self.write("a.md", "[b](b.md)\n")
        self.write("b.md", "[c](c.md)\n")
        self.assertEqual(docs.links(base.Tree(self.top, ["a.md"]))[1], [])
        self.assertEqual(len(docs.links(base.Tree(self.top, ["a.md", "b.md", "gone.md"]))[1]), 1)
