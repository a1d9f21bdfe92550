# SPDX-License-Identifier: GPL-2.0-or-later
"""Files follow .editorconfig, and only programs are executable."""

import configparser

from . import base

# Suffixes of files that other programs read or source: such files must not be executable.
READ = (".sh", ".py", ".toml", ".conf", ".yml", ".yaml", ".md", ".c", ".h", ".spec", ".patch")


def _rules(tree):
    parser = configparser.ConfigParser(delimiters="=", interpolation=None, default_section="")
    parser.read_string("[preamble]\n" + "\n".join(tree.lines(".editorconfig")))
    return [(name, dict(parser[name])) for name in parser.sections() if name != "preamble"]


def _as_name(tree, path):
    """An executable without suffix follows the rules of its language."""
    interpreter = tree.interpreter(path)
    if "." in path.rsplit("/", 1)[-1]:
        return path
    if interpreter.startswith("python"):
        return path + ".py"
    return path + ".sh" if interpreter.endswith("sh") else path


def _faults(path, data, rule):
    if rule.get("charset") == "utf-8":
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            yield f"{path}:{data[:error.start].count(10) + 1}: not UTF-8"
    ends_well = data.endswith(b"\n") and not data.endswith(b"\n\n")
    if rule.get("insert_final_newline") == "true" and data and not ends_well:
        yield f"{path}:{data.count(10)}: must end with exactly one newline"
    width = int(rule.get("max_line_length", 0))
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        if line.endswith("\r") and rule.get("end_of_line") == "lf":
            yield f"{path}:{number}: carriage return"
        elif line != line.rstrip(" \t") and rule.get("trim_trailing_whitespace") == "true":
            yield f"{path}:{number}: trailing blanks"
        if rule.get("indent_style") == "space" and line.startswith("\t"):
            yield f"{path}:{number}: indented by a tab"
        if width and len(line.expandtabs(8)) > width:
            yield f"{path}:{number}: {len(line.expandtabs(8))} columns, more than {width}"


def editorconfig(tree):
    files = [f for f in tree.text_files() if not f.startswith("LICENSES/")]
    findings, rules = [], _rules(tree)
    for path in files:
        rule = {}
        for pattern, settings in rules:
            if base.matches(_as_name(tree, path), pattern):
                rule.update(settings)
        findings += _faults(path, tree.bytes(path), rule)
    return base.count(files), findings


def executables(tree):
    files = [f for f in tree.files if not f.startswith("kernel/src/")
             and (tree.interpreter(f) or tree.is_executable(f))]
    findings = []
    for path in files:
        if not tree.is_executable(path):
            if "." not in path.rsplit("/", 1)[-1]:
                findings.append(f"{path}:1: names an interpreter but is not executable; chmod 0755")
        elif path.endswith(READ):
            findings.append(f"{path}:1: executable with a suffix; drop the one or the other")
        elif not tree.interpreter(path) and tree.is_text(path):
            findings.append(f"{path}:1: executable, but its first line names no interpreter")
    return base.count(files), findings
