"""What a caller said, as characters and syllables."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from .readings import reading

HEARD = 500  # characters of a text that are read
LONGEST = 120  # signs that are listened to: a place takes ten or twenty
FILLER = re.compile(r"我们家在|我们家|我家在|我家|我住在|我在|住在|位于|那个|这个|就是|这里是|那里是|[嗯啊呃哦诶的]")
NUMBERED = re.compile(
    r"[0-9]+(?:号楼|单元|公里|平方|[号幢栋组队室楼弄米层户线杆])"
)  # of a house, a pole: not of the name
LANDMARK = re.compile(
    r"(?:的?(?:对面|旁边|边上|附近|后面|前面|隔壁|门口|楼下|里面|那边|这边|那里|这里|左右))+[^\u3400-\u9fff]*$"
)
LONG_NUMBER = re.compile(r"[0-9]{4,}")  # of a telephone, an account
DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
LETTERS = re.compile(r"[a-z]+")
PIECE = re.compile(r"[a-z]+|[\u3400-\u9fff〇\U00020000-\U0003ffff]")


class Said:
    """
    The signs and syllables of what was said, one of each for every syllable; letters are read as pinyin.

    :param number: of every syllable that occurs in a name
    """

    def __init__(self, text: str, number: Mapping[str, int]) -> None:
        plain = LONG_NUMBER.sub(" ", NUMBERED.sub(" ", text.lower().replace("ü", "v")))
        plain = FILLER.sub("", LANDMARK.sub("", plain))
        signs: list[int] = []
        syllables: list[str] = []
        for piece in PIECE.findall(plain.translate(DIGITS)):
            if LETTERS.fullmatch(piece):
                spelt = spell(piece, number)
                signs += [0] * len(spelt)
                syllables += spelt
            else:
                signs.append(ord(piece))
                syllables.append("")
        hanzi = "".join(map(chr, filter(None, signs)))
        read = iter(reading(hanzi))
        spoken = [next(read) if sign else syllable for sign, syllable in zip(signs, syllables, strict=True)]
        self.char = np.array(signs[:LONGEST], np.uint32)
        self.syllable = np.array([number.get(one, 0) for one in spoken[:LONGEST]], np.uint16)

    def __len__(self) -> int:
        return len(self.char)


def orders(text: str) -> list[str]:
    """Return in which orders the parts may be meant: as said, and from the last: 星塘村,石浦的,象山."""
    parts = [part for part in re.split(r"[,,。;;、]+", text[:HEARD]) if part.strip()]
    return [text[:HEARD], ",".join(reversed(parts))] if 2 <= len(parts) <= 4 else [text[:HEARD]]


def spell(letters: str, number: Mapping[str, int]) -> Sequence[str]:
    """Return letters as syllables, the longest first; none if they are no pinyin: ``shipu`` is shi, pu."""
    ways: list[tuple[str, ...] | None] = [()]  # to read the first i letters
    for i in range(1, len(letters) + 1):
        found = None
        for j in range(max(0, i - 6), i):
            if (before := ways[j]) is not None and letters[j:i] in number:
                way = (*before, letters[j:i])
                found = way if found is None or len(way) < len(found) else found
        ways.append(found)
    return ways[-1] or ()
