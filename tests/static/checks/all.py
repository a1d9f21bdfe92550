# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of all static checks: name for the command line -> {check ID: function}."""

from . import (
    cfiles, commits, configs, docs, layout, licences, patches, python, rooms, rpm, shell, spelling, words, yamlfiles,
)

CHECKS = {
    "shell": {
        "static.shellcheck": shell.shellcheck,
        "static.shell-strict": shell.strict,
        "static.shell-length": shell.length,
    },
    "python": {
        "static.python-compiles": python.compiles,
        "static.pyflakes": python.pyflakes,
    },
    "yaml": {
        "static.yamllint": yamlfiles.yamllint,
    },
    "ansible": {
        "static.ansible-lint": yamlfiles.ansible_lint,
    },
    "c-format": {
        "static.clang-format": cfiles.clang_format,
    },
    "patches": {
        "static.patch-headers": patches.headers,
        "static.patch-series": patches.series,
        "static.patch-size": patches.size,
        "static.src-without-tests": patches.without_tests,
    },
    "configs": {
        "static.config-required": configs.required,
    },
    "kernel": {
        "static.checkpatch-src": cfiles.checkpatch_src,
        "static.checkpatch-patches": cfiles.checkpatch_patches,
        "static.src-shadows-nothing": patches.shadows_nothing,
    },
    "sparse": {
        "static.sparse-src": cfiles.sparse,
    },
    "spec": {
        "static.rpmlint-specs": rpm.specs,
    },
    "packages": {
        "static.rpmlint-packages": rpm.built,
    },
    "spdx": {
        "static.spdx-headers": licences.headers,
        "static.spdx-texts": licences.texts,
    },
    "words": {
        "static.forbidden-words": words.forbidden_words,
        "static.known-hosts": words.known_hosts,
    },
    "docs": {
        "static.links": docs.links,
        "static.named-files": docs.named_files,
        "static.pictures": docs.pictures,
        "static.manual-pages": docs.manual_pages,
        "static.versions": docs.versions,
    },
    "spelling": {
        "static.codespell": spelling.codespell,
    },
    "layout": {
        "static.editorconfig": layout.editorconfig,
        "static.executables": layout.executables,
    },
    "rooms": {
        "static.rooms": rooms.rooms,
    },
    "commits": {
        "static.commit-subjects": commits.subjects,
        "static.commit-messages": commits.messages,
    },
}

# These run only when they are named, because they read what the build made: a plan runs them after it.
AFTER_BUILD = ("ansible", "kernel", "sparse", "packages")

# These judge each file by itself, so they can run on a few files: before a commit.
ONE_BY_ONE = {
    "static.shellcheck", "static.shell-strict", "static.shell-length", "static.python-compiles", "static.pyflakes",
    "static.yamllint", "static.clang-format", "static.patch-headers", "static.src-without-tests", "static.spdx-headers",
    "static.forbidden-words", "static.known-hosts", "static.links", "static.named-files", "static.manual-pages",
    "static.codespell", "static.editorconfig", "static.executables", "static.rooms",
}
