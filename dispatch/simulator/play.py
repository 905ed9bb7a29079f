"""What the played people share: the jobs under way, the crews' whereabouts, and how a step is sent and proved."""

import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from .connections import Connections
from .day import Call
from .habits import Habits
from .pictures import snapshot
from .timeline import Timeline
from .world import World

Json = dict[str, Any]
Point = tuple[float, float]

# The field of the ticket that a step stamps with its claimed time: how a player sees whether it got through.
STAMPS = {
    "accept": "accepted_at",
    "crew-accept": "crew_accepted_at",
    "depart": "departed_at",
    "arrive": "arrived_at",
    "locate": "located_at",
    "start-repair": "repairing_at",
    "progress": "progress_at",
    "restore": "restored_at",
    "reply": "replied_at",
    "answer": "last_at",
    "queue-callback": "stage_at",
    "missed": "last_at",
    "crew-reject": "last_at",
}

CALLING = frozenset({"missed", "answer"})  # steps of the return visit, which have a room of their own


@dataclass
class Job:
    """One call on its way through the desk."""

    call: Call
    number: int
    ticket_id: str = ""
    county: str = ""
    crew: str = ""  # on the job now
    sent_n: int = 0  # crews sent so far
    missed_n: int = 0  # callbacks that nobody answered
    put_off_n: int = 0  # callbacks for which it was too early
    over: bool = False  # closed, or given up

    @property
    def site(self) -> Point:
        return self.call.lon, self.call.lat

    @property
    def key(self) -> str:
        return self.call.key


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A call that the server said it has."""

    key: str
    call_id: str
    ticket_id: str
    took_s: float


@dataclass(frozen=True, slots=True)
class Trouble:
    """A step that the server refused and that the player had no answer to."""

    key: str
    step: str
    status: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Leg:
    """A crew on the road."""

    start: Point
    end: Point
    departed_at: datetime
    arrives_at: datetime

    def at(self, now: datetime) -> Point:
        """Return where the crew is."""
        whole = (self.arrives_at - self.departed_at).total_seconds()
        share = min(1.0, max(0.0, (now - self.departed_at).total_seconds() / whole))
        return tuple(a + (b - a) * share for a, b in zip(self.start, self.end, strict=True))  # type: ignore[return-value]


@dataclass
class Stage:
    """Everything the players of one play know together."""

    world: World
    tokens: dict[str, str]  # account id -> bearer token
    line: Connections
    timeline: Timeline
    habits: Habits
    policy: str
    jobs: dict[str, Job] = field(default_factory=dict)  # by ticket
    unfinished: int = 0
    waiting: dict[str, Job] = field(default_factory=dict)  # no crew was free; by ticket
    waiting_max: int = 0
    doubtful: dict[str, Job] = field(default_factory=dict)  # may have got a crew without our hearing of it; by ticket
    busy: set[str] = field(default_factory=set)  # crews
    where: dict[str, Point] = field(default_factory=dict)  # crew -> last place it stood at
    road: dict[str, Leg] = field(default_factory=dict)  # crew -> on its way to a job
    driven_m: float = 0.0  # by crews on their way to a job; the way home is not counted
    homeward: dict[str, Leg] = field(default_factory=dict)  # crew -> on its way back to its depot, or there again
    done: Counter[str] = field(default_factory=Counter)  # steps that were taken, for the display
    acknowledged: list[Acknowledged] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    last: str = ""  # what happened last, for the display

    def wait(self, job: Job) -> None:
        """Note that no crew was free for a ticket."""
        self.waiting[job.ticket_id] = job
        self.waiting_max = max(self.waiting_max, len(self.waiting))

    def place(self, crew: str, now: datetime) -> Point:
        """Return where a crew is."""
        leg = self.road.get(crew) or self.homeward.get(crew)
        return leg.at(now) if leg else self.where[crew]

    def go_home(self, crew: str, way: timedelta, now: datetime) -> None:
        """Let a crew that is free drive back to its depot (收队), until it is sent out again."""
        self.homeward[crew] = Leg(self.where[crew], self.world.homes[crew], now, now + way)

    def set_out(self, crew: str, site: Point, way: timedelta, now: datetime) -> None:
        """Let a crew drive to a site from where it is."""
        here = self.place(crew, now)
        self.homeward.pop(crew, None)
        self.road[crew] = Leg(here, site, now, now + way)

    def stand(self, crew: str, place: Point) -> None:
        """Let a crew be at a place."""
        self.road.pop(crew, None)
        self.where[crew] = place

    async def step(self, job: Job, name: str, at: datetime, who: str, /, **matter: object) -> Json | None:
        """
        Take one step of a ticket as one person: ``POST /tickets/{id}/{name}`` with its simulated time, or of its
        return visit: ``POST /callbacks/{id}/{name}``.

        :param who: account id
        :return: the ticket as it stands then; None if the server refused (kept in ``troubles``, the job is given up)
        """
        body = {"at": at.isoformat(), **matter}
        token = self.tokens[who]
        room = "callbacks" if name in CALLING else "tickets"
        key = secrets.token_hex(16) if name in CALLING else None  # one may end the ticket, which leaves no stamp of it
        path = f"/api/v1/{room}/{job.ticket_id}/{name}"
        answer = await self.line.send("POST", path, token=token, body=body, key=key)
        ticket: Json | None = answer.body if answer.status == 200 else None
        if ticket is None and answer.tries > 1:
            ticket = await self._proved(job, name, at)
        if ticket is None:
            self.give_up(job, name, answer.status, answer.body)
            return None
        self.done[name] += 1
        self.last = f"{job.call.town} {name}"
        return ticket

    async def photograph(self, job: Job, who: str) -> list[str] | None:
        """
        Upload the photo of a job as one person, and return its id as a report names it.

        :return: None if the server refused (kept in ``troubles``, the job is given up)
        """
        path = f"/api/v1/tickets/{job.ticket_id}/photos"
        answer = await self.line.send("POST", path, token=self.tokens[who], photo=snapshot(job.number))
        if answer.status != 201:
            self.give_up(job, "photos", answer.status, answer.body)
            return None
        return [answer.body["id"]]

    async def _proved(self, job: Job, name: str, at: datetime) -> Json | None:
        """
        Return the ticket if an earlier sending of the step, whose answer was lost, had got through.

        The province's monitor looks: a crew that has restored the supply does not see the ticket any more.
        """
        ticket = await self.look(job, self.world.monitor)
        stamp = ticket.get(STAMPS[name]) if ticket else None
        return ticket if isinstance(stamp, str) and datetime.fromisoformat(stamp) == at else None

    async def look(self, job: Job, who: str) -> Json | None:
        """Read the ticket."""
        answer = await self.line.send("GET", f"/api/v1/tickets/{job.ticket_id}", token=self.tokens[who])
        ticket: Json | None = answer.body if answer.status == 200 else None
        return ticket

    def give_up(self, job: Job, step: str, status: int, body: object) -> None:
        """Stop playing a ticket that the server does not let go on; the report counts it."""
        error = body.get("error", {}) if isinstance(body, dict) else {}
        code, message = str(error.get("code", "")), str(error.get("message", ""))
        self.troubles.append(Trouble(job.key, step, status, code, message))
        self.finish(job)

    def finish(self, job: Job) -> None:
        """Count a job as over; its crew, if it has one, is free again."""
        if not job.over:
            job.over = True
            self.unfinished -= 1
        self.waiting.pop(job.ticket_id, None)
        self.doubtful.pop(job.ticket_id, None)
        self.release(job)

    def release(self, job: Job) -> None:
        """Free the crew where it stands."""
        if job.crew:
            self.busy.discard(job.crew)
            self.road.pop(job.crew, None)
            job.crew = ""
