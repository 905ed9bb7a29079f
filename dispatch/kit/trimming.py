"""What nobody can see is no text: blanks and zero-width signs of all scripts are cut from both ends of what is said."""

import unicodedata

HIDDEN = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})  # blanks, line ends, control and format signs
WRITTEN_AS_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"  # blank all the same: Hangul fillers, the empty Braille cell
BLANK = WRITTEN_AS_LETTERS + "".join(
    chr(n)
    for first, last in ((0x1, 0x3100), (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB), (0xE0001, 0xE007F))
    for n in range(first, last + 1)
    if unicodedata.category(chr(n)) in HIDDEN
)  # not NUL, which is refused wherever it stands


def trimmed(text: str) -> str:
    """Return the text without what cannot be seen at its ends; nothing is left of one that says nothing."""
    return text.strip(BLANK)
