"""Lists whose answer is no table, laid out as rows for their exports; who may ask, and for what, is as there."""

from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel, Field

from dispatch.accounts.model import Account
from dispatch.capacity.visitfigures import VisitFigure
from dispatch.desk.room import Desk
from dispatch.desk.worklists import figures

from .visits import FiguresQuery, VisitFigureShown


class VisitFigureRow(VisitFigureShown):
    """One index of booked work, and whose it is."""

    area: str
    whole: bool = Field(description="该区域合计,而非其中一县")

    @classmethod
    def row(cls, figure: VisitFigure, area: str, *, whole: bool) -> Self:
        return cls(**VisitFigureShown.of(figure).model_dump(), area=area, whole=whole)


class VisitFigureRows(BaseModel):
    """The indices of an area as a whole, then those of each of its counties."""

    figures: Sequence[VisitFigureRow]


async def visit_figures(caller: Account, query: FiguresQuery, desk: Desk) -> VisitFigureRows:
    """Return the indices of booked work of an area and of its counties, each in a row."""
    found = await figures.indices(desk, query.area, query.from_, query.to, by=caller)
    rows = [VisitFigureRow.row(each, found.area, whole=True) for each in found.whole]
    for county, of_county in found.counties:
        rows += [VisitFigureRow.row(each, county, whole=False) for each in of_county]
    return VisitFigureRows(figures=rows)
