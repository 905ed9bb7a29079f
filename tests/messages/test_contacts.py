"""Where numbers and the gateway's address come from."""

from itertools import zip_longest

import pytest

from dispatch.desk.setup import load_world
from dispatch.desk.supervision.contacts import EnteredTwice, NotOnDuty
from dispatch.desk.world import BadWorld, World
from dispatch.kit.db import Database
from dispatch.kit.errors import Invalid
from dispatch.kit.settings import BadSetting, Settings
from dispatch.notify.phones import is_mobile, masked, plain
from tests.worlds import WORLD, XIANGSHAN

DIRECTOR = {"area": XIANGSHAN, "addressee": "county_director", "name": "甲", "phone": "139 0000 0001"}


def having(**more: object) -> World:
    world = World.model_validate(WORLD | more)
    world.check()
    return world


def crews(*phones: str) -> list[object]:
    return [crew | {"phone": phone} for crew, phone in zip_longest(WORLD["crews"], phones)]


async def test_a_world_brings_crews_numbers_and_who_is_on_duty_and_a_later_one_without_them_forgets_nothing(
    db: Database,
) -> None:
    loaded = await load_world(db, having(crews=crews("+86 13900005678"), contacts=[DIRECTOR]))
    assert loaded["contacts"] == 1
    await load_world(db, having())
    async with db.connection() as connection:
        assert await connection.fetchval("SELECT phone FROM crew WHERE id = 'c1'") == "13900005678"
        row = await connection.fetchrow("SELECT * FROM duty_contact")
    assert row is not None
    assert tuple(row) == (XIANGSHAN, "county_director", "甲", "13900000001")


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"crews": crews("13900005678", "+8613900005678")}, BadWorld),
        ({"contacts": [DIRECTOR | {"area": "nowhere"}]}, BadWorld),
        ({"contacts": [DIRECTOR, DIRECTOR | {"phone": "13900000001"}]}, EnteredTwice),
        ({"contacts": [DIRECTOR | {"addressee": "crew"}]}, NotOnDuty),
    ],
)
def test_numbers_that_cannot_be_are_refused(more: dict[str, object], refusal: type[Invalid]) -> None:
    with pytest.raises(refusal):
        having(**more)


@pytest.mark.parametrize("written", ["13900001234", "+86 139-0000-1234", "008613900001234", "86 13900001234"])
def test_a_number_is_known_again_however_it_is_written(written: str) -> None:
    assert plain(written) == "13900001234"
    assert is_mobile(written)
    assert masked(written) == "139****1234"


@pytest.mark.parametrize("written", ["0574-65710000", "95598", "12345", "", "8613900001"])
def test_no_text_goes_to_what_is_no_mobile_number(written: str) -> None:
    assert not is_mobile(written)


def test_the_gateways_address_is_checked_and_its_token_is_not_shown() -> None:
    settings = Settings.from_env({"DISPATCH_SMS_GATEWAY": "http://sms:8096/", "DISPATCH_SMS_TOKEN": "word"})
    assert settings.sms_gateway == "http://sms:8096"
    assert "word" not in repr(settings)
    assert Settings.from_env(settings.environ()) == settings
    with pytest.raises(BadSetting, match="DISPATCH_SMS_GATEWAY"):
        Settings.from_env({"DISPATCH_SMS_GATEWAY": "sms:8096"})
