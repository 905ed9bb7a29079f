"""Keeping what finds places current: read from the database at start, and again when own places or names change."""

import asyncio
from typing import TYPE_CHECKING

from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.kit.looprules import PlaceRules
from dispatch.kit.polling import poll_on
from dispatch.kit.rulepack import RulePack
from dispatch.places import ownstore
from dispatch.places.areas import AreaLevel
from dispatch.places.finder import Finder, Nickname
from dispatch.places.learning import Learned, is_used, middle
from dispatch.places.ownstore import Arrival, TaughtName

if TYPE_CHECKING:
    from dispatch.places.installed import Names

POLL_S = 2.0
BREATH = 10  # a hundred thousand places take seconds to read: no more than a tenth of the time goes into it
NOT_UNDONE = "WHERE undone_at IS NULL"


def used(name: TaughtName, rules: PlaceRules | None) -> bool:
    """Tell whether a taught name counts in matching."""
    if rules is None or name.undone_at is not None:
        return False
    return is_used(given_n=name.given_n, people_n=len(name.people), named=name.named_by is not None, rules=rules)


def learned_points(arrivals: list[Arrival], rules: PlaceRules | None) -> dict[str, Learned]:
    """Return by code where places are, by those who arrived there."""
    if rules is None:
        return {}
    at: dict[str, list[tuple[float, float]]] = {}
    for arrival in arrivals:
        at.setdefault(arrival.code, []).append((arrival.lon, arrival.lat))
    apart_m = rules.arrival_apart.value * 1000
    found = {code: middle(points, apart_m=apart_m) for code, points in at.items()}
    least = rules.arrivals_least.value
    return {code: point for code, point in found.items() if point is not None and point.n >= least}


class PlaceKeeper:
    """
    Owns a desk's ``finder``.

    :param names: the gazetteer's names, None where none is installed
    """

    def __init__(self, desk: Desk, names: "Names | None" = None) -> None:
        self._desk = desk
        self._names = names
        self._version: tuple[int, str, str] | None = None

    async def poll(self) -> bool:
        """
        Read own places and names if they are others than last time, or the province is; tell whether they were.

        :raises Unavailable: if the database cannot be reached; what was read stays
        """
        pack, province = self._desk.pack, self._province
        async with self._desk.db.connection() as connection:
            version = (await connection.fetchval(ownstore.VERSION), pack.key, province)
            if version == self._version:
                return False
            places = await ownstore.places(connection)
            names = await ownstore.names(connection, NOT_UNDONE)
            arrivals = await ownstore.arrivals(connection, NOT_UNDONE)
        nicknames = [_nickname(name, pack) for name in names if used(name, pack.places)]
        self._desk.finder = await asyncio.to_thread(
            Finder,
            province,
            names=self._names,
            own=places,
            nicknames=nicknames,
            learned=learned_points(arrivals, pack.places),
        )
        self._version = version
        return True

    @property
    def _province(self) -> str:
        """Code of the province; empty as long as no world is loaded."""
        return next((area.code for area in self._desk.areas.of_level(AreaLevel.PROVINCE)), "")

    async def run(self) -> None:
        """Follow until cancelled; a lost database is waited for."""
        await poll_on("places", self.poll, every_s=POLL_S, breath=BREATH)


def _nickname(name: TaughtName, pack: RulePack) -> Nickname:
    assert pack.places is not None
    point = middle(name.points, apart_m=pack.places.arrival_apart.value * 1000) if name.code is None else None
    return Nickname(name.id, name.said, name.area, name.code, point)


async def bump(tx: Connection) -> None:
    """Let every process know that own places, names or arrivals have changed."""
    await tx.execute(ownstore.BUMP)
