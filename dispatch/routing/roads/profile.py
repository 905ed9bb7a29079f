"""How fast a repair vehicle drives on which road: the table ``profile.yaml`` and what is read off it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveFloat, ValidationError

from dispatch.kit.errors import Invalid
from dispatch.kit.files import unread

OURS = Path(__file__).with_name("profile.yaml")
FERRY = "ferry"
AREA_CLASSES = ("urban", "rural", "remote")
Speed = Annotated[float, Field(gt=0, le=130)]


class BadProfile(Invalid):
    """The table of speeds cannot be used."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str


class Speeds(_Strict):
    """Kilometres an hour by area class."""

    urban: Speed
    rural: Speed
    remote: Speed


class _Number(_Strict):
    value: PositiveFloat


class _Ferry(_Strict):
    speed: Speed
    wait_min: NonNegativeFloat


class _Access(_Strict):
    keys: tuple[str, ...] = Field(strict=False)
    closed: frozenset[str]


class _Barriers(_Strict):
    closed: frozenset[str]


class _Towns(_Strict):
    city: int
    town: int


class Profile(BaseModel):
    """A vehicle: speeds by road class, ferries, what it may not pass."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    roads: dict[str, Speeds] = Field(min_length=1)
    limit_share: _Number
    slowest: _Number
    ferry: _Ferry
    access: _Access
    barriers: _Barriers
    towns: _Towns

    @classmethod
    def load(cls, path: Path = OURS) -> "Profile":
        """
        Read a table.

        :raises BadProfile: naming the line that is wrong
        """
        try:
            return cls.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise BadProfile(f"道路速度表 {path.name} 的 {where} 无法使用:{first['msg']}", field="profile") from error
        except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
            raise BadProfile(f"道路速度表 {path.name} 无法读取:{unread(error)}", field="profile") from error

    def knows(self, road: str) -> bool:
        return road in self.roads or road == FERRY

    @property
    def wait_s(self) -> float:
        """How long a crew waits for a ferry."""
        return self.ferry.wait_min * 60


@dataclass(frozen=True)
class SpeedTable:
    """
    The speeds in force, as a graph uses them.

    :param roads: classes in the order of the rows
    :param kmh: (road class, area class); ferries have none (``nan``): their time stands in the graph
    :param limit_share: what is driven of a signposted limit
    """

    roads: tuple[str, ...]
    kmh: NDArray[np.float64]
    limit_share: float
    factor: NDArray[np.float64] = field(init=False)  # what calibration made of the speeds of the profile

    def __post_init__(self) -> None:
        object.__setattr__(self, "factor", np.ones_like(self.kmh))

    @classmethod
    def of(cls, profile: Profile) -> "SpeedTable":
        """Return the profile's own speeds."""
        roads = (*sorted(profile.roads), FERRY)
        rows = [[getattr(profile.roads[road], area) for area in AREA_CLASSES] for road in roads[:-1]]
        return cls(roads, np.array([*rows, [np.nan] * len(AREA_CLASSES)], float), profile.limit_share.value)

    def calibrated(self, factors: dict[tuple[str, str], float]) -> "SpeedTable":
        """Return the table with the speeds of some (road class, area class) times a factor; unknown ones are left."""
        table = SpeedTable(self.roads, self.kmh.copy(), self.limit_share)
        for (road, area), factor in factors.items():
            if road in self.roads and area in AREA_CLASSES:
                cell = self.roads.index(road), AREA_CLASSES.index(area)
                table.kmh[cell] *= factor
                table.factor[cell] = factor
        return table

    def seconds(
        self, road: NDArray[np.uint8], area: NDArray[np.uint8], metres: NDArray[np.float32], limit: NDArray[np.uint8]
    ) -> NDArray[np.float64]:
        """
        Return how long pieces of road take; ferries: ``nan``.

        A calibrated speed stands below the signposted limit too: crews of a slow class are slow on its limited roads.
        """
        kmh = self.kmh[road, area]
        signed = np.where(limit > 0, limit * self.limit_share * np.minimum(self.factor[road, area], 1.0), np.inf)
        return metres * 3.6 / np.minimum(kmh, signed)
