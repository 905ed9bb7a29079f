"""What would bring a visit that was left out onto a route: each help is found and proved by solving, then priced."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from dispatch.routing.optimiser.words import Naming

from .placing import Around, Placed
from .problem import HalfDay, Team, Visit
from .words import ListHelp

WIDER_MIN = (30, 60, 120)
SOME = 4  # teams, or other depots, that are tried


def _prices() -> Mapping[ListHelp, float]:
    return {
        ListHelp.RELEASE: 15.0, ListHelp.POOL: 30.0, ListHelp.WINDOW: 0.0, ListHelp.VISIT: 60.0, ListHelp.SKILL: 90.0,
        ListHelp.NEXT: 180.0, ListHelp.TEAM: 240.0,
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prices:
    """
    What helps ask of people, in minutes of driving; assumptions that a unit may replace.

    :ivar once: of each kind of help; a further team works a half-day
    :ivar window_min: a minute that the customer is asked to be ready for longer
    """

    once: Mapping[ListHelp, float] = field(default_factory=_prices)
    window_min: float = 1.0


@dataclass(frozen=True, slots=True)
class Help:
    """
    :ivar price: what it asks of people, and the driving that it adds, in minutes of driving
    :ivar placed: the visit on its route, which was searched and proved
    """

    kind: ListHelp
    price: float
    sentence: str
    placed: Placed


@dataclass(frozen=True, slots=True)
class Helping:
    """
    Looks for what would help.

    :ivar after: routes of the next half-day, if there is one
    """

    around: Around
    say: Naming
    seed: int
    after: Around | None = None
    prices: Prices = field(default_factory=Prices)

    def helps(self, visit: Visit) -> list[Help]:
        """Return what would help, the cheapest first."""
        part = self.around.part(visit)
        found = [help_ for look in LOOKS for help_ in look(self, part, visit)]
        return sorted(found, key=lambda one: (one.price, one.kind.value))

    def _best(self, tries: Iterator[tuple[HalfDay, Visit, str]], kind: ListHelp) -> Iterator[Help]:
        """Yield the help that adds least driving of those of one kind."""
        found = [
            (placed.extra_min, number, said, placed)
            for number, (part, visit, said) in enumerate(tries)
            if (placed := self.around.put(part, visit, seed=self.seed)) is not None
        ]
        for extra_min, _, said, placed in sorted(found, key=lambda one: one[:2])[:1]:
            yield self._help(kind, said, placed, self.prices.once[kind] + extra_min)

    def _help(self, kind: ListHelp, said: str, placed: Placed, price: float) -> Help:
        more = f"多行车 {placed.extra_min:.0f} 分钟" if placed.extra_min >= 0.5 else "不增加行车"
        by = f"由{self.say.a_crew} {self.say.crew(placed.team)} 于 {self.say.clock(placed.begins_s)} 开始,{more}"
        return Help(kind, price, f"{self.say.word(kind)}:{said},{by}", placed)

    # one look for each kind of help

    def release(self, part: HalfDay, visit: Visit) -> Iterator[Help]:
        """Without the pin."""
        if visit.pinned is not None:
            said = f"取消指定 {self.say.crew(visit.pinned)}"
            yield from self._best(iter([(part, replace(visit, pinned=None), said)]), ListHelp.RELEASE)

    def wider(self, part: HalfDay, visit: Visit) -> Iterator[Help]:
        """With a window wider on both sides, by the first of some minutes that is enough."""
        opens, shuts = visit.window_s
        for minutes in WIDER_MIN:
            wide = replace(visit, window_s=(opens - 60 * minutes, shuts + 60 * minutes))
            placed = self.around.put(part, wide, seed=self.seed)
            if placed is None:
                continue
            early, late = opens - placed.begins_s, placed.begins_s - shuts
            by = math.ceil(max(early, late) / 60)
            if by > 0:
                said = f"{'提前' if early > 0 else '推后'} {by} 分钟(放宽 {minutes} 分钟即可)"
                price = self.prices.once[ListHelp.WINDOW] + self.prices.window_min * minutes + placed.extra_min
                yield self._help(ListHelp.WINDOW, said, placed, price)
            return

    def visit_more(self, part: HalfDay, visit: Visit) -> Iterator[Help]:
        """With one more declared visit of its kind, which a team of the depot may then make."""
        kind = self.say.kind(visit.skill)
        depots = dict.fromkeys(team.depot for team in part.teams if visit.skill in team.skills)
        tries = (
            (_declaring(part, depot, visit.skill), visit, f"{self.say.depot(depot)} 多申报 1 户 {kind}")
            for depot in list(depots)[:SOME]
            if _counts(part, depot, visit.skill)
        )
        yield from self._best(tries, ListHelp.VISIT)

    def skill(self, part: HalfDay, visit: Visit) -> Iterator[Help]:
        """With a team of the depot that makes this kind beside its own: those with the fewest visits are tried."""
        free = replace(visit, pinned=None)
        without = [team for team in part.teams if visit.skill not in team.skills]
        load = sorted(without, key=lambda team: (len(self.around.routes.get(team.id, ())), team.id))
        kind = self.say.kind(visit.skill)
        tries = (
            (_able_too(part, team, visit.skill), free, f"{self.say.the_crew(team.id)} 兼做 {kind}")
            for team in load[:SOME]
        )
        yield from self._best(tries, ListHelp.SKILL)

    def pool(self, _: HalfDay, visit: Visit) -> Iterator[Help]:
        """By a team of another depot that has the skill: the nearest ones are tried."""
        if self.around.half_day.pooled:
            return
        tries = (
            (self.around.part(moved), moved, f"{self.say.depot(depot)} 代做")
            for depot in self.around.others(visit)[:SOME]
            for moved in (replace(visit, depot=depot, pinned=None),)
        )
        yield from self._best(tries, ListHelp.POOL)

    def team(self, part: HalfDay, visit: Visit) -> Iterator[Help]:
        """With one more team of the depot, all day, as its teams are, or as others' where it has none."""
        model = self.around.model(visit)
        if model is None:
            return
        number = 1 + sum(one.depot == visit.depot for one in self.around.half_day.teams)
        new = replace(
            model, id=f"{visit.depot}/{visit.skill}/+{number}", depot=visit.depot, skills=(visit.skill,), most=None
        )
        grown = _declaring(replace(part, teams=(*part.teams, new)), visit.depot, visit.skill)
        said = f"{self.say.depot(visit.depot)} 本半天多一支 {self.say.kind(visit.skill)} {self.say.a_crew}"
        placed = self.around.put(grown, replace(visit, pinned=None), seed=self.seed)
        if placed is not None:
            text = f"{self.say.word(ListHelp.TEAM)}:{said},{self.say.clock(placed.begins_s)} 开始"
            yield Help(ListHelp.TEAM, self.prices.once[ListHelp.TEAM] + placed.extra_min, text, placed)

    def next(self, _: HalfDay, visit: Visit) -> Iterator[Help]:
        """In the next half-day, at any time of it."""
        if self.after is None:
            return
        day = self.after.half_day
        moved = replace(visit, window_s=(0, day.length_s), pinned=None)
        placed = self.after.put(self.after.part(moved), moved, seed=self.seed)
        if placed is not None:
            yield self._help(ListHelp.NEXT, day.name, placed, self.prices.once[ListHelp.NEXT] + placed.extra_min)


