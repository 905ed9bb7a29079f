"""The crews of a week and the grid service tasks that they do in passing: they ask, take the first, and report."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from dispatch.kit.clock import CHINA

from .drawing import near
from .journal import Journal
from .office import Office
from .script import Week, instant

DISPATCHER = "xiangshan"
KINDS = ("patrol", "voltage_check", "contact_data", "meter_reading", "hazard_check", "safety_talk")
Plan = Callable[[datetime, Callable[[datetime], Awaitable[None]]], None]


@dataclass
class Crews:
    """Those who have a little time between what was promised."""

    week: Week
    office: Office
    journal: Journal
    plan: Plan
    world: dict[str, Any]
    random: Random

    def begin(self) -> None:
        """Plan the tasks and when each crew asks for one."""
        said = self.week.tasks
        if said is None:
            return
        self.plan(instant(self.week.monday, "08:00"), self._make)
        crews = [(each["crew_id"], each["id"]) for each in self.world["accounts"] if each["role"] == "CREW"]
        for day in self.week.days:
            for clock in said.asks:
                for crew_id, who in crews:
                    self.plan(instant(day, clock), partial(self._ask, crew_id, who))

    async def _make(self, at: datetime) -> None:
        said = self.week.tasks
        assert said is not None
        places = [(each["lon"], each["lat"]) for each in self.world["areas"] if each["level"] == "depot"]
        tasks = []
        for _ in range(said.n):
            lon, lat = near(self.random, self.random.choice(places), said.km)
            due = at.astimezone(CHINA).date() + timedelta(days=self.random.randint(0, 4))
            tasks.append(
                {
                    "kind": self.random.choice(KINDS),
                    "place": {"lon": lon, "lat": lat},
                    "area_class": "urban",
                    "address": "网格内",
                    "due": due.isoformat(),
                }
            )
        made = await self.office.post(DISPATCHER, "/grid-tasks", area=self.week.county, tasks=tasks)
        if not made.fine:
            self.journal.faults.append(f"建立网格任务被拒绝:{made.code} {made.message}")

    async def _ask(self, crew_id: str, who: str, at: datetime) -> None:
        found = await self.office.get(who, f"/crews/{crew_id}/tasks")
        if not found["offers"]:
            self.journal.untasked[found["reason"]] += 1
            return
        task = found["offers"][0]
        taken = await self.office.post(who, f"/grid-tasks/{task['id']}/accept")
        if taken.fine:
            self.plan(at + timedelta(minutes=task["work_min"] + 15), partial(self._done, task["id"], who))

    async def _done(self, task_id: str, who: str, at: datetime) -> None:
        await self.office.post(who, f"/grid-tasks/{task_id}/done", result="已完成,正常")  # a storm may have taken it

    async def read(self) -> None:
        """Write down what became of each task, step by step."""
        if self.week.tasks is None:
            return
        shown = await self.office.get(DISPATCHER, "/grid-tasks", area=self.week.county, limit="500")
        for task in shown["tasks"]:
            self.journal.tasks.append(await self.office.get(DISPATCHER, f"/grid-tasks/{task['id']}"))
