"""What people do to a service request at the desk, in short words; and what its log says afterwards."""

from datetime import datetime
from typing import Any

from dispatch.desk.bookings import services
from dispatch.desk.bookings.services import NewService, Said
from dispatch.kit.clock import CHINA
from dispatch.services import store
from dispatch.services.model import ServiceRequest
from dispatch.services.words import ServiceKind
from tests.worlds import XIANGSHAN, Small, person


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def said(who: str, at: datetime, **more: Any) -> Said:
    return Said(by=person(who), at=at, **more)


async def opened(small: Small, kind: ServiceKind, at: datetime, **more: Any) -> ServiceRequest:
    new = NewService(**({"kind": kind, "text": "客户诉求", "area": XIANGSHAN} | more))
    (request,) = await services.open_services(small.desk, new, by=person("seat"), at=at)
    return request


async def advance(small: Small, request: ServiceRequest, at: datetime, **more: Any) -> ServiceRequest:
    facts = {"stage": None, "person": None, "text": "", "damage_cause": None} | more
    return await services.advance(small.desk, request.id, **facts, said=said("xiangshan", at))


async def folded(small: Small, request: ServiceRequest) -> ServiceRequest:
    """Return the sum of the log; it must be the row."""
    async with small.db.connection() as connection:
        lines = await store.log(connection, request.id)
        row = await store.load(connection, request.id)
    assert store.fold(lines) == row
    return row


async def levels(small: Small, request: ServiceRequest) -> list[tuple[int, int]]:
    """Return stage and level of each warning in the log."""
    async with small.db.connection() as connection:
        lines = await store.log(connection, request.id)
    return [(line.event.stage, line.event.level) for line in lines if line.event.kind == "warned"]
