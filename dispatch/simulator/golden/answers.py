"""
Which answers there can be, by the interface document: a place that no answer of a request has is a misspelt one.

Without this ``{absent = true}`` at a misspelt place would hold for ever, and the scenario would prove nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .matching import places
from .script import BadScenario, Scenario, Step

Schema = dict[str, Any]
CHOICES = ("anyOf", "oneOf", "allOf")
ALWAYS = "status"  # stands in every answer as it is played
REFUSAL = "#/components/schemas/ErrorAnswer"
LIST, TEXT = "items", "text"  # where an answer stands that is a list, or no JSON


@dataclass(frozen=True, slots=True)
class Answers:
    """
    The answers that the document allows.

    :param prefix: of every address, left out in scenarios
    """

    document: Schema
    prefix: str

    def check(self, scenario: Scenario, file: str) -> None:
        """:raises BadScenario: naming file, step and place, if a step speaks of what its answer cannot have"""
        for number, step in enumerate(scenario.step, 1):
            for place in self._impossible(step):
                method, path = step.request or ("", "")
                said = f"{method} {path} 的答复中不会有 {place},请对照接口文档改正"
                raise BadScenario(f"场景文件 {file} 第 {number} 步({step.say}):{said}", field=f"step.{number}")

    def _impossible(self, step: Step) -> Iterator[str]:
        kinds = list(self._kinds(step)) or [{"$ref": REFUSAL}]  # of an address that there is not
        for place in (*places(step.expect), *step.save.values()):
            parts = place.split(".") if place else []
            if parts != [ALWAYS] and not any(self._has(kind, parts) for kind in kinds):
                yield place

    def _kinds(self, step: Step) -> Iterator[Schema]:
        """Yield the shape of every answer that the request of a step may get, as it is played."""
        method, path = step.request or ("", "")
        operation = self._at(self.prefix + path.partition("?")[0]).get(method.lower(), {})
        for answer in operation.get("responses", {}).values():
            content = answer.get("content", {})
            schema = self._whole(content.get("application/json", {}).get("schema", {}))
            if content and "application/json" not in content:
                yield {"type": "object", "properties": {TEXT: {}}}
            elif schema.get("type") == "array":
                yield {"type": "object", "properties": {LIST: schema}}
            elif content:
                yield schema
            else:
                yield {"type": "object", "properties": {ALWAYS: {}}}

    def _at(self, path: str) -> Schema:
        """Return the operations of an address; a written-out address comes before one with a name in it."""
        parts = path.split("/")
        fitting = [known for known in self.document["paths"] if _fits(known.split("/"), parts)]
        found: Schema = self.document["paths"][min(fitting, key=lambda known: known.count("{"))] if fitting else {}
        return found

    def _whole(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return schema

    def _has(self, schema: Schema, parts: list[str]) -> bool:
        """Tell whether something can stand there in a value of that shape."""
        schema = self._whole(schema)
        if not parts or not schema:
            return True
        chosen = [choice for word in CHOICES for choice in schema.get(word, ())]
        if chosen:
            return any(self._has(choice, parts) for choice in chosen)
        if schema.get("type") == "array":
            return self._has_member(schema, parts)
        return schema.get("type") == "object" and self._has_property(schema, parts)

    def _has_member(self, schema: Schema, parts: list[str]) -> bool:
        if not parts[0].lstrip("-").isdigit():
            return False
        members = [*schema.get("prefixItems", ()), schema.get("items") or {}]
        return any(self._has(member, parts[1:]) for member in members)

    def _has_property(self, schema: Schema, parts: list[str]) -> bool:
        known, others = schema.get("properties", {}), schema.get("additionalProperties")
        if parts[0] in known:
            return self._has(known[parts[0]], parts[1:])
        if isinstance(others, dict):
            return self._has(others, parts[1:])
        return bool(others) or (others is None and "properties" not in schema)


def _fits(known: list[str], parts: list[str]) -> bool:
    return len(known) == len(parts) and all(
        ours == theirs or ours.startswith("{") for ours, theirs in zip(known, parts, strict=True)
    )
