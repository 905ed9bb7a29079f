"""The utility's own places: roads, buildings, substations, transformers, landmarks, and what people call them."""

import unicodedata
from dataclasses import dataclass

from dispatch.kit.words import Labelled


class OwnKind(Labelled):
    """What an own place is; in answers it stands where a gazetteer's place has its level."""

    ROAD = "road", "道路"
    BUILDING = "building", "楼宇小区"
    SUBSTATION = "substation", "变电站"
    TRANSFORMER = "transformer", "台区变压器"
    LANDMARK = "landmark", "地标"


class OtherLevel(Labelled):
    """What else an answer may be, beside the gazetteer's places and the own ones."""

    ALIAS = "alias", "俗称"
    ACCOUNT = "account", "户号"
    METER = "meter", "电表"


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """
    One place of the utility's file. ``area`` is its county; ``lon``, ``lat`` WGS-84 degrees, None where not known.

    :param aliases: other names that the file gives it
    """

    code: str
    kind: OwnKind
    name: str
    area: str
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    aliases: tuple[str, ...] = ()


def folded(said: str) -> str:
    """Return what was said without what makes no difference: width, case, blanks and signs."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", said).casefold() if sign.isalnum())
