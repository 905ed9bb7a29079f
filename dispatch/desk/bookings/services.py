"""
Service requests at the desk (非抢修工单 and 业扩): opened by a seat, from a repair ticket, or because one was returned.

Each command first gives the warnings that are due, so a step that comes late leaves its mark whether or not the worker
was there before it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from dispatch.accounts import rights
from dispatch.accounts.model import SYSTEM, Account
from dispatch.desk import idempotency
from dispatch.desk.acting import permit
from dispatch.desk.ids import new_id, ticket_number
from dispatch.desk.room import Desk, Once
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid, Refusal
from dispatch.kit.rulepack import RulePack
from dispatch.kit.servicerules import ServiceRules, StageRule
from dispatch.notify.phones import masked
from dispatch.places.areas import AreaLevel
from dispatch.services import lifecycle, store
from dispatch.services.events import Advanced, Answered, Closed, Opened, Paused, Resumed, ServiceEvent
from dispatch.services.model import ServiceRequest, document
from dispatch.services.store import NoSuchService, StaleService
from dispatch.services.words import CustomerClass, DamageCause, PauseReason, ServiceKind
from dispatch.tickets import store as tickets
from dispatch.tickets.events import Returned
from dispatch.tickets.model import Ticket
from dispatch.tickets.words import ReturnReason

CALL = "SELECT phone FROM call WHERE id = $1"
MANY: TypeAdapter[list[ServiceRequest]] = TypeAdapter(list[ServiceRequest])


class NoServices(Refusal):
    """The rule pack in force has no limits for service requests."""


class ServiceField(Invalid):
    """What was said of a new request does not fit together."""


@dataclass(frozen=True, kw_only=True)
class NewService:
    """
    What a customer wants.

    :param area: the county that answers for it; None: the repair ticket's
    :param accounts: households (户号); each gets a request of its own, nobody named makes one
    :param phone: whole number; kept apart
    """

    kind: ServiceKind
    text: str
    area: str | None = None
    customer_class: CustomerClass | None = None
    accounts: Sequence[str] = ()
    phone: str | None = None
    ticket_id: str | None = None
    appointed_at: datetime | None = None
    owner: str | None = None


def rules_of(pack: RulePack) -> ServiceRules:
    """:raises NoServices: if the pack has none"""
    if pack.services is None:
        raise NoServices(f"规则包 {pack.key} 没有 services 一节,不能受理服务工单;请改用含该节的规则包", pack=pack.key)
    return pack.services


def _stages(rules: ServiceRules, new: NewService) -> Sequence[StageRule]:
    if (new.kind is ServiceKind.CONNECTION) != (new.customer_class is not None):
        raise ServiceField("业扩报装须填写 customer_class,其他工单不填,请改正", field="customer_class")
    if new.appointed_at is not None and new.kind is not ServiceKind.FAST_CHARGING:
        raise ServiceField("只有高速快充预约可以填写 appointed_at,请删去", field="appointed_at")
    table = rules.requests if new.customer_class is None else rules.connections
    name = (new.customer_class or new.kind).value
    if name not in table:
        raise NoServices(f"规则包没有规定“{(new.customer_class or new.kind).label}”的环节与时限", field="kind")
    return table[name]


async def open_services(
    desk: Desk, new: NewService, *, by: Account, at: datetime, once: Once | None = None
) -> list[ServiceRequest]:
    """
    Open a request for each household; one that was opened from the same repair ticket before is returned as it is.

    :raises NoSuchTicket: if the repair ticket is not there, or not for ``by``
    :raises NoSuchArea, ServiceField: if the area is none, no county, or missing
    :raises Forbidden: if ``by`` may not open one there
    :raises CalendarEnds: if a limit ends in a year whose holidays are not known
    """
    async with desk.db.transaction() as tx:
        if (first := await idempotency.find(tx, by, once)) is not None:
            return MANY.validate_json(first)
        ticket = None if new.ticket_id is None else await tickets.load(tx, new.ticket_id, lock=True)
        if ticket is not None:
            permit(desk, by, "ticket.read", ticket)
        area = _area(desk, new, ticket)
        rights.check(by, "service.open", area=area, covers=desk.areas.covers)
        households: Sequence[str | None] = list(dict.fromkeys(new.accounts)) or [ticket.account_no if ticket else None]
        made = [await _open_one(tx, desk, new, area, household, ticket, by=by, at=at) for household in households]
        await idempotency.remember(tx, by, once, MANY.dump_json(made).decode(), status=201)
    return made


def _area(desk: Desk, new: NewService, ticket: Ticket | None) -> str:
    code = new.area or (ticket.area if ticket else None)
    if code is None:
        raise ServiceField("请填写受理单位 area(县),或填写来源工单 ticket_id", field="area")
    area = desk.areas.get(code)
    if area.level is not AreaLevel.COUNTY:
        raise ServiceField(f"服务工单由县级单位办理,{area.name}是{area.level.label},请指定县", field="area")
    return area.code


async def _open_one(
    tx: Connection,
    desk: Desk,
    new: NewService,
    area: str,
    account_no: str | None,
    ticket: Ticket | None,
    *,
    by: Account,
    at: datetime,
) -> ServiceRequest:
    if ticket is not None and (before := await store.of_ticket(tx, ticket.id, new.kind, account_no)) is not None:
        return before
    rules = rules_of(desk.pack)
    stages = lifecycle.starting(
        lifecycle.stages_of(_stages(rules, new)),
        opened_at=at,
        appointed_at=new.appointed_at,
        warnings=_warnings(rules),
        calendar=desk.calendar,
    )
    phone = new.phone or (await tx.fetchval(CALL, ticket.call_id) if ticket else None)
    event = Opened(
        id=new_id(at),
        request_no="F" + ticket_number(at, await store.number(tx)),
        service=new.kind,
        customer_class=new.customer_class,
        pack=desk.pack.key,
        area=area,
        text=new.text,
        account_no=account_no,
        phone_masked=masked(phone) if phone else "",
        ticket_id=ticket.id if ticket else None,
        ticket_no=ticket.ticket_no if ticket else None,
        appointed_at=new.appointed_at,
        owner=new.owner,
        stages=stages,
    )
    return await store.open_request(tx, event, phone=phone, by=by.id, role=by.role.value, at=at)


def _warnings(rules: ServiceRules) -> tuple[float, float]:
    return rules.first_warning.value, rules.second_warning.value


async def follow_return(
    tx: Connection, desk: Desk, ticket: Ticket, event: Returned, *, by: Account, at: datetime
) -> ServiceRequest | None:
    """
    Open the request for damaged appliances (电器损坏) that a repair ticket is returned for. Domain 2.6.

    :return: the request, an earlier one of the same ticket too; None if it is returned for something else
    """
    if event.reason is not ReturnReason.APPLIANCE_DAMAGE:
        return None
    services = desk.pack.services
    if services is None or ServiceKind.APPLIANCE_DAMAGE.value not in services.requests:
        return None
    if desk.areas.find(ticket.area) is None:
        return None
    new = NewService(kind=ServiceKind.APPLIANCE_DAMAGE, text=f"抢修工单 {ticket.ticket_no} 退单:{event.text}")
    return await _open_one(tx, desk, new, ticket.area, ticket.account_no, ticket, by=by, at=at)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What comes with every step: who and when, and what the reporter saw."""

    by: Account
    at: datetime
    claimed: datetime | None = None
    version: int | None = None
    once: Once | None = None


