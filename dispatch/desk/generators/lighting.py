"""Who is in the dark, by the outages that stand; and where supply is back although a truck is there, or under way."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dispatch.kit.db import Connection
from dispatch.outages import network
from dispatch.outages import store as outages
from dispatch.outages.model import Node, Outage, OutageState

from .rows import Assignment
from .words import AssignmentState

OPEN = frozenset({AssignmentState.PLANNED, AssignmentState.SENT, AssignmentState.CONNECTED})


@dataclass(frozen=True, slots=True)
class Darkness:
    """
    Which outages stand, by the node that each is of.

    :param lines: of what stayed dark where the rest of an outage came back: its node -> the codes from it to the source
    """

    by_node: Mapping[str, Sequence[Outage]]
    lines: Mapping[str, Collection[str]]

    def outage(self, path: Sequence[Node]) -> Outage | None:
        """Return the outage that a node is dark by: the one nearest to the source, which is over last."""
        above = {node.code for node in path}
        for node in reversed(path):
            for outage in self.by_node.get(node.code, ()):
                if not outage.remainder or any(self._left(code, path[0].code, above) for code in outage.remainder):
                    return outage
        return None

    def _left(self, left: str, code: str, above: Collection[str]) -> bool:
        """Tell whether a node hangs on what was left dark, or has it below itself."""
        return left in above or code in self.lines.get(left, ())


async def darkness_of(connection: Connection, standing: Iterable[Outage]) -> Darkness:
    """Return what these outages keep in the dark; the earliest of them comes first."""
    by_node: dict[str, list[Outage]] = {}
    for outage in standing:
        by_node.setdefault(outage.node, []).append(outage)
    left = {code for outages_of in by_node.values() for outage in outages_of for code in outage.remainder}
    paths = await network.paths(connection, left) if left else {}
    return Darkness(by_node, {code: {node.code for node in path} for code, path in paths.items()})


async def bright(connection: Connection, codes: Collection[str], *, at: datetime) -> set[str]:
    """Return which of these nodes no outage keeps, or is to keep, in the dark any more."""
    paths = await network.paths(connection, codes)
    above = {node.code for path in paths.values() for node in path}
    standing = await outages.on_path(connection, above, ended_after=at)
    dark = await darkness_of(connection, (outage for outage in standing if outage.state is not OutageState.ENDED))
    return {code for code in codes if code not in paths or dark.outage(paths[code]) is None}


async def marked(connection: Connection, found: Sequence[Assignment], *, at: datetime) -> list[Assignment]:
    """Return the assignments, those that are still to be worked on with the word whether supply is back there."""
    going_on = {one.target for one in found if one.state in OPEN}
    back = await bright(connection, going_on, at=at) if going_on else set()
    return [replace(one, supply_back=one.state in OPEN and one.target in back) for one in found]
