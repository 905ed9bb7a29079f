"""
The repairs of a week that take a team off its booked visits: called in, sent, mended, and what each did to the list.

The team that has most to lose when the repair comes is the crew's own people (``taken_by`` says so to its depot).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from dispatch.capacity.words import Half
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Database
from dispatch.simulator.pictures import snapshot

from .field import Teams
from .journal import Journal, Json
from .lists import until
from .office import Office
from .script import Repair, Week

SEAT, DISPATCHER = "seat", "xiangshan"
WAY, LASTS = timedelta(minutes=15), timedelta(minutes=90)  # to the fault; as a repair is thought to last
# Whether the worker has seen to all lists that a repair touches: first its visits, at its end its team.
SEEN_TO = """
SELECT EXISTS (SELECT FROM team_taken WHERE ticket_id = $1)
    AND NOT EXISTS (SELECT FROM team_taken WHERE ticket_id = $1 AND done_at IS NULL)
"""
BACK = "SELECT NOT EXISTS (SELECT FROM team_taken WHERE ticket_id = $1 AND freed_at IS NULL)"
Plan = Callable[[datetime, Callable[[datetime], Awaitable[None]]], None]
Read = Callable[[datetime], Awaitable[dict[str, Json]]]
Ring = Callable[[str, datetime], Awaitable[None]]


@dataclass
class Repairs:
    """
    What befalls the county's supply while its people are on their visits.

    :param read: the bookings as they stand
    :param ring: those who lost their place are spoken with
    """

    week: Week
    office: Office
    journal: Journal
    plan: Plan
    db: Database
    world: dict[str, Any]
    teams: Teams
    read: Read
    ring: Ring

    def begin(self) -> None:
        """Plan the repairs."""
        for number, repair in enumerate(self.week.repair, 1):
            self.plan(repair.at, partial(self._send, number, repair))

    async def _send(self, number: int, repair: Repair, at: datetime) -> None:
        """Let the crew be sent; its visits are seen to before anybody does anything else."""
        before, bookings = await self._list(repair), await self.read(at)
        mine = next((team for team in before["teams"] if team["crew_id"] == repair.crew), None)
        ticket = await self._called_in(number, repair)
        if mine is None or ticket is None:
            self.journal.faults.append(f"抢修 {number}:{repair.crew} 未定到清单上,或派不出去")
            return
        if not await until(partial(self._holds, SEEN_TO, ticket["id"])):
            self.journal.faults.append(f"抢修 {number}:受影响的作业迟迟没有处理")
        after = await self._list(repair)
        names = [stop["booking_id"] for stop in mine["stops"]]
        told = {
            "at": at.isoformat(), "team": mine["team"], "was": {name: bookings[name] for name in names},
            "list": after, "bookings": await self.read(at), "back": None, "until": repair.until.isoformat(),
        }  # fmt: skip
        self.journal.repairs.append(told)
        self.teams.again(after, at)
        await self.ring("repair", at)
        self.plan(at + WAY, partial(self._arrive, repair, ticket))
        self.plan(repair.until, partial(self._mend, repair, ticket, told))

    async def _called_in(self, number: int, repair: Repair) -> Json | None:
        """Return the ticket of a repair to which the crew was sent; None: somebody refused."""
        call = {
            "channel": "phone", "phone": f"1390000{9000 + number}", "address": f"{repair.crew} 号台区",
            "place": {"lon": repair.place[0], "lat": repair.place[1]}, "symptom": "no_power_one",
            "symptom_text": "家里没电", "category": "lv", "level": "normal", "hazard": False,
        }  # fmt: skip
        ticket: Json = (await self.office.post(SEAT, "/calls", **call)).body.get("ticket", {})
        if not ticket or not await self._step(DISPATCHER, ticket, "accept"):
            return None
        return ticket if await self._step(DISPATCHER, ticket, "dispatch", crew_id=repair.crew) else None

    async def _arrive(self, repair: Repair, ticket: Json, at: datetime) -> None:
        who, place = self._person(repair), {"lon": repair.place[0], "lat": repair.place[1], "accuracy_m": 12}
        for command, said in (("crew-accept", {}), ("depart", {}), ("arrive", {"position": place})):
            await self._step(who, ticket, command, **said)

    async def _mend(self, repair: Repair, ticket: Json, told: Json, at: datetime) -> None:
        """Let the crew end the repair, and see that its list knows that the team is back."""
        who, etr_at = self._person(repair), (at + timedelta(minutes=5)).isoformat()
        photo = await self.office.photo(who, ticket["id"], snapshot(0))
        located = {"fault_point": "表前开关", "ownership": "grid", "etr_at": etr_at, "photos": [photo]}
        for command, said in (("locate", located), ("start-repair", {})):
            await self._step(who, ticket, command, **said)
        await self._step(who, ticket, "restore", cause_l1="nature", field_record="更换表前开关")
        if not await until(partial(self._holds, BACK, ticket["id"])):
            self.journal.faults.append(f"{ticket['ticket_no']}:抢修结束后清单迟迟不知道队伍已归队")
        now = await self._list(repair)
        told["back"] = next(team["errand"] for team in now["teams"] if team["team"] == told["team"])
        self.teams.again(now, at)

    def _person(self, repair: Repair) -> str:
        who: str = next(each["id"] for each in self.world["accounts"] if each["crew_id"] == repair.crew)
        return who

    async def _step(self, who: str, ticket: Json, command: str, **said: Any) -> bool:
        done = await self.office.post(who, f"/tickets/{ticket['id']}/{command}", **said)
        if not done.fine:
            self.journal.faults.append(f"抢修 {ticket['ticket_no']} {command} 被拒绝:{done.code} {done.message}")
        return done.fine

    async def _holds(self, question: str, ticket_id: str) -> bool:
        async with self.db.connection() as connection:
            return bool(await connection.fetchval(question, ticket_id))

    async def _list(self, repair: Repair) -> Json:
        day = repair.at.astimezone(CHINA).date().isoformat()
        return await self.office.get(DISPATCHER, f"/worklists/{repair.depot}/{day}/{repair.half.value}")

    async def count(self) -> None:
        """Write down how the week's indices count what the repairs cost."""
        span = {"from": self.week.days[0].isoformat(), "to": self.week.days[-1].isoformat()}
        shown = await self.office.get(DISPATCHER, "/capacity/indices", area=self.week.county, **span)
        self.journal.indices = {each["index"]: each["numerator"] for each in shown["figures"]}


def taken_by(week: Week, made: Json) -> dict[str, str]:
    """Return team -> the repair crew whose people it is: of those that a repair will take, who has most to lose."""
    found: dict[str, str] = {}
    for repair in week.repair:
        if (repair.depot, repair.day, repair.half) == (made["depot"], made["date"], Half(made["half"])):
            most = max(made["teams"], key=lambda team: (_after(team, repair.at), team["team"]), default=None)
            if most is not None and most["stops"]:
                found[most["team"]] = repair.crew
    return found


def _after(team: Json, moment: datetime) -> tuple[int, int]:
    """Return how many visits to come cannot wait until a repair is over, and how many there are."""
    to_come = [stop for stop in team["stops"] if datetime.fromisoformat(stop["begins_at"]) > moment]
    return sum(datetime.fromisoformat(stop["to_at"]) < moment + LASTS for stop in to_come), len(to_come)
