"""Kalshi's published documents as validators; knows no venue.

Their schemas are JSON Schema, but for OpenAPI's `nullable`, which is turned into a union here.
"""

import re

import yaml
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

DOCUMENT = "urn:document"
BESIDE_THE_DOCUMENT = frozenset({"available_on_brokers", "liquidity_dollars"})
"""Fields that real answers have or had and the document of today does not know."""


class Document:
    """One YAML document whose `#/…` references resolve."""

    def __init__(self, path):
        self.tree = nullable(yaml.load(path.read_text(), Loader=yaml.CSafeLoader))
        resource = Resource.from_contents(self.tree, default_specification=DRAFT7)
        self.registry = Registry().with_resource(DOCUMENT, resource)

    def at(self, pointer):
        """Return what a `#/…` pointer leads to."""
        found = self.tree
        for part in pointer.removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        return found

    def resolved(self, schema):
        """Follow references to the schema itself."""
        while isinstance(schema, dict) and "$ref" in schema:
            schema = self.at(schema["$ref"])
        return schema

    def faults(self, schema, instance):
        """Tell what is wrong with an instance, shortest path first."""
        validator = Draft7Validator(based(schema), registry=self.registry)
        found = sorted(validator.iter_errors(instance), key=lambda fault: len(fault.path))
        return [
            f"{'.'.join(generic(part) for part in fault.path) or 'top'}: {fault.message[:160]}"
            for fault in found
        ]

    def strangers(self, schema, instance, path=""):
        """Tell the fields of an instance that a schema does not know."""
        schema = self.resolved(schema)
        if not isinstance(schema, dict):
            return
        parts = [
            self.resolved(each)
            for key in ("allOf", "anyOf", "oneOf")
            for each in schema.get(key, [])
        ]
        if isinstance(instance, list) and "items" in schema:
            for each in instance:
                yield from self.strangers(schema["items"], each, f"{path}.*")
        elif isinstance(instance, dict):
            known = {}
            for each in [schema, *parts]:
                known |= (each or {}).get("properties", {})
            is_open = any("additionalProperties" in (each or {}) for each in [schema, *parts])
            for name, value in instance.items():
                if name in known:
                    yield from self.strangers(known[name], value, f"{path}.{name}")
                elif known and not is_open and name not in BESIDE_THE_DOCUMENT:
                    yield f"{path}.{name}".lstrip(".") + ": the document knows no such field"


class Messages:
    """AsyncAPI: what the venue sends over the socket."""

    def __init__(self, path):
        self.document = Document(path)
        self.by_type = {}
        for message in self.document.tree["components"]["messages"].values():
            payload = self.document.resolved(message.get("payload", {}))
            kind = payload.get("properties", {}).get("type", {})
            for name in [kind["const"]] if "const" in kind else kind.get("enum", []):
                self.by_type.setdefault(name, []).append(payload)

    def problems(self, message):
        """Tell what is wrong with one message, by the payload that it fits best."""
        kind = message.get("type")
        found = None
        for payload in self.by_type.get(kind, []):
            faults = self.document.faults(payload, message)
            faults += self.document.strangers(payload, message)
            if found is None or len(faults) < len(found):
                found = faults
        if found is None:
            return [f"{kind}: the document knows no such message"]
        return [f"{kind} {fault}" for fault in found]


class Answers:
    """OpenAPI: what the venue answers over REST."""

    def __init__(self, path):
        self.document = Document(path)

    def problems(self, path, body, method="get", status="200"):
        """Tell what is wrong with the answer of a path."""
        wanted = re.sub(r"\{\w+\}", "{}", path)
        for known, operations in self.document.tree["paths"].items():
            if re.sub(r"\{\w+\}", "{}", known) == wanted and method in operations:
                answer = self.document.resolved(operations[method]["responses"][status])
                schema = answer["content"]["application/json"]["schema"]
                faults = self.document.faults(schema, body)
                faults += self.document.strangers(schema, body)
                named = f"{method.upper()} {path}"
                return [f"{named} {fault}" for fault in dict.fromkeys(faults)]
        return [f"{method.upper()} {path}: the document knows no such path"]


def generic(part):
    """Write a place in a list as a star, so that one fault of many items is told once."""
    return "*" if isinstance(part, int) else str(part)


def based(schema):
    """Make a schema's references absolute, so that they resolve in the document."""
    if isinstance(schema, dict):
        return {
            key: f"{DOCUMENT}{value}" if key == "$ref" else based(value)
            for key, value in schema.items()
        }
    return [based(each) for each in schema] if isinstance(schema, list) else schema


def nullable(schema):
    """Turn OpenAPI's `nullable: true` into a union with null, everywhere in a document."""
    if isinstance(schema, list):
        return [nullable(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    turned = {key: nullable(value) for key, value in schema.items() if key != "nullable"}
    if schema.get("nullable") is True:
        if isinstance(turned.get("type"), str) and "enum" not in turned:
            turned["type"] = [turned["type"], "null"]
        else:
            turned = {"anyOf": [turned, {"type": "null"}]}
    return turned
