"""Who lent crews to whom in a period (跨界台账), pair by pair of counties, with what it gained."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.desk.room import Desk
from dispatch.places.areas import Area

FLOWS = """
SELECT lender, area AS borrower, count(*) AS crews, count(own_eta_s) AS known,
    coalesce(sum(own_eta_s - eta_s), 0)::float8 AS saved_s,
    coalesce(sum(own_distance_m - distance_m), 0)::float8 AS saved_m
FROM border_ledger
WHERE at >= $2 AND at < $3 AND lender <> area AND (area = ANY($1::text[]) OR lender = ANY($1::text[]))
GROUP BY lender, area ORDER BY crews DESC, lender, area
"""
SENT = "SELECT count(*) FROM border_ledger WHERE at >= $2 AND at < $3 AND area = ANY($1::text[])"


@dataclass(frozen=True, slots=True)
class Flow:
    """
    Crews of one county sent to jobs of another.

    :param known: of them, those where the old-district rule had a crew to compare with
    :param saved_s, saved_m: what those gained against it, in all
    """

    lender: str
    borrower: str
    crews: int
    known: int
    saved_s: float
    saved_m: float


@dataclass(frozen=True, slots=True)
class Flows:
    """
    The whole of an area and period, with the counties that take part.

    :param sent: crews sent to the area's own tickets, whosever crews
    """

    area: Area
    begin_at: datetime
    end_at: datetime
    flows: Sequence[Flow]
    counties: Mapping[str, Area]
    sent: int = 0

    def lent(self, county: str) -> int:
        return sum(flow.crews for flow in self.flows if flow.lender == county)

    def borrowed(self, county: str) -> int:
        return sum(flow.crews for flow in self.flows if flow.borrower == county)


async def of_area(desk: Desk, area: str, begin_at: datetime, end_at: datetime) -> Flows:
    """
    Read who lent to whom, for the counties of an area.

    :raises NoSuchArea: if nothing has that code
    """
    top = desk.areas.get(area)
    codes = desk.areas.counties(area)
    async with desk.db.connection() as connection:
        flows = [Flow(**dict(row)) for row in await connection.fetch(FLOWS, list(codes), begin_at, end_at)]
        sent = await connection.fetchval(SENT, list(codes), begin_at, end_at)
    others = [code for flow in flows for code in (flow.lender, flow.borrower)]
    known = {code: found for code in (*codes, *others) if (found := desk.areas.find(code)) is not None}
    return Flows(top, begin_at, end_at, flows, known, sent)
