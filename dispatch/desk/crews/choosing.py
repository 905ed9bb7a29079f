"""Which crews to try for a ticket, and what the log will say of the one that is sent."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.desk.room import Desk
from dispatch.kit.errors import NotFound, Refusal
from dispatch.places.areas import AreaLevel
from dispatch.routing import nearest
from dispatch.routing.model import OVERRIDABLE, Offer, Offers, Policy, ReasonCode
from dispatch.routing.sentences import why, why_by_hand

from .jobs import NoPlace, Seen, job_of

R = ReasonCode
TRIES = 5  # next best crews that are tried before a dispatcher is told that all were taken


class NoCandidates(Refusal):
    """No free crew fits the ticket now."""


class NoSuchCrew(NotFound):
    """No crew has that id."""


class CrewFull(Refusal):
    """The crew holds as many jobs as it may."""


class CrewUnfit(Refusal):
    """The crew cannot do this job, whoever orders it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """
    A crew to send.

    :param named: a person chose it; if it cannot be sent, no other one is tried
    :param override: the person set aside that it is busy or its depot full, and saw it
    """

    offer: Offer
    why: str
    own_district_crew: str | None
    saved_s: int | None
    named: bool = False
    override: bool = False


def chosen(offer: Offer, offers: Offers, *, named: bool = False) -> Choice:
    """Return a crew that the rules allow, with the sentence and what it saves against the old-district rule."""
    return Choice(offer, why(offer, offers), *_compared(offer, offers), named=named)


def _compared(offer: Offer, offers: Offers) -> tuple[str | None, int | None]:
    own = offers.own_district
    if own is None:
        return None, None
    return own.crew_id, None if own.eta_s is None or offer.eta_s is None else own.eta_s - offer.eta_s


def best_free(desk: Desk, ticket: Seen, *, policy: Policy, at: datetime) -> list[Choice]:
    """
    Return the best free crews, best first.

    :raises NoCandidates: if there is none; it counts the crews by reason
    :raises NoPlace: if nobody knows the county yet
    """
    if desk.areas.get(ticket.area).level is not AreaLevel.COUNTY:
        raise NoPlace("工单位置未定,不能自动派工;请先确定所属县,或手工指定班组", field="crew_id")
    offers = nearest.offers(desk.fleet, job_of(ticket, desk.areas), now=at, policy=policy, limit=TRIES)
    free = [offer for offer in offers.offers if offer.reason in (R.NEAREST, R.FARTHER)]
    if not free:
        counts = {reason.value: n for reason, n in offers.counts.items()}
        said = "、".join(f"{reason.label} {n} 个" for reason, n in offers.counts.items()) or "系统中没有班组"
        raise NoCandidates(f"当前没有空闲的合格班组({said});可手工指定班组排队,或稍后再派", counts=counts)
    return [chosen(offer, offers) for offer in free]


def by_name(desk: Desk, ticket: Seen, crew_id: str, *, policy: Policy, at: datetime) -> Choice:
    """
    Return the crew that a person chose, if it may be sent at all.

    :raises NoSuchCrew: if there is none
    :raises CrewFull: if it holds as many jobs as it may
    :raises CrewUnfit: if it cannot do the job
    """
    ranking = nearest.rank(desk.fleet, job_of(ticket, desk.areas), now=at, policy=policy)
    row = ranking.table.row.get(crew_id)
    if row is None:
        raise NoSuchCrew("没有这个班组,请从候选列表中选择", field="crew_id")
    offers = nearest.listed(ranking, limit=1)
    if offers.best is not None and offers.best.crew_id == crew_id:
        return chosen(offers.best, offers, named=True)
    plain = nearest.offer(ranking, row)
    if plain.reason is R.QUEUE_FULL:
        raise full(plain.crew_name, plain.open_jobs)
    if plain.reason not in OVERRIDABLE and plain.reason is not R.ON_THIS_JOB:  # the life cycle refuses the latter
        raise CrewUnfit(
            f"{plain.crew_name} 不能派往本工单:{plain.reason.label},请另选班组",
            field="crew_id",
            reason=plain.reason.value,
        )
    taken = nearest.offer(ranking, row, reason=R.CHOSEN_BY_HAND)
    sentence = why_by_hand(taken, plain.reason, offers)
    return Choice(taken, sentence, *_compared(taken, offers), named=True, override=plain.reason is not R.FARTHER)


def of_plan(desk: Desk, ticket: Seen, crew_id: str, *, policy: Policy, at: datetime) -> Choice | None:
    """Return the crew that a plan for many tickets gave to this one; None if it is not free any more."""
    ranking = nearest.rank(desk.fleet, job_of(ticket, desk.areas), now=at, policy=policy)
    row = ranking.table.row.get(crew_id)
    if row is None or ranking.reason[row] != nearest.FREE:
        return None
    offers = nearest.listed(ranking, limit=1)
    if offers.best is not None and offers.best.crew_id == crew_id:
        return chosen(offers.best, offers)
    return chosen(nearest.offer(ranking, row, reason=R.SHARED_OUT), offers)


def full(name: str, open_jobs: int) -> CrewFull:
    """Return the refusal of a crew whose queue is full."""
    return CrewFull(f"{name} 在手已有 {open_jobs} 单,到达上限,请另选班组", field="crew_id", open_jobs=open_jobs)
