"""Other names of places: nicknames, and the utility's own roads, buildings, substations and transformers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Alias:
    """
    A name besides those of the gazetteer.

    :param name: as it is said
    :param code: what it stands for: the 12 digits of an administrative place, or an own place's code
    :param within: of an own place only: the code of the administrative place it lies in, 2 to 12 digits
    :param level: of an own place only: the word for what it is
    :param lon, lat: of an own place only: WGS-84 degrees, None where they are not known
    """

    name: str
    code: str
    within: str | None = None
    level: str = ""
    lon: float | None = None
    lat: float | None = None
