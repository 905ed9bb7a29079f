"""Mobile numbers inside texts that are printed, listed and kept for good: they do not belong there."""

import re
import unicodedata

MOBILE = re.compile(r"(?<![0-9A-Za-z])1[3-9][0-9](?:[ -]?[0-9]{4}){2}(?![0-9A-Za-z])")


def has_mobile(text: str) -> bool:
    """Tell whether something in it looks like a mobile number, also in wide signs or parted by blanks."""
    return MOBILE.search(unicodedata.normalize("NFKC", text)) is not None


def without_mobiles(text: str) -> str:
    """Return the text with the middle of each mobile number hidden; where there is one, signs take their plain form."""
    if not has_mobile(text):
        return text
    return MOBILE.sub(lambda found: f"{found[0][:3]}****{found[0][-4:]}", unicodedata.normalize("NFKC", text))
