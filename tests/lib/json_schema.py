# SPDX-License-Identifier: GPL-2.0-or-later
"""json_schema.py SCHEMA.json [FILE.json]: checks FILE, or standard input, against the schema. Exit status 0 or 1.

Knows the part of JSON Schema that docs/schema uses; a schema with any other key is refused. A member of an object
that its schema does not name is a fault, so that a program's output cannot grow without a change of the schema.
"""

import json
import re
import sys

TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
KNOWN = {"$schema", "$comment", "title", "type", "required", "properties", "items", "enum", "const", "pattern",
         "minLength", "minItems", "minimum"}


def has_type(value, name):
    # Python takes true and false for integers.
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, TYPES[name])


def faults(value, schema, at="$"):
    """Yields a line for each fault."""
    unknown = set(schema) - KNOWN
    if unknown:
        raise ValueError(f"{at}: the schema has {', '.join(sorted(unknown))}, which this does not know")
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if types and not any(has_type(value, name) for name in types):
        yield f"{at}: {value!r} is no {' or '.join(types)}"
        return
    if "const" in schema and value != schema["const"]:
        yield f"{at}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is none of {schema['enum']!r}"
    if isinstance(value, str):
        if len(value) < schema.get("minLength", 0):
            yield f"{at}: is too short"
        if not re.search(schema.get("pattern", ""), value):
            yield f"{at}: {value!r} does not match {schema['pattern']}"
    elif isinstance(value, dict) and "properties" in schema:
        yield from (f"{at}: lacks {name}" for name in schema.get("required", []) if name not in value)
        for name, member in value.items():
            if name not in schema["properties"]:
                yield f"{at}: has {name}, which the schema does not name"
            else:
                yield from faults(member, schema["properties"][name], f"{at}.{name}")
    elif isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            yield f"{at}: has {len(value)} items"
        for i, item in enumerate(value):
            yield from faults(item, schema.get("items", {}), f"{at}[{i}]")
    elif isinstance(value, int) and not isinstance(value, bool) and value < schema.get("minimum", value):
        yield f"{at}: {value} is below {schema['minimum']}"


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def main():
    data = load(sys.argv[2]) if len(sys.argv) > 2 else json.load(sys.stdin)
    found = list(faults(data, load(sys.argv[1])))
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
