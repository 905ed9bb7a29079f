"""A dispatcher's own plan: judged like the machine's, and told who waits longer for it."""

from dispatch.routing.optimiser.explaining.judging import Difference, Judgement, judge
from dispatch.routing.optimiser.files.reading import read_problem
from dispatch.routing.optimiser.problem import Plan
from dispatch.routing.optimiser.words import CostRule, Violation
from tests.routing.optimiser.streets import MIN, Json, crew, job, street

Routes = dict[str, list[str]]


def judged(found: Json, own: Routes, machine: Routes) -> Judgement:
    plans = (Plan(problem="", routes={one: tuple(names) for one, names in routes.items()}) for routes in (own, machine))
    return judge(read_problem(found), *plans)


def test_the_other_order_is_told_with_who_waits_longer_and_how_long() -> None:
    found = street([job("j", 1, due_s=10 * MIN, weight=2), job("k", 2, due_s=20 * MIN)])
    told = judged(found, {"c1": ["k", "j"]}, {"c1": ["j", "k"]})
    assert (told.cost, told.machine_cost, told.extra) == (70.0, 20.0, 50.0)
    (fare,) = told.fares
    assert (fare.job, fare.difference, fare.later_s, fare.extra) == ("j", Difference.LATER, 20 * MIN, 40.0)
    assert fare.sentence == "工作 j:c1 0:30 开始,比系统(c1)更晚 20 分钟"
    assert told.sentence == "自排计划代价 70.0,比系统多 50.0;其中行车 +10.0、迟到 +40.0;1 项更晚"


def test_the_same_plan_costs_the_same_and_nobody_fares_otherwise() -> None:
    told = judged(street([job("j", 1)]), {"c1": ["j"]}, {"c1": ["j"]})
    assert (told.extra, told.fares, told.breaches) == (0.0, (), ())
    assert told.sentence == "自排计划代价 10.0,与系统相同"


def test_a_better_plan_of_ones_own_is_told_to_be_better() -> None:
    found = street([job("j", 1), job("k", 1)], [crew("c1"), crew("c2", 2)])
    told = judged(found, {"c1": ["j", "k"]}, {"c1": ["j"], "c2": ["k"]})
    assert told.extra == -10.0
    assert "比系统省 10.0" in told.sentence
    assert [(fare.job, fare.difference) for fare in told.fares] == [("k", Difference.OTHER_CREW)]


def test_what_is_left_out_comes_first_and_what_only_oneself_does_last() -> None:
    found = street([job("j", 1), job("k", 2)], [crew("c1")])
    told = judged(found, {"c1": ["k"]}, {"c1": ["j"]})
    assert [(fare.job, fare.difference, fare.extra) for fare in told.fares] == [
        ("j", Difference.LEFT_OUT, 1440.0), ("k", Difference.ADDED, -1440.0),
    ]  # fmt: skip
    assert {share.rule for share in told.shares} == set(CostRule)


def test_what_a_plan_breaks_is_told_with_the_remedy_and_nothing_is_refused() -> None:
    jobs = [job("j", 1, needs=["hv"]), job("k", 5, window_s=[0, 10 * MIN]), job("l", 0, crews=2)]
    crews = [crew("c1"), crew("c2", skills=["hv"])]
    told = judged(street(jobs, crews), {"c1": ["j", "k", "l", "ghost"], "nobody": []}, {"c2": ["j"]})
    said = {one.kind: one.sentence for one in told.breaches}
    assert set(said) == {Violation.UNKNOWN, Violation.SKILL, Violation.WINDOW, Violation.PARTNERS}
    assert said[Violation.SKILL] == "队伍 c1 没有 hv,不能做工作 j:请改派合格的队伍(如 c2)"
    assert said[Violation.WINDOW].startswith("工作 k 0:50 才开始,晚于时间窗 40 分钟:请")
    assert said[Violation.PARTNERS] == "工作 l 要 2 支队伍同时到场,还缺 1 支:请加派合格的队伍(如 c2),或整项撤下"
    assert "违反 5 处" in told.sentence
