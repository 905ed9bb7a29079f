"""Looking at tickets: a list page by page, one ticket, its log, and the caller's number."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.desk import reading
from dispatch.desk.naming import called
from dispatch.kit.errors import Invalid
from dispatch.tickets.events import Entry, Event
from dispatch.tickets.model import Ticket, document
from dispatch.tickets.words import Channel, Source, Stage, TicketMark

from .bodies import Instant
from .deps import CallerOf, DeskOf, Now, TicketId, shown
from .errors import JSON

# Fields of events in which ids stand.
TICKETS = ("into", "incident_id", "repeat_of", "nested_in")
CREWS = ("crew_id", "own_district_crew")

router = APIRouter(tags=["tickets 工单"])

Reader = Annotated[Account, CallerOf("ticket.read")]
MOST = 500  # tickets in one page


def unspaced(said: object) -> object:
    """Return a number as it is kept: people type and copy it with spaces."""
    return "".join(said.split()) or None if isinstance(said, str) else said


class TicketQuery(BaseModel):
    """Which tickets are wanted."""

    model_config = ConfigDict(extra="forbid")

    area: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9_-]{1,32}$", description="区域编码,含其下属单位;缺省为本辖区"
    )
    stage: list[Stage] = Field(default=[], max_length=len(Stage), description="环节;可重复给出多个")
    open: bool | None = Field(default=None, description="true 只看未结,false 只看已结,缺省全部")
    done: Literal["today"] | None = Field(
        default=None, description="today 只看本队(本班所、本辖区队伍)今天(北京时间)修复的工单,已归档的也在内"
    )
    marked: TicketMark | None = Field(default=None, description="只看未结且有此标记的;给出时 open、done 不起作用")
    number: Annotated[str | None, BeforeValidator(unspaced)] = Field(
        default=None,
        alias="no",
        pattern=r"^[A-Za-z0-9-]{4,40}$",
        description="工单编号,或其中连续的至少 4 位(空格不计);为整号时其他条件不起作用",
    )
    q: str | None = Field(
        default=None, max_length=60, description="与 marked 同用:编号、地址、单位名称中含此字样;空格分开的各词都要有"
    )
    begin_at: Instant | None = Field(default=None, alias="from", description="受理时间起(含)")
    end_at: Instant | None = Field(default=None, alias="to", description="受理时间止(不含)")
    after: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,64}$", description="上一页返回的 next,原样传回")
    limit: int = Field(default=100, ge=1, le=MOST, description="每页条数")


class TicketPage(BaseModel):
    """Tickets, the newest report first."""

    tickets: Sequence[Ticket]
    next: str | None = Field(description="下一页的 after;没有下一页时为空")


class Where(BaseModel):
    """Where the reporter was: WGS-84 degrees, metres."""

    lon: float
    lat: float
    accuracy_m: float | None = None


class LogLine(BaseModel):
    """One line of a ticket's log."""

    version: int
    at_claimed: datetime = Field(description="上报人所报时间")
    at_server: datetime = Field(description="服务器收到时间")
    by: str = Field(description="账号编号")
    role: str
    source: Source
    geo: Where | None
    label: str = Field(description="环节名称")
    event: Event


class TicketLog(BaseModel):
    """All that happened to a ticket, in order."""

    ticket_id: str
    events: Sequence[LogLine]
    crews: Mapping[str, str] = Field(description="日志中出现的班组:编号对应的名称")
    people: Mapping[str, str] = Field(description="日志中出现的账号:编号对应的姓名")
    tickets: Mapping[str, str] = Field(description="日志中出现的其他工单:内部编号对应的工单编号")


class ContactCall(BaseModel):
    """One call of the ticket, with the number to ring back."""

    call_id: str
    channel: Channel
    phone: str = Field(description="来电号码;每次查看均留痕")
    at: datetime
    account_no: str | None


class TicketContact(BaseModel):
    """How the customer can be reached."""

    ticket_id: str
    calls: Sequence[ContactCall]


