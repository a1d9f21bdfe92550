# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of tests/lib/json_schema.py: what each key accepts and refuses; it knows all keys of docs/schema."""

import json
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "tests/lib"))

import json_schema

# (schema, a value that it accepts, a value that it refuses)
TABLE = [
    ({"type": "string"}, "x", 1),
    ({"type": ["string", "null"]}, None, 1),
    ({"type": "integer"}, 1, True),
    ({"type": "boolean"}, True, 1),
    ({"type": "string", "minLength": 1}, "x", ""),
    ({"type": "string", "pattern": "^a+$"}, "aa", "ab"),
    ({"type": "integer", "minimum": 0}, 0, -1),
    ({"const": "a"}, "a", "b"),
    ({"enum": [None, "a"]}, None, "b"),
    ({"type": "array", "minItems": 1}, [1], []),
    ({"type": "array", "items": {"type": "integer"}}, [1, 2], [1, "a"]),
    ({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}, {"a": 1}, {}),
    ({"type": "object", "properties": {"a": {"type": "integer"}}}, {"a": 1}, {"a": "b"}),
    ({"type": "object", "properties": {"a": {}}}, {}, {"unnamed": 1}),
    ({"type": "object"}, {"anything": 1}, []),
]


class JsonSchema(unittest.TestCase):
    def test_table(self):
        for schema, good, bad in TABLE:
            with self.subTest(schema=schema):
                self.assertEqual(list(json_schema.faults(good, schema)), [])
                self.assertEqual(len(list(json_schema.faults(bad, schema))), 1)

    def test_unknown_key_of_a_schema_is_refused(self):
        with self.assertRaisesRegex(ValueError, "oneOf"):
            list(json_schema.faults(1, {"oneOf": []}))

    def test_a_fault_says_where(self):
        schema = {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "integer"}}}}
        self.assertEqual(list(json_schema.faults([{"a": 1}, {"a": "x"}], schema)), ["$[1].a: 'x' is no integer"])

    def test_published_schemas_are_understood(self):
        paths = sorted((TOP / "docs/schema").glob("*.json"))
        self.assertTrue(paths)
        for path in paths:
            schema = json.loads(path.read_text(encoding="utf-8"))
            self.assertEqual(schema["properties"]["schema"], {"const": path.stem})
            self.assertTrue(list(json_schema.faults({}, schema)))


if __name__ == "__main__":
    unittest.main()
