"""
Rule packs: every limit, radius and speed of the trade as versioned data, each number with its unit and its source.

A ticket keeps the key of the pack it was opened under (``sgcc@2026.1``); a later pack never judges it again.
The files are in ``packs/``. How far a source may be trusted is said by its tag: [V n] read in a public source, [T] a
line of an exam, [K] common knowledge of the trade, [P] proposed here (domain 0.1).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import Field, StringConstraints, ValidationError

from . import yamlwords
from .crewrules import CrewRules
from .errors import Invalid, NotFound
from .generatorrules import STANDARD as GENERATORS
from .generatorrules import GeneratorRules
from .looprules import (
    BookingRules,
    FieldRules,
    MergingRules,
    MessageRules,
    ModeRules,
    OutageRules,
    PlaceRules,
    ReplyRules,
    RetentionRules,
    ReviewRules,
    Supervision,
    VisitRules,
)
from .numbers import ByArea, Count, Name, Names, NoSuchNumber, Span, Strict
from .packchecks import CHECKS
from .packparts import AreaClasses, Crews, Limits, Location, Travel, Worth
from .planrules import STANDARD, PlanRules
from .restorationrules import STANDARD as RESTORATION
from .restorationrules import RestorationRules
from .sentences import sentence
from .servicerules import ServiceRules, WeatherRules
from .worklistrules import STANDARD as WORKLISTS
from .worklistrules import WorklistRules

FOLDER = Path(__file__).with_name("packs")
LIMITS = frozenset(Limits.model_fields)
# The same reader in machine code where the library has it: all packs in 30 ms instead of 300.
YAML: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class BadPack(Invalid):
    """A rule pack file that cannot be used; the message names the file and the key."""


class UnknownPack(NotFound):
    """No pack of that name and version."""


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
    supervision: Supervision | None = None  # the sections of the closed loop; a pack without them does not do it
    merging: MergingRules | None = None
    field_reports: FieldRules | None = None
    replies: ReplyRules | None = None
    visits: VisitRules | None = None
    messages: MessageRules | None = None
    review: ReviewRules | None = None
    modes: ModeRules | None = None
    services: ServiceRules | None = None
    weather: WeatherRules | None = None
    outages: OutageRules | None = None
    booking: BookingRules | None = None
    retention: RetentionRules | None = None
    nearest: CrewRules | None = None
    places: PlaceRules | None = None
    planning: PlanRules | None = None  # None: ``plans``
    restoration: RestorationRules | None = None  # None: ``restorations``
    worklists: WorklistRules | None = None  # None: ``lists``
    generators: GeneratorRules | None = None  # None: ``generating``
    # known practice; not applied by itself
    local_examples: dict[Name, dict[Name, Span | Count | Names]] = Field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.id}@{self.version}"

    @property
    def plans(self) -> PlanRules:
        """The rules of the rolling plan: the pack's own, or those that hold where a pack states none."""
        return self.planning or STANDARD

    @property
    def restorations(self) -> RestorationRules:
        """The rules of foretold restoration times: the pack's own, or those that hold where a pack states none."""
        return self.restoration or RESTORATION

    @property
    def lists(self) -> WorklistRules:
        """The rules of booked work day by day: the pack's own, or those that hold where a pack states none."""
        return self.worklists or WORKLISTS

    @property
    def generating(self) -> GeneratorRules:
        """The rules of generator trucks: the pack's own, or those that hold where a pack states none."""
        return self.generators or GENERATORS

    @property
    def digest(self) -> str:
        """Sha-256 of what the pack says, whatever its file looks like; a section of a later program changes nothing."""
        body = json.dumps(
            self.model_dump(mode="json", exclude_none=True), ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        return sha256(body.encode()).hexdigest()

    def find(self, name: str, *, area_class: str | None = None) -> timedelta | None:
        """
        Return a time limit of section ``limits``; None if the pack sets none.

        :param area_class: ``urban``, ``rural`` or ``remote``, for limits that differ by it
        :raises NoSuchNumber: if no pack can have a limit of that name
        """
        if name not in LIMITS:
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
    """
    All packs that are known, by key.

    :param waiting: keys of packs that are not in force (yet): known, and followed by nothing that begins now
    """

    by_key: Mapping[str, RulePack] = field(default_factory=dict)
    waiting: frozenset[str] = frozenset()

    @classmethod
    def load(cls, folder: Path | None = None) -> "Packs":
        """
        Read every ``*.yaml`` of the folder, by default the packs that come with the program.

        :raises BadPack: naming the file and the key that is wrong
        """
        return _together(*((path.read_text("utf-8"), path.name) for path in sorted((folder or FOLDER).glob("*.yaml"))))

    @cached_property
    def digests(self) -> dict[str, str]:
        """The digest of each pack by its key."""
        return {key: pack.digest for key, pack in self.by_key.items()}

    def having(self, packs: Iterable[RulePack]) -> Self:
        """
        Return these packs and the given ones.

        :raises BadPack: if two differ under one key
        """
        known = dict(self.by_key)
        for pack in packs:
            held = known.setdefault(pack.key, pack)
            if held != pack and held.digest != pack.digest:
                raise BadPack(f"规则包 {pack.key} 有两份内容不同的版本;改动须换新版本号", field="version", key=pack.key)
        return type(self)(known, self.waiting)

    def get(self, key: str) -> RulePack:
        """:raises UnknownPack: naming the keys there are"""
        if key not in self.by_key:
            raise UnknownPack(f"没有规则包 {key};现有:{'、'.join(sorted(self.by_key)) or '无'}", field="pack")
        return self.by_key[key]

    def latest(self, pack_id: str) -> RulePack:
        """Return the newest version of a family that is in force. :raises UnknownPack: if there is none"""
        family = [pack for pack in self.by_key.values() if pack.id == pack_id and pack.key not in self.waiting]
        if not family:
            names = sorted({pack.id for pack in self.by_key.values()})
            raise UnknownPack(f"没有名为 {pack_id} 的规则包;现有:{'、'.join(names) or '无'}", field="pack")
        return max(family, key=lambda pack: tuple(map(int, pack.version.split("."))))


SHAPED = {"version": "应写成年份和序号并加引号,例如 '2026.3'"}
NO_NAMES = frozenset({"model_type", "model_attributes_type", "dict_type"})  # pydantic's, of what is no mapping


class _NoTwins(YAML):  # type: ignore[valid-type, misc]  # one of two classes with the same methods
    """Refuses a key that stands twice, of which YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} stands twice", node.start_mark)
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return found


@cache
def _together(*files: tuple[str, str]) -> Packs:
    return Packs().having(read(text, name) for text, name in files)


@cache
def read(text: str, file: str) -> RulePack:
    """
    Read one pack; what was read once is not read again (a pack is frozen, and each server opens all of them).

    :raises BadPack: naming the file and the key
    """
    try:
        body = yaml.load(text, Loader=_NoTwins)  # a SafeLoader
        pack = RulePack.model_validate(body)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise BadPack(
            f"规则包 {file} 不是正确的 YAML:{yamlwords.told(error)}", file=file, line=mark.line + 1 if mark else 0
        ) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "(整份文件)"
        raise BadPack(f"规则包 {file} 的 {key} 不合要求:{_said(first, key)}", field=key, file=file) from error
    _check(pack, file)
    return pack


def _said(fault: Mapping[str, Any], key: str) -> str:
    """Return what is wrong in the words of a file of names and values."""
    if fault["type"] in NO_NAMES:
        return "应写成若干行“名称: 值”"
    return SHAPED[key] if key in SHAPED and fault["type"] != "missing" else sentence(fault)


def _check(pack: RulePack, file: str) -> None:
    """:raises BadPack: if its numbers contradict each other"""
    for name, look in CHECKS.items():
        section = getattr(pack, name)
        for place, said in look(section) if section is not None else ():
            key = f"{name}.{place}"
            raise BadPack(f"规则包 {file} 的 {key} 不合要求:{said}", field=key, file=file)
