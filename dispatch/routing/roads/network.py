"""Travel times by road: one graph, the speeds in force, what is closed now, and what that does to each crew."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dispatch.kit.earth import arcs_m, unit_vectors
from dispatch.routing.model import Basis, RoutingRule
from dispatch.routing.travel import Bools, Straight, Times, seconds_per_metre

from .closures import Closure, Edges, Weights, base, closed, edges_of
from .graph import Graph
from .grid import Snapped
from .offroad import JOB_AT, Bent, Entries, Lines, Spot, by_line
from .profile import AREA_CLASSES, FERRY, Speeds, SpeedTable
from .reasons import Explanation
from .search import FAR, NEVER
from .seeking import Found, Place, Seeker

Floats = NDArray[np.float64]
FLEETS = 4  # sets of origins whose roads are remembered
STATES = 4  # sets of closures whose weights are kept
LARGE, PLENTY = 200_000, 512  # junctions; origins that are answered by road before a search of so many ends
NOWHERE = 999.0  # stands for ``nan`` where origins are compared


@dataclass(frozen=True, slots=True)
class Conditions:
    """The network at a moment: its weights, and the closures that hold, each with its edges."""

    weights: Weights
    holding: tuple[tuple[Closure, Edges], ...]


@dataclass(frozen=True, slots=True)
class Known:
    """Origins that were asked for, and their roads."""

    lon: Floats
    lat: Floats
    snapped: Snapped


class Roads:
    """
    Travel by road. What it knows is replaced whole, never changed: several threads may ask at a time.

    :param closures: what is closed or slow, now or later; ``close`` replaces them
    :param factors: calibrated speeds as factors of the profile's, by (road class, area class)
    """

    def __init__(
        self,
        graph: Graph,
        rule: RoutingRule,
        closures: Iterable[Closure] = (),
        factors: Mapping[tuple[str, str], float] | None = None,
    ) -> None:
        self.graph, self.rule = graph, rule
        self.seeker = Seeker(graph)
        self._straight = Straight(rule)
        self._entries = Entries(graph)
        self._known: dict[int, Known] = {}
        self._edges: dict[Closure, Edges] = {}
        self.calibrate(factors or {})
        self.close(closures)

    @classmethod
    def open(cls, path: Path, rule: RoutingRule) -> "Roads":
        """
        Map a graph file and make ready: all that is compiled is compiled here, never while somebody waits.

        :raises BadGraph: if the file is none of ours, or not a whole one
        """
        roads = cls(Graph.load(path), rule)
        roads.warm_up()
        return roads

    def warm_up(self) -> None:
        """Run each search once."""
        g = self.graph
        lon, lat = np.array([g.junction_lon[0] * 1e-7, np.nan]), np.array([g.junction_lat[0] * 1e-7, np.nan])
        snapped = g.snap(lon, lat)
        place, weights = Place(int(snapped.edge[0]), float(snapped.share[0])), self._free.weights
        if place.edge >= 0:
            self.seeker.times(weights, place, snapped)
            self.seeker.around(weights, place, within_ms=60_000, leaving=False)
            self.seeker.way(weights, place, place)

    def calibrate(self, factors: Mapping[tuple[str, str], float]) -> None:
        """Take other speeds into force."""
        self.speeds = speeds_of(self.graph).calibrated(dict(factors))
        self._free = Conditions(base(self.graph, self.speeds), ())
        self._states: dict[frozenset[Closure], Conditions] = {}

    def close(self, closures: Iterable[Closure]) -> None:
        """Take other closures into force; those that hold already or will hold later."""
        self.closures = tuple(sorted(closures, key=lambda one: one.id))
        self._edges = {
            one: self._edges[one] if one in self._edges else edges_of(self.graph, one) for one in self.closures
        }
        self._states = {}

    def edges_of(self, closure: Closure) -> Edges:
        """Return the pieces of road that a closure means."""
        known = self._edges.get(closure)
        return edges_of(self.graph, closure) if known is None else known

    def at(self, at: datetime) -> Conditions:
        """Return the network at a moment."""
        holding = frozenset(closure for closure in self.closures if closure.holds(at))
        if not holding:
            return self._free
        states, edges = self._states, self._edges
        if (known := states.get(holding)) is not None:
            return known
        hits = tuple((one, edges[one]) for one in sorted(holding, key=lambda one: one.id) if one in edges)
        made = Conditions(closed(self.graph, self._free.weights, hits), hits)
        if len(states) >= STATES:
            states.clear()
        states[holding] = made
        return made

    def place(self, lon: float, lat: float) -> tuple[Place, float] | None:
        """Return where on the network a point is, and how far from its road; None: too far from every road."""
        found = self.graph.snap(np.array([lon], float), np.array([lat], float))
        edge = int(found.edge[0])
        return None if edge < 0 else (Place(edge, float(found.share[0])), float(found.away_m[0]))

    def snap(self, lon: Floats, lat: Floats) -> Snapped:
        """Return the roads of origins; of those that were asked for last time only who moved is looked for again."""
        lon, lat = np.nan_to_num(lon, nan=NOWHERE), np.nan_to_num(lat, nan=NOWHERE)
        known = self._known.get(len(lon))
        if known is None:
            snapped = self._snap(lon, lat)
        else:
            moved = np.flatnonzero((known.lon != lon) | (known.lat != lat))
            snapped = known.snapped
            if len(moved):
                snapped = snapped.taking(moved, self._snap(lon[moved], lat[moved]))
        if len(self._known) >= FLEETS and len(lon) not in self._known:
            self._known = {}
        self._known[len(lon)] = Known(lon, lat, snapped)
        return snapped

    def _snap(self, lon: Floats, lat: Floats) -> Snapped:
        return self.graph.snap(np.where(lon == NOWHERE, np.nan, lon), np.where(lat == NOWHERE, np.nan, lat))

    def to_job(
        self,
        origins_lon: Floats,
        origins_lat: Floats,
        lon: float,
        lat: float,
        *,
        area_class: str,
        at: datetime,
        among: Bools | None = None,
        enough: int | None = None,
    ) -> Times:
        """
        Answer as ``Travel.to_job``. What lies between a point and its road is walked or driven at the straight rule.

        A job far from every road is estimated by straight lines, and says so; so is a crew. What is closed holds for
        them too. On a network of more than ``LARGE`` junctions the search ends by itself once ``PLENTY`` are answered.
        """
        if enough is None and self.graph.junctions > LARGE:
            enough = PLENTY
        job, conditions = self._spot(lon, lat), self.at(at)
        snapped, per_metre = self.snap(origins_lon, origins_lat), seconds_per_metre(self.rule, area_class)
        if job.on_road:
            times = self._by_road(origins_lon, origins_lat, job, conditions, snapped, per_metre, among, enough)
        else:
            times = self._straight.to_job(origins_lon, origins_lat, lon, lat, area_class=area_class, at=at)
            said = by_line(JOB_AT)
            times = Times(times.seconds, times.metres, Basis.LINE, times.by_road, lambda _: said)
        if not conditions.holding:
            return times
        straight = ~np.isnan(times.seconds) & ((snapped.edge < 0) | (not job.on_road))
        rows = np.flatnonzero(straight if among is None else straight & among)
        lines = Lines(rows, origins_lon[rows].astype(float), origins_lat[rows].astype(float), job)
        return self._bend(times, lines, snapped, conditions, per_metre) if len(rows) else times

    def _spot(self, lon: float, lat: float) -> Spot:
        found = self.place(lon, lat)
        return Spot(lon, lat) if found is None else Spot(lon, lat, *found)

    def _by_road(
        self,
        lons: Floats,
        lats: Floats,
        job: Spot,
        conditions: Conditions,
        snapped: Snapped,
        per_metre: float,
        among: Bools | None,
        enough: int | None,
    ) -> Times:
        """Answer for a job on the network; crews that are not are estimated."""
        assert job.place is not None
        answer = self.seeker.times(conditions.weights, job.place, snapped, among=among, enough=enough)
        explanation = Explanation(self.seeker, self._free.weights, conditions.holding, job.place, snapped, answer)
        off_m = snapped.away_m + job.away_m
        times = _times(answer, snapped, off_m * per_metre, off_m, explanation)
        self._estimate(times, answer, off_m * per_metre, lons, lats, (job.lon, job.lat), per_metre)
        return times

    def _bend(self, times: Times, lines: Lines, snapped: Snapped, conditions: Conditions, per_metre: float) -> Times:
        """Let what is closed hold for those who are estimated by straight lines."""
        entered = lines.onto(self._entries, snapped)
        weights = self._free.weights, conditions.weights
        bent = Bent(self.seeker, *weights, conditions.holding, entered, per_metre)
        hit = lines.rows[bent.hit]
        times.seconds[hit], times.metres[hit] = bent.seconds[bent.hit], bent.metres[bent.hit]
        number = {int(row): k for k, row in enumerate(lines.rows)}
        return replace(times, explain=lambda row: bent.why(number[row]) if row in number else times.why(row))

    def _estimate(
        self,
        times: Times,
        answer: Found,
        off_road_s: Floats,
        lons: Floats,
        lats: Floats,
        job: tuple[float, float],
        per_metre: float,
    ) -> None:
        """
        Fill in straight lines for those who stand on no road, and for those beyond where the search ended: these need
        at least as long as was searched.
        """
        rest = np.flatnonzero(~times.by_road & ~np.isinf(times.seconds))
        if not len(rest):
            return
        metres = arcs_m(unit_vectors(lons[rest], lats[rest]), unit_vectors(*job))
        least = 0.0 if answer.known_ms == NEVER else answer.known_ms / 1000
        straight, beyond = metres * per_metre, times.seconds[rest] < 0
        times.metres[rest] = metres
        times.seconds[rest] = np.rint(np.where(beyond, np.maximum(straight, least + off_road_s[rest]), straight))


def _times(answer: Found, snapped: Snapped, off_s: Floats, off_m: Floats, explanation: Explanation) -> Times:
    """
    Return the answer in seconds: ``inf`` where no road leads, ``nan`` where there is no road to start from, -1 where
    the search did not come to an end (both are estimated after this).
    """
    on_road = snapped.edge >= 0
    certain = on_road & (answer.ms <= answer.known_ms)
    seconds = np.where(certain, np.rint(answer.ms / 1000 + off_s), np.where(on_road, -1.0, np.nan))
    if answer.known_ms == NEVER:
        seconds[on_road & (answer.ms == FAR)] = np.inf
    metres = np.where(certain, answer.metres + off_m, np.inf)
    return Times(seconds, metres, Basis.ROAD, certain, explanation.why)


def speeds_of(graph: Graph) -> SpeedTable:
    """Return the speeds that the graph was made with."""
    said = graph.about["speeds"]
    kmh = {road: Speeds(source="", **said[road]) for road in graph.roads if road != FERRY}
    rows = [[getattr(kmh[road], area) if road in kmh else np.nan for area in AREA_CLASSES] for road in graph.roads]
    return SpeedTable(graph.roads, np.array(rows, float), graph.about["limit_share"])
