"""Teams: crews that are alike in all that a plan asks of them, so that one idle crew stands for all that are."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .facts import Bytes, Shorts

ALIKE = ("start", "back", "free", "ends", "latest", "depot", "home", "room", "lent", "held")


class Teams(NamedTuple):
    """``first`` (teams + 1) where each team's members begin in ``member`` (k)."""

    first: Shorts
    member: Shorts

    @property
    def leader(self) -> Shorts:
        """One crew of each team, (teams)."""
        return self.member[self.first[:-1]]


def teams_of(crews: Mapping[str, NDArray[np.generic]], places: NDArray[np.float64], able: Bytes) -> Teams:
    """
    Return the teams of crews.

    :param crews: the columns of crews (``Facts``); crews of the published plan's frozen jobs stand alone by ``held``
    :param places: (p, 3) places: crews may stand at one point under two numbers
    :param able: (classes, k)
    """
    k = able.shape[1]
    if k == 0:
        return Teams(np.zeros(1, np.int32), np.zeros(0, np.int32))
    start, back = crews["start"].astype(int), crews["back"].astype(int)
    columns = [crews[name].reshape(k, -1).astype(float) for name in ALIKE if name not in ("start", "back")]
    columns += [crews["rest"].astype(float), places[start], np.where(back[:, None] >= 0, places[back], np.nan)]
    columns.append(np.packbits(able, axis=0).T.astype(float))
    rows = np.nan_to_num(np.hstack(columns), nan=-1e300)
    team = np.unique(rows, axis=0, return_inverse=True)[1].ravel()
    return grouped(team)


def grouped(team: NDArray[np.int64]) -> Teams:
    """Return the teams when each crew's team is known, (k) numbers from 0 on without gaps."""
    member = np.argsort(team, kind="stable").astype(np.int32)
    first = np.concatenate([[0], np.cumsum(np.bincount(team))]).astype(np.int32)
    return Teams(first, member)
