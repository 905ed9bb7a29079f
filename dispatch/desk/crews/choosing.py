"""Which crews to try for a ticket, and what the log will say of the one that is sent."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.desk.room import Desk
from dispatch.kit.errors import Invalid, NotFound, Refusal
from dispatch.places.areas import AreaLevel
from dispatch.routing import nearest
from dispatch.routing.model import OVERRIDABLE, Basis, Offer, Offers, Policy, ReasonCode
from dispatch.routing.sentences import why, why_by_hand
from dispatch.tickets.model import Override

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


class ApprovalNeeded(Refusal):
    """Only a named person may send this crew: it is another's, or the last that a county or an appointment needs."""


class BadApproval(Invalid):
    """An approval without a name or without a reason is none."""


@dataclass(frozen=True, slots=True)
class Approval:
    """
    Who is answerable for setting aside what only a named person may, and why.

    :raises BadApproval: if one of the two is blank
    """

    name: str
    reason: str

    def __post_init__(self) -> None:
        for field, said in (("name", "批准人姓名"), ("reason", "批准原因")):
            if not getattr(self, field).strip():
                raise BadApproval(f"具名批准缺{said},请补填", field=f"override.{field}")


@dataclass(frozen=True, slots=True)
class Choice:
    """
    A crew to send.

    :param own: what the old-district rule would have done; ``own_waits``: that crew was busy
    :param named: a person chose it; if it cannot be sent, no other one is tried
    :param override: the person set aside that it is busy or its depot full, and saw it
    :param approved: what a named person set aside
    """

    offer: Offer
    why: str
    own: Offer | None
    own_waits: bool
    basis: Basis
    named: bool = False
    override: bool = False
    approved: Override | None = None

    @property
    def own_district_crew(self) -> str | None:
        """The free crew that the old-district rule would have sent."""
        return None if self.own is None or self.own_waits else self.own.crew_id

    @property
    def saved_s(self) -> int | None:
        """How much sooner it is there than that one."""
        if self.own is None or self.own_waits or self.own.eta_s is None or self.offer.eta_s is None:
            return None
        return self.own.eta_s - self.offer.eta_s

    @property
    def lent_by(self) -> str | None:
        """What lets it come, if it is another county's: a standing rule, a storm, a grant; else who approved it."""
        return self.offer.lent_by or ("override" if R.NOT_LENT in self.offer.asks else None)


def chosen(offer: Offer, offers: Offers, *, named: bool = False) -> Choice:
    """Return a crew that the rules allow, with the sentence and what it saves against the old-district rule."""
    own = offers.own_district or offers.own_waiting
    return Choice(offer, why(offer, offers), own, offers.own_district is None, offers.basis, named=named)


def best_free(desk: Desk, ticket: Seen, *, policy: Policy, at: datetime) -> list[Choice]:
    """
    Return the best free crews, best first.

    :raises NoCandidates: if there is none; it says what stopped the last of them, and counts the crews by reason
    :raises NoPlace: if nobody knows the county yet
    """
    if desk.areas.get(ticket.area).level is not AreaLevel.COUNTY:
        raise NoPlace("工单位置未定,不能自动派工;请先确定所属县,或手工指定班组", field="crew_id")
    job = job_of(ticket, desk.areas, desk.pack)
    offers = nearest.offers(desk.fleet, job, now=at, policy=policy, limit=TRIES, travel=desk.travel)
    free = [offer for offer in offers.offers if offer.reason not in (R.BUSY_UNTIL,)]
    if not free:
        raise _nobody(offers)
    return [chosen(offer, offers) for offer in free]


def _nobody(offers: Offers) -> NoCandidates:
    """Return the refusal: what stopped the last crews, how many by what, and whom a named person could send."""
    counts = {reason.value: n for reason, n in offers.counts.items()}
    said = "、".join(f"{reason.label} {n} 个" for reason, n in offers.counts.items()) or "系统中没有班组"
    asking = next((offer for offer in offers.passed_over if offer.asks and offer.reason in OVERRIDABLE), None)
    remedy = f"可具名批准指定{asking.crew_name}" if asking else "可手工指定班组排队"
    return NoCandidates(
        f"当前没有空闲的合格班组({said});{remedy},或稍后再派",
        counts=counts,
        refusal=offers.refusal.value if offers.refusal else None,
        refusal_text=offers.refusal.label if offers.refusal else None,
        asking=asking.crew_id if asking else None,
    )


