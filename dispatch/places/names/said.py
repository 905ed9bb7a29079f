"""What a caller said, as characters and syllables."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from . import landmarks
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
LONG_NUMBER = re.compile(r"[0-9]{4,}|[0-9]{3}(?![\u3400-\u9fff])")  # of a telephone, an account; 110, 119
TROUBLE = re.compile(r"(?:停电|没有?电|断电|跳闸)了?")
TAKEN_BACK = re.compile(r"(?:不对|错了)[,,。、 ]*|不是[^是]{1,12}(?<!就)[,,。;;、 ]*(?:而是|应该是|应当是|是的?)")
DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
LETTERS = re.compile(r"[a-z]+")
VILLAGE_ENDING = re.compile("渔村|村|社区|小区")
VILLAGE_WORD = re.compile(r"([^村社庄屯寨镇乡县]{1,3})(?:村|社区|[庄屯寨镇乡县])")
PIECE = re.compile(r"[a-z]+|[\u3400-\u9fff〇\U00020000-\U0003ffff]")


class Said:
    """
    The signs and syllables of what was said, one of each for every syllable; letters are read as pinyin.

    :param number: of every syllable that occurs in a name
    """

    def __init__(self, text: str, number: Mapping[str, int]) -> None:
        plain = LONG_NUMBER.sub(" ", NUMBERED.sub(" ", text.lower().replace("ü", "v")))
        plain = FILLER.sub("", LANDMARK.sub("", TROUBLE.sub(" ", plain)))
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
        self.text = "".join(chr(sign) if sign else "*" for sign in signs[:LONGEST])
        self._mark(landmarks.spans(self.text))

    def _mark(self, spans: Sequence[tuple[int, int]]) -> None:
        """
        Take the words of landmarks by the letter only, and note where they stand.

        ``plain[i]``: signs before the i-th that are of no landmark; ``inside[i]``: the i-th is in the middle of one;
        ``feature[i]``: the i-th still belongs to the name of one, 湖 of 松雅湖公园; ``rest[i]``: from the i-th on so
        many signs of a word that ends like a village's name, 0 if none does soon; ``village_ending[i]``: signs of such
        an ending there; ``tail[i]``: signs up to the next landmark, at most three.
        """
        size = len(self.char)
        of_one, self.inside = np.zeros(size, bool), np.zeros(size + 1, bool)
        self.feature, self.rest = np.zeros(size + 1, bool), np.zeros(size + 1, np.int64)
        for low, high in spans:
            of_one[low:high] = self.inside[low + 1 : high] = True
            self.feature[low - 1] = low > 0 and self.text[low - 1] in landmarks.FEATURES
        self.syllable[of_one] = 0
        self.plain = np.concatenate([[0], np.cumsum(~of_one)]).astype(np.int64)
        for found in VILLAGE_WORD.finditer(self.text):
            self.rest[found.start() : found.end(1)] = np.arange(found.end(1) - found.start(), 0, -1)
        self.rest[:-1][of_one] = 0
        stops = np.append(np.flatnonzero(of_one), size)
        every = np.arange(size + 1)
        self.tail = np.minimum(stops[np.searchsorted(stops, every)] - every, 3)
        self.village_ending = np.zeros(size + 1, np.int64)
        for found in VILLAGE_ENDING.finditer(self.text):
            self.village_ending[found.start()] = len(found[0])

    def __len__(self) -> int:
        return len(self.char)


def orders(text: str) -> list[str]:
    """
    Return in which orders the parts may be meant: as said, and from the last: 星塘村,石浦的,象山.

    What the caller takes back is left out: 不是石浦,是鹤浦.
    """
    meant = TAKEN_BACK.sub("", text[:HEARD])
    parts = [part for part in re.split(r"[,,。;;、]+", meant) if part.strip()]
    return [meant, ",".join(reversed(parts))] if 2 <= len(parts) <= 4 else [meant]


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
