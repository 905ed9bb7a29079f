"""
Every table of the screens as a workbook (导出): ``/exports/{table}.xlsx`` with the conditions of its list.

The list's own route is asked page by page, with its right and its conditions, so an export shows neither more nor other
rows than the list; that it left the system is kept in the audit. It is drawn where papers are drawn.
"""

import asyncio
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from inspect import signature
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, create_model

from dispatch.accounts.model import Account
from dispatch.desk.copying import copied
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.kit.errors import Invalid
from dispatch.kit.words import Labelled
from dispatch.reports.copies import Copy, workbook

from .deps import CallerOf, DeskOf, Now, PressOf
from .exportcolumns import UNITS
from .exportheadings import CONDITIONS
from .exporttables import TABLES, Table

router = APIRouter(prefix="/exports", tags=["exports 导出"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST = 50_000  # rows of a file
PAGE = 200  # rows that are asked for at a time: no list gives fewer
AT_ONCE = 2  # lists that one process reads for files at a time; calls are taken meanwhile
PAGING = frozenset({"after", "limit"})
ALL, DAYS = "未限", {"today": "今天"}
FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {XLSX: {}}, "description": "工作簿:第一页为各行,第二页为条件"}
}


class TooManyRows(Invalid):
    """More rows than one file may have."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One export as it was asked for."""

    table: Table
    filters: BaseModel
    request: Request
    caller: Account
    desk: Desk
    now: datetime


def filters_of(query: type[BaseModel]) -> type[BaseModel]:
    """Return the conditions by which a list is asked, without those by which it is turned over."""
    kept: dict[str, Any] = {
        name: (field.annotation, field) for name, field in query.model_fields.items() if name not in PAGING
    }
    return create_model(f"{query.__name__}OfExport", __config__=ConfigDict(extra="forbid"), **kept)


def _lay(table: Table) -> None:
    """Lay the route of one table."""

    async def export(
        request: Request,
        caller: Annotated[Account, CallerOf(table.action)],
        filters: Any,
        desk: DeskOf,
        press: PressOf,
        now: Now,
    ) -> Response:
        asked = Asked(table, filters, request, caller, desk, now)
        turns: asyncio.Semaphore = request.app.state.copying
        async with turns:
            pages, n = await _pages(asked)
        conditions = filters.model_dump(mode="json", by_alias=True, exclude_none=True)
        await copied(desk, table.name, conditions, rows=n, by=caller, at=now)
        return _file(table, now, await press.printed(workbook, _copy(asked, pages, n)))

    export.__annotations__["filters"] = Annotated[filters_of(table.query), Query()]
    router.add_api_route(
        f"/{table.name}.xlsx",
        export,
        methods=["GET"],
        operation_id=f"export_{table.name.replace('-', '_')}",
        summary=f"导出{table.title}",
        description=f"与列表相同的条件、权限与内容;最多 {MOST} 行。导出留痕。",
        response_class=Response,
        responses=FILE,
    )


for _table in TABLES:
    _lay(_table)


async def _pages(asked: Asked) -> tuple[list[bytes], int]:
    """Return all that the list answers, packed, and how many rows they are. :raises TooManyRows: if it never ends"""
    pages, n, after = [], 0, None
    while True:
        answer = await _page(asked, after)
        held = msgspec.json.decode(answer, type=dict[str, msgspec.Raw])
        n += len(msgspec.json.decode(held[asked.table.rows], type=list[msgspec.Raw]))
        if n > MOST:
            raise _too_many(asked.filters)
        pages.append(await asyncio.to_thread(zlib.compress, answer, 1))
        after = msgspec.json.decode(held["next"]) if "next" in held else None
        if after is None:
            return pages, n


async def _page(asked: Asked, after: str | None) -> bytes:
    """Ask the list's route for its next page; a list that has no pages is asked for one row more than may be."""
    wanted = signature(asked.table.ask).parameters
    paged = "after" in wanted or "after" in asked.table.query.model_fields
    turning: dict[str, Any] = {"after": after, "limit": PAGE if paged else MOST + 1}
    query = asked.table.query.model_construct(**(_said(asked.filters) | turning))
    known = {"query": query, "request": asked.request, "caller": asked.caller, "desk": asked.desk, "now": asked.now}
    answer = await asked.table.ask(**{name: (known | turning)[name] for name in wanted})
    return bytes(answer.body) if isinstance(answer, Response) else answer.model_dump_json().encode()


def _said(filters: BaseModel) -> dict[str, Any]:
    return {name: getattr(filters, name) for name in type(filters).model_fields}


def _too_many(filters: BaseModel) -> TooManyRows:
    names = [(field.alias or name, CONDITIONS[name]) for name, field in type(filters).model_fields.items()]
    which = "、".join(f"{label}({name})" for name, label in names) or "下级单位的账号"
    return TooManyRows(
        f"超过 {MOST} 行,一个文件放不下;请用{which}缩小范围后分次导出",
        field=names[0][0] if names else None,
        most=MOST,
    )


def _copy(asked: Asked, pages: Sequence[bytes], n: int) -> Copy:
    areas, table = asked.desk.areas, asked.table
    province = areas.province().code
    names = {code: areas.get(code).name for code in (province, *areas.below(province))}
    return Copy(table.title, table.rows, table.columns, pages, names, _conditions(asked, names, n))


def _conditions(asked: Asked, names: Mapping[str, str], n: int) -> list[tuple[str, str]]:
    by = asked.caller
    said = [
        ("表", asked.table.title),
        ("行数", str(n)),
        ("导出人", f"{by.name}({by.login})"),
        ("角色", by.role.label),
        ("导出人单位", _shown("area", by.area, names)),
        ("导出时间", f"{asked.now.astimezone(CHINA):%Y-%m-%d %H:%M:%S}(北京时间)"),
    ]
    return said + [(CONDITIONS[name], _shown(name, value, names)) for name, value in _said(asked.filters).items()]


def _shown(name: str, value: Any, names: Mapping[str, str]) -> str:
    """Return a condition's value as people say it."""
    match value:
        case None | [] | ():
            return ALL
        case list() | tuple():
            return "、".join(_shown(name, part, names) for part in value)
        case Labelled():
            return value.label
        case bool():
            return "是" if value else "否"
        case datetime():
            return f"{value.astimezone(CHINA):%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
    return f"{names[value]}({value})" if name in UNITS and value in names else DAYS.get(value, str(value))


def _file(table: Table, at: datetime, file: bytes) -> Response:
    stamp = f"{at.astimezone(CHINA):%Y%m%d-%H%M}"
    plain, chinese = f"{table.name}-{stamp}.xlsx", quote(f"{table.title}-{stamp}.xlsx")
    named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{chinese}"
    return Response(file, media_type=XLSX, headers={"Content-Disposition": named, "Cache-Control": "no-store"})
