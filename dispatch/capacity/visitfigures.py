"""
Indices of booked work (预约作业指标): counts in, figures out. Pure; each formula names its population and its source.

Domain 8: 预约履约率 = kept windows / booked, 承载力利用率 = visits done / declared, both [P]; 7.2: an appointment is
kept within ± 15 min, one that is missed without a new agreement is counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields

from dispatch.kit.words import Labelled


class VisitIndex(Labelled):
    """An index of booked work."""

    BOOKED = "booked", "到期预约"
    KEPT = "kept", "预约履约率"
    EARLY = "early", "早到率"
    LATE = "late", "晚到率"
    MISSED = "missed_appointment", "爽约率"
    ABSENT = "no_show", "客户不在率"
    MOVED = "moved", "自动改期"
    REOFFERED = "reoffered", "重新提供时段"
    ROLLED = "rolled", "结转"
    UNFINISHED = "unfinished", "到达未完成"
    TAKEN_TEAMS = "taken_teams", "抢修抽走队伍"
    TAKEN_VISITS = "taken_visits", "抽队影响作业"
    FILL = "fill", "承载力利用率"
    FIRST_TIME = "first_time", "一次上门完成率"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """
    What happened in some half-days.

    :param arrived: visits to which a team came
    :param kept: of them within the promised window and its tolerance
    :param early: of them before that
    :param late: of them after that
    :param done: visits that were made
    :param first: of them made at the first attempt: never rolled, missed, or found nobody before
    :param absent: visits at which the customer was not there
    :param missed: visits that nobody made in their promised time, without a new agreement
    :param rolled: 限期 visits to which nobody came and that keep their date
    :param unfinished: visits to which a team came and that nobody said to be done
    :param moved: 限期 visits given another half-day before their time, keeping their date
    :param reoffered: visits whose customers were asked for another time
    :param teams: taken by a repair
    :param taken: visits of these teams that another team makes, or another half-day
    :param declared: visits
    """

    arrived: int = 0
    kept: int = 0
    early: int = 0
    late: int = 0
    done: int = 0
    first: int = 0
    absent: int = 0
    missed: int = 0
    rolled: int = 0
    unfinished: int = 0
    moved: int = 0
    reoffered: int = 0
    teams: int = 0
    taken: int = 0
    declared: int = 0

    @property
    def booked(self) -> int:
        """Visits whose time came: somebody arrived, or should have."""
        return self.arrived + self.missed + self.rolled


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitFigure:
    """
    One index.

    :param value: a share from 0 to 1, or a count; None: nothing to divide by
    :param denominator: None: a plain count
    """

    index: VisitIndex
    value: float | None
    numerator: int
    denominator: int | None
    population: str
    source: str


CAME = "到期预约:时段在本期、已报到达或半日结束未报而爽约、结转的作业;客户取消和事先另约的不计"
OF = {
    VisitIndex.KEPT: (f"到达在承诺时段±容差内 / {CAME}", "本系统拟定,业务口径 8、7.2"),
    VisitIndex.EARLY: (f"早于承诺时段超过容差到达 / {CAME}", "本系统拟定,业务口径 7.2"),
    VisitIndex.LATE: (f"晚于承诺时段超过容差到达 / {CAME}", "本系统拟定,业务口径 7.2"),
    VisitIndex.MISSED: (f"未上门且未事先另约(约时、限时,及到期的限期) / {CAME}", "本系统拟定,业务口径 7.2"),
    VisitIndex.ABSENT: ("客户不在 / 已到达的作业", "本系统拟定"),
    VisitIndex.FILL: ("已完成 / 本期各半日申报户数", "本系统拟定,业务口径 8"),
    VisitIndex.FIRST_TIME: (
        "首次上门即完成(此前未结转、未爽约、未遇客户不在) / 已完成",
        "本系统拟定,同一次修复率,业务口径 8",
    ),
}
COUNTED = {
    VisitIndex.BOOKED: (CAME, "本系统拟定,业务口径 8"),
    VisitIndex.MOVED: ("时段在本期、为限期且改期后不误期限,客户未被询问", "本系统拟定,业务口径 7.2"),
    VisitIndex.REOFFERED: ("时段在本期、失去时段而另询客户的次数,含爽约后另约", "本系统拟定,业务口径 7.2"),
    VisitIndex.ROLLED: ("时段在本期、半日结束未上门而转到后续清单,不误期限", "本系统拟定"),
    VisitIndex.UNFINISHED: ("已报到达、催报后仍未报完成,按未完成结转或另约", "本系统拟定"),
    VisitIndex.TAKEN_TEAMS: ("本期各半日被派去抢修的已定人队伍(次)", "本系统拟定"),
    VisitIndex.TAKEN_VISITS: ("因此换队、改期或另约的作业", "本系统拟定"),
}


def total(counts: Iterable[Counts]) -> Counts:
    """Return the sum."""
    every = list(counts)
    return Counts(**{field.name: sum(getattr(one, field.name) for one in every) for field in fields(Counts)})


def figures(several: Iterable[Counts]) -> list[VisitFigure]:
    """Return all indices of some counties together, in the order of ``VisitIndex``."""
    counts = total(several)
    shares = {
        VisitIndex.KEPT: (counts.kept, counts.booked),
        VisitIndex.EARLY: (counts.early, counts.booked),
        VisitIndex.LATE: (counts.late, counts.booked),
        VisitIndex.MISSED: (counts.missed, counts.booked),
        VisitIndex.ABSENT: (counts.absent, counts.arrived),
        VisitIndex.FILL: (counts.done, counts.declared),
        VisitIndex.FIRST_TIME: (counts.first, counts.done),
    }
    plain = {
        VisitIndex.BOOKED: counts.booked,
        VisitIndex.MOVED: counts.moved,
        VisitIndex.REOFFERED: counts.reoffered,
        VisitIndex.ROLLED: counts.rolled,
        VisitIndex.UNFINISHED: counts.unfinished,
        VisitIndex.TAKEN_TEAMS: counts.teams,
        VisitIndex.TAKEN_VISITS: counts.taken,
    }
    return [_share(index, *shares[index]) if index in shares else _count(index, plain[index]) for index in VisitIndex]


def _share(index: VisitIndex, part: int, whole: int) -> VisitFigure:
    population, source = OF[index]
    value = part / whole if whole else None
    return VisitFigure(
        index=index, value=value, numerator=part, denominator=whole, population=population, source=source
    )


def _count(index: VisitIndex, n: int) -> VisitFigure:
    population, source = COUNTED[index]
    return VisitFigure(
        index=index, value=n, numerator=n, denominator=None, population=population, source=source
    )  # fmt: skip
