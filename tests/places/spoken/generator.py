"""
Spoken places made out of the gazetteer by a seed: who said what, and which place was meant.

Every query is one whose undistorted words fit one place of its scope only; a distortion may make it fit another one.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dispatch.places.names.gazetteer import COUNTY, VILLAGE, Gazetteer

from .sounds import PROVINCES, homophones, merged

BEFORE = ("", "", "我家在", "我们", "我是", "喂你好,我在", "麻烦看一下,", "地址是")
LANDMARKS = (
    "旁边的小店",
    "菜场旁边",
    "村口",
    "小学对面",
    "卫生院边上",
    "大樟树下",
    "老年活动室后面",
    "加油站那边",
    "3组12号",
    "祠堂边",
)
BETWEEN = ("那个", "就是", "嗯", "那边", "的")


@dataclass(frozen=True, slots=True)
class Query:
    """What was said in which scope, and the 12 digits of what was meant."""

    q: str
    province: str
    county: str | None
    want: str
    kind: str


@dataclass(frozen=True, slots=True)
class Words:
    """The names of a village and what it lies in, as people say them."""

    row: int
    area: str
    county: str
    township: str
    village: str
    whole: str  # the village's whole name
    rng: random.Random


def plain(w: Words) -> str:
    return w.county + w.township + w.whole


def official(w: Words) -> str:
    return w.county + w.township + w.village


def by_sound(w: Words) -> str:
    return homophones(official(w), w.rng.randint(1, 3), w.rng)


def mixed_up(w: Words) -> str:
    return merged(official(w), 1, w.rng, None)


def dialect(w: Words) -> str:
    return merged(official(w), w.rng.randint(1, 2), w.rng, w.area)


def both(w: Words) -> str:
    return merged(homophones(plain(w), 2, w.rng), 2, w.rng, w.area)


def no_township(w: Words) -> str:
    return w.county + homophones(w.village, 1, w.rng)


def no_county(w: Words) -> str:
    return homophones(w.township + w.village, 1, w.rng)


def village_only(w: Words) -> str:
    return homophones(w.whole, 1, w.rng)


def village_in_dialect(w: Words) -> str:
    return merged(w.whole, 1, w.rng, w.area)


def missing(w: Words) -> str:
    cut = w.rng.randrange(len(w.village)) if len(w.village) > 2 else None
    return w.county + w.township + "".join(sign for i, sign in enumerate(w.village) if i != cut)


def landmark(w: Words) -> str:
    said = w.county + w.rng.choice(BETWEEN) + homophones(w.township, 1, w.rng) + w.whole
    return w.rng.choice(BEFORE) + said + w.rng.choice(LANDMARKS)


def halting(w: Words) -> str:
    return w.county + w.county + "," + w.rng.choice(BETWEEN) + w.township + w.rng.choice(BETWEEN) + w.village


def only_township(w: Words) -> str:
    return w.county + homophones(w.township, 1, w.rng) + w.rng.choice(("", "", "这边", "街上", "农贸市场"))


KINDS: dict[str, Callable[[Words], str]] = {
    "plain": plain, "homophones": by_sound, "mixed up everywhere": mixed_up, "dialect": dialect,
    "homophones and dialect": both, "township missing": no_township, "county missing": no_county,
    "village only, county known": village_only, "village only, in dialect": village_in_dialect,
    "syllable missing": missing, "landmark": landmark, "halting": halting, "township only": only_township,
}  # fmt: skip
IN_COUNTY = frozenset({"village only, county known", "village only, in dialect"})


def generate(gazetteer: Gazetteer, seed: int, count: int) -> Iterator[Query]:
    """Yield ``count`` queries, kind by kind and province by province in turn."""
    rng = random.Random(seed)
    kinds, provinces = list(KINDS), list(PROVINCES)
    for i in range(count):
        yield _query(gazetteer, kinds[i % len(kinds)], provinces[i // len(kinds) % len(provinces)], rng)


def _query(gazetteer: Gazetteer, kind: str, province: str, rng: random.Random) -> Query:
    root = gazetteer.row_of(province)
    assert root is not None
    low, high = gazetteer.within(root, VILLAGE)
    while True:
        row = rng.randrange(low, high)
        township = int(gazetteer.parent[row])
        county = int(gazetteer.parent[township])
        w = Words(
            row,
            PROVINCES[province],
            gazetteer.core_name(county),
            gazetteer.core_name(township),
            gazetteer.core_name(row),
            gazetteer.name(row),
            rng,
        )
        if _alone(gazetteer, kind, w, county if kind in IN_COUNTY or kind != "county missing" else root):
            meant = township if kind == "township only" else row
            scope = gazetteer.code_of(county)[:6] if kind in IN_COUNTY else None
            return Query(KINDS[kind](w), province, scope, gazetteer.code_of(meant), kind)


def _alone(gazetteer: Gazetteer, kind: str, w: Words, scope: int) -> bool:
    """Tell whether what was said, undistorted, is the name of nothing else in the scope."""
    said = w.township + w.village if kind == "county missing" else w.village
    if kind == "township only":
        said = w.township
    same = 0
    for level in range(COUNTY, VILLAGE + 1):
        for row in range(*gazetteer.within(scope, level)):
            core = gazetteer.core_name(row)
            whole = gazetteer.core_name(int(gazetteer.parent[row])) + core if kind == "county missing" else core
            same += whole == said
            if same > 1:
                return False
    return True
