"""What is done at regular intervals: the vehicle platform reports positions, the province gives waiting tickets out."""

from datetime import datetime, timedelta

from .play import Point, Stage
from .players import Players, request_key

POSITIONS_EVERY = timedelta(minutes=5)
AT_LEAST_EVERY = timedelta(minutes=25)  # below the pack's 1,800 s after which a position counts as stale
CHUNK = 300  # positions of one request: below 64 KiB
WAITING_EVERY = timedelta(minutes=2)
AT_ONCE = 300  # waiting tickets looked at in one round
PATIENCE = 240  # rounds without anything to give out and with nobody on the way, before the rest is left alone
ACCURACY_M = 15.0


class Rounds:
    """The two standing tasks of a play; they end when every ticket is over."""

    def __init__(self, stage: Stage, players: Players) -> None:
        self._stage, self._players = stage, players
        self._told: dict[str, tuple[datetime, Point]] = {}  # crew -> its last reported position
        self._idle_rounds = 0
        self._busy_before: frozenset[str] = frozenset()

    def begin(self, at: datetime) -> None:
        self._stage.timeline.at(at, self.positions)
        self._stage.timeline.at(at, self.waiting)

    async def positions(self, at: datetime) -> None:
        """Report every crew that moved, and every other one before its position grows stale."""
        stage = self._stage
        due = [(crew, place) for crew in stage.where if (place := stage.place(crew, at)) and self._due(crew, place, at)]
        token = stage.tokens[stage.world.monitor]
        for first in range(0, len(due), CHUNK):
            rows = [_row(crew, place, at) for crew, place in due[first : first + CHUNK]]
            answer = await stage.line.send("POST", "/api/v1/crews/positions", token=token, body={"positions": rows})
            if answer.status == 202:
                stage.done["position"] += answer.body["accepted"]
        self._told.update((crew, (at, place)) for crew, place in due)
        if stage.unfinished:
            stage.timeline.at(at + POSITIONS_EVERY, self.positions)

    def _due(self, crew: str, place: Point, at: datetime) -> bool:
        told = self._told.get(crew)
        return told is None or told[1] != place or at - told[0] >= AT_LEAST_EVERY

    async def waiting(self, at: datetime) -> None:
        """统筹派工: give waiting tickets to the crews that became free since the last round."""
        stage = self._stage
        for job in list(stage.doubtful.values()):
            await self._players.settle(job, at)
        stage.doubtful.clear()
        freed = self._busy_before - stage.busy
        if stage.waiting and (freed or not stage.busy or self._idle_rounds % 5 == 0):
            await self._give_out(at)
        self._idle_rounds = self._idle_rounds + 1 if stage.waiting and not stage.busy else 0
        if self._idle_rounds > PATIENCE:
            for job in list(stage.waiting.values()):
                stage.give_up(job, "assign-waiting", 200, {"error": {"code": "NobodyFits"}})
        self._busy_before = frozenset(stage.busy)
        if stage.unfinished:
            stage.timeline.at(at + WAITING_EVERY, self.waiting)

    async def _give_out(self, at: datetime) -> None:
        stage = self._stage
        token = stage.tokens[stage.world.monitor]
        body = {"limit": AT_ONCE, "policy": stage.policy}
        key = request_key(stage.habits.seed, "waiting", at.isoformat())
        answer = await stage.line.send("POST", "/api/v1/dispatching/assign-waiting", token=token, body=body, key=key)
        if answer.status != 200:
            return
        for given in answer.body["dispatched"]:
            job = stage.jobs.get(given["ticket_id"])
            if job is not None and not job.crew and not job.over:
                self._players.sent(job, given["crew_id"], at)


def _row(crew: str, place: Point, at: datetime) -> dict[str, object]:
    lon, lat = place
    return {"crew_id": crew, "lon": lon, "lat": lat, "at": at.isoformat(), "accuracy_m": ACCURACY_M}