EventOf = Callable[[ServiceRequest, tuple[float, float]], ServiceEvent]  # from the request and the pack's warnings


async def _take(desk: Desk, request_id: str, action: str, event_of: EventOf, said: Said) -> ServiceRequest:
    """Take one step of a request, in one transaction."""
    async with desk.db.transaction() as tx:
        request = await store.load(tx, request_id, lock=True)
        if (first := await idempotency.find(tx, said.by, said.once)) is not None:
            return ServiceRequest.model_validate_json(first)
        permit_service(desk, said.by, action, request)
        _expect(request, said.version)
        request = await _warn(tx, request, said.at)
        event = event_of(request, _warnings(rules_of(desk.packs.get(request.pack))))
        by, role = said.by.id, said.by.role.value
        after = await store.append(tx, request, event, by=by, role=role, at=said.at, claimed=said.claimed)
        await idempotency.remember(tx, said.by, said.once, document(after))
        return after


def permit_service(desk: Desk, by: Account, action: str, request: ServiceRequest) -> None:
    """
    Refuse an action on a request that the account may not do there.

    :raises NoSuchService: if it lies outside what ``by`` may see
    :raises Forbidden: if ``by`` sees it and may not do this
    """
    if not rights.allowed(by, "service.read", area=request.area, covers=desk.areas.covers):
        rights.check_role(by, action)
        raise NoSuchService("没有这个服务工单,或不在您的查看范围内;请核对编号")
    rights.check(by, action, area=request.area, covers=desk.areas.covers)


