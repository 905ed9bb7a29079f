"""What a scenario of the gym says (``scenarios/gym/*.toml``), read strictly: every number of the day is named there."""

import re
import tomllib
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dispatch.kit.errors import Invalid
from dispatch.kit.files import reason
from dispatch.kit.sentences import sentence

MOST_CALLS, MOST_CREWS, MOST_COUNTIES, MOST_HOURS = 20_000, 5_000, 200, 168
CLOSE_TO_ONE = 1e-6

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, le=1e6)]
NotNegative = Annotated[float, Field(ge=0, le=1e6)]
AnyKm = Annotated[float, Field(ge=-1e5, le=1e5)]


class BadGymScenario(Invalid):
    """A scenario file that no day can be made of; the message names the file and the place."""


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Land(Strict):
    """Counties on a grid, each with depots in its seat and in towns around it. Kilometres."""

    counties: Annotated[int, Field(ge=1, le=MOST_COUNTIES)]
    apart_km: Positive  # from seat to seat
    seat_depots: Annotated[int, Field(ge=1, le=20)]
    town_depots: Annotated[int, Field(ge=0, le=20)]
    towns_km: tuple[NotNegative, NotNegative]  # how far towns lie from the seat
    seat_calls: Share  # of a county's calls that are not out in the villages
    spread_km: Positive  # of calls about their depot, in town; a half more outside
    villages: Share  # calls anywhere in the county
    people_sigma: NotNegative  # of the logarithm of the counties' people


class Arrivals(Strict):
    """When calls come: weights of equal stretches of the hours."""

    curve: Annotated[tuple[NotNegative, ...], Field(min_length=1, max_length=1_000)]


class Hit(Strict):
    """Counties that are hit harder all day long."""

    share: Share  # of the counties, drawn
    times: Positive  # calls there, as a multiple


class Track(Strict):
    """A storm that crosses the land in a straight line at one speed; its middle makes the most calls."""

    from_km: tuple[AnyKm, AnyKm]
    to_km: tuple[AnyKm, AnyKm]
    enters_h: NotNegative
    leaves_h: Positive
    width_km: Positive  # sigma of the calls across it
    times: Positive  # calls in its middle, as a multiple of the day's others


class Crews(Strict):
    """The crews; all are on duty all day."""

    number: Annotated[int, Field(ge=1, le=MOST_CREWS)]
    at_depot: Share  # at the day's begin; the others stand around it
    around_km: NotNegative
    busy: Share  # that are on a job at the day's begin
    busy_min: NotNegative  # at the most


class Kind(Strict):
    """A kind of work."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    share: Share  # of the calls
    crews: Share  # that can do it; each county has one
    minutes: Positive  # usual on site


class Priority(Strict):
    """Calls of one priority."""

    share: Share
    weight: Positive  # of a minute late


class Work(Strict):
    """How long work takes."""

    known_sigma: NotNegative  # of the logarithm of what is expected, about the kind's usual time
    sigma: NotNegative  # of the logarithm of the real time, about what is expected
    least_min: Positive
    longest_min: Positive


class Limits(Strict):
    """Promised minutes from the call to the arrival."""

    urban: Positive
    rural: Positive
    remote: Positive


class Scenario(Strict):
    """One kind of day; a seed makes a day of it."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    source: str  # where the numbers come from
    hours: Annotated[float, Field(gt=0, le=MOST_HOURS)]
    calls: Annotated[int, Field(ge=1, le=MOST_CALLS)]
    land: Land
    arrivals: Arrivals
    crews: Crews
    work: Work
    limits_min: Limits
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1, max_length=40)]
    priorities: Annotated[tuple[Priority, ...], Field(min_length=1, max_length=20)]
    hit: Hit | None = None
    track: Track | None = None

    def check(self) -> None:
        """:raises BadGymScenario: if numbers do not go together"""
        for field, shares in (
            ("kinds", [k.share for k in self.kinds]),
            ("priorities", [p.share for p in self.priorities]),
        ):
            if abs(sum(shares) - 1) > CLOSE_TO_ONE:
                raise BadGymScenario(f"{field} 的 share 合计应为 1,现为 {sum(shares):g}:请改正", field=f"{field}.share")
        if len({kind.name for kind in self.kinds}) < len(self.kinds):
            raise BadGymScenario("kinds 的 name 有重复:请改名或合并", field="kinds.name")
        if not sum(self.arrivals.curve):
            raise BadGymScenario("arrivals.curve 至少要有一段大于 0:请改正", field="arrivals.curve")
        if self.land.towns_km[0] > self.land.towns_km[1]:
            raise BadGymScenario("land.towns_km 应先小后大:请对调", field="land.towns_km")
        if self.work.least_min > self.work.longest_min:
            raise BadGymScenario("work.least_min 大于 longest_min:请对调", field="work.least_min")
        if self.track and self.track.enters_h >= self.track.leaves_h:
            raise BadGymScenario("track.leaves_h 应晚于 enters_h:请改正", field="track.leaves_h")


def read(path: Path) -> Scenario:
    """
    Read a scenario.

    :raises BadGymScenario: naming the file, the place and what is wrong
    """
    try:
        scenario = Scenario.model_validate(tomllib.loads(path.read_text("utf-8-sig"), parse_float=_finite))
        scenario.check()
    except OSError as error:
        raise BadGymScenario(
            f"场景文件 {path} 读不出来({reason(error)}):请给出 scenarios/gym/*.toml", field="file"
        ) from error
    except UnicodeDecodeError as error:
        said = f"场景文件 {path.name} 第 {error.start} 字节起不是 UTF-8 编码:请另存为 UTF-8"
        raise BadGymScenario(said, field="file") from error
    except tomllib.TOMLDecodeError as error:
        raise BadGymScenario(f"场景文件 {path.name} {_toml(error)}", field="file") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise BadGymScenario(f"场景文件 {path.name} 的 {where} 不合要求:{_said(first)}", field=where) from error
    return scenario


def _said(found: Mapping[str, Any]) -> str:
    """Return what is wrong with a field; the general sentence for an unknown one speaks of the interface's fields."""
    return "场景文件没有这个字段,请删除或核对拼写" if found["type"] == "extra_forbidden" else sentence(found)


def _toml(error: tomllib.TOMLDecodeError) -> str:
    """Return where the text is no TOML; the library says it in English: ``... (at line 3, column 7)``."""
    place = re.search(r"\(at line (\d+), column (\d+)\)$", str(error))
    where = f"第 {place[1]} 行第 {place[2]} 列起" if place else "结尾处"
    return f"{where}不是正确的 TOML:请核对引号、括号和等号"


def _finite(text: str) -> float:
    """Read a number; ``inf`` and ``nan``, which TOML knows, are none."""
    value = float(text)
    if not isfinite(value):
        raise BadGymScenario(f"场景文件里的 {text} 不是有限的数:请改为具体数字", field="file")
    return value
