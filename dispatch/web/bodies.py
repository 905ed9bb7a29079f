"""
What may come in over the wire: strict shapes, derived from the events they become.

Strict means: no unknown field, no number in quotes, no naive time, no NUL, no NaN, every text bounded. Every text is
trimmed of blanks and zero-width signs before it is looked at, so that a reason of blanks is no reason.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from types import UnionType
from typing import Annotated, Any, ClassVar, TypeVar, Union, get_args, get_origin

import msgspec
from fastapi import Depends, Request
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    create_model,
)
from pydantic_core import PydanticCustomError

from dispatch.desk.intake.picking import Place, read_place
from dispatch.kit.mobiles import has_mobile
from dispatch.kit.trimming import trimmed
from dispatch.places.crs import to_wgs84
from dispatch.tickets.words import Source

from .errors import NotJson, invalid

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def _written_out(value: object) -> object:
    """Refuse numbers, quoted or not, which pydantic would read as seconds since 1970."""
    if not isinstance(value, str) or "-" not in value[1:]:
        raise PydanticCustomError("instant_form", "not an instant")
    return value


def _in_utc(value: datetime) -> datetime:
    if not EARLIEST <= value < LATEST:
        raise PydanticCustomError("instant_range", "out of range")
    return value.astimezone(UTC)


Instant = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_written_out), AfterValidator(_in_utc)]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
Crs = Annotated[
    str, Field(max_length=16, description="坐标系:wgs84、cgcs2000、gcj02(高德、腾讯)、bd09(百度);保存时换算为 wgs84")
]
LATITUDE: dict[str, Any] = {"minimum": -90, "maximum": 90}
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]


class In(BaseModel):
    """Something a caller sends."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)
    spared: ClassVar[frozenset[str]] = frozenset()  # fields that are read as they can be, NUL and all
    tolerant: ClassVar[bool] = False  # signs that cannot be kept are replaced; what is refused would be lost


def _not_swapped(value: float) -> float:
    if not -90 <= value <= 90:
        raise PydanticCustomError("latitude", "not a latitude")
    return value


class Position(In):
    """Where the reporter is: degrees, metres."""

    lon: float = Field(ge=-180, le=180, description="经度,度")
    lat: Annotated[float, AfterValidator(_not_swapped)] = Field(description="纬度,度", json_schema_extra=LATITUDE)
    accuracy_m: float | None = Field(default=None, ge=0, le=100_000, description="定位精度,米")
    crs: Crs = "wgs84"

    def wgs84(self) -> tuple[float, float]:
        """Return lon and lat as they are kept. :raises UnknownCrs: for a system that we cannot read"""
        return to_wgs84(self.lon, self.lat, self.crs)


class Point(In):
    """Where the fault is: degrees. Whether the two were swapped, and whether it is in the province, the desk says."""

    lon: float = Field(ge=-180, le=180, description="经度,度")
    lat: float = Field(ge=-180, le=180, description="纬度,度")
    crs: Crs = "wgs84"

    def wgs84(self) -> tuple[float, float]:
        """Return lon and lat as they are kept. :raises UnknownCrs: for a system that we cannot read"""
        return to_wgs84(self.lon, self.lat, self.crs)


# Of a call. Documented as it should be, read as it comes: a point that cannot be is a doubt and no reason to lose it.
CalledPlace = Annotated[
    Place | None,
    BeforeValidator(read_place),
    WithJsonSchema({"anyOf": [Point.model_json_schema(), {"type": "null"}]}),
]


class Envelope(In):
    """What every report on a ticket may say beside its own matter."""

    version: Version | None = Field(default=None, description="所见工单版本;与当前不符则 409")
    at: Instant | None = Field(default=None, description="实际发生时间;缺省为服务器时间")
    source: Source | None = Field(default=None, description="上报途径;缺省按角色与环节确定")
    position: Position | None = Field(default=None, description="上报人位置")


ENVELOPE = frozenset(Envelope.model_fields)


def _without_number(text: str) -> str:
    """Refuse what looks like a mobile number in a text that is printed, listed, and kept for good."""
    if has_mobile(text):
        raise PydanticCustomError("number_inside", "a telephone number in a text")
    return text


NoNumber = AfterValidator(_without_number)
VERBATIM = frozenset({"password", "old", "new"})  # of passwords; a blank at the end is part of one
Body = TypeVar("Body", bound=BaseModel)
Shape = TypeVar("Shape", bound=In)


