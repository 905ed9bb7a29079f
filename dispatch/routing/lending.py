"""
Who may send crews to whom (借调): what is lent by standing rule, in a storm, and by explicit grants.

Old borders do not decide who is nearest; they decide who is asked. Inside the reach of the standing rule nobody is, and
for a county in a storm the province has said yes; a grant says yes for a time, for so many crews, for one skill.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from dispatch.kit.words import Labelled

from .model import Borders, CrewCard, Job, Standing

STANDING, STORM = "standing", "storm"


class GrantKind(Labelled):
    """By what a county's crews go to another (借调依据)."""

    AGREEMENT = "agreement", "借调协议"
    ORDER = "order", "省级调令"


@dataclass(frozen=True, slots=True)
class Grant:
    """
    One permission to lend; half-open in time, epoch seconds.

    :param lender: county, city or province whose crews go
    :param borrower: county, city or province to which they go
    :param crews: how many at a time; None: as many as asked for
    :param skill: only crews that have it; None: any
    :param below_reserve: the order also sets the lender's reserve aside; who ordered it is kept with it
    """

    id: str
    lender: str
    borrower: str
    from_at: float
    until_at: float
    crews: int | None = None
    skill: str | None = None
    kind: GrantKind = GrantKind.AGREEMENT
    below_reserve: bool = False

    def holds(self, at: float) -> bool:
        return self.from_at <= at < self.until_at

    def covers(self, crew: CrewCard, job: Job, province: str) -> bool:
        """Tell whether the crew may go to the job by this grant, whatever the time and however many went."""
        if self.lender not in (crew.county, crew.city, province):
            return False
        if self.borrower not in (job.county, job.city, province):
            return False
        return self.skill is None or self.skill in crew.skills


@dataclass(frozen=True, slots=True)
class Lending:
    """
    What holds now between the counties, as the desk last heard of it.

    :param province: code of the province; a grant may name it for all of its counties
    :param storms: counties in storm mode
    :param reserves: county -> free crews that it keeps, where it set a number of its own
    :param lent: county -> jobs lent less jobs borrowed, over the time that the fairness term looks at
    :param out: grant -> crews that are away by it now
    """

    province: str = ""
    grants: tuple[Grant, ...] = ()
    storms: frozenset[str] = frozenset()
    reserves: tuple[tuple[str, int], ...] = ()
    lent: tuple[tuple[str, int], ...] = ()
    out: tuple[tuple[str, int], ...] = ()

    def in_force(self, at: float) -> list[Grant]:
        """Return the grants that hold at the moment and are not used up, in the order of their ids."""
        out = dict(self.out)
        return [
            grant
            for grant in sorted(self.grants, key=lambda grant: grant.id)
            if grant.holds(at) and (grant.crews is None or out.get(grant.id, 0) < grant.crews)
        ]

    def by_what(self, crew: CrewCard, job: Job, borders: Borders, at: float) -> str | None:
        """Return what lets a foreign crew go to the job: STANDING, STORM or a grant's id; None: nothing does."""
        if _reaches(borders.standing, crew.city, job.city):
            return STANDING
        if job.county in self.storms and _reaches(borders.storm, crew.city, job.city):
            return STORM
        return next((g.id for g in self.in_force(at) if g.covers(crew, job, self.province)), None)

    def below_reserve(self, crew: CrewCard, job: Job, at: float) -> str | None:
        """Return the order that sets the reserve of the crew's county aside for the job; None: there is none."""
        found = (g.id for g in self.in_force(at) if g.below_reserve and g.covers(crew, job, self.province))
        return next(found, None)


def _reaches(standing: Standing, lender: str, borrower: str) -> bool:
    """Tell whether the standing rule reaches from one city to the other; an unknown city is no border."""
    if standing is Standing.CITY:
        return not lender or not borrower or lender == borrower
    return standing is Standing.PROVINCE


def open_to_all(lending: Lending, borders: Borders, job: Job) -> bool:
    """Tell whether every crew of the province may go to the job, so that nobody need be looked at one by one."""
    return borders.standing is Standing.PROVINCE or (
        job.county in lending.storms and borders.storm is Standing.PROVINCE
    )


def burden(counties: Iterable[str], lending: Lending, borders: Borders) -> list[float]:
    """
    Return for each county the seconds that its crews are set back by because it has lent much.

    From zero for who lent least to ``fair_s`` for who lent most, where these two lie at least ``fair_jobs`` apart.
    """
    known = list(counties)
    net = dict(lending.lent)
    values = [net.get(county, 0) for county in known]
    if not values or borders.fair_s <= 0:
        return [0.0] * len(known)
    least, spread = min(values), max(max(values) - min(values), borders.fair_jobs)
    return [round(borders.fair_s * (value - least) / spread) for value in values]
