# SPDX-License-Identifier: GPL-2.0-or-later
"""C files: clang-format for user space, checkpatch and sparse for the kernel."""

from . import base

SRC = "kernel/src/"
# Lines 'DIRECTORY CONFIG [OTHER...]': an object folder of kernel/src, the configuration that builds it, and other
# folders whose files it compiles. For an object that this configuration does not have: 'OBJECT CONFIG'.
OBJECTS = "kernel/src-objects"


def clang_format(tree):
    files = [f for f in tree.find(".c", ".h") if not f.startswith("kernel/")]
    tree.need(files, "user-space C file")
    command = base.need_tool(tree, "clang-format", "clang-format")
    done = base.run([command, "--dry-run", "-Werror", *files], tree.top)
    return base.count(files), base.tool_findings(done, r"^[^:\s]+:\d+:\d+: error")


def _checkpatch(tree, files, *options):
    script = tree.build / "kernel/tree/scripts/checkpatch.pl"
    if not script.exists():
        raise base.Skip("no prepared kernel tree; run kernel/scripts/prepare-tree")
    base.need_tool(tree, "perl", "perl")
    ignored = [key.split() for key in base.table("checkpatch.ignored")]
    everywhere = ",".join(key[0] for key in ignored if len(key) == 1)
    how = ["--strict", "--no-tree", "--terse", "--show-types", "--no-summary", "--color=never"]
    # Hide the repository from checkpatch, which checks a patch that git tracks as a source file.
    command = ["env", "GIT_DIR=/nonexistent", "perl", script]
    done = base.run([*command, *how, "--ignore", everywhere, *options, *files], tree.top)
    # checkpatch leaves these files, a cache of names in camel case, in its working directory.
    for left in tree.top.glob(".checkpatch-camelcase.*"):
        left.unlink()
    found = base.tool_findings(done, r"^[^:\s]+:\d+: (ERROR|WARNING|CHECK)")
    there = [key for key in ignored if len(key) == 2]
    return base.count(files), [line for line in found if not _is_ignored(line, there)]


def _is_ignored(line, rows):
    path, _, rest = line.partition(":")
    kind = rest.split(":")[2] if rest.count(":") > 2 else ""
    return any(kind == ignored and base.matches(path, where) for ignored, where in rows)


def checkpatch_src(tree):
    files = [f for f in tree.find(".c", ".h", ".S") if f.startswith(SRC)]
    return _checkpatch(tree, tree.need(files, "C file in kernel/src"), "-f")


def checkpatch_patches(tree):
    files = [f for f in tree.find(".patch") if f.startswith("kernel/patches/")]
    return _checkpatch(tree, tree.need(files, "patch in kernel/patches"))


def _goal(name):
    """The goal of make for a folder, or for an object."""
    return name if name.endswith(".o") else name.rstrip("/") + "/"


def _object_folders(tree):
    """Returns {configuration: goals of make, which are folders of kernel/src and objects}, and other folders whose
    files these compile."""
    folders, others = {}, []
    for number, line in enumerate(tree.lines(OBJECTS), 1):
        if line.strip() and not line.startswith("#"):
            try:
                folder, config, *more = line.split()
            except ValueError as error:
                raise base.Broken(f"{OBJECTS}:{number}: not 'DIRECTORY CONFIG [OTHER...]'") from error
            folders.setdefault(config, []).append(_goal(folder))
            others += [_goal(name) for name in more]
    return folders, others


def _as_ours(tree, line):
    """Turns the path in a line of sparse into one below kernel/src; "" if the file is not one of ours."""
    path, rest = line.split(":", 1)
    parts = path.split("/")
    own = (SRC + "/".join(parts[i:]) for i in range(len(parts)))
    return next((f"{name}:{rest}" for name in own if name in tree.files), "")


def _run_sparse(tree, config, folders):
    """Runs sparse; returns only findings in files of kernel/src, because the base kernel's are not ours to correct."""
    if not (tree.build / "kernel" / config / ".config").exists():
        raise base.Skip(f"no prepared configuration; run kernel/scripts/merge-config {config}")
    script = 'source kernel/scripts/common.sh && kmake "$@"'
    done = base.run(["bash", "-c", script, "kmake", config, "C=2", "CF=-D__CHECK_ENDIAN__",
                     *folders], tree.top)
    said = base.tool_findings(done, r":\d+:(\d+:)? (fatal )?(warning|error):")
    ours = [line for line in (_as_ours(tree, line) for line in said) if line]
    if done.returncode and not ours:
        raise base.Broken(f"sparse: {said[-1]}; correct the build first")
    return ours


def sparse(tree):
    sources = [f for f in tree.find(".c") if f.startswith(SRC)]
    tree.need(sources, "C file in kernel/src")
    if OBJECTS not in tree.files:
        return "", [f"{OBJECTS}:1: does not exist; name the object folders of kernel/src in it"]
    base.need_tool(tree, "sparse", "sparse")
    by_config, others = _object_folders(tree)
    # Files below tools/ are no kernel code.
    known = tuple(SRC + f for folders in [*by_config.values(), others, ["tools/"]] for f in folders)
    findings = [f"{f}:1: its folder is not in {OBJECTS}"
                for f in sources if not f.startswith(known)]
    for config, folders in by_config.items():
        findings += _run_sparse(tree, config, folders)
    return base.count(sources), findings
