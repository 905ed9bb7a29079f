"""Telephone numbers: one form for each, so that a number that writes to us is known again; and one that is shown."""

import re
from functools import lru_cache

NUMBER = r"\+?[0-9](?:[ -]*[0-9]){2,18}"  # as it is entered: three digits (110) to nineteen
MOBILE = re.compile(r"1[3-9]\d{9}")


@lru_cache(maxsize=4096)  # a storm writes to the few on duty again and again
def plain(phone: str) -> str:
    """Return the digits alone, a Chinese mobile number without its country code: ``+86 139-0000-0000``."""
    digits = "".join(c for c in phone if c.isascii() and c.isdigit())
    national = digits.removeprefix("00").removeprefix("86").removeprefix("0")
    return national if MOBILE.fullmatch(national) else digits


def is_mobile(phone: str) -> bool:
    """Tell whether a text can be sent there."""
    return MOBILE.fullmatch(plain(phone)) is not None


def masked(phone: str) -> str:
    """Return a number that can be recognised but not dialled."""
    digits = plain(phone)
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 9 else f"****{digits[-2:]}"
