"""A network comes in with the world; one that cannot be is refused, naming where."""

import copy
import json
from typing import Any

import pytest

from dispatch.desk.setup import load_world
from dispatch.desk.world import BadWorld, World
from dispatch.kit.db import Database
from dispatch.outages import network as net
from tests.worlds import WORLD

from .grid import network


def having(n: int, **change: Any) -> dict[str, Any]:
    nodes = copy.deepcopy(network())
    nodes[n] |= change
    return {**WORLD, "network": nodes}


async def test_a_network_is_loaded_and_brought_up_to_date(db: Database) -> None:
    await load_world(db, World.read(json.dumps({**WORLD, "network": list(reversed(network()))})))
    await load_world(db, World.read(json.dumps(having(1, name="丹东甲线"))))
    async with db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM network_node") == len(network())
        (feeder, substation) = await net.path(connection, "F1")
    assert (feeder.name, substation.code) == ("丹东甲线", "S1")


@pytest.mark.parametrize(
    ("world", "names"),
    [
        (having(1, parent="nowhere"), "nowhere"),
        (having(0, parent="F1"), "不能接在"),
        (having(1, area="3302"), "3302"),
        (having(1, code="S1"), "S1"),
        (having(4, meter_no="TM2"), "TM2"),
        (having(1, kind="pole"), "network.1.kind"),
        (having(1, installed_at="2020-01-01T00:00:00"), "installed_at"),
    ],
)
def test_a_network_that_cannot_be_is_refused(world: dict[str, Any], names: str) -> None:
    with pytest.raises(BadWorld) as refused:
        World.read(json.dumps(world))
    assert names in refused.value.message
