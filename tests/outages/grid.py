"""A small network of 象山: one substation, a feeder of ten transformers, one with a factory and an estate."""

from typing import Any

from tests.worlds import XIANGSHAN

LATERALS = {
    "L1": ("东街支线", (1, 2)),
    "L2": ("西街支线", (3, 4)),
    "L3": ("南街支线", (5, 6)),
    "L4": ("北街支线", (7, 8, 9, 10)),
}


def node(code: str, kind: str, parent: str | None, name: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "kind": kind, "parent": parent, "name": name, "area": XIANGSHAN, **more}


def account_no(transformer: int, box: int = 1, flat: int = 1) -> str:
    return f"33{transformer:02d}{box}{flat}"


def meter(transformer: int, box: int = 1, flat: int = 1) -> str:
    return f"M{account_no(transformer, box, flat)}"


def _transformer(n: int, parent: str, served: str = "public") -> list[dict[str, Any]]:
    """Return a transformer with its terminal, two boxes, and two flats in each."""
    found = [node(f"T{n}", "transformer", parent, f"{n}号台区", meter_no=f"TM{n}", served=served)]
    for box in (1, 2):
        code, lon = f"T{n}-B{box}", 121.87 + n * 0.002 + box * 0.001
        found.append(node(code, "box", f"T{n}", f"{n}号台区{box}号箱", lon=lon, lat=29.48))
        found += [
            node(account_no(n, box, k), "account", code, f"{k}室", households=1, meter_no=meter(n, box, k))
            for k in (1, 2)
        ]
    return found


def network() -> list[dict[str, Any]]:
    found = [
        node("S1", "substation", None, "象山变"),
        node("F1", "feeder", "S1", "丹东线"),
        node("F2", "feeder", "S1", "港区线"),
    ]
    for code, (name, transformers) in LATERALS.items():
        found.append(node(code, "lateral", "F1", name))
        for n in transformers:
            found += _transformer(n, code)
    found += [*_transformer(11, "F2", "dedicated"), *_transformer(12, "F2", "unhanded")]
    for each in found:
        if each["code"] == account_no(9):
            each["protected"] = "life_support"
    return found
