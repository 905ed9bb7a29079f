"""How Chinese characters are read, without tones."""

from pypinyin import Style, lazy_pinyin


def reading(name: str) -> list[str]:
    """Return one toneless syllable for each character, ``""`` for what is no Chinese character; 绿 is ``lv``."""
    found = lazy_pinyin(name, style=Style.NORMAL, errors=_each, v_to_u=False)
    return [syllable if syllable.isalpha() else "" for syllable in found]


def _each(other: str) -> str:
    """Return one sign for each character that is not Chinese; the library takes a list, though it says otherwise."""
    return [""] * len(other)  # type: ignore[return-value]
