"""
The played people: seats, county dispatchers, crews. Each function is one thing one person does at one instant.

Every step is an HTTP request of that person with the simulated time as its claimed time; what comes next is put on the
timeline only after the answer.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from hashlib import blake2b
from math import ceil

from dispatch.kit.clock import CHINA
from dispatch.tickets.words import Category, Ownership

from . import habits as h
from .play import Acknowledged, Job, Stage

Answer = Callable[[Job, datetime], Awaitable[None]]
NO_CREW = frozenset({"NoCandidates", "CrewTaken", "DepotFull"})
NOT_YET = frozenset({"QuietHours", "NotYetDue"})  # the answer says from when one may call
TAKEN = "AlreadyDispatched"  # the province's round was faster; its answer is on the way
ETR_MARGIN = 1.15  # crews promise a little more than they need: 94 % keep the last promise (README of the real data)
ETR_STEP_S = 900  # in whole quarters of an hour


class Players:
    """Everyone who works on tickets."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._later = stage.timeline.at
        self._habits = stage.habits

    def seat(self, job: Job) -> str:
        return self._stage.world.seats[job.number % len(self._stage.world.seats)]

    def dispatcher(self, job: Job) -> str:
        return self._stage.world.dispatchers[job.county]

    # 座席

    async def log_call(self, job: Job, at: datetime) -> None:
        """受理: the ticket's clocks start."""
        stage, seat = self._stage, self.seat(job)
        key = request_key(self._habits.seed, job.key, "call")
        token = stage.tokens[seat]
        answer = await stage.line.send("POST", "/api/v1/calls", token=token, body=call_body(job, at), key=key)
        if answer.status != 201:
            stage.give_up(job, "call", answer.status, answer.body)
            return
        ticket = answer.body["ticket"]
        job.ticket_id, job.county = ticket["id"], ticket["area"]
        stage.jobs[job.ticket_id] = job
        stage.acknowledged.append(Acknowledged(job.key, answer.body["call_id"], job.ticket_id, answer.took_s))
        stage.done["call"] += 1
        if job.county not in stage.world.dispatchers:
            stage.give_up(job, "call", 201, {"error": {"code": "PlaceUnresolved", "message": job.county}})
            return
        self._later(at + self._habits.takes(job.key, "accept", h.ACCEPT), lambda now: self.accept(job, now))

    async def call_back(self, job: Job, at: datetime) -> None:
        """回访: when the rules allow it. Some do not pick up and are tried again; after three the matter ends so."""
        stage, seat = self._stage, self.seat(job)
        begun = await stage.line.send("POST", f"/api/v1/callbacks/{job.ticket_id}/begin", token=stage.tokens[seat])
        if begun.code in NOT_YET:
            allowed = max(datetime.fromisoformat(begun.body["error"]["details"]["from"]), at)
            later = self._habits.call_back(f"{job.key}:{job.put_off_n}", allowed, h.CALL_BACK)
            job.put_off_n += 1
            self._later(later, lambda now: self.call_back(job, now))
        elif begun.status != 200:
            stage.give_up(job, "begin", begun.status, begun.body)
        elif self._habits.happens(job.key, f"missed{job.missed_n}", h.NO_REPLY_SHARE):
            await self.miss(job, at)
        else:
            await self.hear(job, at)

    async def miss(self, job: Job, at: datetime) -> None:
        """回访未通."""
        ticket = await self._stage.step(job, "missed", at, self.seat(job), text="无人接听")
        if ticket is None:
            return
        job.missed_n += 1
        if ticket["stage"] == "closed":
            self._end(job)
        else:
            later = self._habits.call_back(f"{job.key}:{job.missed_n}", at, h.TRY_AGAIN)
            self._later(later, lambda now: self.call_back(job, now))

    async def hear(self, job: Job, at: datetime) -> None:
        """The customer answers: the ticket is closed, or his trouble is seen to once more."""
        satisfied = not self._habits.happens(job.key, "unhappy", h.UNHAPPY_SHARE)
        ticket = await self._stage.step(job, "answer", at, self.seat(job), satisfied=satisfied)
        if ticket is None:
            return
        if ticket["stage"] == "closed":
            self._end(job)
        else:
            when = at + self._habits.takes(job.key, f"dispatch again{job.sent_n}", h.DISPATCH)
            self._later(when, lambda now: self.dispatch(job, now))

    def _end(self, job: Job) -> None:
        self._stage.done["close"] += 1
        self._stage.finish(job)

    # 县指挥员

    async def accept(self, job: Job, at: datetime) -> None:
        """接单."""
        if await self._stage.step(job, "accept", at, self.dispatcher(job)):
            when = at + self._habits.takes(job.key, "dispatch", h.DISPATCH)
            self._later(when, lambda now: self.dispatch(job, now))

    async def dispatch(self, job: Job, at: datetime) -> None:
        """派工: the best offer under the policy; if no crew is free the ticket waits."""
        stage = self._stage
        if job.crew:  # the province's round was faster
            return
        who = self.dispatcher(job)
        body = {"at": at.isoformat(), "policy": stage.policy}
        answer = await stage.line.send(
            "POST",
            f"/api/v1/tickets/{job.ticket_id}/dispatch",
            token=stage.tokens[who],
            body=body,
            key=request_key(self._habits.seed, job.key, f"dispatch {job.sent_n + 1}"),
        )
        if answer.status == 200:
            self.sent(job, answer.body["dispatches"][-1]["crew_id"], at)
        elif answer.code in NO_CREW:
            stage.wait(job)
        elif answer.code == TAKEN:
            stage.doubtful[job.ticket_id] = job
        else:
            stage.give_up(job, "dispatch", answer.status, answer.body)

    async def settle(self, job: Job, at: datetime) -> None:
        """Look whether a ticket has a crew that we have not heard of: a lost answer, or two who sent at once."""
        ticket = await self._stage.look(job, self.dispatcher(job))
        if ticket is not None and ticket["stage"] == "dispatched" and not job.crew:
            self.sent(job, ticket["dispatches"][-1]["crew_id"], at)

    async def reply(self, job: Job, at: datetime) -> None:
        """回单."""
        call = job.call
        handling = f"{call.town}{call.symptom.label}:{call.cause.label},更换受损部件并测试正常,恢复供电"
        form = {"handling": handling, "category": call.category, "cause_l1": call.cause, "ownership": owner(job)}
        if await self._stage.step(job, "reply", at, self.dispatcher(job), **form):
            when = at + self._habits.takes(job.key, "queue", h.QUEUE)
            self._later(when, lambda now: self.queue_callback(job, now))

    async def queue_callback(self, job: Job, at: datetime) -> None:
        """转回访: a reply that must be audited is let through by the auditor, who has read it."""
        if await self._stage.step(job, "queue-callback", at, self._stage.world.auditor):
            self._later(self._habits.call_back(job.key, at, h.CALL_BACK), lambda now: self.call_back(job, now))

    # 抢修队

    def sent(self, job: Job, crew: str, at: datetime) -> None:
        """A crew has the job; it will take it or, rarely, not."""
        stage = self._stage
        if job.crew:  # heard twice: from the answer, and by looking while the answer was under way
            return
        stage.waiting.pop(job.ticket_id, None)
        stage.doubtful.pop(job.ticket_id, None)
        stage.busy.add(crew)
        stage.done["dispatch"] += 1
        job.crew = crew
        job.sent_n += 1
        rejects = self._habits.happens(job.key, f"reject{job.sent_n}", h.REJECT_SHARE)
        answer = self.crew_reject if rejects else self.crew_accept
        when = at + self._habits.takes(job.key, f"crew_accept{job.sent_n}", h.CREW_ACCEPT)
        self._later(when, lambda now: self._unless_gone(job, crew, answer, now))

    async def _unless_gone(self, job: Job, crew: str, answer: Answer, at: datetime) -> None:
        """Let the crew answer, if the ticket was not given up meanwhile: its dispatcher may have got an error."""
        if job.crew == crew:
            await answer(job, at)

    async def crew_reject(self, job: Job, at: datetime) -> None:
        """班组拒单: the dispatcher sends another."""
        if await self._stage.step(job, "crew-reject", at, self._crew(job), reason="VEHICLE_DOWN", text="车辆故障"):
            self._stage.release(job)
            when = at + self._habits.takes(job.key, f"again{job.sent_n}", h.DISPATCH)
            self._later(when, lambda now: self.dispatch(job, now))

    async def crew_accept(self, job: Job, at: datetime) -> None:
        """班组接单."""
        if await self._stage.step(job, "crew-accept", at, self._crew(job)):
            when = at + self._habits.takes(job.key, "depart", h.DEPART)
            self._later(when, lambda now: self.depart(job, now))

    async def depart(self, job: Job, at: datetime) -> None:
        """出发: from where the crew really stands, by the road as it really is."""
        stage = self._stage
        if await stage.step(job, "depart", at, self._crew(job)):
            trip = self._habits.trip(job.key, stage.place(job.crew, at), job.site)
            stage.driven_m += trip.metres
            stage.set_out(job.crew, job.site, trip.takes, at)
            self._later(at + trip.takes, lambda now: self.arrive(job, now))

    async def arrive(self, job: Job, at: datetime) -> None:
        """到达现场: the work begins to count."""
        stage = self._stage
        stage.stand(job.crew, job.site)
        lon, lat = job.site
        if await stage.step(job, "arrive", at, self._crew(job), position={"lon": lon, "lat": lat, "accuracy_m": 15.0}):
            self._later(at + h.Habits.into(self._work(job), h.LOCATED_AT), lambda now: self.locate(job, at, now))

    async def locate(self, job: Job, arrived_at: datetime, at: datetime) -> None:
        """故障点确认, with the promised restoration."""
        work = self._work(job)
        promised_s = ceil(work.total_seconds() * ETR_MARGIN / ETR_STEP_S) * ETR_STEP_S
        etr_at = (arrived_at + timedelta(seconds=promised_s)).isoformat()
        photos = await self._stage.photograph(job, self._crew(job))
        if photos is None:
            return
        found = {"fault_point": f"{job.call.town}附近", "ownership": owner(job), "etr_at": etr_at, "photos": photos}
        if await self._stage.step(job, "locate", at, self._crew(job), **found):
            begins_at = arrived_at + h.Habits.into(work, h.REPAIR_AT)
            self._later(begins_at, lambda now: self.start_repair(job, arrived_at, now))

    async def start_repair(self, job: Job, arrived_at: datetime, at: datetime) -> None:
        """开始抢修."""
        if await self._stage.step(job, "start-repair", at, self._crew(job)):
            self._go_on(job, arrived_at, at)

    async def report_progress(self, job: Job, arrived_at: datetime, at: datetime) -> None:
        """进展汇报: of a long job."""
        if await self._stage.step(job, "progress", at, self._crew(job), text="抢修进行中"):
            self._go_on(job, arrived_at, at)

    def _go_on(self, job: Job, arrived_at: datetime, at: datetime) -> None:
        """Work until it is done, with a word on the way where it takes long."""
        ends_at = arrived_at + self._work(job)
        report_at = at + h.PROGRESS_EVERY - (at - arrived_at) % h.PROGRESS_EVERY
        if report_at < ends_at:
            self._later(report_at, lambda now: self.report_progress(job, arrived_at, now))
        else:
            self._later(ends_at, lambda now: self.restore(job, now))

    async def restore(self, job: Job, at: datetime) -> None:
        """复电: the crew is free and drives home."""
        stage, crew = self._stage, job.crew
        record = f"{job.call.town}{job.call.symptom.label},更换受损部件,{at.astimezone(CHINA):%H:%M} 测试正常送电"
        done = {"result": "restored", "cause_l1": job.call.cause, "ownership": owner(job), "field_record": record}
        if await stage.step(job, "restore", at, self._crew(job), **done):
            stage.release(job)
            stage.go_home(crew, self._habits.way(f"{job.key}:home", job.site, stage.world.homes[crew]), at)
            when = at + self._habits.takes(job.key, "reply", h.REPLY)
            self._later(when, lambda now: self.reply(job, now))

    def _crew(self, job: Job) -> str:
        return self._stage.world.crews[job.crew]

    def _work(self, job: Job) -> timedelta:
        assert job.call.work is not None
        return job.call.work


def request_key(seed: int, call: str, step: str) -> str:
    """Return the Idempotency-Key of a step: a digest, since a file's own numbers may be short or in any script."""
    return blake2b(f"{seed}\0{call}\0{step}".encode(), digest_size=16).hexdigest()


def once(*parts: object) -> str:
    """Return an Idempotency-Key: the same parts, the same key, whatever signs they hold."""
    return blake2b("\0".join(map(str, parts)).encode(), digest_size=16).hexdigest()


def owner(job: Job) -> str:
    """Return whose equipment the crew finds broken."""
    return (Ownership.CUSTOMER if job.call.category is Category.CUST else Ownership.GRID).value


def call_body(job: Job, at: datetime) -> dict[str, object]:
    """Return what the seat types. The phone numbers are made up, one for each call; the record has none."""
    call = job.call
    return {
        "channel": "phone",
        "phone": f"139{job.number:08d}",
        "call_at": at.isoformat(),
        "place": {"lon": call.lon, "lat": call.lat},
        "address": call.address,
        "symptom": call.symptom,
        "symptom_text": call.text,
        "category": call.category,
        "level": call.level,
        "hazard": call.hazard,
        "protected": call.protected,
        "customers_out": call.customers,
        "external_no": call.key,
    }
