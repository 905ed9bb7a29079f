"""How long work on site takes: learned from what ended lately in the county, by category, area class and symptom."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.desk.room import Desk
from dispatch.kit.db import Connection, Row
from dispatch.routing.durations import Durations, Lasted, LogNormal, Path, fitted
from dispatch.tickets.words import Category

ANEW = timedelta(minutes=15)  # a record of weeks hardly changes within

# What was reported lately in each county and is closed; each incident once, and only what was really repaired.
ENDED = """
SELECT county.code, doc.category, doc.area_class, doc.symptom,
       extract(epoch FROM doc.restored_at - doc.reported_at)::float8 AS whole,
       extract(epoch FROM doc.restored_at - doc.arrived_at)::float8 AS work
FROM unnest($1::text[]) AS county (code) CROSS JOIN LATERAL (
    SELECT doc FROM ticket WHERE area = county.code AND reported_at >= $2 AND reported_at <= $3 AND NOT is_open
    ORDER BY reported_at DESC, id DESC LIMIT $4
) AS late CROSS JOIN LATERAL json_to_record(late.doc) AS doc (
    id text, incident_id text, category text, area_class text, symptom text, result text,
    reported_at timestamptz, arrived_at timestamptz, restored_at timestamptz
)
WHERE doc.restored_at > doc.reported_at AND doc.restored_at <= $3 AND doc.id = doc.incident_id
  AND coalesce(doc.result, 'restored') = 'restored'
"""


@dataclass(frozen=True, slots=True)
class Lengths:
    """What was learned of some counties: county -> how long the work on site takes there."""

    at: datetime
    work: Mapping[str, Durations]


async def ended(connection: Connection, desk: Desk, counties: Collection[str], *, at: datetime) -> dict[str, list[Row]]:
    """
    Return what ended lately in each county, by one question: kind, seconds from report to supply (``whole``) and on
    site (``work``).
    """
    rules, found = desk.pack.restorations, {county: list[Row]() for county in counties}
    since, most = at - rules.learned_over.duration, rules.learned_most.value
    for row in await connection.fetch(ENDED, sorted(found), since, at, most):
        found[row["code"]].append(row)
    return found


def work_of(desk: Desk, rows: Sequence[Row]) -> Durations:
    """Return how long work takes by what ended, mixed with what the pack expects."""
    usual, sigma = desk.pack.crew.repair_by_category, desk.pack.plans.spread.value
    site = {each.value: LogNormal(usual.of(each).duration.total_seconds(), sigma) for each in Category}
    seen: list[Lasted] = [
        ((row["category"], row["area_class"], row["symptom"]), row["work"])
        for row in rows
        if row["work"] is not None and row["work"] > 0
    ]
    weight = float(desk.pack.restorations.weight.value)
    return fitted(seen, defaults=site, usual=site[Category.LV.value], weight=weight)


async def lengths_of(
    connection: Connection, desk: Desk, region: str, counties: Sequence[str], *, at: datetime
) -> Lengths:
    """Return what was learned of a region's counties; read anew now and then, not for each who asks."""

    def holds(kept: Lengths) -> bool:
        return kept.at <= at < kept.at + ANEW

    async def make() -> Lengths:
        found = await ended(connection, desk, counties, at=at)
        return Lengths(at, {county: work_of(desk, rows) for county, rows in found.items()})

    found: Lengths = await desk.lengths.get(region, holds=holds, make=make)
    return found


def length_of(lengths: Lengths | None, county: str, path: Path, *, enough: int) -> LogNormal | None:
    """
    Return how long such work takes in the county; None: too little was seen, and the pack's word holds.

    :param path: category, area class, symptom
    :param enough: cases of the category
    """
    known = None if lengths is None else lengths.work.get(county)
    if known is None or known.cases(path[:1]) < enough:
        return None
    return known.of(path)
