"""Rule packs: what is in them, and what is refused."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from dispatch.kit.numbers import NoSuchNumber, Number
from dispatch.kit.rulepack import FOLDER, BadPack, Packs, RulePack, UnknownPack, read

SGCC = (FOLDER / "sgcc-2026.1.yaml").read_text("utf-8")
TRUSTED = ("[V", "[T", "[K]", "[P]", "[S")


def changed(old: str, new: str) -> str:
    assert SGCC.count(old) >= 1, old
    return SGCC.replace(old, new, 1)


@pytest.mark.parametrize("key", ["sgcc@2026.1", "csg@2026.1", "national_floor@2026.1"])
def test_the_packs_of_the_trade_are_there(key: str) -> None:
    assert Packs.load().get(key).key == key


def test_every_number_says_where_it_comes_from() -> None:
    def numbers(part: object) -> list[dict[str, object]]:
        if isinstance(part, dict):
            found = [part] if "value" in part else []
            return found + [n for value in part.values() for n in numbers(value)]
        return [n for value in part for n in numbers(value)] if isinstance(part, list | tuple) else []

    for pack in Packs.load().by_key.values():
        found = numbers(pack.model_dump())
        assert len(found) > 30
        assert all(str(number["source"]).startswith(TRUSTED) for number in found)


def test_a_limit_is_asked_for_by_name_and_area_class() -> None:
    pack = Packs.load().latest("sgcc")
    assert pack.minutes("arrive", area_class="remote") == timedelta(hours=2)
    assert pack.minutes("callback") == timedelta(hours=24)
    assert pack.find("contact_customer") is None
    with pytest.raises(NoSuchNumber, match="contact_customer"):
        pack.minutes("contact_customer")
    with pytest.raises(NoSuchNumber, match="no_such_limit"):
        pack.find("no_such_limit")
    with pytest.raises(NoSuchNumber, match="urban、rural、remote"):
        pack.minutes("arrive", area_class="suburb")


def test_the_quiet_hours_of_the_callback_run_over_midnight() -> None:
    quiet = Packs.load().latest("sgcc").limits.callback_quiet
    assert quiet is not None
    assert quiet.spans == ((time(12), time(14)), (time(21), time(8)))


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        (', source: "[K] 接单或退单"', "", "limits.accept_or_return.source"),
        ('source: "[K] 接单或退单"', 'source: "  "', "limits.accept_or_return.source"),
        ("accept_or_return: {value: 3,", "accept_or_return: {value: -3,", "limits.accept_or_return.value"),
        ("accept_or_return: {value: 3,", "accept_or_return: {value: .nan,", "limits.accept_or_return.value"),
        ("accept_or_return: {value: 3,", 'accept_or_return: {value: "3",', "limits.accept_or_return.value"),
        ("accept_or_return: {value: 3,", "accept_or_return: {value: true,", "limits.accept_or_return.value"),
        (
            "accept_or_return: {value: 3, unit: min",
            "accept_or_return: {value: 3, unit: mins",
            "limits.accept_or_return.unit",
        ),
        ("  accept_or_return:", "  accept_or_returns:", "limits.accept_or_returns"),
        ("travel:\n", "travels:\n", "travel"),
        ('version: "2026.1"', "version: 2026.1", "version"),
        ('version: "2026.1"', 'version: "1"', "version"),
        ("id: sgcc", "id: SGCC", "id"),
        ('"21:00-08:00"', '"21:00-8"', "limits.callback_quiet.value.1"),
        ("    urban: {value: 30, unit: km/h", "    urban: {value: 0, unit: km/h", "travel.speed.urban.value"),
        ("callback_attempts: {value: 3,", "callback_attempts: {value: 2.5,", "limits.callback_attempts.value"),
    ],
)
def test_a_pack_that_is_wrong_is_refused_naming_file_and_key(old: str, new: str, key: str) -> None:
    with pytest.raises(BadPack) as refused:
        read(changed(old, new), "my.yaml")
    assert refused.value.field == key
    assert "my.yaml" in refused.value.message
    assert key in refused.value.message


def test_a_key_that_stands_twice_is_refused() -> None:
    with pytest.raises(BadPack, match="同一项写了两次"):
        read(changed("limits:\n", "limits:\n  chase_forward: {value: 1, unit: min, source: '[P] x'}\n"), "my.yaml")


@pytest.mark.parametrize("text", ["", "[1, 2]", "limits: [", "\x00", "just words"])
def test_what_is_no_pack_at_all_is_refused(text: str) -> None:
    with pytest.raises(BadPack, match=r"my\.yaml"):
        read(text, "my.yaml")


def test_an_unknown_pack_is_refused_naming_those_there_are() -> None:
    packs = Packs.load()
    with pytest.raises(UnknownPack, match=r"sgcc@2026\.1"):
        packs.get("sgcc@1999.1")
    with pytest.raises(UnknownPack, match="csg、national_floor、sgcc"):
        packs.latest("nobody")


def test_one_key_cannot_mean_two_things(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SGCC, "utf-8")
    (tmp_path / "b.yaml").write_text(changed("accept_or_return: {value: 3", "accept_or_return: {value: 4"), "utf-8")
    with pytest.raises(BadPack, match="换新版本号"):
        Packs.load(tmp_path)


def test_the_newest_version_is_newest_by_number(tmp_path: Path) -> None:
    for version in ("2026.9", "2026.10", "2025.12"):
        (tmp_path / f"{version}.yaml").write_text(changed('"2026.1"', f'"{version}"'), "utf-8")
    assert Packs.load(tmp_path).latest("sgcc").key == "sgcc@2026.10"


def test_the_digest_is_of_what_a_pack_says_not_of_how_it_is_written() -> None:
    pack = read(SGCC, "a.yaml")
    assert read("# a comment\n" + SGCC, "b.yaml").digest == pack.digest
    assert RulePack.model_validate_json(pack.model_dump_json()).digest == pack.digest
    assert read(changed("accept_or_return: {value: 3", "accept_or_return: {value: 4"), "c.yaml").digest != pack.digest


def test_a_number_keeps_value_unit_and_source() -> None:
    number = Packs.load().latest("sgcc").limits.arrive.urban
    assert isinstance(number, Number)
    assert (number.value, number.unit) == (45, "min")
    assert number.source.startswith("[V1][V2]")
