"""The values of a rule pack line by line, alone or beside those of another pack."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from dispatch.accounts.model import Account
from dispatch.kit import packnames
from dispatch.kit.packlines import Line, Pair, beside, lines_of

from .deps import CallerOf, DeskOf, shown

router = APIRouter(tags=["packs 规则包"])

PackKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,30}@\d{4}\.\d{1,3}$")]


class PackLinesQuery(BaseModel):
    """Which pack, beside which other, and which of its lines."""

    model_config = ConfigDict(extra="forbid")

    pack: PackKey | None = Field(default=None, description="规则包键;不填为现行规则包")
    beside: PackKey | None = Field(default=None, description="对比的规则包键;不填则不对比")
    q: str | None = Field(default=None, max_length=100, description="项目、值或依据中的词,空格隔开须全部包含")
    differing: bool = Field(default=False, description="只列两个规则包不同的项目")


class PackRaw(BaseModel):
    """A line as the packs' files say it."""

    value: str | None
    unit: str
    source: str
    other: str | None = Field(description="对比规则包的值与单位")


class PackLineShown(BaseModel):
    """One value of a pack, in Chinese and as its file says it."""

    path: str = Field(description="规则包文件中的路径,例如 limits.arrive.urban")
    item: str = Field(description="项目的中文名称")
    value: str | None = Field(description="值;此规则包没有时为空")
    unit: str
    source: str = Field(description="依据")
    other: str | None = Field(description="对比规则包的值与单位;不对比或没有时为空")
    differs: bool
    raw: PackRaw


class PackLineList(BaseModel):
    """The lines of a pack, in the order of its file."""

    lines: Sequence[PackLineShown]


def line_shown(line: Line | None, other: Line | None = None, *, differs: bool = False) -> PackLineShown:
    """Return what one pack says, or two, as the screens and the workbooks show it."""
    told = line or other
    path, source = (told.path, told.source) if told else ("", "")
    unit = line.unit if line else ""
    return PackLineShown(
        path=path,
        item=packnames.item(path),
        value=line and line.shown,
        unit=packnames.unit(unit),
        source=packnames.source(source),
        other=other and other.in_chinese,
        differs=differs,
        raw=PackRaw(value=line and line.value, unit=unit, source=source, other=other and other.whole),
    )


@router.get("/pack-lines", operation_id="list_pack_lines", summary="规则包各项", response_model=PackLineList)
async def list_pack_lines(
    desk: DeskOf, caller: Annotated[Account, CallerOf("pack.read")], query: Annotated[PackLinesQuery, Query()]
) -> Response:
    """List the values of one pack with their units and sources, beside those of another if one is named."""
    lines = lines_of(desk.packs.get(query.pack) if query.pack else desk.packs.latest(desk.pack_id))
    words = query.q or ""
    if query.beside is None:
        return shown(PackLineList(lines=[line_shown(line) for line in lines if Pair(line, None).has(words)]))
    pairs = beside(lines, lines_of(desk.packs.get(query.beside)))
    wanted = [pair for pair in pairs if pair.has(words) and (pair.differs or not query.differing)]
    return shown(PackLineList(lines=[line_shown(one.line, one.other, differs=one.differs) for one in wanted]))
