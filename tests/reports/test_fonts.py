"""The font of reports: found wherever the machine has one."""

import pytest
from matplotlib import font_manager

from dispatch.reports import plots


def test_a_font_is_found_that_was_installed_after_the_list_of_fonts_was_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    if (font := plots.chinese_font()) is None:
        pytest.skip("this machine has no font with Chinese letters")
    manager = font_manager.fontManager
    newer = {entry.fname for entry in manager.ttflist if entry.name in plots.FONTS}
    monkeypatch.setattr(manager, "ttflist", [entry for entry in manager.ttflist if entry.fname not in newer])
    plots.chinese_font.cache_clear()
    assert plots.chinese_font() == font
