"""The utility's own file of places brought in: all rows or none, unless the wrong ones are to be left out."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.kit.db import Connection, Database
from dispatch.kit.errors import Invalid
from dispatch.places import ownstore, rows, sheets
from dispatch.places.areas import Areas
from dispatch.places.crs import Crs
from dispatch.places.locate import Locator
from dispatch.places.own import OwnPlace
from dispatch.places.rows import ReadRows, RowFault

TOLD = 100  # faults that an answer lists
AUDIT = """
INSERT INTO audit (at, account_id, action, subject, area, details)
VALUES ($1, $2, 'place.import', 'own_place', $3, jsonb_build_object('added', $4::int, 'changed', $5::int))
"""


class BadRows(Invalid):
    """Rows of the file are wrong; nothing was changed. ``details.rows`` lists them."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file's rows. ``kept``: False for a trial."""

    rows_n: int
    added_n: int
    changed_n: int
    same_n: int
    faults: tuple[RowFault, ...]
    notes: tuple[RowFault, ...]
    kept: bool


@dataclass(frozen=True, slots=True)
class How:
    """
    How a file is brought in.

    :param dry_run: only look
    :param skip_bad: keep the rows that are right though others are wrong
    :param crs: of rows that do not name their system
    """

    dry_run: bool = False
    skip_bad: bool = False
    crs: Crs = Crs.WGS84


async def import_file(
    db: Database, areas: Areas, locator: Locator, content: bytes, how: How, *, by: Account, at: datetime
) -> Imported:
    """
    Bring a file in; what is there already is brought up to date, nothing is removed.

    :raises Forbidden: if ``by`` may not
    :raises BadTable: if the file is no table of places
    :raises BadRows: if rows are wrong and are not to be skipped; for a trial they are only told
    """
    rights.check(by, "place.import", area=areas.province().code, covers=areas.covers)
    read = await asyncio.to_thread(lambda: rows.read_rows(sheets.read(content), areas, locator, crs=how.crs))
    if read.faults and not (how.skip_bad or how.dry_run):
        raise _refusal(read)
    async with db.transaction() as tx:
        before = {place.code: place for place in await ownstore.places(tx, [p.code for p in read.places])}
        news = [place for place in read.places if _updated(place, before) != before.get(place.code)]
        added_n = sum(place.code not in before for place in news)
        if not how.dry_run and news:
            await ownstore.write(tx, [_updated(place, before) for place in news], by=by.id, at=at)
            await tx.execute(AUDIT, at, by.id, areas.province().code, added_n, len(news) - added_n)
    return Imported(
        rows_n=read.rows_n,
        added_n=added_n,
        changed_n=len(news) - added_n,
        same_n=len(read.places) - len(news),
        faults=read.faults,
        notes=read.notes,
        kept=not how.dry_run,
    )


def _updated(place: OwnPlace, before: dict[str, OwnPlace]) -> OwnPlace:
    """Return the row, with the point that is there already if it says none."""
    old = before.get(place.code)
    if old is None or place.lon is not None:
        return place
    return replace(place, lon=old.lon, lat=old.lat)


def _refusal(read: ReadRows) -> BadRows:
    wrong = len({fault.row for fault in read.faults})
    listed = [{"row": fault.row, "column": fault.column, "message": fault.message} for fault in read.faults[:TOLD]]
    return BadRows(
        f"{read.rows_n} 行中有 {wrong} 行不合要求,未导入任何一行;首处:{read.faults[0]}。"
        "请改正后重新导入,或选择跳过有误的行",
        field="file",
        rows=listed,
        faults_n=len(read.faults),
    )


async def exported(connection: Connection, codes: Sequence[str] | None = None) -> list[tuple[str, ...]]:
    """Return all own places as the table that ``import_file`` reads."""
    return rows.written(await ownstore.places(connection, codes))
