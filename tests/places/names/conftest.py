"""A gazetteer of two provinces, made as the whole country's is."""

from pathlib import Path

import pytest

from dispatch.places.names.building import build
from dispatch.places.names.dialects import Dialects
from dispatch.places.names.gazetteer import Gazetteer
from dispatch.places.names.matching import Matcher

from .packages import pack


@pytest.fixture(scope="session")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("names")
    build(pack(folder), folder / "gazetteer.npz", lambda *_: None)
    return folder / "gazetteer.npz"


@pytest.fixture(scope="session")
def gazetteer(small_file: Path) -> Gazetteer:
    return Gazetteer.load(small_file)


@pytest.fixture(scope="session")
def matcher(gazetteer: Gazetteer) -> Matcher:
    return Matcher(gazetteer, Dialects())