def by_name(
    desk: Desk, ticket: Seen, crew_id: str, *, policy: Policy, at: datetime, approval: Approval | None = None
) -> Choice:
    """
    Return the crew that a person chose, if it may be sent at all.

    :param approval: who sets aside what only a named person may; not kept where nothing is
    :raises NoSuchCrew: if there is none
    :raises CrewFull: if it holds as many jobs as it may
    :raises CrewUnfit: if it cannot do the job
    :raises ApprovalNeeded: if only a named person may send it, and none is named
    """
    job = job_of(ticket, desk.areas, desk.pack)
    ranking = nearest.rank(desk.fleet, job, now=at, policy=policy, travel=desk.travel)
    row = ranking.table.row.get(crew_id)
    if row is None:
        raise NoSuchCrew("本省没有这个班组,请从候选列表中选择;外省队伍须先录入", field="crew_id")
    offers = nearest.listed(ranking, limit=2)
    if offers.best is not None and offers.best.crew_id == crew_id:
        return chosen(offers.best, offers, named=True)
    plain = nearest.offer(ranking, row)
    _check_fit(plain)
    taken = nearest.offer(ranking, row, reason=R.CHOSEN_BY_HAND)
    approved = _approved(plain, approval)
    own = offers.own_district or offers.own_waiting
    named = (approved.name, approved.reason) if approved else ("", "")
    return Choice(
        taken,
        why_by_hand(taken, plain.reason, offers, approver=named[0], reason=named[1]),
        own,
        offers.own_district is None,
        offers.basis,
        named=True,
        override=plain.reason not in (R.FARTHER, R.SPARED),
        approved=approved,
    )


def _check_fit(plain: Offer) -> None:
    """:raises CrewFull, CrewUnfit: if nobody may send the crew, by whatever name"""
    if plain.reason is R.QUEUE_FULL:
        raise full(plain.crew_name, plain.open_jobs)
    if plain.reason in OVERRIDABLE or plain.reason is R.ON_THIS_JOB:  # the life cycle refuses the latter
        return
    way = f"({plain.way})" if plain.way else ""
    raise CrewUnfit(
        f"{plain.crew_name} 不能派往本工单:{plain.reason.label}{way},请另选班组",
        field="crew_id",
        reason=plain.reason.value,
    )


def _approved(plain: Offer, approval: Approval | None) -> Override | None:
    """:raises ApprovalNeeded: if only a named person may send the crew, and none is named"""
    if not plain.asks:
        return None
    if approval is None:
        said = ";".join(code.label for code in plain.asks)
        raise ApprovalNeeded(
            f"派出{plain.crew_name}须具名批准({said}):请在 override 中填批准人 name 和原因 reason,或另选班组",
            field="override",
            crew_id=plain.crew_id,
            reasons=[code.value for code in plain.asks],
        )
    return Override(
        set_aside=tuple(code.value for code in plain.asks), name=approval.name.strip(), reason=approval.reason.strip()
    )


def of_plan(desk: Desk, ticket: Seen, crew_id: str, *, policy: Policy, at: datetime) -> Choice | None:
    """Return the crew that a plan for many tickets gave to this one; None if it is not free any more."""
    job = job_of(ticket, desk.areas, desk.pack)
    ranking = nearest.rank(desk.fleet, job, now=at, policy=policy, travel=desk.travel)
    row = ranking.table.row.get(crew_id)
    if row is None or ranking.reason[row] != nearest.FREE:
        return None
    offers = nearest.listed(ranking, limit=2)
    if offers.best is not None and offers.best.crew_id == crew_id:
        return chosen(offers.best, offers)
    return chosen(nearest.offer(ranking, row, reason=R.SHARED_OUT), offers)


def full(name: str, open_jobs: int) -> CrewFull:
    """Return the refusal of a crew whose queue is full."""
    return CrewFull(f"{name} 在手已有 {open_jobs} 单,到达上限,请另选班组", field="crew_id", open_jobs=open_jobs)
