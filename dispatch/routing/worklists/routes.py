"""
The live route of a team: which visits in which order, and the drives between them, before the list is frozen.

A route is carried out as early as it can be (``docs/formats.md``): the team drives on as soon as it is done, and waits
for windows. Whole seconds from the half-day's begin. Pure.
"""

from dataclasses import dataclass, replace

from .problem import Stop, Team, Visit

NEVER_S = 10**9  # a drive to where no way leads


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """
    :param drives_s: to each visit from the one before or the depot, and home from the last: one more than visits, or
        none where there are no visits
    """

    team: Team
    visits: tuple[Visit, ...] = ()
    drives_s: tuple[int, ...] = ()

    def stops(self) -> tuple[Stop, ...]:
        """Return the visits with their times."""
        found: list[Stop] = []
        free_s = self.team.from_s
        for visit, drive_s in zip(self.visits, self.drives_s, strict=False):
            arrives_s = free_s + drive_s
            begins_s = after_pause(self.team, max(arrives_s, visit.window_s[0]), visit.work_s)
            free_s = begins_s + visit.work_s
            found.append(Stop(visit=visit.id, drive_s=drive_s, arrives_s=arrives_s, begins_s=begins_s, ends_s=free_s))
        return tuple(found)

    def home_s(self) -> int:
        """Return when the team is back at its depot."""
        stops = self.stops()
        return stops[-1].ends_s + self.drives_s[-1] if stops else self.team.from_s

    def holds(self) -> bool:
        """Tell whether the team may make these visits, each begins in its window, and it is back in time."""
        return all(may(self.team, visit) for visit in self.visits) and self.on_time()

    def on_time(self) -> bool:
        """Tell whether the team has room for these visits, each begins in its window, and it is back in time."""
        stops, most = self.stops(), self.team.most
        if not stops:
            return True
        return (
            (most is None or len(stops) <= most)
            and all(stop.begins_s <= visit.window_s[1] for stop, visit in zip(stops, self.visits, strict=True))
            and stops[-1].ends_s + self.drives_s[-1] <= self.team.to_s
        )

    def inserted(self, position: int, visit: Visit, *, into_s: int, onward_s: int) -> "Route":
        """Return the route with a visit more, which has so many others before it."""
        visits = (*self.visits[:position], visit, *self.visits[position:])
        before, after = self.drives_s[:position], self.drives_s[position + 1 :]
        return replace(self, visits=visits, drives_s=(*before, into_s, onward_s, *after))

    def without(self, position: int, *, joined_s: int) -> "Route":
        """
        Return the route with a visit less.

        :param joined_s: the drive that takes the place of the two drives to and from it
        """
        visits = (*self.visits[:position], *self.visits[position + 1 :])
        before, after = self.drives_s[:position], self.drives_s[position + 2 :]
        return replace(self, visits=visits, drives_s=(*before, joined_s, *after) if visits else ())


def may(team: Team, visit: Visit) -> bool:
    """Tell whether a team of the visit's depot may make it, whatever the time."""
    return visit.skill in team.skills and visit.pinned in (None, team.id) and visit.depot == team.depot


def after_pause(team: Team, begins_s: int, work_s: int) -> int:
    """Return when work begins that could begin then; work that would overlap the pause begins at its end."""
    if team.pause_s is not None and begins_s < team.pause_s[1] and begins_s + work_s > team.pause_s[0]:
        return team.pause_s[1]
    return begins_s