def _expect(request: ServiceRequest, version: int | None) -> None:
    if version is not None and version != request.version:
        raise StaleService(
            f"服务工单 {request.request_no} 已有新的变化(第 {request.version} 版),请查看后再办理",
            field="version",
            version=request.version,
        )


async def _warn(tx: Connection, request: ServiceRequest, at: datetime) -> ServiceRequest:
    for warning in lifecycle.warnings_due(request, at=at):
        request = await store.append(tx, request, warning, by=SYSTEM.id, role=SYSTEM.role.value, at=at)
    return request


async def advance(
    desk: Desk,
    request_id: str,
    *,
    stage: int | None,
    person: str | None,
    text: str,
    damage_cause: DamageCause | None,
    said: Said,
) -> ServiceRequest:
    """
    Note that the present stage is done; the next one's clock begins.

    :param stage: its number, as the reporter saw it; None: whichever it is
    :raises Refusal: what ``services.lifecycle.check`` refuses
    """

    def event(request: ServiceRequest, warnings: tuple[float, float]) -> Advanced:
        clocks = lifecycle.following(request, at=said.claimed or said.at, warnings=warnings, calendar=desk.calendar)
        no = _stage(request, stage)
        return Advanced(stage=no, person=person, text=text, damage_cause=damage_cause, clocks=clocks)

    return await _take(desk, request_id, "service.advance", event, said)


async def answer(desk: Desk, request_id: str, *, text: str, said: Said) -> ServiceRequest:
    """
    Keep what the customer was told; the stage of the answer is done with it.

    :raises Refusal: what ``services.lifecycle.check`` refuses
    """

    def event(request: ServiceRequest, warnings: tuple[float, float]) -> Answered:
        clocks = lifecycle.following(request, at=said.claimed or said.at, warnings=warnings, calendar=desk.calendar)
        return Answered(stage=_stage(request, None), text=text, clocks=clocks)

    return await _take(desk, request_id, "service.answer", event, said)


async def pause(desk: Desk, request_id: str, *, reason: PauseReason, text: str, said: Said) -> ServiceRequest:
    """
    Let the clock stand still while the work is the customer's.

    :raises Refusal: what ``services.lifecycle.check`` refuses
    """
    return await _take(desk, request_id, "service.pause", lambda *_: Paused(reason=reason, text=text), said)


async def resume(desk: Desk, request_id: str, *, text: str, said: Said) -> ServiceRequest:
    """
    Let the clock run on; what is due is put off by as long as it stood.

    :raises Refusal: what ``services.lifecycle.check`` refuses
    """

    def event(request: ServiceRequest, warnings: tuple[float, float]) -> Resumed:
        at = said.claimed or said.at
        clocks = lifecycle.resumed_clocks(request, at=at, warnings=warnings, calendar=desk.calendar)
        return Resumed(text=text, clocks=clocks)

    return await _take(desk, request_id, "service.pause", event, said)


async def close(desk: Desk, request_id: str, *, satisfied: bool | None, text: str, said: Said) -> ServiceRequest:
    """
    File a request whose stages are all done.

    :raises Refusal: what ``services.lifecycle.check`` refuses
    """
    return await _take(desk, request_id, "service.close", lambda *_: Closed(satisfied=satisfied, text=text), said)


def _stage(request: ServiceRequest, stage: int | None) -> int:
    """Return the stage that is meant; one that is not the present one is refused by the life cycle."""
    return stage if stage is not None else (request.current or 0)


async def warn_due(desk: Desk, *, at: datetime, limit: int = 200) -> int:
    """Give the warnings that are due, each once; return how many requests were looked at."""
    async with desk.db.transaction() as tx:
        found = await store.due(tx, at=at, limit=limit)
        for request in found:
            await _warn(tx, request, at)
    return len(found)