def _counts(part: HalfDay, depot: str, skill: str) -> bool:
    """Tell whether what is declared there limits anything."""
    limited = any(team.most is not None and team.depot == depot and skill in team.skills for team in part.teams)
    return limited or (depot, skill) in part.caps


def _declaring(part: HalfDay, depot: str, skill: str) -> HalfDay:
    """Return the half-day with one more declared visit."""
    caps = {cell: most + (cell == (depot, skill)) for cell, most in part.caps.items()}
    teams = tuple(
        replace(team, most=team.most + 1)
        if team.most is not None and team.depot == depot and skill in team.skills
        else team
        for team in part.teams
    )
    return replace(part, caps=caps, teams=teams)


def _able_too(part: HalfDay, team: Team, skill: str) -> HalfDay:
    """Return the half-day with a team that has one more skill, and one more declared visit of it."""
    grown = _declaring(part, team.depot, skill)
    teams = (replace(one, skills=(*one.skills, skill)) if one.id == team.id else one for one in grown.teams)
    return replace(grown, teams=tuple(teams))


LOOKS: tuple[Callable[[Helping, HalfDay, Visit], Iterator[Help]], ...] = (
    Helping.release, Helping.wider, Helping.visit_more, Helping.skill, Helping.pool, Helping.next, Helping.team,
)  # fmt: skip
