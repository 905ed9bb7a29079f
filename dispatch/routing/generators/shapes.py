"""What files of generator trucks may say, field by field: types, ranges, no unknown name, nothing converted."""

from typing import Annotated, Literal

from pydantic import Field, FiniteFloat

from dispatch.routing.optimiser.files.shapes import (
    FARTHEST_S,
    AreaClass,
    Id,
    Instant,
    Later,
    LeftShape,
    LineShape,
    MatrixShape,
    Pair,
    Part,
    PlaceShape,
    PlaneShape,
    Word,
)

PROBLEM, PLAN = "dispatch-generator-problem/1", "dispatch-generator-plan/1"
MOST_TRUCKS, MOST_GROUPS = 1_000, 2_000

Power = Annotated[int, Field(ge=1, le=100_000)]
Customers = Annotated[int, Field(ge=0, le=1_000_000)]
Work = Annotated[int, Field(ge=0, le=86_400)]
Tank = Annotated[int, Field(ge=0, le=FARTHEST_S)]
Factor = Annotated[FiniteFloat, Field(ge=0, le=10_000)]


class TruckShape(PlaceShape):
    id: Id
    kva: Power
    fuel_s: Tank
    tank_s: Tank | None = None
    refuel_s: Work | None = None
    connect_s: Work
    disconnect_s: Work = 0
    free_s: Later = 0
    ends_s: Instant | None = None
    depot: Word = ""
    connected: Id | None = None


class GroupShape(PlaceShape):
    id: Id
    area_class: AreaClass = "urban"
    kva: Power
    customers: Customers
    weight: Factor = 1.0
    protected: bool = False
    fault: Literal["grid", "customer"] = "grid"
    since_s: Instant = 0
    p50_s: Instant
    p90_s: Instant | None = None
    window_s: Pair | None = None
    ahead: bool = False
    split: bool = False
    feedings: Annotated[int, Field(ge=1, le=4)] = 1


class RulesShape(Part):
    travel: Factor = 0.01
    protected: Factor = 1.0
    customer_owned: Factor = 1.0
    count_until: Literal["p50", "p90"] = "p50"
    least_feed_s: Annotated[int, Field(ge=1, le=86_400)] = 1


class ProblemShape(Part):
    format: Literal["dispatch-generator-problem/1"]
    travel: Annotated[PlaneShape | LineShape | MatrixShape, Field(discriminator="by")]
    trucks: Annotated[list[TruckShape], Field(max_length=MOST_TRUCKS)]
    groups: Annotated[list[GroupShape], Field(max_length=MOST_GROUPS)]
    name: Word = ""
    starts_at: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    horizon_s: Annotated[int, Field(ge=0, le=FARTHEST_S)] = 43_200
    rules: RulesShape = RulesShape()


Lefts = dict[Id, LeftShape]


class StopShape(Part):
    group: Id
    from_s: Instant
    to_s: Instant
    refuel: bool = False


class PlanShape(Part):
    format: Literal["dispatch-generator-plan/1"]
    problem: Word
    routes: dict[Id, list[StopShape]]
    dark: Lefts = Field(default_factory=dict)
    unused: Lefts = Field(default_factory=dict)
    solver: dict[str, str | int | FiniteFloat | bool | None] = Field(default_factory=dict)
