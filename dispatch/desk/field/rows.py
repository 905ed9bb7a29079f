"""How reports from the field are kept: one row each, whatever became of it."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from dispatch.accounts.model import Account, Role
from dispatch.kit.db import Connection, Row
from dispatch.tickets.chain import geo_text
from dispatch.tickets.events import Geo
from dispatch.tickets.fieldreports import KINDS, FieldEvent, Outcome, Said
from dispatch.tickets.store import geo_of
from dispatch.tickets.words import Source

COLUMNS = """id, crew_id, report_id, area, crew_area, ticket_id, kind, at_claimed, at_server, source, actor, role, geo,
payload, outcome, reason, version, decided_by, decided_at, decision"""
KEEP = """
INSERT INTO field_report (id, crew_id, report_id, area, crew_area, ticket_id, kind, at_claimed, at_server, source,
    actor, role, geo, payload, outcome, reason, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
"""
FIRST = f"SELECT {COLUMNS} FROM field_report WHERE crew_id = $1 AND report_id = $2"
FIND = f"SELECT {COLUMNS} FROM field_report WHERE id = $1"
LOCK = f"{FIND} FOR UPDATE"
HELD = f"SELECT {COLUMNS} FROM field_report WHERE ticket_id = $1 AND outcome = 'held'"
SETTLED = "UPDATE field_report SET outcome = $2, reason = $3, version = $4 WHERE id = $1"
DECIDED = """
UPDATE field_report SET outcome = $2, reason = $3, version = $4, decided_by = $5, decided_at = $6, decision = $7
WHERE id = $1
"""
WAITING_N = "SELECT count(*) FROM field_report WHERE ticket_id = $1 AND outcome = 'contradiction' AND id <> $2"

EVENTS: dict[str, TypeAdapter[Any]] = {kind: TypeAdapter(event) for kind, event in KINDS.items()}


@dataclass(frozen=True, slots=True)
class FieldReport:
    """One report and what became of it."""

    id: str
    crew_id: str
    report_id: str | None
    area: str
    crew_area: str
    ticket_id: str | None
    kind: str
    at_claimed: datetime | None
    at_server: datetime
    source: Source
    actor: str
    role: str
    geo: Geo | None
    payload: str
    outcome: Outcome
    reason: str = ""
    version: int | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision: str | None = None

    @property
    def said(self) -> Said:
        """
        What it says; only of one that could be read.

        Nothing is heard of before it happens: what a fast clock puts into the future happened when we heard of it.
        """
        assert self.at_claimed is not None
        event: FieldEvent = EVENTS[self.kind].validate_json(self.payload)
        return Said(self.crew_id, event, min(self.at_claimed, self.at_server))

    @property
    def ahead(self) -> timedelta:
        """How far the reporter's clock is seen to be fast; zero: not seen."""
        return timedelta(0) if self.at_claimed is None else max(timedelta(0), self.at_claimed - self.at_server)

    @property
    def reporter(self) -> Account:
        """Who sent it, as far as the log needs to know."""
        return Account(id=self.actor, login=self.actor, name=self.actor, role=Role(self.role), area=self.crew_area)


def of_row(row: Row) -> FieldReport:
    """Return the report of a row."""
    given = dict(row)
    return FieldReport(
        **given | {"source": Source(row["source"]), "outcome": Outcome(row["outcome"]), "geo": geo_of(row["geo"])}
    )


async def keep(tx: Connection, report: FieldReport) -> None:
    """Write a report that is new."""
    await tx.execute(
        KEEP,
        report.id,
        report.crew_id,
        report.report_id,
        report.area,
        report.crew_area,
        report.ticket_id,
        report.kind,
        report.at_claimed,
        report.at_server,
        report.source.value,
        report.actor,
        report.role,
        geo_text(report.geo),
        report.payload,
        report.outcome.value,
        report.reason,
        report.version,
    )


async def first(tx: Connection, crew_id: str, report_id: str) -> FieldReport | None:
    """Return the report that a crew made under this id."""
    row = await tx.fetchrow(FIRST, crew_id, report_id)
    return of_row(row) if row else None


async def find(tx: Connection, id: str, *, lock: bool = False) -> FieldReport | None:
    """Return a report, or None."""
    row = await tx.fetchrow(LOCK if lock else FIND, id)
    return of_row(row) if row else None


async def held(tx: Connection, ticket_id: str) -> list[FieldReport]:
    """Return the reports on a ticket that wait for one before them, in the order of their claimed times."""
    return sorted((of_row(row) for row in await tx.fetch(HELD, ticket_id)), key=lambda report: report.said.order)


def as_sent(raw: object) -> str:
    """Return what was sent, as it is kept of a report that could not be read."""
    return json.dumps(raw, ensure_ascii=False)
