"""Problem and plan files: read whole, written the same, and refused with the field and what to do."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.kit.errors import Invalid
from dispatch.routing.optimiser.files.opening import bytes_of
from dispatch.routing.optimiser.files.reading import plan_of, problem_of, read_plan, read_problem
from dispatch.routing.optimiser.files.saying import BadPlan, BadProblem
from dispatch.routing.optimiser.files.writing import bytes_of_plan, bytes_of_problem
from dispatch.routing.optimiser.problem import ByLine, ByMatrix, Crew, Job, Left, Place, Plan, Reserve, Rules
from tests.routing.optimiser.streets import Json, crew, job, plan, street

LINE = {
    "by": "line",
    "speed_kmh": {"urban": 30, "rural": 40, "remote": 25.5},
    "detour": {"urban": 1.2, "rural": 1.3, "remote": 1.5},
}


def whole() -> Json:
    """A problem in which everything is said."""
    jobs = [
        job("j1", 1, area_class="rural", county="a", kind="meter", needs=["hv"], work_s=60, work_sigma=0.4, weight=2.5),
        job("j2", 2, due_s=-60, window_s=[60, 600], unserved=5, protected=True, load=3, crews=2, after=["j1"]),
        job("j3", 3, pinned="c1", vetoed=["c2"]),
        job("j4", 4, frozen=True),
    ]
    crews = [
        crew("c1", county="a", depot="d", skills=["hv"], free_s=30, ends_s=6000, latest_s=7000, room=4, lent_cost=3),
        crew("c2", 5, rest_s=[600, 1200], back={"place": 0}),
    ]
    return street(
        jobs,
        crews,
        starts_at="2026-08-01T08:00:00+08:00",
        horizon_s=7200,
        caps=[{"depot": "d", "kind": "meter", "from_s": 0, "to_s": 3600, "visits": 4}],
        reserves=[{"county": "a", "crews": 1}],
        plan={"c2": ["j4", "j1"]},
        rules={"change": 6, "foreign": 2.5, "travel": 0},
    )


def written(found: Json) -> bytes:
    return json.dumps(found, ensure_ascii=False).encode()


# what is read


def test_what_is_not_said_is_filled_in() -> None:
    problem = read_problem(street([job("j", 1, weight=2)], rules={"foreign": 3}))
    assert problem.jobs == (
        Job(id="j", at=Place(place=1), work_s=0, window_s=(0, 43_200), unserved=2880.0, weight=2.0),
    )
    assert problem.crews == (Crew(id="c1", at=Place(place=0), ends_s=43_200, latest_s=43_200, lent_cost=3.0),)
    assert (problem.horizon_s, problem.rules) == (43_200, Rules(foreign=3.0))


def test_a_shift_is_the_last_hour_where_none_is_said() -> None:
    one = read_problem(street([], [crew("c1", ends_s=600), crew("c2", ends_s=600, latest_s=900)])).crews
    assert [(crew.ends_s, crew.latest_s) for crew in one] == [(600, 600), (600, 900)]


def test_a_problem_in_which_everything_is_said_is_read_whole() -> None:
    problem = problem_of(written(whole()))
    two, three, four = problem.jobs[1:]
    assert (two.due_s, two.window_s, two.unserved, two.load, two.crews) == (-60, (60, 600), 5.0, 3, 2)
    assert (two.protected, two.after, three.pinned, three.vetoed, four.frozen) == (True, ("j1",), "c1", ("c2",), True)
    assert problem.jobs[0].area_class == "rural"
    assert (problem.crews[0].lent_cost, problem.crews[1].lent_cost) == (3.0, 2.5)
    assert problem.crews[1].back == Place(place=0)
    assert problem.plan == {"c2": ("j4", "j1")}
    assert problem.reserves == (Reserve("a", 1),)
    assert isinstance(problem.travel, ByMatrix)


def test_travel_along_the_line_is_read() -> None:
    problem = read_problem(street([{"id": "j", "lon": 120.5, "lat": 29.9, "work_s": 0}], [], travel=LINE))
    assert isinstance(problem.travel, ByLine)
    assert problem.travel.speed_kmh["remote"] == 25.5
    assert problem.jobs[0].at == Place(lon=120.5, lat=29.9)


def test_a_problem_is_written_as_it_was_read_byte_for_byte() -> None:
    problem = problem_of(written(whole()))
    data = bytes_of_problem(problem)
    assert problem_of(data) == problem
    assert bytes_of_problem(problem_of(data)) == data


def test_a_plan_is_written_as_it_was_read_whatever_the_order_of_its_routes() -> None:
    solver = {"seed": 1, "seconds": 2.5, "version": "x"}
    one = Plan(
        problem="p",
        routes={"c2": ("j2",), "c1": ("j1",), "c3": ()},
        unserved={"j3": Left("Far", "太远")},
        solver=solver,
    )
    data = bytes_of_plan(one)
    assert data == bytes_of_plan(plan_of(data))
    assert plan_of(data).routes == {"c1": ("j1",), "c2": ("j2",)}
    assert plan_of(data).unserved == one.unserved
    assert plan_of(data).solver == solver
    assert "太远" in data.decode()


@pytest.mark.parametrize(
    "found",
    [
        street([], []),
        street([job("j", 0)], []),
        street([], [crew("c1")]),
        street([job(f"j{i}", 0) for i in range(1000)]),
        street([job("j", 0, needs=["nobody"], crews=3)]),
        street([job("j", 0, work_s=7 * 86_400)]),
        street([], [], horizon_s=0, caps=[{"depot": "d", "kind": "k", "from_s": 0, "to_s": 1, "visits": 0}]),
    ],
)
def test_odd_problems_are_problems_too(found: Json) -> None:
    problem = read_problem(found)
    assert problem_of(bytes_of_problem(problem)) == problem


# what is refused


def _set(*path: str | int, to: Any) -> Callable[[Json], None]:
    def change(found: Json) -> None:
        inner: Any = found
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = to

    return change


def _drop(*path: str | int) -> Callable[[Json], None]:
    def change(found: Json) -> None:
        inner: Any = found
        for step in path[:-1]:
            inner = inner[step]
        del inner[path[-1]]

    return change


JOB = ("jobs", 0)
REFUSED: list[tuple[Callable[[Json], None], str, str]] = [
    (_set("format", to="dispatch-problem/2"), "format", "dispatch-problem/1"),
    (_drop("format"), "format", "缺少此项"),
    (_drop("jobs"), "jobs", "缺少此项"),
    (_set("jobs", to={}), "jobs", "列表"),
    (_set("weather", to=1), "weather", "没有这个字段"),
    (_set(*JOB, "colour", to=1), "jobs[0].colour", "没有这个字段"),
    (_set(*JOB, to=5), "jobs[0]", "对象"),
    (_set(*JOB, "work_s", to=float("nan")), "jobs[0].work_s", "nan"),
    (_set(*JOB, "work_s", to=-1), "jobs[0].work_s", "不能小于 0"),
    (_set(*JOB, "work_s", to=7 * 86_400 + 1), "jobs[0].work_s", "不能大于 604,800"),
    (_set(*JOB, "work_s", to=1.5), "jobs[0].work_s", "应为整数,单位为整秒,现为 1.5"),
    (_set(*JOB, "work_s", to="60"), "jobs[0].work_s", "应为整数"),
    (_set(*JOB, "work_s", to=True), "jobs[0].work_s", "应为整数"),
    (_set(*JOB, "weight", to=float("inf")), "jobs[0].weight", "有限"),
    (_set(*JOB, "weight", to=float("nan")), "jobs[0].weight", "有限"),
    (_set(*JOB, "weight", to=-1), "jobs[0].weight", "不能小于 0"),
    (_set(*JOB, "area_class", to="sea"), "jobs[0].area_class", "'urban', 'rural'"),
    (_set(*JOB, "id", to=""), "jobs[0].id", "不能为空"),
    (_set(*JOB, "id", to="\ud800"), "jobs[0].id", "UTF-8"),
    (_set(*JOB, "crews", to=0), "jobs[0].crews", "不能小于 1"),
    (_set(*JOB, "protected", to=1), "jobs[0].protected", "true 或 false"),
    (_set("jobs", 1, "id", to="j1"), "jobs[1].id", "与 jobs[0] 相同"),
    (_set("crews", 1, "id", to="c1"), "crews[1].id", "与 crews[0] 相同"),
    (_set("reserves", to=[{"county": "a", "crews": 1}] * 2), "reserves[1].county", "与 reserves[0] 相同"),
    (_set(*JOB, "after", to=["ghost"]), "jobs[0].after", "不存在的工作 'ghost'"),
    (_set(*JOB, "after", to=["j1"]), "jobs[0].after", "j1 → j1"),
    (_set(*JOB, "after", to=["j2"]), "jobs[0].after", "互相等待:j1 → j2 → j1"),
    (_set(*JOB, "pinned", to="ghost"), "jobs[0].pinned", "不存在的队伍 'ghost'"),
    (_set(*JOB, "vetoed", to=["ghost"]), "jobs[0].vetoed", "不存在的队伍 'ghost'"),
    (_set(*JOB, "pinned", to="c2"), "jobs[0].pinned", "没有 hv"),
    (_set("jobs", 2, "vetoed", to=["c1"]), "jobs[2].pinned", "vetoed"),
    (_set("jobs", 1, "pinned", to="c1"), "jobs[1].pinned", "crews 要 2 支"),
    (_set("jobs", 2, "frozen", to=True), "jobs[2].frozen", "写进已发布的路线"),
    (_drop("plan"), "jobs[3].frozen", "写进已发布的路线"),
    (_set("plan", to={"c2": ["j1", "j4"]}), "jobs[3].frozen", "请提到前面"),
    (_set("jobs", 3, "pinned", to="c1"), "jobs[3].pinned", "已冻结在 'c2'"),
    (_set("jobs", 3, "vetoed", to=["c2"]), "jobs[3].frozen", "vetoed"),
    (_set("jobs", 3, "needs", to=["hv"]), "jobs[3].frozen", "没有 hv"),
    (_set("plan", to={"ghost": []}), "plan", "不存在的队伍"),
    (_set("plan", to={"c2": ["j4", "ghost"]}), "plan.c2", "不存在的工作"),
    (_set("plan", to={"c2": ["j4", "j1", "j1"]}), "plan.c2", "写了两次"),
    (_set("plan", to={"c2": ["j4", "j1"], "c1": ["j1"]}), "plan", "在 2 条路线上"),
    (_set("jobs", 1, "window_s", to=[600, 60]), "jobs[1].window_s", "晚于终点"),
    (_set("jobs", 1, "window_s", to=[60]), "jobs[1].window_s", "应有 2 项"),
    (_set("jobs", 1, "window_s", to=[60, 7201]), "jobs[1].window_s", "horizon_s"),
    (_set("crews", 1, "rest_s", to=[60, 60]), "crews[1].rest_s", "不早于终点"),
    (_set("crews", 0, "free_s", to=-1), "crews[0].free_s", "不能小于 0"),
    (_set("caps", 0, "to_s", to=0), "caps[0].to_s", "不晚于"),
    (_set("caps", 0, "depot", to="ghost"), "caps[0].depot", "没有队伍的班所"),
    (_set("reserves", 0, "county", to="ghost"), "reserves[0].county", "没有队伍也没有工作的县"),
    (_set("travel", "seconds", 3, to=[0, 1]), "travel.seconds[3]", "方阵"),
    (_set("travel", "seconds", 3, 1, to=-2), "travel.seconds[3][1]", "不能小于 -1"),
    (_set("travel", "seconds", 3, 1, to=0.5), "travel.seconds[3][1]", "应为整数"),
    (_set("travel", "by", to="crow"), "travel", "plane"),
    (_drop("travel", "by"), "travel", "plane"),
    (_set("travel", to={"by": "line"}), "travel.speed_kmh", "缺少此项"),
    (_set("travel", to={"by": "plane"}), "jobs[0].x_km", "travel.by 为 plane"),
    (_set(*JOB, "place", to=6), "jobs[0].place", "只有 6 行"),
    (_set(*JOB, "place", to=-1), "jobs[0].place", "不能小于 0"),
    (_set("crews", 1, "back", to={"place": 6}), "crews[1].back.place", "只有 6 行"),
    (_set("crews", 1, "back", to={}), "crews[1].back.place", "缺少此项"),
    (_set("crews", 1, "x_km", to=1), "crews[1].x_km", "请删去"),
    (_set("rules", "speed", to=1), "rules.speed", "没有这个字段"),
    (_set("rules", "travel", to=-1), "rules.travel", "不能小于 0"),
    (_set("starts_at", to="2026-08-01T08:00:00"), "starts_at", "时区"),
    (_set("starts_at", to="tomorrow"), "starts_at", "时区"),
    (_set("horizon_s", to=-1), "horizon_s", "不能小于 0"),
]


@pytest.mark.parametrize(("change", "field", "said"), REFUSED, ids=[f"{i}-{one[1]}" for i, one in enumerate(REFUSED)])
def test_a_wrong_problem_is_refused_with_the_field_and_what_to_do(
    change: Callable[[Json], None], field: str, said: str
) -> None:
    found = whole()
    change(found)
    with pytest.raises(BadProblem) as refused:
        read_problem(found)
    assert refused.value.field == field
    assert refused.value.message.startswith(field)
    assert said in refused.value.message


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (_set("format", to="dispatch-problem/1"), "format"),
        (_drop("routes"), "routes"),
        (_set("routes", to={"c1": "j1"}), "routes.c1"),
        (_set("routes", to={"c1": [5]}), "routes.c1[0]"),
        (_set("routes", to={"": ["j"]}), "routes."),
        (_set("unserved", to={"j": "far"}), "unserved.j"),
        (_set("cost", to=5), "cost"),
    ],
)
def test_a_wrong_plan_is_refused_with_the_field(change: Callable[[Json], None], field: str) -> None:
    found = plan(c1=["j1"])
    change(found)
    with pytest.raises(BadPlan) as refused:
        read_plan(found)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "空的"),
        (b" \n", "空的"),
        (b'{"format": "dispatch-problem/1", "jobs": [{"id"', "截断"),
        ("{\"name\": \"海\"}".encode("gb18030"), "UTF-8"),
        (b"[]", "最外层"),
        (b"[" * 100_000, "套得太深"),
        (b'{"horizon_s": ' + b"9" * 5000 + b"}", "太长"),
        (b'{"jobs": [], "jobs": []}', "jobs 在同一个对象中写了两次"),
    ],
)  # fmt: skip
def test_what_is_no_json_object_is_refused(data: bytes, said: str) -> None:
    for read in (problem_of, plan_of):
        with pytest.raises(Invalid) as refused:
            read(data)
        assert said in refused.value.message


def test_a_mark_of_byte_order_does_no_harm() -> None:
    assert problem_of(b"\xef\xbb\xbf" + written(whole())) == read_problem(whole())


def test_nan_in_a_file_is_named() -> None:
    data = written(whole()).replace(b'"work_sigma": 0.4', b'"work_sigma": NaN')
    with pytest.raises(BadProblem, match=r"jobs\[0\].work_sigma 应为有限的数字"):
        problem_of(data)


def test_a_directory_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadProblem, match="是目录"):
        bytes_of(tmp_path, BadProblem)
    with pytest.raises(BadPlan, match="读不到文件"):
        bytes_of(tmp_path / "none.json", BadPlan)
    with pytest.raises(BadPlan, match="读不到文件"):
        bytes_of(Path("a\0b"), BadPlan)


def test_a_long_circle_of_jobs_is_found_and_a_long_chain_is_none() -> None:
    chain = [job(f"j{i}", 0, after=[f"j{i + 1}"] if i < 4999 else []) for i in range(5000)]
    assert len(read_problem(street(chain)).jobs) == 5000
    chain[-1]["after"] = ["j4998"]
    with pytest.raises(BadProblem, match=r"(j4998 → j4999|j4999 → j4998) → "):
        read_problem(street(chain))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = ("format", "travel", "jobs", "crews", "caps", "reserves", "plan", "rules", "horizon_s", "starts_at", "name")


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(NAMES), st.sampled_from([None, 0, 1, "id", "by", "c2"]), values)
def test_whatever_stands_in_a_file_is_read_or_refused(name: str, inside: object, value: object) -> None:
    found: Any = whole()
    if inside is None:
        found[name] = value
    elif isinstance(found[name], dict) or (isinstance(found[name], list) and inside == 0):
        found[name][inside] = value
    assert _read(found) != ""


def _read(found: Json) -> str | None:
    """Return the field that was refused, None if the problem was read."""
    try:
        read_problem(found)
    except BadProblem as refused:
        return refused.field or ""
    return None