def derived(
    name: str,
    event: type[BaseModel],
    *,
    base: type[Shape] = Envelope,  # type: ignore[assignment]
    without: frozenset[str] = frozenset(),
    **more: Any,
) -> type[Shape]:
    """Return the body of a report: the envelope (or another base) and the event's own fields, side by side."""
    fields = {
        key: (_aware(field.annotation), field)
        for key, field in event.model_fields.items()
        if key != "kind" and key not in without
    }
    return create_model(name, __base__=base, __doc__=event.__doc__ or name, **{**fields, **more})


def _aware(annotation: Any) -> Any:
    """Return the annotation with every bare ``datetime`` replaced by an instant."""
    if annotation is datetime:
        return Instant
    if get_origin(annotation) in {Union, UnionType}:
        return Union[tuple(_aware(part) for part in get_args(annotation))]  # noqa: UP007 - built at run time
    return annotation


def event_fields(body: BaseModel) -> dict[str, Any]:
    """Return what the body says of the event itself."""
    return {name: getattr(body, name) for name in type(body).model_fields if name not in ENVELOPE}


def parse(shape: type[Body], raw: bytes) -> Body:
    """
    Read a body.

    :raises BadJson: if it is not JSON
    :raises Invalid: if a field is missing, unknown or wrong; ``details.fields`` lists all of them
    """
    said = _legible(raw) if getattr(shape, "tolerant", False) else raw
    try:
        body = shape.model_validate_json(_trimmed(said) or b"{}")
    except ValidationError as error:
        raise invalid(error.errors(include_url=False, include_input=False)) from None
    if b"\\u0000" in said:
        spared = getattr(shape, "spared", ())
        _refuse_nul({name: part for name, part in json.loads(said).items() if name not in spared})
    return body


def _legible(raw: bytes) -> bytes:
    """Return the body with U+FFFD for what PostgreSQL cannot keep (NUL) and for what is no Unicode (half a pair)."""
    if b"\\u" not in raw:
        return raw

    def kept(part: dict[str, Any]) -> dict[str, Any]:
        return {name.replace("\0", "\ufffd"): value for name, value in part.items()}

    try:
        said = _each(json.loads(raw, object_hook=kept), lambda text: text.replace("\0", "\ufffd"))
    except (ValueError, RecursionError):  # no JSON: the shape says so
        return raw
    written = json.dumps(said, ensure_ascii=False)
    return written.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _trimmed(raw: bytes) -> bytes:
    """Return the body with its texts trimmed; as it came, if there is nothing to trim or it is no JSON."""
    try:
        said = msgspec.json.decode(raw)
        return raw if said == _each(said, trimmed) else json.dumps(_each(json.loads(raw), trimmed)).encode()
    except (ValueError, RecursionError):  # msgspec refuses with a ValueError; the shape says what is wrong
        return raw


def _each(value: Any, change: Callable[[str], str]) -> Any:
    """Return a JSON value with each of its texts changed; names and passwords stay as they are."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_each(part, change) for part in value]
    if isinstance(value, dict):
        return {name: part if name in VERBATIM else _each(part, change) for name, part in value.items()}
    return value


def _refuse_nul(value: object, path: tuple[str | int, ...] = ()) -> None:
    """Refuse texts with NUL, which PostgreSQL cannot keep; a literal backslash-u is fine."""
    if isinstance(value, str) and "\0" in value:
        raise invalid([{"type": "nul_character", "loc": path}])
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        _refuse_nul(part, (*path, key))


def check_media(headers: Mapping[str, str], raw: bytes) -> None:
    """Refuse a body that says it is not JSON; an empty one need not say anything."""
    declared = headers.get("content-type", "")
    if raw and declared.partition(";")[0].strip().lower() != "application/json":
        raise NotJson("正文应为 JSON,请设 Content-Type: application/json", content_type=declared[:100])


def json_body(shape: type[Body]) -> Callable[[Request], Awaitable[Body]]:
    """Return the dependency that reads a body of this shape; ``openapi.py`` documents it from ``shape``."""

    async def read(request: Request) -> Body:
        raw = await request.body()
        check_media(request.headers, raw)
        return parse(shape, raw)

    read.shape = shape  # type: ignore[attr-defined]
    return read


def BodyOf(shape: type[BaseModel]) -> Any:
    """Return the dependency that reads the JSON body, strictly, as ``shape``; read as a type at the place of use."""
    return Depends(json_body(shape))