@router.get("/tickets", operation_id="list_tickets", summary="工单列表", response_model=TicketPage)
async def list_tickets(caller: Reader, query: Annotated[TicketQuery, Query()], desk: DeskOf, now: Now) -> Response:
    """List the tickets that the caller may see, those lent to the caller's area among them, page by page."""
    documents = await reading.page(
        desk,
        by=caller,
        area=query.area,
        stages=query.stage,
        is_open=query.open,
        done_since=reading.today(now) if query.done else None,
        marked=query.marked,
        number=query.number,
        said=_words(query),
        begin_at=query.begin_at,
        end_at=query.end_at,
        after=query.after,
        limit=query.limit,
    )
    last = Ticket.model_validate_json(documents[-1]).id if len(documents) == query.limit else None
    following = "null" if last is None else f'"{last}"'
    return Response(f'{{"tickets":[{",".join(documents)}],"next":{following}}}', media_type=JSON)


def _words(query: TicketQuery) -> list[str]:
    """:raises Invalid: if words are asked for in the whole history, which has no index of them."""
    words = (query.q or "").split()
    if words and query.marked is None:
        raise Invalid("q 只能与 marked(催办、升级、挂起)同用;查历史工单请用 no 填工单编号", field="q")
    return words


@router.get("/tickets/{ticket_id}", operation_id="read_ticket", summary="工单详情", response_model=Ticket)
async def read_ticket(ticket_id: TicketId, caller: Reader, desk: DeskOf, now: Now) -> Response:
    """Return one ticket whole; a crew sees one that it finished for as long as `field_reports.crew_reads` says."""
    return Response(document(await reading.ticket(desk, ticket_id, by=caller, at=now)), media_type=JSON)


@router.get("/tickets/{ticket_id}/events", operation_id="read_log", summary="工单日志", response_model=TicketLog)
async def read_log(ticket_id: TicketId, caller: Reader, desk: DeskOf, now: Now) -> Response:
    """Return all that happened to the ticket: who, when it happened, when it was entered, from where."""
    entries = await reading.log(desk, ticket_id, by=caller, at=now)
    named = await called(
        desk,
        tickets=_held(entries, TICKETS),
        crews=_held(entries, CREWS),
        people=(entry.by.id for entry in entries),
    )
    lines = [_line(entry) for entry in entries]
    return shown(
        TicketLog(ticket_id=ticket_id, events=lines, crews=named.crews, people=named.people, tickets=named.tickets)
    )


def _held(entries: Sequence[Entry], fields: Sequence[str]) -> Iterator[str | None]:
    """Yield the ids that stand in these fields of events."""
    return (getattr(entry.event, field, None) for entry in entries for field in fields)


def _line(entry: Entry) -> LogLine:
    geo = entry.geo
    return LogLine(
        version=entry.version,
        at_claimed=entry.at_claimed,
        at_server=entry.at_server,
        by=entry.by.id,
        role=entry.by.role,
        source=entry.source,
        geo=Where(lon=geo.lon, lat=geo.lat, accuracy_m=geo.accuracy_m) if geo else None,
        label=entry.event.label,
        event=entry.event,
    )


@router.get(
    "/tickets/{ticket_id}/contact", operation_id="read_contact", summary="联系方式", response_model=TicketContact
)
async def read_contact(
    ticket_id: TicketId, caller: Annotated[Account, CallerOf("ticket.contact")], desk: DeskOf, now: Now
) -> Response:
    """Return the caller's number. That it was looked at, by whom and when, is kept."""
    calls = [
        ContactCall(
            call_id=call.call_id, channel=call.channel, phone=call.phone, at=call.at, account_no=call.account_no
        )
        for call in await reading.contact(desk, ticket_id, by=caller, at=now)
    ]
    answer = shown(TicketContact(ticket_id=ticket_id, calls=calls))
    answer.headers["Cache-Control"] = "no-store"
    return answer
