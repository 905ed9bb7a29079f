"""What stands wrongly in a file of generator trucks is refused by its field, in Chinese."""

import json
from typing import Any

import pytest

from dispatch.kit.errors import Invalid
from dispatch.routing.generators.generate import BadSize, generate
from dispatch.routing.generators.reading import read_plan, read_problem
from dispatch.routing.generators.writing import bytes_of_problem, json_of_plan
from dispatch.routing.optimiser.files.opening import parse
from dispatch.routing.optimiser.files.saying import BadPlan, BadProblem
from tests.routing.generators.small import HOUR, STREET, group, posed, solved, truck


@pytest.mark.parametrize(
    ("trucks", "groups", "more", "field", "said"),
    [
        ([truck("t", kva=0)], [], {}, "trucks[0].kva", "不能小于 1"),
        ([truck("t", kva=400.5)], [], {}, "trucks[0].kva", "整数"),
        ([truck("t", fuel_s=-1)], [], {}, "trucks[0].fuel_s", "不能小于 0"),
        ([truck("t", fuel_s=2 * HOUR, tank_s=HOUR)], [], {}, "trucks[0].tank_s", "小于 fuel_s"),
        ([truck("t", 99)], [], {}, "trucks[0].place", "只有 12 行"),
        ([truck("t", x_km=1.0)], [], {}, "trucks[0].x_km", "请删去"),
        ([truck("t"), truck("t")], [], {}, "trucks[1].id", "请改成不同的"),
        ([truck("t", connected="g")], [], {}, "trucks[0].connected", "不存在"),
        ([truck("t", fuel_h=8)], [], {}, "trucks[0].fuel_h", "没有这个字段"),
        ([], [group("g", kva=0)], {}, "groups[0].kva", "不能小于 1"),
        ([], [group("g", weight=float("nan"))], {}, "groups[0].weight", "NaN"),
        ([], [group("g", customers=-1)], {}, "groups[0].customers", "不能小于 0"),
        ([], [group("g", p50_s=HOUR, p90_s=0)], {}, "groups[0].p90_s", "早于 p50_s"),
        ([], [group("g", window_s=[9, 1])], {}, "groups[0].window_s", "晚于终点"),
        ([], [group("g", fault="nobody")], {}, "groups[0].fault", "之一"),
        ([], [group("g", feedings=0)], {}, "groups[0].feedings", "不能小于 1"),
        ([], [group("g"), group("g")], {}, "groups[1].id", "请改成不同的"),
        ([], [], {"rules": {"protected": float("inf")}}, "rules.protected", "有限"),
        ([], [], {"starts_at": "2026-08-01"}, "starts_at", "时区"),
        ([], [], {"format": "dispatch-problem/1"}, "format", "dispatch-generator-problem/1"),
        ([], [], {"travel": {"by": "matrix", "seconds": [[0, 1]]}}, "travel.seconds[0]", "方阵"),
        ([], [], {"travel": STREET | {"by": "flight"}}, "travel", "plane"),
    ],
)
def test_it_is_refused_by_its_field(trucks: Any, groups: Any, more: Any, field: str, said: str) -> None:
    with pytest.raises(BadProblem) as refused:
        read_problem(posed(trucks, groups) | more)
    assert refused.value.field == field
    assert said in refused.value.message


def test_what_is_missing_is_named() -> None:
    with pytest.raises(BadProblem) as refused:
        read_problem(posed([{"id": "t", "place": 0, "kva": 400, "fuel_s": 0}], []))
    assert refused.value.field == "trucks[0].connect_s"


@pytest.mark.parametrize("stop", [{"group": "g", "from_s": 1.5, "to_s": 2}, {"group": "g", "from_s": 1}])
def test_a_plan_of_a_wrong_shape_is_refused(stop: Any) -> None:
    with pytest.raises(BadPlan):
        read_plan({"format": "dispatch-generator-plan/1", "problem": "", "routes": {"t": [stop]}})


def test_nobody_and_nothing_is_a_problem_like_others() -> None:
    plan, judged = solved(posed([], []))
    assert plan.routes == {}
    assert judged["cost"] == 0


def test_a_plan_written_and_read_is_the_same() -> None:
    plan, _ = solved(posed([truck("t"), truck("u", 11)], [group("g"), group("h", kva=900)]))
    assert read_plan(json.loads(json.dumps(json_of_plan(plan)))) == plan


def test_the_same_arguments_make_the_same_file_and_others_another() -> None:
    made = [bytes_of_problem(generate(5, 9, seed)) for seed in (1, 1, 2)]
    assert made[0] == made[1] != made[2]
    assert read_problem(parse(made[0], BadProblem)) == generate(5, 9, 1)


@pytest.mark.parametrize(("trucks", "groups"), [(-1, 3), (3, 99_999)])
def test_no_problem_of_an_impossible_size(trucks: int, groups: int) -> None:
    with pytest.raises(BadSize) as refused:
        generate(trucks, groups, 0)
    assert isinstance(refused.value, Invalid)
