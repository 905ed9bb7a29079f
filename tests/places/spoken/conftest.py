"""The whole country's place names, if they were built (``make places``)."""

import pytest

from dispatch.kit.settings import Settings
from dispatch.places.names.dialects import Dialects
from dispatch.places.names.gazetteer import Gazetteer
from dispatch.places.names.matching import Matcher


@pytest.fixture(scope="session")
def country() -> Gazetteer:
    path = Settings.from_env().gazetteer_path
    if not path.exists():
        pytest.skip(f"没有全国地名库 {path}(make places 生成)")
    return Gazetteer.load(path)


@pytest.fixture(scope="session")
def listener(country: Gazetteer) -> Matcher:
    return Matcher(country, Dialects())
