"""
Spoken places made out of the gazetteer by a seed: who said what, and which place was meant.

Every query is one whose undistorted words fit one place of its scope only; a distortion may make it fit another one.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dispatch.places.names.gazetteer import COUNTY, TOWNSHIP, VILLAGE, Gazetteer

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
STANDING = (  # in a township, and no village; the first fourteen the matcher has in its list, the others not
    *("卫生院", "中心小学", "派出所", "农贸市场", "人民政府", "加油站", "信用社", "幼儿园", "超市", "财政所", "修理厂"),
    *(
        "书店",
        "驾校",
        "快递站",
        "澡堂",
        "宠物店",
        "钓鱼塘",
        "烟草站",
        "血站",
        "防疫站",
        "职校",
        "党校",
        "气象局",
        "水务所",
    ),
    *("司法所", "福利院", "轮胎店", "铝材厂", "石料场", "预制场", "面馆", "火锅店", "影院", "健身房", "琴行", "孵化园"),
    *("充电桩", "信号塔", "泵房", "戏台", "凉亭", "篮球场", "图书馆"),
)
LONGEST_TOWNSHIP = 6
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


def in_townships(gazetteer: Gazetteer, seed: int, count: int) -> Iterator[Query]:
    """Yield ``count`` times a township of the country and something that stands there; the township is meant."""
    rng = random.Random(seed)
    low, high = gazetteer.all_of(TOWNSHIP)
    while count:
        row = rng.randrange(low, high)
        if len(gazetteer.name(row)) > LONGEST_TOWNSHIP:
            continue
        county = gazetteer.name(int(gazetteer.parent[row])) if rng.random() < 0.5 else ""
        code = gazetteer.code_of(row)
        scope = code[:6] if rng.random() < 0.5 else None
        said = county + gazetteer.name(row) + rng.choice(STANDING)
        yield Query(said, code[:2], scope, code, "standing in a township")
        count -= 1


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
