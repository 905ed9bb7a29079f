"""Places: found by name and number; the utility's own file; what agents taught and crews' arrivals showed of them."""

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.desk.naming import called
from dispatch.desk.places import finding, importing, teaching
from dispatch.desk.places.importing import How
from dispatch.desk.places.keeping import PlaceKeeper
from dispatch.desk.places.teaching import SeenName
from dispatch.desk.room import Desk
from dispatch.kit.errors import Invalid
from dispatch.places import rows, sheets
from dispatch.places.crs import read_crs
from dispatch.places.finder import LocatedBy, Suggestion, Suggestions
from dispatch.places.ownstore import Arrival
from dispatch.places.rows import RowFault

from .bodies import Crs, Id, In, Point
from .deps import BodyOf, CallerOf, DeskOf, Now, shown

router = APIRouter(tags=["places 地点"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AFTER = r"^[A-Za-z0-9_-]{1,64}[.][^\x00]{1,64}$"  # of arrivals: ticket and place
LONGEST = 60  # signs of what is typed
CountyCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$", description="县(区)编码")]
NameId = Annotated[str, Path(pattern=r"^[0-9a-z-]{1,64}$", description="俗称编号")]
PlaceCode = Annotated[str, Path(min_length=1, max_length=64, description="地点编码:自有地点的编码,或地名库 12 位代码")]


class NotBase64(Invalid):
    """The file in the body is not Base64."""


class PlaceQuery(BaseModel):
    """What was typed or said."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field(
        min_length=1, max_length=LONGEST, description="汉字、拼音、首字母、客户原话;户号、表号、电话须有查询权限"
    )
    county: CountyCode | None = Field(default=None, description="座席选定的县(区),本县优先")
    limit: int = Field(default=10, ge=1, le=finding.MOST, description="最多几个候选")


class PlaceShown(BaseModel):
    """A place that may be meant."""

    code: str = Field(description="受理时填入 place_code")
    level: str = Field(description="province、city、county、township、village,或自有地点的类别")
    name: str
    path: str = Field(description="全称或地址")
    county: str | None = Field(description="所在县(区)编码")
    lon: float | None = Field(description="经度,WGS-84")
    lat: float | None = Field(description="纬度,WGS-84")
    exact: bool = Field(description="坐标是该地点自己的;否则是其上级的,仅供参考")
    confidence: float = Field(description="把握,0 到 1")
    located_by: LocatedBy | None = Field(description="坐标来源")
    located_n: int | None = Field(description="学到的坐标依据几次到场或标注")


class PlacesAnswer(BaseModel):
    """Candidates, the likeliest first."""

    places: Sequence[PlaceShown]
    ask: str | None = Field(description="建议再问客户什么;为空则无须追问")


def suggested(found: Suggestions) -> dict[str, Any]:
    """Return candidates as they are shown."""
    return {"places": [asdict(place) for place in found.places], "ask": found.ask}


def shown_place(place: Suggestion) -> PlaceShown:
    return PlaceShown(**asdict(place))


@router.get("/places", operation_id="find_places", summary="查询地点", response_model=PlacesAnswer)
async def find_places(
    caller: Annotated[Account, CallerOf("place.read")], query: Annotated[PlaceQuery, Query()], desk: DeskOf
) -> Response:
    """
    Complete what is typed, or match what a caller said: own places first where they match as well, then the gazetteer.

    Numbers of customers are looked up only for those with the right `place.lookup`; the answer shows no telephone and
    no name.
    """
    found = await finding.places(desk, query.q, county=query.county, limit=query.limit, by=caller)
    return shown(PlacesAnswer(places=[shown_place(place) for place in found.places], ask=found.ask))


class ImportBody(In):
    """The utility's file, CSV or XLSX."""

    content: str = Field(min_length=1, description="文件内容,Base64")
    crs: Crs = "wgs84"
    dry_run: bool = Field(default=False, description="只检查,不导入")
    skip_bad: bool = Field(default=False, description="跳过有误的行,导入其余")


class RowShown(BaseModel):
    """What is wrong with, or odd about, one cell."""

    row: int = Field(description="表格中的行号,表头为 1")
    column: str
    message: str


class ImportAnswer(BaseModel):
    """What became of the file."""

    rows: int = Field(description="表头以外的行数")
    added: int
    changed: int
    same: int = Field(description="与已有内容相同")
    kept: bool = Field(description="已导入;试算为 false")
    faults: Sequence[RowShown] = Field(description="有误、未导入的行,最多 100 条")
    faults_n: int
    notes: Sequence[RowShown] = Field(description="可疑但已导入的行,最多 100 条")


def _rows(found: Sequence[RowFault]) -> list[RowShown]:
    return [RowShown(row=one.row, column=one.column, message=one.message) for one in found[: importing.TOLD]]


@router.post("/places/import", operation_id="import_places", summary="导入地点档案", response_model=ImportAnswer)
async def import_places(
    request: Request,
    caller: Annotated[Account, CallerOf("place.import")],
    body: Annotated[ImportBody, BodyOf(ImportBody)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """
    Bring the utility's file of roads, buildings, substations, transformers and landmarks in.

    All rows or none: 422 `BadRows` lists every wrong row with its column and the remedy, unless `skip_bad`. Rows with a
    code that is there already are brought up to date; nothing is removed.
    """
    try:
        content = base64.b64decode(body.content, validate=True)
    except ValueError as error:
        raise NotBase64("content 应为文件内容的 Base64 编码,请检查", field="content") from error
    how = How(dry_run=body.dry_run, skip_bad=body.skip_bad, crs=read_crs(body.crs))
    done = await importing.import_file(desk.db, desk.areas, desk.locator, content, how, by=caller, at=now)
    await _refresh(request)
    return shown(
        ImportAnswer(
            rows=done.rows_n,
            added=done.added_n,
            changed=done.changed_n,
            same=done.same_n,
            kept=done.kept,
            faults=_rows(done.faults),
            faults_n=len(done.faults),
            notes=_rows(done.notes),
        )
    )


async def _refresh(request: Request) -> None:
    """Let this process answer by what it has just changed; the others follow within two seconds."""
    keeper: PlaceKeeper = request.app.state.places
    await keeper.poll()


@router.get(
    "/places/template",
    operation_id="place_template",
    summary="地点档案模板",
    response_class=Response,
    responses={200: {"content": {XLSX: {}}, "description": "空表,含表头和示例行"}},
)
async def place_template(caller: Annotated[Account, CallerOf("place.import")]) -> Response:
    """Return an empty table with the headings and an example row."""
    content = await asyncio.to_thread(sheets.written_xlsx, rows.template(), title="地点档案")
    return Response(content, media_type=XLSX, headers={"Content-Disposition": 'attachment; filename="places.xlsx"'})


class NamesQuery(BaseModel):
    """Whose names."""

    model_config = ConfigDict(extra="forbid")

    area: CountyCode | None = Field(default=None, description="区域编码,含其下属;缺省为本辖区")
    after: str | None = Field(default=None, pattern=r"^[0-9a-z-]{1,64}$", description="上一页返回的 next")
    limit: int = Field(default=teaching.PAGE, ge=1, le=teaching.MOST, description="每页条数")


class NameShown(BaseModel):
    """A name that people taught, with who, when and how often."""

    id: str
    county: str
    said: str = Field(description="客户的叫法")
    code: str | None = Field(description="所指地点;为空则指标注的位置")
    given_n: int = Field(description="学到的次数")
    given_by: Sequence[str] = Field(description="哪些账号")
    first_at: datetime | None
    last_at: datetime | None
    named_by: str | None = Field(description="有命名权的确认人")
    undone_by: str | None
    undone_at: datetime | None
    used: bool = Field(description="已用于匹配")


class NamesPage(BaseModel):
    names: Sequence[NameShown]
    next: str | None = Field(description="下一页的 after;没有下一页时为空")


def _name(seen: SeenName) -> NameShown:
    name = seen.name
    same = ("id", "said", "code", "given_n", "first_at", "last_at", "named_by", "undone_by", "undone_at")
    said = {field: getattr(name, field) for field in same}
    return NameShown(county=name.area, given_by=name.people, used=seen.used, **said)


@router.get("/places/names", operation_id="list_place_names", summary="学到的地名", response_model=NamesPage)
async def list_names(
    caller: Annotated[Account, CallerOf("place.names")], query: Annotated[NamesQuery, Query()], desk: DeskOf
) -> Response:
    """List the names that were taught, used or not, undone or not."""
    found = await teaching.names_in(desk, query.area, by=caller, after=query.after, limit=query.limit)
    following = found[-1].name.id if len(found) == query.limit else None
    return shown(NamesPage(names=[_name(one) for one in found], next=following))


class NameBody(In):
    """What people call a place."""

    said: str = Field(min_length=1, max_length=LONGEST, description="俗称")
    county: Id = Field(description="县(区)编码")
    code: str | None = Field(default=None, min_length=1, max_length=64, description="所指地点的编码")
    place: Point | None = Field(default=None, description="没有编码时所指的位置")


@router.post("/places/names", operation_id="name_place", summary="命名地点", response_model=NameShown, status_code=201)
async def name_place(
    request: Request,
    caller: Annotated[Account, CallerOf("place.name")],
    body: Annotated[NameBody, BodyOf(NameBody)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Give a place a name that is used at once, for a place of the list or a point on the map."""
    point = body.place.wgs84() if body.place else None
    seen = await teaching.give_name(desk, body.said, county=body.county, code=body.code, point=point, by=caller, at=now)
    await _refresh(request)
    return shown(_name(seen), status=201)


@router.post(
    "/places/names/{name_id}/undo", operation_id="undo_place_name", summary="撤销地名", response_model=NameShown
)
async def undo_name(
    name_id: NameId, request: Request, caller: Annotated[Account, CallerOf("place.undo")], desk: DeskOf, now: Now
) -> Response:
    """Take a name out of use; who taught it stays on record."""
    seen = await teaching.undo_name(desk, name_id, by=caller, at=now)
    await _refresh(request)
    return shown(_name(seen))


class ArrivalsQuery(BaseModel):
    """Whose arrivals."""

    model_config = ConfigDict(extra="forbid")

    area: CountyCode | None = Field(default=None, description="区域编码,含其下属;缺省为本辖区")
    after: str | None = Field(default=None, pattern=AFTER, description="上一页返回的 next")
    limit: int = Field(default=teaching.PAGE, ge=1, le=teaching.MOST, description="每页条数")


class ArrivalShown(BaseModel):
    """Where a crew really arrived for a ticket of a place."""

    code: str = Field(description="地点编码")
    ticket_id: str
    ticket_no: str | None = Field(description="工单编号")
    area: str
    crew_id: str
    crew_name: str | None = Field(description="班组名称")
    at: datetime
    lon: float
    lat: float
    accuracy_m: float | None
    undone_by: str | None
    undone_at: datetime | None


class ArrivalList(BaseModel):
    arrivals: Sequence[ArrivalShown]


class ArrivalPage(BaseModel):
    arrivals: Sequence[ArrivalShown]
    next: str | None = Field(description="下一页的 after;没有下一页时为空")


async def _arrivals(desk: Desk, found: Sequence[Arrival]) -> list[ArrivalShown]:
    named = await called(desk, tickets=(one.ticket_id for one in found), crews=(one.crew_id for one in found))
    return [
        ArrivalShown(**asdict(one), ticket_no=named.tickets.get(one.ticket_id), crew_name=named.crews.get(one.crew_id))
        for one in found
    ]


@router.get("/places/arrivals", operation_id="list_place_arrivals", summary="学到的坐标", response_model=ArrivalPage)
async def list_arrivals(
    caller: Annotated[Account, CallerOf("place.names")], query: Annotated[ArrivalsQuery, Query()], desk: DeskOf
) -> Response:
    """List the arrivals that places without coordinates have theirs from."""
    ticket_id, _, code = (query.after or "").partition(".")
    after = (code, ticket_id) if query.after else None
    found = await teaching.arrivals_in(desk, query.area, by=caller, after=after, limit=query.limit)
    following = f"{found[-1].ticket_id}.{found[-1].code}" if len(found) == query.limit else None
    return shown(ArrivalPage(arrivals=await _arrivals(desk, found), next=following))


class UndoArrivalsBody(In):
    ticket_id: Id | None = Field(default=None, description="只撤销这张工单的到场;缺省撤销全部")


@router.post(
    "/places/{place_code}/arrivals/undo",
    operation_id="undo_place_arrivals",
    summary="撤销学到的坐标",
    response_model=ArrivalList,
)
async def undo_arrivals(
    place_code: PlaceCode,
    request: Request,
    caller: Annotated[Account, CallerOf("place.undo")],
    body: Annotated[UndoArrivalsBody, BodyOf(UndoArrivalsBody)],
    desk: DeskOf,
    now: Now,
) -> Response:
    """Let a place forget where crews arrived for it, all of them or one."""
    found = await teaching.undo_arrivals(desk, place_code, ticket_id=body.ticket_id, by=caller, at=now)
    await _refresh(request)
    return shown(ArrivalList(arrivals=await _arrivals(desk, found)))
