"""Where grid service tasks are kept: each task's row is the last of its log, both written in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import NotFound

from .gridtask import GridTask
from .taskwords import GridTaskKind, GridTaskState, GridTaskStep

FIND = "SELECT doc FROM grid_task WHERE id = $1"
LOCK = "SELECT doc FROM grid_task WHERE id = $1 FOR UPDATE"
WRITE = """
INSERT INTO grid_task (id, version, area, kind, state, lon, lat, due, crew_id, doc)
SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::float8[],
                     $8::date[], $9::text[], $10::json[])
ON CONFLICT (id) DO UPDATE SET version = EXCLUDED.version, state = EXCLUDED.state, crew_id = EXCLUDED.crew_id,
    doc = EXCLUDED.doc
"""
LOG = """
INSERT INTO grid_task_event (task_id, version, area, doc, step, at, actor, reason)
SELECT *, $5, $6, $7, $8 FROM unnest($1::text[], $2::int[], $3::text[], $4::json[])
"""
LINES = "SELECT step, at, actor, reason, doc FROM grid_task_event WHERE task_id = $1 ORDER BY version"
OF_CREW = """
SELECT doc FROM grid_task WHERE crew_id = $1 AND state IN ('offered', 'taken') ORDER BY id FOR UPDATE
"""
OF_COUNTY = """
SELECT doc FROM grid_task WHERE area = $1 AND state IN ('offered', 'taken') ORDER BY id FOR UPDATE
"""
# Tasks that may be offered to a crew, the nearest as the crow flies; those that somebody just works on are passed by.
NEAREST = """
SELECT doc FROM grid_task
WHERE area = $1 AND due >= $2 AND (state = 'open' OR (state = 'offered' AND (
          crew_id = $3 OR (doc ->> 'offered_until')::timestamptz <= $4)))
ORDER BY ((lon - $5) * cos(radians($6))) ^ 2 + (lat - $6) ^ 2, id LIMIT $7 FOR UPDATE SKIP LOCKED
"""
# Those whose offer or last day has run out.
OVERDUE = """
SELECT doc FROM grid_task WHERE (state = 'offered' AND (doc ->> 'offered_until')::timestamptz <= $1)
    OR (state IN ('open', 'offered') AND due < $2)
ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED
"""
PAGE = """
SELECT doc FROM grid_task
WHERE area = ANY($1::text[]) AND ($2::text[] IS NULL OR state = ANY($2)) AND ($3::text[] IS NULL OR kind = ANY($3))
  AND ($4::date IS NULL OR due <= $4) AND ($5::text IS NULL OR crew_id = $5) AND ($6::text IS NULL OR id < $6)
ORDER BY id DESC LIMIT $7
"""


class NoSuchTask(NotFound):
    """No task of that name, or none that the caller may see."""


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One line of a task's log, with the task after it."""

    step: GridTaskStep
    at: datetime
    by: str
    reason: str
    task: GridTask


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """Which tasks a list shows; None: all. ``after`` is the last id of the page before."""

    states: Sequence[GridTaskState] | None = None
    kinds: Sequence[GridTaskKind] | None = None
    due_by: date | None = None
    crew_id: str | None = None
    after: str | None = None
    limit: int = 100


async def load(connection: Connection, task_id: str, *, lock: bool = False) -> GridTask:
    """:raises NoSuchTask: if there is none"""
    doc = await connection.fetchval(LOCK if lock else FIND, task_id)
    if doc is None:
        raise NoSuchTask("没有这项网格任务,或不在您的查看范围内;请核对编号", field="task_id")
    return GridTask.model_validate_json(doc)


async def append(
    tx: Connection, tasks: Sequence[GridTask], step: GridTaskStep, *, by: str, at: datetime, reason: str = ""
) -> list[GridTask]:
    """
    Write what became of tasks, and the next line of each log; return them with their new versions.

    The log's key refuses a second line of one version.
    """
    made = [task.model_copy(update={"version": task.version + 1}) for task in tasks]
    docs = [task.model_dump_json(exclude_none=True) for task in made]

    def column(name: str) -> list[object]:
        return [getattr(task, name) for task in made]

    key = [column(name) for name in ("id", "version", "area")]
    rest = [column(name) for name in ("kind", "state", "lon", "lat", "due", "crew_id")]
    await tx.execute(LOG, *key, docs, step.value, at, by, reason)
    await tx.execute(WRITE, *key, *rest, docs)
    return made


async def held_by(tx: Connection, crew_id: str) -> list[GridTask]:
    """Return what is offered to a crew and what it does, locked."""
    return _tasks(await tx.fetch(OF_CREW, crew_id))


async def held_in(tx: Connection, county: str) -> list[GridTask]:
    """Return what is offered or being done in a county, locked."""
    return _tasks(await tx.fetch(OF_COUNTY, county))


async def nearest(
    tx: Connection, county: str, crew_id: str, *, day: date, at: datetime, lon: float, lat: float, limit: int
) -> list[GridTask]:
    """Return the tasks that may be offered to a crew, those offered to it too, the nearest first; locked."""
    return _tasks(await tx.fetch(NEAREST, county, day, crew_id, at, lon, lat, limit))


async def overdue(tx: Connection, *, day: date, at: datetime, limit: int) -> list[GridTask]:
    """Return the tasks whose offer or last day has run out; locked."""
    return _tasks(await tx.fetch(OVERDUE, at, day, limit))


async def page(connection: Connection, areas: Sequence[str], wanted: TaskFilter) -> list[GridTask]:
    """Return tasks of counties, the newest first."""
    states, kinds = (None if each is None else list(each) for each in (wanted.states, wanted.kinds))
    said = (wanted.due_by, wanted.crew_id, wanted.after, wanted.limit)
    return _tasks(await connection.fetch(PAGE, list(areas), states, kinds, *said))


async def log(connection: Connection, task_id: str) -> list[TaskLine]:
    """Return all that happened to a task, in order."""
    return [
        TaskLine(
            GridTaskStep(row["step"]), row["at"], row["actor"], row["reason"], GridTask.model_validate_json(row["doc"])
        )
        for row in await connection.fetch(LINES, task_id)
    ]


def _tasks(rows: Sequence[Row]) -> list[GridTask]:
    return [GridTask.model_validate_json(row["doc"]) for row in rows]
