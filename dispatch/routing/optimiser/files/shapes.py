"""What problem and plan files may say, field by field: types, ranges, no unknown name, nothing converted silently."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from dispatch.routing.optimiser.problem import DAY_S

PROBLEM, PLAN = "dispatch-problem/1", "dispatch-plan/1"
LONGEST_WORK_S = 7 * DAY_S
FARTHEST_S = 1_000_000_000  # about 32 years either side of zero: sums of times stay far inside 64 bits

AreaClass = Literal["urban", "rural", "remote"]
Id = Annotated[str, Field(min_length=1, max_length=200)]
Word = Annotated[str, Field(max_length=200)]
Instant = Annotated[int, Field(ge=-FARTHEST_S, le=FARTHEST_S)]
Later = Annotated[int, Field(ge=0, le=FARTHEST_S)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Amount = Annotated[int, Field(ge=0, le=FARTHEST_S)]
Kilometres = Annotated[FiniteFloat, Field(ge=-20_000, le=20_000)]
Lon = Annotated[FiniteFloat, Field(ge=-180, le=180)]
Lat = Annotated[FiniteFloat, Field(ge=-90, le=90)]
Row = Annotated[int, Field(ge=0)]
Weight = Annotated[FiniteFloat, Field(ge=0, le=1e9)]
Cost = Annotated[FiniteFloat, Field(ge=0, le=1e12)]
Positive = Annotated[FiniteFloat, Field(gt=0, le=1_000)]
Ids = Annotated[list[Id], Field(default_factory=list)]
Pair = Annotated[list[Instant], Field(min_length=2, max_length=2)]


class Part(BaseModel):
    """A part of a file."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PlaneShape(Part):
    by: Literal["plane"]


class SpeedsShape(Part):
    urban: Positive
    rural: Positive
    remote: Positive


class LineShape(Part):
    by: Literal["line"]
    speed_kmh: SpeedsShape
    detour: SpeedsShape


class MatrixShape(Part):
    by: Literal["matrix"]
    seconds: list[list[Annotated[int, Field(ge=-1, le=FARTHEST_S)]]]
    metric: bool = False


class PlaceShape(Part):
    """Where; which of the five are there is asked by ``travel.by``."""

    x_km: Kilometres | None = None
    y_km: Kilometres | None = None
    lon: Lon | None = None
    lat: Lat | None = None
    place: Row | None = None


class JobShape(PlaceShape):
    id: Id
    work_s: Annotated[int, Field(ge=0, le=LONGEST_WORK_S)]
    area_class: AreaClass = "urban"
    county: Word = ""
    kind: Id = "repair"
    needs: Ids
    work_sigma: Annotated[FiniteFloat, Field(ge=0, le=5)] = 0.0
    weight: Weight = 1.0
    due_s: Instant | None = None
    window_s: Pair | None = None
    unserved: Cost | None = None
    protected: bool = False
    load: Amount = 0
    crews: Annotated[int, Field(ge=1, le=100)] = 1
    after: Ids
    pinned: Id | None = None
    vetoed: Ids
    frozen: bool = False


class CrewShape(PlaceShape):
    id: Id
    county: Word = ""
    depot: Word = ""
    skills: Ids
    free_s: Later = 0
    ends_s: Instant | None = None
    latest_s: Instant | None = None
    rest_s: Pair | None = None
    back: PlaceShape | None = None
    room: Amount | None = None
    lent_cost: Weight | None = None


class CapShape(Part):
    depot: Id
    kind: Id
    from_s: Instant
    to_s: Instant
    visits: Count


class ReserveShape(Part):
    county: Id
    crews: Count


class RulesShape(Part):
    travel: Weight = 1.0
    late: Weight = 1.0
    protected: Weight = 1.0
    unserved: Weight = 1.0
    change: Weight = 0.0
    overtime: Weight = 2.0
    foreign: Weight = 0.0
    reserve: Weight = 0.0


class ProblemShape(Part):
    format: Literal["dispatch-problem/1"]
    travel: Annotated[PlaneShape | LineShape | MatrixShape, Field(discriminator="by")]
    jobs: list[JobShape]
    crews: list[CrewShape]
    name: Word = ""
    starts_at: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    horizon_s: Annotated[int, Field(ge=0, le=FARTHEST_S)] = 43_200
    caps: list[CapShape] = Field(default_factory=list)
    reserves: list[ReserveShape] = Field(default_factory=list)
    plan: dict[Id, list[Id]] = {}
    told: list[Id] | None = None
    rules: RulesShape = RulesShape()


class LeftShape(Part):
    code: Id
    sentence: Annotated[str, Field(max_length=2_000)]


class PlanShape(Part):
    format: Literal["dispatch-plan/1"]
    problem: Word
    routes: dict[Id, list[Id]]
    unserved: dict[Id, LeftShape] = {}
    solver: dict[str, str | int | FiniteFloat | bool | None] = {}
