"""
Rule packs: every limit, radius and speed of the trade as versioned data, each number with its unit and its source.

A ticket keeps the key of the pack it was opened under (``sgcc@2026.1``); a later pack never judges it again.
The files are in ``packs/``. How far a source may be trusted is said by its tag: [V n] read in a public source, [T] a
line of an exam, [K] common knowledge of the trade, [P] proposed here (domain 0.1).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from .errors import Invalid, NotFound

SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}
FOLDER = Path(__file__).with_name("packs")

Source = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=300)]
Window = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class BadPack(Invalid):
    """A rule pack file that cannot be used; the message names the file and the key."""


class UnknownPack(NotFound):
    """No pack of that name and version."""


class NoSuchNumber(NotFound):
    """The pack sets no such limit."""


class Strict(BaseModel):
    """A part of a pack: no unknown key, nothing converted silently."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Number(Strict):
    """A quantity of the trade and where it comes from."""

    value: Annotated[float, Field(ge=0)]
    unit: str
    source: Source


class Span(Number):
    """A length of time."""

    unit: Literal["s", "min", "h", "d"]

    @property
    def duration(self) -> timedelta:
        return timedelta(seconds=self.value * SECONDS[self.unit])


N = TypeVar("N", bound=Number)


class Workdays(Number):
    unit: Literal["workday"]


class Count(Number):
    value: Annotated[int, Field(ge=0)]
    unit: Literal["times", "jobs", "stations"]


class Distance(Number):
    value: Annotated[float, Field(gt=0)]
    unit: Literal["km"]


class Speed(Number):
    value: Annotated[float, Field(gt=0)]
    unit: Literal["km/h"]


class Ratio(Number):
    value: Annotated[float, Field(gt=0)]
    unit: Literal["ratio"]


class Windows(Strict):
    """Parts of the day, Asia/Shanghai, half-open; one may run over midnight."""

    value: tuple[Window, ...] = Field(strict=False)
    unit: Literal["local_time"]
    source: Source

    @property
    def spans(self) -> tuple[tuple[time, time], ...]:
        parts = (window.partition("-") for window in self.value)
        return tuple((time.fromisoformat(begin), time.fromisoformat(end)) for begin, _, end in parts)


class Names(Strict):
    value: tuple[Name, ...] = Field(strict=False)
    unit: Literal["names"]
    source: Source


class ByArea(Strict, Generic[N]):
    """A quantity that differs by the area class of the fault."""

    urban: N
    rural: N
    remote: N

    def of(self, area_class: str) -> N:
        """:raises NoSuchNumber: if there is no such class"""
        return by_name({"urban": self.urban, "rural": self.rural, "remote": self.remote}, area_class)


class SpanByCategory(Strict):
    hv: Span
    lv: Span
    pq: Span
    meter: Span
    cust: Span
    nonpower: Span
    ev: Span

    def of(self, category: str) -> Span:
        """:raises NoSuchNumber: if there is no such category"""
        numbers: dict[str, Span] = {name: getattr(self, name) for name in type(self).model_fields}
        return by_name(numbers, category)


class Limits(Strict):
    """The time limits of domain 2.5. What a pack leaves out, it does not limit."""

    arrive: ByArea[Span]
    submit_after_call: Span | None = None
    accept_or_return: Span | None = None
    dispatch: Span | None = None
    non_site_contact: Span | None = None
    contact_customer: Span | None = None
    ev_charger_arrive: Span | None = None
    arrival_entry: Span | None = None
    etr_after_located: Span | None = None
    long_job_threshold: Span | None = None
    long_job_report_every: Span | None = None
    finish_report: Span | None = None
    reply_after_finish: Span | None = None
    restore_after_arrival: ByArea[Span] | None = None
    callback: Span | None = None
    callback_quiet: Windows | None = None
    callback_attempts: Count | None = None
    chase_forward: Span | None = None
    arrears_reconnect: Span | None = None
    outage_fact_entry: Span | None = None
    outage_etr_entry: Span | None = None
    outage_notify_customer: Span | None = None
    complaint_major_to_province: Span | None = None
    complaint_major_to_city: Span | None = None
    complaint_reply: Workdays | None = None
    planned_outage_notice: Span | None = None
    temporary_outage_notice: Span | None = None
    excused_by: Names | None = None


class Town(Strict):
    """How far from its centre a place of at least this many people counts as urban."""

    population: Annotated[int, Field(ge=0)]
    radius: Distance


class AreaClasses(Strict):
    """What makes the place of a fault urban, rural or remote."""

    urban: tuple[Town, ...] = Field(strict=False, min_length=1)  # largest towns first
    remote_from: Distance  # farther than this from every place of the smallest urban size: remote


class Location(Strict):
    """How far a point may lie from what it is matched with."""

    county_within: Distance  # of a place whose county has no border: the point belongs to that county
    shore: Distance  # of a border: jetties, and borders that are only rough
    crew_within: Distance  # of the province: a crew's position farther out is a fault of its phone


