"""Enumerations whose members carry their Chinese name, so that it stands once in the code."""

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """A string enumeration; ``label`` is what the screens show."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:  # the default is for look-ups: Stage("draft")
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member
