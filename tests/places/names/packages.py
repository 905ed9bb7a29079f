"""A small package of place names, laid out like the one from npm: two provinces, four counties."""

import io
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

Rows = Sequence[tuple[str, str]]
TABLES: Mapping[str, Rows] = {
    "provinces": [("33", "浙江省"), ("43", "湖南省")],
    "cities": [("3302", "宁波市"), ("4301", "长沙市"), ("4303", "湘潭市")],
    "areas": [("330225", "象山县"), ("330226", "宁海县"), ("430121", "长沙县"), ("430381", "湘乡市")],
    "streets": [
        *[("330225101", "石浦镇"), ("330225102", "西周镇"), ("330225105", "墙头镇"), ("330226105", "岔路镇")],
        *[("330226200", "胡陈乡"), ("430121002", "泉塘街道"), ("430381200", "东郊乡"), ("430381111", "泉塘镇")],
    ],
    "villages": [
        *[("330225101010", "东门居委会"), ("330225101200", "东门渔村"), ("330225101206", "蒋上湾村村民委员会")],
        *[
            ("330225101244", "星塘村村委会"),
            ("330225101254", "昌明村"),
            ("330225102004", "下沈"),
            ("330225102255", "下沈村"),
        ],
        *[
            ("330225102259", "柴溪村"),
            ("330225102235", "儒雅洋村"),
            ("330225105001", "墙头"),
            ("330225105200", "墙头村"),
        ],
        *[
            ("330225105203", "方家岙村"),
            ("330226105250", "岔路村"),
            ("330226105251", "湖头村"),
            ("330226200235", "岔路村"),
        ],
        *[("330226200236", "中堡溪村"), ("430121002001", "板桥社区"), ("430121002020", "楠竹园社区")],
        *[("430381200201", "新岭(一)村"), ("430381200202", "新岭(二)村"), ("430381111201", "花亭村")],
    ],
}


def pack(folder: Path, tables: Mapping[str, Rows] = TABLES) -> Path:
    """Write the package and return its path."""
    path = folder / "china-division-2.7.0.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for name, rows in tables.items():
            text = "code,name\n" + "".join(f"{code},{said}\n" for code, said in rows)
            member = tarfile.TarInfo(f"package/dist/{name}.csv")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return path