class Travel(Strict):
    speed: ByArea[Speed]
    detour: ByArea[Ratio]  # road metres for each straight metre
    reach: Span  # an automatic choice farther than this waits for a busy crew that will be there sooner
    reach_per_waited: Ratio  # or this share of the time that the ticket has waited, if that is longer


class Crews(Strict):
    position_stale: Span
    crew_queue_max: Count  # open jobs a crew may hold, the present one included
    repair: ByArea[Span]  # work on site that is expected, for planning only
    repair_by_category: SpanByCategory
    overrun: Span  # the least that is still expected of an open job, however late it is


class Worth(Strict):
    """What makes one waiting job go before another, as driving time that it is worth."""

    hazard: Span
    life_support: Span
    important: Span
    urgent: Span
    sensitive: Span
    waited: Ratio
    waited_cap: Span


class RulePack(Strict):
    """One pack of one version, whole."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,30}$")]
    version: Annotated[str, StringConstraints(pattern=r"^\d{4}\.\d{1,3}$")]
    name: str
    limits: Limits
    area_class: AreaClasses
    location: Location
    travel: Travel
    crew: Crews
    worth: Worth
    local_examples: dict[Name, dict[Name, Span | Count | Names]] = {}  # known practice; not applied by itself

    @property
    def key(self) -> str:
        return f"{self.id}@{self.version}"

    @property
    def digest(self) -> str:
        """Sha-256 of what the pack says, whatever its file looks like."""
        body = json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return sha256(body.encode()).hexdigest()

    def find(self, name: str, *, area_class: str | None = None) -> timedelta | None:
        """
        Return a time limit of section ``limits``; None if the pack sets none.

        :param area_class: ``urban``, ``rural`` or ``remote``, for limits that differ by it
        :raises NoSuchNumber: if no pack can have a limit of that name
        """
        if name not in Limits.model_fields:
            raise NoSuchNumber(f"规则包中没有名为 {name} 的时限", name=name)
        limit = getattr(self.limits, name)
        if isinstance(limit, ByArea):
            limit = limit.of(area_class or "")
        return limit.duration if isinstance(limit, Span) else None

    def minutes(self, name: str, *, area_class: str | None = None) -> timedelta:
        """
        Return a time limit that the pack must set.

        :raises NoSuchNumber: if it sets none
        """
        found = self.find(name, area_class=area_class)
        if found is None:
            raise NoSuchNumber(f"规则包 {self.key} 未规定时限 {name}", name=name, pack=self.key)
        return found


@dataclass(frozen=True)
class Packs:
    """All packs that are known, by key."""

    by_key: Mapping[str, RulePack] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """
        Read every ``*.yaml`` of the folder, by default the packs that come with the program.

        :raises BadPack: naming the file and the key that is wrong
        """
        packs = [read(path.read_text("utf-8"), path.name) for path in sorted((folder or FOLDER).glob("*.yaml"))]
        return cls().having(packs)

    def having(self, packs: Iterable[RulePack]) -> Self:
        """
        Return these packs and the given ones.

        :raises BadPack: if two differ under one key
        """
        known = dict(self.by_key)
        for pack in packs:
            if known.setdefault(pack.key, pack).digest != pack.digest:
                raise BadPack(f"规则包 {pack.key} 有两份内容不同的版本;改动须换新版本号", field="version", key=pack.key)
        return type(self)(known)

    def get(self, key: str) -> RulePack:
        """:raises UnknownPack: naming the keys there are"""
        if key not in self.by_key:
            raise UnknownPack(f"没有规则包 {key};现有:{'、'.join(sorted(self.by_key)) or '无'}", field="pack")
        return self.by_key[key]

    def latest(self, pack_id: str) -> RulePack:
        """Return the newest version of a family. :raises UnknownPack: if there is none"""
        family = [pack for pack in self.by_key.values() if pack.id == pack_id]
        if not family:
            names = sorted({pack.id for pack in self.by_key.values()})
            raise UnknownPack(f"没有名为 {pack_id} 的规则包;现有:{'、'.join(names) or '无'}", field="pack")
        return max(family, key=lambda pack: tuple(map(int, pack.version.split("."))))


class _NoTwins(yaml.SafeLoader):
    """Refuses a key that stands twice, of which YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


def read(text: str, file: str) -> RulePack:
    """
    Read one pack.

    :raises BadPack: naming the file and the key
    """
    try:
        body = yaml.load(text, Loader=_NoTwins)  # a SafeLoader
        return RulePack.model_validate(body)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 0
        problem = getattr(error, "problem", None) or type(error).__name__
        raise BadPack(f"规则包 {file} 第 {line} 行不是正确的 YAML:{problem}", file=file, line=line) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "(整份文件)"
        raise BadPack(f"规则包 {file} 的 {key} 不合要求:{first['msg']}", field=key, file=file) from error


def by_name(numbers: Mapping[str, N], name: str) -> N:
    """:raises NoSuchNumber: naming what there is"""
    if name not in numbers:
        raise NoSuchNumber(f"此项按类别规定,类别应为 {'、'.join(numbers)} 之一,现为 {name!r}", name=name)
    return numbers[name]
