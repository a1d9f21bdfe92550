# SPDX-License-Identifier: GPL-2.0-or-later
"""What the checks share: the files of the project, data tables, running linters."""

import functools
import os
import re
import shutil
import subprocess
from pathlib import Path, PurePosixPath

HERE = Path(__file__).resolve().parent.parent
MAX_HEAD = 4096


class Skip(Exception):
    """The check cannot run here; the text is the reason."""


class Broken(Exception):
    """The check could not do its work, which is not a finding about the tree."""


def run(argv, cwd):
    """Runs a tool; its output becomes text whatever bytes it has. The caller judges the exit status."""
    return subprocess.run([str(a) for a in argv], cwd=cwd, stdin=subprocess.DEVNULL,
                          capture_output=True, encoding="utf-8", errors="replace", check=False)


def last_line(text):
    return (text.strip().splitlines() or ["it said nothing"])[-1].strip()


def table(name):
    """Returns {KEY: REASON} of a data file's lines "KEY, tabs, REASON". A key without a reason is refused."""
    rows = {}
    for number, line in enumerate((HERE / name).read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        key, _, reason = line.partition("\t")
        if not reason.strip():
            raise Broken(f"tests/static/{name}:{number}: {key} has no reason; "
                         "write KEY, a tab, the reason")
        rows[key] = reason.strip()
    return rows


@functools.lru_cache(maxsize=None)
def _glob(pattern):
    """A regular expression for a glob of .editorconfig: * stays in a folder, ** does not, {a,b} is either."""
    tokens = {"**": ".*", "*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")", ",": "|"}
    regex = "".join(tokens.get(t) or re.escape(t) for t in re.findall(r"\*\*|.", pattern))
    return re.compile(regex if "/" in pattern else "(?:.*/)?" + regex)


def matches(path, pattern):
    """A pattern without a slash names files in any folder."""
    return _glob(pattern.lstrip("/")).fullmatch(path) is not None


class Tree:
    """
    The files that git tracks or would track, as paths relative to the top. If only some of them are to be judged,
    only these are in files; has() knows all of them.
    """

    def __init__(self, top, only=None):
        self.top = Path(top)
        self.build = Path(os.environ.get("TDX_HOST_BUILD") or self.top / "build")
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        self.cache = Path(os.environ.get("TDX_HOST_CACHE") or Path(cache) / "tdx-host")
        listed = self.git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
        self._all = sorted({f for f in listed.split("\0") if f and self._is_plain(f)})
        self._folders = {str(folder) for f in self._all for folder in PurePosixPath(f).parents}
        self.files = self._all if only is None else [f for f in self._all if f in set(only)]
        self._bytes = {}

    def git(self, *args):
        done = run(["git", *args], self.top)
        if done.returncode:
            raise Broken(f"git {args[0]}: {last_line(done.stderr)}; run this in a git checkout")
        return done.stdout

    def _is_plain(self, path):
        """git still lists a deleted file, and the target of a link is checked by its own name: leave out both."""
        return (self.top / path).is_file() and not (self.top / path).is_symlink()

    def has(self, path):
        """Whether there is such a file or folder; a glob needs one that it fits."""
        if "*" in path:
            return any(matches(there, path) for there in (*self._all, *self._folders))
        return path in self._folders or path in self._all

    def tops(self, below=""):
        """The folders at the top of the tree, or right below a folder."""
        return {f[len(below):].split("/")[0] for f in self._folders if f.startswith(below) and f not in (".", below)}

    def bytes(self, path):
        if path not in self._bytes:
            self._bytes[path] = (self.top / path).read_bytes()
        return self._bytes[path]

    def is_text(self, path):
        return b"\0" not in self.bytes(path)[:MAX_HEAD]

    def lines(self, path):
        return self.bytes(path).decode("utf-8", "replace").split("\n")

    def text_files(self):
        return [f for f in self.files if self.is_text(f)]

    def interpreter(self, path):
        """bash for '#!/usr/bin/env bash', "" for a file without '#!'."""
        first = self.bytes(path)[:120].split(b"\n")[0].decode("utf-8", "replace")
        if not first.startswith("#!"):
            return ""
        words = first[2:].split()
        while words and os.path.basename(words[0]) in ("env", "-S", "busybox"):
            del words[0]
        return os.path.basename(words[0]) if words else ""

    def is_executable(self, path):
        return os.access(self.top / path, os.X_OK)

    def find(self, *suffixes, interpreters=()):
        """Files with one of these suffixes, or with one of these interpreters in their first line."""
        return [f for f in self.files
                if f.endswith(suffixes) or self.interpreter(f) in interpreters]

    def shell(self):
        return self.find(".sh", ".bash", interpreters=("sh", "dash", "bash"))

    def python(self):
        return [f for f in self.files
                if f.endswith(".py") or self.interpreter(f).startswith("python")]

    def need(self, files, kind):
        if not files:
            raise Skip(f"no {kind} in the tree yet")
        return files


@functools.lru_cache(maxsize=None)
def _install(top):
    """Installs the packages of group lint, once per run. Returns why a tool may still be missing."""
    if os.geteuid() != 0:
        return "installing it needs root"
    script = Path(top) / "scripts/install-deps"
    if not script.exists():
        return "scripts/install-deps is not there"
    done = run([script, "lint"], top)
    if done.returncode:
        raise Broken(last_line(done.stderr).replace("error: ", "", 1))
    return "scripts/packages.conf does not list it"


def need_tool(tree, package, *names):
    """
    Returns the first of the names (distributions differ) that is a command. If none is, installs
    the linters; if that is not possible, skips the check and names the package.
    """
    for attempt in ("look", "install"):
        for name in names:
            if shutil.which(name):
                return name
        if attempt == "look":
            why = _install(str(tree.top))
    raise Skip(f"{names[0]} is missing and {why}; install the package {package}")


def tool_findings(done, pattern):
    """Returns the lines of a tool's output that match; raises Broken if the tool fails without such a line."""
    lines = (done.stdout + done.stderr).splitlines()
    findings = [line.strip() for line in lines if re.search(pattern, line)]
    if done.returncode and not findings:
        name = os.path.basename(done.args[0])
        raise Broken(f"{name}: {last_line(done.stdout + done.stderr)}, "
                     f"exit status {done.returncode}; run it by hand to see more")
    return findings


def count(files):
    return f"{len(files)} file" + ("" if len(files) == 1 else "s")
