"""Public instances: their published plans cost here what is published."""

import json
import shutil
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from dispatch.routing.optimiser.files.reading import problem_of
from dispatch.routing.optimiser.files.saying import BadPlan, BadProblem
from dispatch.routing.optimiser.files.vrplib import read_instance, read_solution, solution_of
from dispatch.routing.optimiser.files.writing import bytes_of_problem, json_of_plan, json_of_problem
from dispatch.routing.optimiser.problem import ByMatrix, Plan
from dispatch.routing.optimiser.scorer import score

PUBLIC = Path(__file__).resolve().parents[4] / "shared" / "data" / "vrptw"
SMALL = """NAME : small
TYPE : VRPTW
DIMENSION : 4
VEHICLES : 2
CAPACITY : 10
SERVICE_TIME : 2
EDGE_WEIGHT_TYPE : EUC_2D
NODE_COORD_SECTION
1 0 0
2 1 1
3 0 2
4 3 0
DEMAND_SECTION
1 0
2 4
3 5
4 6
TIME_WINDOW_SECTION
1 0 30
2 0 20
3 5 20
4 0 20
DEPOT_SECTION
1
-1
EOF
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    file = tmp_path / "small.vrp"
    file.write_text(SMALL)
    return file


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["C1_10_2", "R1_10_1", "R2_10_3", "RC2_10_1"])
def test_a_published_plan_costs_what_is_published(name: str) -> None:
    if not (PUBLIC / f"{name}.vrp").exists():
        pytest.skip(f"{PUBLIC} has no public instances")
    problem = read_instance(PUBLIC / f"{name}.vrp")
    plan = read_solution(PUBLIC / f"{name}.sol", problem)
    found = score(json_of_problem(problem), json_of_plan(plan))
    published = (PUBLIC / f"{name}.sol").read_text().split()[-1]
    assert found["cost"] == float(published)
    assert not any(found["violations"].values())
    assert (found["served"], found["unserved"]) == (1000, 0)
    assert solution_of(problem, plan).split()[-1] == published


def test_distances_are_tenths_cut_off(small: Path) -> None:
    problem = read_instance(small)
    assert isinstance(problem.travel, ByMatrix)
    assert problem.travel.seconds == ((0, 14, 20, 30), (14, 0, 14, 22), (20, 14, 0, 36), (30, 22, 36, 0))
    assert problem.travel.metric
    assert [(job.id, job.work_s, job.load) for job in problem.jobs] == [("1", 20, 4), ("2", 20, 5), ("3", 20, 6)]
    assert [job.window_s for job in problem.jobs] == [(0, 200), (50, 200), (0, 200)]
    assert [(crew.room, crew.latest_s) for crew in problem.crews] == [(10, 300), (10, 300)]


def test_the_cost_is_the_distance_and_leaving_out_never_pays(small: Path) -> None:
    problem = read_instance(small)
    both = Plan(problem="small", routes={"v0001": ("1", "2"), "v0002": ("3",)})
    found = score(json_of_problem(problem), json_of_plan(both))
    assert found["cost"] == pytest.approx(10.8)  # 1.4 + 1.4 + 2.0, and 3.0 there and back
    assert not any(found["violations"].values())
    assert problem.jobs[0].unserved > 10.8
    assert solution_of(problem, both) == "Route #1: 1 2\nRoute #2: 3\nCost 10.8\n"


def test_a_plan_written_as_sol_is_read_back(small: Path, tmp_path: Path) -> None:
    problem = read_instance(small)
    plan = Plan(problem="small", routes={"v0001": ("3",), "v0002": ("2", "1")})
    (tmp_path / "small.sol").write_text(solution_of(problem, plan))
    assert read_solution(tmp_path / "small.sol", problem) == plan


def test_an_instance_may_be_kept_as_a_problem_file(small: Path) -> None:
    problem = read_instance(small)
    assert problem_of(bytes_of_problem(problem)) == problem
    assert json.loads(bytes_of_problem(problem))["rules"] == {"travel": 6, "late": 0, "protected": 0, "overtime": 0}


def test_a_plan_that_leaves_somebody_out_cannot_be_a_sol_file(small: Path) -> None:
    with pytest.raises(BadPlan, match="有 2 个客户没有排上"):
        solution_of(read_instance(small), Plan(problem="small", routes={"v0001": ("1",)}))


def test_without_windows_and_vehicles_each_customer_may_have_one(tmp_path: Path) -> None:
    head, _, rest = SMALL.partition("TIME_WINDOW_SECTION")
    text = head.replace("VRPTW", "CVRP").replace("VEHICLES : 2\n", "").replace("SERVICE_TIME : 2\n", "")
    (tmp_path / "c.vrp").write_text(text + rest[rest.index("DEPOT") :])
    problem = read_instance(tmp_path / "c.vrp")
    assert len(problem.crews) == 3
    assert isinstance(problem.travel, ByMatrix)
    assert not problem.travel.metric  # cut off, a detour can be a tenth shorter


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("VRPTW", "PDPTW", "TYPE 应为 CVRP"),
        ("EUC_2D", "GEO", "VRPLIB|EDGE_WEIGHT_TYPE"),
        ("CAPACITY : 10\n", "", "缺少 CAPACITY"),
        ("CAPACITY : 10", "CAPACITY : lots", "CAPACITY 应有 1 个数"),
        ("DIMENSION : 4", "DIMENSION : 5", "有 4 行,DIMENSION 是 5"),
        ("2 0 20", "2 20 0", "TIME_WINDOW 第 2 个节点的起点晚于终点"),
        ("2 0 20", "2 0 nan", "TIME_WINDOW_SECTION 第 2 行的 'nan' 不是有限的数字"),
        ("2 4", "2 -4", "DEMAND 中有负数"),
        ("DEPOT_SECTION\n1", "DEPOT_SECTION\n2", "DEPOT_SECTION 应只有 1"),
        ("DEMAND_SECTION", "BACKHAUL_SECTION", "缺少 DEMAND"),
        ("DEPOT_SECTION", "BACKHAUL_SECTION\n1\nDEPOT_SECTION", "BACKHAUL 不认识"),
        (SMALL, "hello", "缺少 TYPE"),
        ("DEPOT_SECTION\n1\n-1\n", "", "缺少 DEPOT_SECTION"),
        ("VEHICLES : 2", "VEHICLES : many", "VEHICLES 应为 0 至"),
        ("2 1 1", "2 1e300 1", "NODE_COORD_SECTION 第 2 行的 '1e300' 超出"),
        ("2 1 1", "3 1 1", "NODE_COORD_SECTION 第 2 行应是节点 2,现为 3"),
        ("EUC_2D", "EXPLICIT", "EDGE_WEIGHT_FORMAT 应为 LOWER_ROW"),
        ("EOF", "NODE_COORD_SECTION\n1 0 0", "NODE_COORD_SECTION 写了两次"),
    ],
)
def test_a_wrong_instance_is_refused_with_its_section(small: Path, old: str, new: str, said: str) -> None:
    assert old in SMALL
    small.write_text(SMALL.replace(old, new))
    with pytest.raises(BadProblem, match=said):
        read_instance(small)


def test_a_file_from_windows_is_read_with_its_mark_and_its_line_ends(small: Path) -> None:
    plain = read_instance(small)
    small.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert read_instance(small) == plain
    small.write_bytes(SMALL.replace("small", "小题").encode("gbk"))
    with pytest.raises(BadProblem, match="另存为 UTF-8"):
        read_instance(small)


def test_any_line_of_an_instance_may_be_lost_or_spoilt(small: Path) -> None:
    """It is read, or refused by its field; never anything else, and never with a warning of numbers."""
    lines = SMALL.splitlines()
    dice = Random(9)
    for i in range(len(lines)):
        for made in ([], [lines[i]] * 2, *([_spoilt(lines[i], dice)] for _ in range(6))):
            small.write_text("\n".join([*lines[:i], *made, *lines[i + 1 :]]))
            with suppress(BadProblem):
                problem = read_instance(small)
                assert problem_of(bytes_of_problem(problem)) == problem


def _spoilt(line: str, dice: Random) -> str:
    words = line.split() or [""]
    words[dice.randrange(len(words))] = dice.choice(["nan", "-1", "1e300", "many", "0.5", "", "0", ":", "9" * 400])
    return " ".join(words)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2 4", "2 40", "客户 1 的需求 40 大于 CAPACITY 10"),
        ("VEHICLES : 2", "VEHICLES : 1", "需求合计 15,1 辆车只装得下 10"),
        ("VEHICLES : 2", "VEHICLES : 0", "一辆车也没有"),
        ("VEHICLES : 2", "VEHICLES : 3", "请加长时间"),
    ],
)
def test_why_somebody_is_left_out_of_a_sol_file_is_said(small: Path, old: str, new: str, said: str) -> None:
    small.write_text(SMALL.replace(old, new))
    with pytest.raises(BadPlan, match=said):
        solution_of(read_instance(small), Plan(problem="small", routes={}))


def test_files_that_are_none_are_refused(small: Path, tmp_path: Path) -> None:
    problem = read_instance(small)
    for text in ("", "Route #1: a b\n", "Route #1: 1\nRoute #2: 2\nRoute #3: 3\nCost 1\n"):
        (tmp_path / "bad.sol").write_text(text)
        if text:
            with pytest.raises(BadPlan):
                read_solution(tmp_path / "bad.sol", problem)
    shutil.rmtree(tmp_path)
    with pytest.raises(BadProblem, match="读不到文件"):
        read_instance(small)
