"""Why a ticket has its crew or none: each statement is tried by the independent scorer, or by solving again."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from dispatch.desk.crews.fleet import FleetKeeper
from dispatch.desk.planning import judging, mapping, plans, whys
from dispatch.desk.planning.apart import Bounds, solve_apart
from dispatch.desk.planning.outings import call_out
from dispatch.desk.planning.picture import Picture
from dispatch.desk.planning.posing import Posed
from dispatch.desk.planning.scoring import judge
from dispatch.desk.planning.telling import Option, Why
from dispatch.desk.planning.wishes import say, take_back
from dispatch.desk.planning.words import OutCause, PlanStanding, Wish
from dispatch.kit.planrules import STANDARD
from dispatch.routing.model import ReasonCode
from dispatch.routing.optimiser.explaining import judging as beside
from dispatch.routing.optimiser.explaining.remedies import Help, Prices
from dispatch.routing.optimiser.explaining.verdicts import Binding, CrewVerdict
from dispatch.routing.optimiser.problem import Plan
from dispatch.tickets.model import Ticket
from tests.planning.conftest import manned, posed, three_waiting
from tests.worlds import NINGHAI, SENT, XIANGSHAN, Small, minutes, person

IN_TOWN, IN_PORT, BETWEEN = (121.87, 29.48), (121.94, 29.21), (121.90, 29.35)
BY = person("xiangshan")


async def planned(small: Small, *, at: float = 5) -> Posed:
    """Solve the region, bring the plans into force; return what was solved."""
    found = await posed(small, at=minutes(at))
    made = await solve_apart(found.problem, Bounds(search_s=0.2), seed=1)
    automatic = {XIANGSHAN: plans.AUTO, NINGHAI: plans.AUTO}
    await plans.take(small.desk, found, made, dispatching=automatic, at=minutes(at))
    return found


async def asked(small: Small, ticket: Ticket, *, at: float = 5.5) -> Why:
    return await whys.why(small.desk, ticket.id, by=BY, at=minutes(at))


async def reloaded(small: Small) -> None:
    """Let the fleet in memory hear of what the database says."""
    await FleetKeeper(small.db, small.desk.fleet, small.desk.pack).load()


def dearer(picture: Picture, ticket: str, option: Option) -> float:
    """Return by how much the scorer finds the plan dearer with the ticket at its cheapest place with that crew."""
    problem = picture.posed.problem

    def cost(routes: Mapping[str, tuple[str, ...]]) -> float:
        found = judge(problem, Plan(problem=problem.name, routes=routes))
        return float("inf") if found.violations else found.cost

    rest = {crew: tuple(one for one in route if one != ticket) for crew, route in problem.plan.items()}
    route = rest.get(option.crew_id, ())
    places = [(*route[:i], ticket, *route[i:]) for i in range(len(route) + 1)]
    return min(cost({**rest, option.crew_id: place}) for place in places) - cost(problem.plan)


async def test_of_a_planned_ticket_each_other_crew_costs_what_the_scorer_finds(small: Small) -> None:
    await manned(small, c1=IN_TOWN, c2=IN_PORT, c4=BETWEEN)
    tickets = await three_waiting(small)
    await planned(small)
    for ticket in tickets:
        told = await asked(small, ticket, at=5)
        assert told.standing is PlanStanding.PLANNED
        assert told.stop is not None
        assert told.chosen is not None
        assert (told.chosen.crew_id, told.binding) == (told.stop.crew_id, Binding.COST)
        assert told.chosen.begins_at == told.stop.starts_at, "nothing moved since"
        picture: Picture = await small.desk.pictures.get("3302", holds=lambda _: True, make=never)
        for option in told.crews:
            assert option.extra == pytest.approx(dearer(picture, ticket.id, option), abs=1e-6)
            assert sum(option.more.values()) == pytest.approx(option.extra)
        assert told.chosen.crew_name in told.sentence
        assert sum(told.counts.values()) == 3
        assert "c1" not in told.sentence


async def never() -> Picture:
    raise AssertionError("it is kept")


async def test_what_takes_back_a_veto_is_told_and_is_true_when_it_is_done(small: Small) -> None:
    await manned(small, c1=IN_TOWN, c2=IN_PORT)
    first, _, _ = await three_waiting(small)
    vetoes = {crew: await say(small.desk, first.id, Wish.VETO, crew, reason="纠纷", by=BY, at=minutes(4))
              for crew in ("c1", "c2")}  # fmt: skip
    before = await planned(small)
    told = await asked(small, first)
    assert (told.standing, told.reason, dict(told.counts)) == (
        PlanStanding.LEFT_OUT, "PIN_VETO", {CrewVerdict.VETOED: 2},
    )  # fmt: skip
    best = next(way for way in told.remedies if way.help is Help.RELEASE)
    assert "取消排除" in best.sentence
    (crew,) = best.crew_ids
    await take_back(small.desk, first.id, vetoes[crew].id, reason="谈妥", by=BY, at=minutes(6))
    after = await planned(small, at=6)
    now = await asked(small, first, at=6.5)
    assert now.chosen is not None
    assert (now.standing, now.chosen.crew_id) == (PlanStanding.PLANNED, crew)
    was, is_ = (judge(one.problem, Plan(problem="", routes=one.problem.plan)).cost for one in (before, after))
    assert was > is_, "left out it cost a day"


async def test_a_pin_is_what_binds_and_the_other_crews_are_counted(small: Small) -> None:
    await manned(small, c1=IN_TOWN, c2=IN_PORT)
    first, second, _ = await three_waiting(small)
    await say(small.desk, first.id, Wish.PIN, "c2", reason="相熟", by=BY, at=minutes(4))
    await say(small.desk, second.id, Wish.VETO, "c1", reason="纠纷", by=BY, at=minutes(4))
    await planned(small)
    pinned, vetoed = await asked(small, first), await asked(small, second)
    assert pinned.chosen is not None
    assert vetoed.chosen is not None
    assert (pinned.chosen.crew_id, pinned.binding) == ("c2", Binding.PINNED)
    assert pinned.counts == {CrewVerdict.PINNED_ELSEWHERE: 1, CrewVerdict.CHOSEN: 1}
    assert (vetoed.chosen.crew_id, vetoed.binding) == ("c2", Binding.ONLY_ONE)
    assert vetoed.counts == {CrewVerdict.VETOED: 1, CrewVerdict.CHOSEN: 1}
    assert vetoed.sentence.endswith("别的班组:已被排除 1 支")


async def test_a_pin_to_a_crew_that_cannot_come_is_the_reason_and_taking_it_back_lets_the_ticket_in(
    small: Small,
) -> None:
    await manned(small, c1=IN_TOWN, c2=IN_PORT)
    first, _, _ = await three_waiting(small)
    pin = await say(small.desk, first.id, Wish.PIN, "c1", reason="相熟", by=BY, at=minutes(4))
    await call_out(small.desk, "c1", OutCause.ILL, reason="发热", by=BY, at=minutes(4))
    await reloaded(small)
    await planned(small)
    told = await asked(small, first)
    assert (told.standing, told.reason) == (PlanStanding.LEFT_OUT, "NO_PIN")
    assert "指定的 丹城一队 现在不能派往本单" in told.sentence
    best = told.remedies[0]
    assert (best.help, best.crew_ids, best.price) == (Help.RELEASE, ("c2",), 30)
    await take_back(small.desk, first.id, pin.id, reason="病了", by=BY, at=minutes(6))
    await planned(small, at=6)
    now = await asked(small, first, at=6.5)
    assert now.chosen is not None
    assert now.chosen.crew_id == "c2"


async def test_a_skill_that_nobody_has_is_told_as_the_candidates_list_says_it(small: Small) -> None:
    await manned(small, c1=IN_TOWN, c2=IN_PORT)
    ticket = await small.walk(await small.call(skill="cable"), to="accept")
    told = await asked(small, ticket)
    assert (told.standing, told.reason) == (PlanStanding.LEFT_OUT, "NO_SKILL")
    assert (told.counts, told.unfit) == ({CrewVerdict.NO_SKILL: 2}, {ReasonCode.NO_SKILL: 2})
    assert [way.help for way in told.remedies] == [Help.CREW]
    assert told.remedies[0].crew_ids == ()
    assert "丹城供电所 增派一支" in told.sentence
    assert "fit-" not in told.sentence


async def test_a_ticket_that_no_plan_knows_yet_is_told_who_suits_best_now(small: Small) -> None:
    await manned(small, c1=IN_TOWN, c2=IN_PORT)
    await three_waiting(small)
    await planned(small)
    new = await small.walk(await small.call(place={"lon": 121.93, "lat": 29.22}), to="accept", start=5.1)
    told = await asked(small, new)
    assert told.chosen is not None
    assert (told.standing, told.chosen.crew_id, told.stop) == (PlanStanding.NOT_PLANNED, "c2", None)
    assert "尚未排入计划" in told.sentence


async def test_a_place_in_the_plan_that_does_not_hold_any_more_is_not_told_as_one(small: Small) -> None:
    await manned(small, c1=IN_TOWN, c2=IN_PORT)
    first, _, _ = await three_waiting(small)
    await planned(small)
    assert (await asked(small, first)).standing is PlanStanding.PLANNED
    await say(small.desk, first.id, Wish.VETO, "c1", reason="纠纷", by=BY, at=minutes(5.5))
    told = await asked(small, first, at=5.6)
    assert told.chosen is not None
    assert (told.standing, told.chosen.crew_id) == (PlanStanding.NOT_PLANNED, "c2")
    assert "现行计划排给 丹城一队,已不成立(已被排除)" in told.sentence


async def test_a_dispatched_ticket_is_told_from_the_record(small: Small) -> None:
    await manned(small, c1=IN_TOWN, c2=IN_PORT)
    first, _, _ = await three_waiting(small)
    await small.does(first, "dispatch", "xiangshan", SENT, at=minutes(4))
    told = await asked(small, first)
    assert (told.standing, told.plan_id) == (PlanStanding.SENT, None)
    assert told.sentence == "07月01日 09:04 由 象山值班员 派给 丹城一队:最近且空闲"


async def test_the_answer_is_about_the_plan_in_force_and_kept_until_something_changes(small: Small) -> None:
    await manned(small, c1=IN_TOWN, c2=IN_PORT)
    first, second, third = await three_waiting(small)
    await planned(small)

    async def picture(ticket: Ticket, at: float) -> tuple[Why, Picture]:
        told = await asked(small, ticket, at=at)
        kept: Picture = await small.desk.pictures.get("3302", holds=lambda _: True, make=never)
        return told, kept

    told, kept = await picture(first, 5.5)
    assert (await picture(second, 5.6))[1] is kept
    own = {"c2": [first.id, second.id, third.id]}
    plan = await judging.publish_own(small.desk, XIANGSHAN, own, reason="改由石浦", by=BY, at=minutes(5.7))
    again, new = await picture(first, 5.8)
    assert again.chosen is not None
    assert told.plan_id != again.plan_id == plan.id
    assert (again.chosen.crew_id, again.before) == ("c2", ())
    assert (await picture(first, 5.9))[1] is new
    await call_out(small.desk, "c1", OutCause.ILL, reason="发热", by=BY, at=minutes(6))
    await reloaded(small)
    after = (await picture(first, 6.1))[1]
    assert after is not new
    assert (await picture(first, 8))[1] is not after, "crews drive: beyond a turn of the plan it is looked at again"


async def test_a_plan_of_ones_own_costs_the_same_by_both_and_its_faults_name_crews_and_tickets(small: Small) -> None:
    await manned(small, c1=IN_TOWN, c2=IN_PORT)
    first, second, third = await three_waiting(small)
    await say(small.desk, first.id, Wish.VETO, "c2", reason="纠纷", by=BY, at=minutes(4))
    found = await planned(small)
    routes = {"c2": (first.id, third.id), "c1": (second.id,)}
    verdict = await judging.judge_own(small.desk, XIANGSHAN, routes, by=BY, at=minutes(5))
    assert verdict.faults == (f"工单 {first.ticket_no} 已排除班组 石浦一队:请改派合格的班组(如 丹城一队),或取消排除",)
    assert verdict.judged.violations == {"vetoed": 1}
    problem = replace(found.problem, plan={})
    own = Plan(problem="", routes=routes)
    told = beside.judge(problem, own, Plan(problem="", routes={}))
    assert told.cost == pytest.approx(judge(problem, own).cost)
    assert first.id not in verdict.sentence + "".join(fare.sentence for fare in verdict.fares)


def test_what_remedies_ask_of_people_is_in_the_rule_pack() -> None:
    assert mapping.prices_of(STANDARD) == Prices()


async def test_a_ticket_that_a_person_left_out_is_told_that_it_could_be_done_and_can(small: Small) -> None:
    await manned(small, c1=IN_TOWN, c2=IN_PORT)
    first, second, third = await three_waiting(small)
    routes = {"c1": [second.id], "c2": [third.id]}
    await judging.publish_own(small.desk, XIANGSHAN, routes, reason="先放一放", by=BY, at=minutes(5))
    told = await asked(small, first)
    assert (told.standing, told.reason) == (PlanStanding.LEFT_OUT, "COULD_BE")
    assert "人工编排未安排;直接安排:现在就能安排,由 丹城一队 承担" in told.sentence
    best = next(way for way in told.remedies if way.help is Help.INSERT)
    await planned(small, at=6)
    now = await asked(small, first, at=6.5)
    assert now.chosen is not None
    assert (now.standing, (now.chosen.crew_id,)) == (PlanStanding.PLANNED, best.crew_ids)
