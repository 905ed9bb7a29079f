"""
What a scenario's file says (``scenarios/*.toml``), read strictly: a word that is not known is an error, not a comment.

A step is one request of one person at one minute, what must be true of the answer, and what later steps call it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from dispatch.kit.errors import Invalid
from dispatch.simulator.scripts import read_script, world_beside

from .matching import COMPARISONS, expectations

METHODS = ("get", "post", "put", "patch", "delete")
INSTANT = "@"  # "@-5", "@30": an instant, so many minutes from the scenario's start


class BadScenario(Invalid):
    """A scenario file that cannot be played; the message names the file and the place."""


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(Strict):
    """One request, or only a moment (``at`` alone moves the clock and lets the worker do what is due)."""

    say: str  # what happens, for the reader and the display
    at: Annotated[float, Field(ge=0)] | None = None  # minutes from the start; None: when the step before was
    who: str | None = None  # account id
    get: str | None = None
    post: str | None = None
    put: str | None = None
    patch: str | None = None
    delete: str | None = None
    body: dict[str, Any] | None = None
    key: str | None = None  # Idempotency-Key; a repeat of the request uses the same
    times: Annotated[int, Field(ge=1, le=50)] = 1  # the same request at the same moment, so often
    expect: dict[str, Any] = {}
    until: bool = False  # the worker needs a moment: ask again until it is as expected
    save: dict[str, str] = {}  # name -> path in the answer

    @property
    def request(self) -> tuple[str, str] | None:
        """Method and path, if the step makes a request."""
        said = [(method, getattr(self, method)) for method in METHODS if getattr(self, method) is not None]
        return (said[0][0].upper(), said[0][1]) if said else None

    def unknown(self) -> Iterator[tuple[str, str]]:
        """Yield path and word of each comparison that there is none of; a table to be equal to stands in ``is``."""
        for path, wanted in expectations(self.expect):
            if isinstance(wanted, dict):
                yield from ((path, word) for word in wanted if word not in COMPARISONS)


class Scenario(Strict):
    """A whole story."""

    number: Annotated[int, Field(ge=1)]
    name: str
    source: str  # where the trade says so
    law: str  # what must hold, in one sentence
    world: str = "two_counties.yaml"  # beside the file
    start: AwareDatetime
    pack: Literal["sgcc", "csg"] = "sgcc"
    step: Annotated[tuple[Step, ...], Field(min_length=1)]

    def check(self) -> None:
        """:raises BadScenario: if a step asks for nothing sensible"""
        latest = 0.0
        for number, step in enumerate(self.step, 1):
            asked = sum(getattr(step, method) is not None for method in METHODS)
            if asked > 1 or (asked == 1) != (step.who is not None):
                raise BadScenario(
                    f"场景 {self.number} 第 {number} 步须写明一个人(who)和一个请求", field=f"step.{number}"
                )
            if step.at is not None and step.at < latest:
                raise BadScenario(f"场景 {self.number} 第 {number} 步的时间早于上一步", field=f"step.{number}.at")
            latest = latest if step.at is None else step.at
            for path, word in step.unknown():
                said = f"没有比较方式 {word};可用:{'、'.join(COMPARISONS)}"
                raise BadScenario(f"场景 {self.number} 第 {number} 步的 {path}:{said}", field=f"step.{number}.expect")

    @property
    def people(self) -> tuple[str, ...]:
        """The accounts that act."""
        return tuple(dict.fromkeys(step.who for step in self.step if step.who is not None))


def read(path: Path) -> Scenario:
    """
    Read a scenario.

    :raises BadScenario: naming the file, the place and what is wrong
    """
    scenario = read_script(path, Scenario, BadScenario)
    scenario.check()
    return scenario


def world_of(path: Path, scenario: Scenario) -> dict[str, Any]:
    """
    Return the world that the scenario plays in.

    :raises BadScenario: if its file cannot be read
    """
    return world_beside(path, scenario.world, BadScenario)


def filled(said: Any, names: dict[str, Any], start: datetime) -> Any:
    """
    Return what a step says with its names (``${ticket}``) and instants (``@30``) filled in.

    :raises BadScenario: if a name was never saved
    """
    if isinstance(said, dict):
        return {key: filled(value, names, start) for key, value in said.items()}
    if isinstance(said, list | tuple):
        return [filled(value, names, start) for value in said]
    if not isinstance(said, str):
        return said
    if said.startswith(INSTANT):
        return (start + timedelta(minutes=float(said[1:]))).isoformat()
    if said.startswith("${") and said.endswith("}") and said.count("${") == 1:
        return _named(said[2:-1], names)
    for name in _names_in(said):
        said = said.replace("${" + name + "}", str(_named(name, names)))
    return said


def _names_in(text: str) -> Iterator[str]:
    for part in text.split("${")[1:]:
        yield part.partition("}")[0]


def _named(name: str, names: dict[str, Any]) -> Any:
    if name not in names:
        raise BadScenario(f"名称 {name} 在此之前没有保存(save)过", field="save")
    return names[name]
