"""
What is to be planned, and a plan: the shapes of ``docs/formats.md`` as values, complete (defaults are filled in).

Times are whole seconds from the problem's zero (``_s``), distances kilometres or degrees (WGS-84, ``lon, lat``), costs
plain numbers. Nothing is checked here: files are checked by ``reading``, problems made elsewhere by ``checks.check``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

DAY_S = 86_400
HORIZON_S = 43_200
UNSERVED_MIN = 1_440.0  # leaving a job out costs as much as a day's delay


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is; only what ``travel`` asks for is set: ``x_km, y_km``, or ``lon, lat``, or ``place``."""

    x_km: float = 0.0
    y_km: float = 0.0
    lon: float = 0.0
    lat: float = 0.0
    place: int = 0


@dataclass(frozen=True, slots=True)
class ByPlane:
    """Straight kilometres with a detour and a speed that grows with the distance (generated problems)."""


@dataclass(frozen=True, slots=True)
class ByLine:
    """Great circle, by area class of the job that is driven to: ``speed_kmh`` and ``detour``, class -> number."""

    speed_kmh: Mapping[str, float]
    detour: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ByMatrix:
    """Whole ``seconds`` from row to column, -1: no way; ``metric``: no detour is ever quicker."""

    seconds: tuple[tuple[int, ...], ...]
    metric: bool = False


Travel = ByPlane | ByLine | ByMatrix


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job; the names and meanings are those of ``docs/formats.md``."""

    id: str
    at: Place
    work_s: int
    window_s: tuple[int, int]
    unserved: float
    area_class: str = "urban"
    county: str = ""
    kind: str = "repair"
    needs: tuple[str, ...] = ()
    work_sigma: float = 0.0
    weight: float = 1.0
    due_s: int | None = None
    protected: bool = False
    load: int = 0
    crews: int = 1
    after: tuple[str, ...] = ()
    pinned: str | None = None
    vetoed: tuple[str, ...] = ()
    frozen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """One crew; ``lent_cost`` is already that of the rule ``foreign`` where the crew has none of its own."""

    id: str
    at: Place
    ends_s: int
    latest_s: int
    lent_cost: float = 0.0
    county: str = ""
    depot: str = ""
    skills: tuple[str, ...] = ()
    free_s: int = 0
    rest_s: tuple[int, int] | None = None
    back: Place | None = None
    room: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """At most ``visits`` visits of ``kind`` begun in ``[from_s, to_s)`` by crews of ``depot`` (承载力)."""

    depot: str
    kind: str
    from_s: int
    to_s: int
    visits: int


@dataclass(frozen=True, slots=True)
class Reserve:
    """So many crews of the county should have no job in the plan."""

    county: str
    crews: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Weights of the objective; 0 switches a rule off."""

    travel: float = 1.0
    late: float = 1.0
    protected: float = 1.0
    unserved: float = 1.0
    change: float = 0.0
    overtime: float = 2.0
    foreign: float = 0.0
    reserve: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """
    What is to be planned.

    :ivar starts_at: the instant that is zero, as written; only for people
    :ivar plan: the published plan, crew id -> job ids in order; where the search starts, what ``change`` compares with
    :ivar told: jobs of it whose crews were told of them: only their ``change`` costs; None: all of it
    """

    travel: Travel
    jobs: tuple[Job, ...]
    crews: tuple[Crew, ...]
    name: str = ""
    starts_at: str | None = None
    horizon_s: int = HORIZON_S
    caps: tuple[Cap, ...] = ()
    reserves: tuple[Reserve, ...] = ()
    plan: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    told: tuple[str, ...] | None = None
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True, slots=True)
class Left:
    """Why a job was left out: an English code for programs, a Chinese sentence for people."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    Who does what, in which order.

    :ivar problem: name of the problem
    :ivar routes: crew id -> job ids in order; crews without a job may be missing
    :ivar unserved: job id -> why it was left out
    :ivar solver: what made it: seed, cores, iterations, seconds, version
    """

    problem: str
    routes: Mapping[str, tuple[str, ...]]
    unserved: Mapping[str, Left] = field(default_factory=dict)
    solver: Mapping[str, object] = field(default_factory=dict)
