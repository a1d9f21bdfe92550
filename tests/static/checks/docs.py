# SPDX-License-Identifier: GPL-2.0-or-later
"""Pages: links inside the tree lead somewhere, files that pages name exist, manual pages and versions are in order."""

import itertools
import posixpath
import re
from urllib.parse import unquote

from . import base

FENCE = re.compile(r"\s*(```|~~~)")
CODE = re.compile(r"(`+)(.+?)\1")
# Targets of Markdown: [text](target), [name]: target, src="target".
LINK = re.compile(r"\]\(\s*<?([^)>\s]+)|^\[[^\]]+\]:\s+(\S+)|\b(?:src|href)=\"([^\"]+)\"")
HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*$")
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//")
# A path: words with slashes. A word in capital letters stands for a name, as in tests/host/NAME.
PATH = re.compile(r"[\w.{},*+-]+(?:/[\w.{},*+-]*)+")
PLACEHOLDER = re.compile(r"(?:^|[/._-])[A-Z]{2,}(?=[/._-]|$)")
BRACES = re.compile(r"\{([^{}]*)\}")
# A file that is named without its folder.
SOURCE = re.compile(r"(?<![\w/.*-])[\w-]+(?:/[\w.-]+)*\.(?:c|h|S|py|rst|md|toml|sh|service|timer)(?![\w/.-])")
PICTURES = "docs/pictures/draw"
# Pages in the kernel tree name files as they are called there.
KERNEL = "kernel/src/"


def _pages(tree):
    return [f for f in tree.files if f.endswith(".md")]


def _lines(tree, path):
    """(number, text, is it inside of fenced code) of each line of a page; without the fences."""
    inside = False
    for number, line in enumerate(tree.lines(path), 1):
        if FENCE.match(line):
            inside = not inside
        else:
            yield number, line, inside


def _prose(tree, path):
    """The numbered lines of a page outside of fenced code."""
    return ((number, line) for number, line, inside in _lines(tree, path) if not inside)


def _anchors(tree, path):
    """The anchors that GitHub makes of a page's headings: small letters, dashes for blanks, a number if repeated."""
    seen, found = {}, set()
    for _, line in _prose(tree, path):
        match = HEADING.match(line)
        if match:
            text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", match[1]).lower()
            anchor = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
            times = seen[anchor] = seen.get(anchor, -1) + 1
            found.add(f"{anchor}-{times}" if times else anchor)
    return found


def _targets(line):
    """Yields what a line links to; inline code is no link."""
    for match in LINK.finditer(CODE.sub("", line)):
        yield unquote(match[1] or match[2] or match[3])


def _fault(tree, page, target):
    where, _, anchor = target.partition("#")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page), where)) if where else page
    if not tree.has(path):
        return f"{path} does not exist"
    if anchor and path.endswith(".md") and anchor not in _anchors(tree, path):
        return f"{path} has no heading #{anchor}"
    return ""


def links(tree):
    pages = tree.need(_pages(tree), "page")
    findings, count = [], 0
    for page in pages:
        for number, line in _prose(tree, page):
            for target in _targets(line):
                if not ELSEWHERE.match(target):
                    count += 1
                    fault = _fault(tree, page, target)
                    findings += [f"{page}:{number}: link to {target}: {fault}"] if fault else []
    return f"{count} links in {base.count(pages)}", findings


def _spelled_out(path):
    """a/{b,c} means two paths."""
    match = BRACES.search(path)
    if not match:
        return [path]
    return list(itertools.chain.from_iterable(
        _spelled_out(path[:match.start()] + part + path[match.end():]) for part in match[1].split(",")))


def _named(tree, page):
    """Yields (line, path) for each path in code that begins with a folder at the top of the tree."""
    tops = tree.tops() | (tree.tops(KERNEL) if page.endswith(".rst") else set())
    for number, line, inside in _lines(tree, page):
        for code in [line] if inside else [match[2] for match in CODE.finditer(line)]:
            for path in PATH.findall(code):
                path = path.rstrip(".,-")
                if path.split("/")[0] in tops:
                    yield number, path


def _exists(tree, page, path):
    """A path starts at the top of the tree, in the page's own folder or, in pages of the kernel, in the kernel tree."""
    starts = ["", posixpath.dirname(page) + "/", KERNEL if page.endswith(".rst") else ""]
    return all(any(tree.has((start + one).strip("/")) for start in starts) for one in _spelled_out(path))


def _short(tree, page):
    """Yields (line, name) for each source file that inline code names without its folder, if no file is called so."""
    for number, line in _prose(tree, page):
        for code in CODE.finditer(line):
            for name in SOURCE.findall(code[2]):
                is_checked = name.split("/")[0] in tree.tops() or PLACEHOLDER.search(name)
                if not is_checked and not tree.has(f"**/{name}") and not tree.has(name):
                    yield number, name


def named_files(tree):
    """A page that names a file of this tree names one that is there."""
    pages = tree.need([f for f in tree.files if f.endswith((".md", ".rst"))], "page")
    findings, count = [], 0
    for page in pages:
        for number, path in _named(tree, page):
            count += 1
            if not _exists(tree, page, path) and not PLACEHOLDER.search(path):
                findings.append(f"{page}:{number}: names {path}, which does not exist")
        # The kernel's pages also name files of the base kernel.
        if page.endswith(".md"):
            findings += [f"{page}:{number}: names {name}, which does not exist" for number, name in _short(tree, page)]
    return f"{count} names in {base.count(pages)}", findings


def pictures(tree):
    """Each picture is what its source says, and its texts fit."""
    if PICTURES not in tree.files:
        raise base.Skip(f"no {PICTURES}")
    sources = [f for f in tree.files if f.startswith("docs/pictures/") and f.endswith(".txt")]
    done = base.run([tree.top / PICTURES, "--check"], tree.top)
    said = base.last_line(done.stderr).replace("error: ", "", 1)
    return base.count(sources), [f"{PICTURES}:1: {said}"] if done.returncode else []


def manual_pages(tree):
    files = tree.need([f for f in tree.files if re.fullmatch(r"docs/man/.*\.[1-8]", f)], "manual page")
    command = base.need_tool(tree, "mandoc", "mandoc")
    done = base.run([command, "-Tlint", "-W", "warning", *files], tree.top)
    return base.count(files), base.tool_findings(done, r": (WARNING|ERROR|UNSUPP):")


def versions(tree):
    """VERSION, the collection's version and the changelog agree; what is not released yet has a heading of its own."""
    files = [f for f in ("VERSION", "CHANGELOG.md", "ansible/galaxy.yml") if f in tree.files]
    tree.need(files, "file with a version")
    version = tree.lines("VERSION")[0].strip()
    findings = []
    if "CHANGELOG.md" in files:
        headings = [line[3:].strip() for line in tree.lines("CHANGELOG.md") if line.startswith("## ")]
        released = [text for text in headings if not text.startswith("Unreleased")]
        if released[:1] != [version]:
            findings.append(f"CHANGELOG.md:1: the newest release has no heading '## {version}', as VERSION says")
        if any(text.startswith("Unreleased") for text in headings[1:]):
            findings.append("CHANGELOG.md:1: what is unreleased is not at the top")
    if "ansible/galaxy.yml" in files and f"version: {version}" not in tree.lines("ansible/galaxy.yml"):
        findings.append(f"ansible/galaxy.yml:1: its version is not that of VERSION, {version}")
    return version, findings
