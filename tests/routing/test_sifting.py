"""Calls that cannot be where they say: each named with its reason, none of the others touched."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.routing.fleet import Bools
from dispatch.routing.geo import Floats
from dispatch.routing.sifting import MOST_LEFT_OUT, BadDemand, Doubt, around, sifted
from dispatch.routing.standby import Past, Site, SiteKind

from .roads.networks import graph_of
from .roads.test_closures import NAMES, POINTS, ROADS

HOME = [Site(SiteKind.DEPOT, "甲所", 121.8, 29.4)]
NEAR, SWAPPED, FAR, ABYSS = (121.9, 29.5), (29.5, 121.9), (100.0, 10.0), (123.0, 29.0)


def in_zhejiang(lon: Floats, lat: Floats) -> Bools:
    found: Bools = (lon > 118) & (lon < 123) & (lat > 27) & (lat < 31.2)
    return found


points = st.sampled_from([NEAR, NEAR, NEAR, NEAR, NEAR, NEAR, SWAPPED, FAR])


@given(st.lists(points, min_size=1, max_size=40))
def test_every_call_counts_or_is_named_and_too_many_are_refused(spots: list[tuple[float, float]]) -> None:
    calls = [Past(*spot, name=f"第 {n} 行") for n, spot in enumerate(spots, 2)]
    bad = {
        call.name: Doubt.SWAPPED if call.lon < 90 else Doubt.OUTSIDE for call in calls if (call.lon, call.lat) != NEAR
    }
    if len(bad) > MOST_LEFT_OUT * len(calls):
        with pytest.raises(BadDemand) as refused:
            sifted(calls, in_zhejiang)
        assert len(refused.value.details["rows"]) == len(bad)
        return
    kept, left = sifted(calls, in_zhejiang)
    assert {one.name: one.doubt for one in left} == bad
    assert [call.name for call in kept] == [call.name for call in calls if call.name not in bad]


def test_without_a_map_of_the_province_depots_and_roads_tell_what_is_out_at_sea() -> None:
    graph = graph_of(POINTS, ROADS, names=NAMES)
    for spot, by_depots, by_roads in ((NEAR, True, True), (ABYSS, True, False), (FAR, False, False)):
        lon, lat = np.array([spot[0]]), np.array([spot[1]])
        assert around(300_000, HOME, None)(lon, lat).tolist() == [by_depots]
        assert around(300_000, HOME, graph)(lon, lat).tolist() == [by_roads]
