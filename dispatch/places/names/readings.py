"""How Chinese characters are read, without tones."""

from functools import cache
from importlib import import_module
from typing import Any


def reading(name: str) -> list[str]:
    """Return one toneless syllable for each character, ``""`` for what is no Chinese character; 绿 is ``lv``."""
    found = _pinyin().lazy_pinyin(name, style=_pinyin().Style.NORMAL, errors=_each, v_to_u=False)
    return [syllable if syllable.isalpha() else "" for syllable in found]


@cache
def _pinyin() -> Any:
    """Load the dictionary when a name is first read: a quarter of a second of each process that reads none."""
    return import_module("pypinyin")


def _each(other: str) -> list[str]:
    """Return one sign for each character that is not Chinese; the library takes a list, though it says otherwise."""
    return [""] * len(other)
