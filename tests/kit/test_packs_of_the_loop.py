"""The packs with the closed loop and those from before it: all load, and an old one in a database stays what it was."""

import json

import pytest

from dispatch.desk.setup import open_desk
from dispatch.desk.world import World
from dispatch.kit.db import Database
from dispatch.kit.rulepack import FOLDER, BadPack, Packs, RulePack, read
from dispatch.services.lifecycle import stages_of
from dispatch.services.words import CustomerClass, ServiceKind

LOOP = {name for name, field in RulePack.model_fields.items() if not field.is_required()} - {"local_examples"}


def test_every_pack_of_the_folder_loads_under_its_files_name() -> None:
    found = {f"{pack.id}-{pack.version}" for pack in Packs.load().by_key.values()}
    assert found == {path.stem for path in FOLDER.glob("*.yaml")}


def sections(key: str) -> set[str]:
    pack = Packs.load().get(key)
    return {name for name in LOOP if getattr(pack, name) is not None}


def test_both_grid_companies_have_the_whole_loop_and_the_packs_before_it_have_none_of_it() -> None:
    assert sections("sgcc@2026.2") == sections("csg@2026.2") >= {"supervision", "modes", "services", "weather"}
    for key in ("sgcc@2026.1", "csg@2026.1", "national_floor@2026.1"):
        assert sections(key) == set()
    assert Packs.load().latest("sgcc").version == Packs.load().latest("csg").version == "2026.2"


def test_a_later_version_limits_repairs_as_the_one_before() -> None:
    packs = Packs.load()
    for family in ("sgcc", "csg"):
        assert packs.get(f"{family}@2026.2").limits == packs.get(f"{family}@2026.1").limits


@pytest.mark.parametrize("key", ["sgcc@2026.2", "csg@2026.2"])
def test_every_kind_of_request_and_every_class_of_customer_has_its_stages(key: str) -> None:
    services = Packs.load().get(key).services
    assert services is not None
    assert set(services.requests) == {kind.value for kind in ServiceKind} - {"connection"}
    assert set(services.connections) == {customer.value for customer in CustomerClass}
    for rules in (*services.requests.values(), *services.connections.values()):
        assert len(stages_of(rules)) == len(rules)


async def test_a_pack_kept_before_the_loop_still_opens_and_keeps_its_digest(db: Database, world: World) -> None:
    """Its row has no word of the sections that came later, and its unset limits are written out as null."""
    now = Packs.load().get("sgcc@2026.1")
    old = {name: value for name, value in json.loads(now.model_dump_json()).items() if name not in LOOP}
    assert old["limits"]["contact_customer"] is None
    async with db.transaction() as tx:
        await tx.execute(
            "INSERT INTO rule_pack (key, body, digest) VALUES ('sgcc@2026.1', $1, 'of-old')", json.dumps(old)
        )
        gone = json.dumps(old | {"id": "gone"})
        await tx.execute("INSERT INTO rule_pack (key, body, digest) VALUES ('gone@2026.1', $1, 'of-old')", gone)
    desk = await open_desk(db, "sgcc")
    assert desk.packs.get("sgcc@2026.1").digest == now.digest
    assert desk.packs.get("gone@2026.1").services is None
    async with db.connection() as connection:
        kept = await connection.fetchrow("SELECT body, digest FROM rule_pack WHERE key = 'sgcc@2026.1'")
    assert kept is not None
    assert (json.loads(kept["body"]), kept["digest"]) == (old, "of-old")


NONSENSE = {
    "supervision.levels": ({"share: {value: 0.5, unit": "share: {value: 0.8, unit"}, "逐级增大"),
    "supervision.levels.2.share": ({"share: {value: 1, unit": "share: {value: 0.9, unit"}, "应为 1"),
    "modes.storm_leave": ({"storm_leave: {value: ": "storm_leave: {value: 99"}, "storm_enter"),
    "field_reports.trusted_from": ({"trusted_from: {value: 0.7": "trusted_from: {value: 7"}, "不大于 1"),
    "field_reports.clock_ahead": ({"clock_ahead: {value: 2": "clock_ahead: {value: 6"}, "不大于 same_fact"),
    "limits.accept_or_return": ({"accept_or_return: {value: 3": "accept_or_return: {value: 0"}, "大于 0"),
}


@pytest.mark.parametrize("key", NONSENSE)
def test_a_pack_whose_numbers_contradict_each_other_is_refused_by_section_and_field(key: str) -> None:
    changes, said = NONSENSE[key]
    text = (FOLDER / "sgcc-2026.2.yaml").read_text("utf-8")
    for good, bad in changes.items():
        assert good in text
        text = text.replace(good, bad, 1)
    with pytest.raises(BadPack) as refused:
        read(text, "mine.yaml")
    assert refused.value.field == key
    assert said in refused.value.message


def test_what_a_pack_lacks_is_said_in_chinese() -> None:
    with pytest.raises(BadPack, match="缺少必填项"):
        read("id: mine", "mine.yaml")
