"""What the environment may say, and what it is told when it says it wrongly."""

from pathlib import Path

import pytest

from dispatch.kit.settings import BadSetting, Settings


def test_an_empty_environment_gives_a_site_on_one_machine() -> None:
    settings = Settings.from_env({})
    assert settings.database_url is None
    assert (settings.host, settings.port, settings.api_processes) == ("127.0.0.1", 8095, 1)
    assert settings.data_dir == Path.cwd() / "var"


def test_the_database_address_takes_every_form_that_people_write() -> None:
    for scheme in ("postgresql", "postgres", "postgresql+asyncpg"):
        settings = Settings.from_env({"DATABASE_URL": f"{scheme}://dispatch:word@db:5432/dispatch"})
        assert settings.database_url == "postgresql://dispatch:word@db:5432/dispatch"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("DATABASE_URL", "mysql://db/dispatch"), ("DATABASE_URL", "db.example")),
        *(("DISPATCH_PORT", "八千"), ("DISPATCH_PORT", "70000"), ("DISPATCH_PORT", "-1")),
        *(("DISPATCH_API_PROCESSES", "0"), ("DISPATCH_POOL", "1.5")),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name) as refusal:
        Settings.from_env({name: value})
    assert refusal.value.field == name


def test_a_child_reads_the_same_settings_back() -> None:
    pack = {"DISPATCH_PACK": "lipu", "DISPATCH_HOLIDAYS": "h.yaml"}
    settings = Settings.from_env({"DISPATCH_PORT": "8123", "DISPATCH_CLOCK": "/run/clock", **pack})
    assert Settings.from_env(settings.environ()) == settings
