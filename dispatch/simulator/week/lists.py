"""The depots of a week: they declare, cut, name who goes; and their lists are read at each cut-off and each end."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from dispatch.capacity.words import Half
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Database

from .journal import Journal
from .office import Office
from .script import Cut, Depot, Week

DISPATCHER = "xiangshan"
PATIENCE_S, POLL_S = 60.0, 0.1
PERSONS = 2  # in a team
PAPERS = {"worklist.xlsx": ".xlsx", "routes.png": "/map.png"}
# Whether every depot that declared teams for a half-day has its list.
FROZEN = """
SELECT NOT EXISTS (
    SELECT FROM capacity_declaration AS said WHERE area = $1 AND date = $2 AND half = $3 AND teams > 0
    AND NOT EXISTS (SELECT FROM worklist WHERE depot = said.depot AND date = $2 AND half = $3)
)
"""
# Whether a half-day is over for good.
CLOSED = """
SELECT NOT EXISTS (SELECT FROM worklist WHERE area = $1 AND date = $2 AND half = $3 AND state <> 'closed')
"""
Plan = Callable[[datetime, Callable[[datetime], Awaitable[None]]], None]


@dataclass
class Depots:
    """Those who declare what they can do, and go."""

    week: Week
    office: Office
    journal: Journal
    plan: Plan
    db: Database
    taken_by: Callable[[dict[str, Any]], dict[str, str]]  # team -> repair crew whose people it is
    longest: int = 0  # list that was printed

    async def declare(self, depot: Depot, monday: date, at: datetime) -> None:
        """Declare a week at once."""
        path = f"/depots/{depot.code}/declarations/{monday.isoformat()}"
        done = await self.office.ask(depot.leader, "PUT", path, {"lines": depot.lines(monday)})
        if not done.fine:
            self.journal.faults.append(f"{depot.code} 申报 {monday} 一周被拒绝:{done.code} {done.message}")

    async def inherits(self, at: datetime) -> None:
        """Wait until what nobody declared was copied from the week before."""
        for depot in (each for each in self.week.depot if not each.declares):
            wanted = len(depot.lines(self.week.monday))
            copied: list[int] = [0]
            if not await until(partial(self._copied, depot, wanted, copied)):
                self.journal.faults.append(f"{depot.code} 逾期未申报,应沿用往周 {wanted} 项,只沿用了 {copied[-1]} 项")
            self.journal.inherited += copied[-1]

    async def _copied(self, depot: Depot, wanted: int, copied: list[int]) -> bool:
        path = f"/depots/{depot.code}/declarations/{self.week.monday.isoformat()}"
        shown = await self.office.get(depot.leader, path)
        copied.append(sum(slot["inherited"] for day in shown["days"] for slot in day["slots"]))
        return copied[-1] == wanted

    async def cut(self, cut: Cut, at: datetime) -> None:
        """Fall below what was declared; whoever loses his place is moved, or offered another at once."""
        day = cut.at.astimezone(CHINA).date()
        line = {
            "date": day.isoformat(),
            "half": cut.half.value,
            "kind": cut.kind.value,
            "area_class": cut.area_class.value,
            "teams": cut.teams,
            "visits": cut.visits,
        }
        leader = next(depot.leader for depot in self.week.depot if depot.code == cut.depot)
        body = {"depot": cut.depot, "lines": [line], "reason": cut.reason}
        done = await self.office.post(leader, "/capacity/declarations", **body)
        if not done.fine:
            self.journal.faults.append(f"{cut.depot} {cut.at:%m月%d日} 减报被拒绝:{done.code} {done.message}")

    async def freeze(self, day: date, half: Half, at: datetime) -> None:
        """Wait until the lists are frozen, and read them with what was declared."""

        async def done() -> bool:
            async with self.db.connection() as connection:
                return bool(await connection.fetchval(FROZEN, self.week.county, day, half.value))

        if not await until(done):
            self.journal.faults.append(f"{day:%m月%d日}{half.label} 截单 {PATIENCE_S:.0f} 秒后仍缺清单")
        self.journal.frozen[day, half] = await self._read(day, half)
        span = {"from": day.isoformat(), "to": day.isoformat()}
        self.journal.declared[day, half] = {
            depot.code: (await self.office.get(DISPATCHER, "/capacity", depot=depot.code, **span))["slots"]
            for depot in self.week.depot
        }

    async def print_busiest(self, day: date, half: Half) -> None:
        """Keep the half-day's longest list as workbook and picture, if none before was longer."""
        made = max(self.journal.frozen[day, half], key=stops_of, default=None)
        if made is None or stops_of(made) <= self.longest:
            return
        self.longest = stops_of(made)
        path = f"/worklists/{made['depot']}/{day.isoformat()}/{half.value}"
        for name, suffix in PAPERS.items():
            self.journal.papers[name] = await self.office.file(DISPATCHER, path + suffix)

    async def close(self, day: date, half: Half, at: datetime) -> None:
        """Wait until every visit is accounted for, and read the lists as they were left."""

        async def done() -> bool:
            async with self.db.connection() as connection:
                return bool(await connection.fetchval(CLOSED, self.week.county, day, half.value))

        if not await until(done):
            self.journal.faults.append(f"{day:%m月%d日}{half.label} 结束 {PATIENCE_S:.0f} 秒后仍有清单未关闭")
        self.journal.closed[day, half] = await self._read(day, half)

    async def _read(self, day: date, half: Half) -> list[dict[str, Any]]:
        which = {"area": self.week.county, "date": day.isoformat(), "half": half.value}
        shown = await self.office.get(DISPATCHER, "/worklists", **which)
        return [each for each in shown["worklists"] if not each["draft"]]

    async def name(self, day: date, half: Half, at: datetime) -> None:
        """Let each depot name who goes in each team that has something to do."""
        for made in self.journal.frozen[day, half]:
            leader = next(depot.leader for depot in self.week.depot if depot.code == made["depot"])
            crews = self.taken_by(made)
            teams = [
                {
                    "team": team["team"],
                    "persons": [f"{team['label']}{n}" for n in range(1, PERSONS + 1)],
                    "crew_id": crews.get(team["team"]),
                }
                for team in made["teams"]
                if team["stops"]
            ]
            path = f"/worklists/{made['depot']}/{day.isoformat()}/{half.value}/names"
            if teams and not (done := await self.office.post(leader, path, teams=teams)).fine:
                self.journal.faults.append(f"{made['depot']} {day}{half.label} 定人被拒绝:{done.code} {done.message}")


def stops_of(made: dict[str, Any]) -> int:
    """Return how many visits stand on a list's routes."""
    return sum(len(team["stops"]) for team in made["teams"])


async def until(holds: Callable[[], Awaitable[bool]]) -> bool:
    """Wait until something holds; tell whether it came to."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + PATIENCE_S
    while loop.time() < ends:
        if await holds():
            return True
        await asyncio.sleep(POLL_S)
    return False
