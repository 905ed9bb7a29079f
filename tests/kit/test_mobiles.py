"""Mobile numbers inside texts are seen however they are written, and hidden where a text leaves the system."""

import pytest

from dispatch.kit.mobiles import has_mobile, without_mobiles


@pytest.mark.parametrize(("said", "left"), [
    ("请拨 13900000001 找老张", "请拨 139****0001 找老张"),
    ("139 0000 0001", "139****0001"),
    ("139-0000-0001、13900000002", "139****0001、139****0002"),
    ("电话13900000001。", "电话139****0001。"),
    ("13900000001", "139****0001"),
])  # fmt: skip
def test_the_middle_of_a_number_is_hidden_and_nothing_else(said: str, left: str) -> None:
    assert without_mobiles(said) == left
    assert not has_mobile(left)


@pytest.mark.parametrize("said", ["", "户号 3301390000000123", "2607010000001", "12345", "A13900000001B", "停电①号杆"])
def test_other_numbers_stay(said: str) -> None:
    assert without_mobiles(said) == said
