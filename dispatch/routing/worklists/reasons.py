"""Why a visit is left out: the rule that keeps it off the routes, found by lifting one rule after the other."""

from dataclasses import replace

from dispatch.routing.optimiser.words import Naming

from .placing import Around, Placed
from .posing import able
from .problem import HalfDay, Visit
from .words import LeftWhy

WHOLE = 10**6  # seconds on both sides: any time of the half-day


class Why:
    """Asks why visits are left out of routes that stand."""

    def __init__(self, around: Around, naming: Naming, *, seed: int) -> None:
        self.around, self.say, self.seed = around, naming, seed

    def why(self, visit: Visit, static: LeftWhy | None, dear: Placed | None) -> tuple[LeftWhy, str]:
        """
        Return the rule and a sentence.

        :param static: what was found before any search
        :param dear: a place that the visit could have, but that costs more than leaving it out
        """
        part = self.around.part(visit)
        code = static or self._code(part, visit, dear)
        return code, f"{self.say.word(code)}:{self._detail(code, part, visit, dear)}"

    def _code(self, part: HalfDay, visit: Visit, dear: Placed | None) -> LeftWhy:
        if dear is not None:
            return LeftWhy.TOO_DEAR
        if self._full(part, visit):
            return LeftWhy.FULL
        if self._alone(part, visit) is None:
            return LeftWhy.TOO_FAR
        if visit.pinned is not None and self.around.put(part, replace(visit, pinned=None), seed=self.seed):
            return LeftWhy.PIN_FULL
        any_time = replace(visit, window_s=(-WHOLE, WHOLE))
        return LeftWhy.WINDOW if self.around.put(part, any_time, seed=self.seed) else LeftWhy.CROWDED

    def _full(self, part: HalfDay, visit: Visit) -> bool:
        """Tell whether all who may make the visit have made what was declared of its kind, or what a team may make."""
        used, routes = self.around.used(), self.around.routes
        able_ones = [team for team in part.teams if able(part, team, visit)]
        full = {
            team.id for team in able_ones
            if used[team.depot, visit.skill] >= self.around.half_day.caps.get((team.depot, visit.skill), WHOLE)
            or len(routes.get(team.id, ())) >= (WHOLE if team.most is None else team.most)
        }  # fmt: skip
        return len(full) == len(able_ones)

    def _alone(self, part: HalfDay, visit: Visit) -> Placed | None:
        """Return the visit as the only one of the half-day."""
        empty = replace(part, visits=(), caps={})
        return Around(empty, {}).put(empty, visit, seed=self.seed)

    def _detail(self, code: LeftWhy, part: HalfDay, visit: Visit, dear: Placed | None) -> str:
        say, depot = self.say, self.say.depot(visit.depot)
        kind, n = say.kind(visit.skill), sum(able(part, team, visit) for team in part.teams)
        opens, shuts = (say.clock(moment) for moment in visit.window_s)
        pin = say.crew(visit.pinned or "")
        texts = {
            LeftWhy.NO_TEAM: f"{depot} 本半天没有 {kind} 班组",
            LeftWhy.PIN_UNKNOWN: f"清单中没有 {pin},请改指定或取消指定",
            LeftWhy.PIN_UNABLE: f"{pin} 不做 {depot} 的 {kind},请改指定或取消指定",
            LeftWhy.OUTSIDE: f"约定 {opens}—{shuts} 开始",
            LeftWhy.TOO_LONG: f"约定 {opens}—{shuts} 开始,作业需 {visit.work_s // 60} 分钟",
            LeftWhy.TOO_FAR: f"约定 {opens}—{shuts} 开始,作业需 {visit.work_s // 60} 分钟",
            LeftWhy.FULL: self._declared(part, visit),
            LeftWhy.PIN_FULL: f"{pin} 已有 {len(self.around.routes.get(visit.pinned or '', ()))} 户",
            LeftWhy.WINDOW: f"约定 {opens}—{shuts} 开始,能做的 {n} 支{say.a_crew}这时都在其他约定上",
            LeftWhy.CROWDED: f"能做的 {n} 支{say.a_crew}换任何顺序都加不下",
        }
        if dear is not None and code is LeftWhy.TOO_DEAR:
            return f"排上要多行车 {dear.extra_min:.0f} 分钟,暂不安排的代价为 {visit.price:.0f} 分钟"
        return texts[code]

    def _declared(self, part: HalfDay, visit: Visit) -> str:
        depots = {team.depot for team in part.teams if able(part, team, visit)}
        used, caps, kind = self.around.used(), self.around.half_day.caps, self.say.kind(visit.skill)
        said = [
            f"{self.say.depot(depot)} 申报 {kind} {caps[depot, visit.skill]} 户,已排 {used[depot, visit.skill]} 户"
            for depot in sorted(depots)
            if (depot, visit.skill) in caps
        ]
        return ";".join(said[:3]) or "每支班组能做的户数都已排满"
