# SPDX-License-Identifier: GPL-2.0-or-later
"""json_lines.py [FILE.json]: JSON as one line per value, "PATH VALUE", for comparing line by line.

A member of a list is named in PATH by its id or name if it has one, else by its number. So neither a new member nor
another layout of the JSON changes the lines of the other values.
"""

import json
import sys


def name_of(value, number):
    named = value if isinstance(value, dict) else {}
    name = named.get("id", named.get("name"))
    return str(number if name is None else name)


def lines(value, path=""):
    """Yields the lines of a value; an empty list or object has a line itself."""
    prefix = path + "." if path else ""
    if value and isinstance(value, dict):
        for key, member in value.items():
            yield from lines(member, prefix + key)
    elif value and isinstance(value, list):
        for number, member in enumerate(value):
            yield from lines(member, prefix + name_of(member, number))
    else:
        yield f"{path} {json.dumps(value, ensure_ascii=False)}"


def main(argv):
    try:
        with open(argv[0] if argv else "/dev/stdin", encoding="utf-8") as file:
            print("\n".join(lines(json.load(file))))
    except (OSError, ValueError) as err:
        print(f"error: {argv[0] if argv else 'standard input'}: {err}; give JSON", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
