"""
The names of the objective's rules and of what a plan may break; codes are those of ``docs/formats.md``.

And how sentences name what has an id: as the problem does (``PLAIN``), or as whoever asks knows it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dispatch.kit.words import Labelled


class CostRule(Labelled):
    """A term of the objective."""

    TRAVEL = "travel", "行车"
    LATE = "late", "迟到"
    PROTECTED = "protected", "重要用户迟到"
    UNSERVED = "unserved", "未安排"
    CHANGE = "change", "改派"
    OVERTIME = "overtime", "加班"
    FOREIGN = "foreign", "跨县"
    RESERVE = "reserve", "留守不足"


class Violation(Labelled):
    """What a plan must not do."""

    UNKNOWN = "unknown", "不存在的队伍或工作"
    TWICE = "twice", "重复安排"
    PARTNERS = "partners", "队伍数不够"
    SKILL = "skill", "技能不符"
    PINNED = "pinned", "未按指定队伍"
    VETOED = "vetoed", "用了排除的队伍"
    FROZEN = "frozen", "动了已冻结的工作"
    WINDOW = "window", "错过时间窗"
    ORDER = "order", "前置工作未安排"
    SHIFT = "shift", "超出最晚时间"
    ROOM = "room", "超出装载"
    CAP = "cap", "超出承载力"
    DEADLOCK = "deadlock", "互相等待"
    WAY = "way", "无路可达"


def clock(seconds: int) -> str:
    """Return an instant counted from the problem's zero, as hours and minutes."""
    sign, whole = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{whole // 3600}:{whole % 3600 // 60:02d}"


def amount(cost: float) -> str:
    """Return a cost, in the objective's unit."""
    return f"{cost:.1f}"


def station(depot: str) -> str:
    """Return what a depot is, and its code."""
    return f"班所 {depot or '(未写)'}"


def label(word: Labelled) -> str:
    """Return what a word is called."""
    return word.label


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """
    How sentences name things and tell instants; without anything: by the ids of the problem, counted from its zero.

    :ivar a_crew, a_job: what a crew and a job are called
    :ivar needs: skills, for "without ...", or "a crew with ..."
    :ivar word: a verdict or a reason, where the asker's trade has another word for it
    """

    a_crew: str = "队伍"
    a_job: str = "工作"
    crew: Callable[[str], str] = str
    job: Callable[[str], str] = str
    depot: Callable[[str], str] = station
    kind: Callable[[str], str] = str
    needs: Callable[[Sequence[str]], str] = "、".join
    clock: Callable[[int], str] = clock
    cost: Callable[[float], str] = amount
    word: Callable[[Labelled], str] = label

    def the_crew(self, crew: str) -> str:
        """Return what a crew is, and its name."""
        return f"{self.a_crew} {self.crew(crew)}"

    def the_job(self, job: str) -> str:
        """Return what a job is, and its name."""
        return f"{self.a_job} {self.job(job)}"


PLAIN = Naming()
