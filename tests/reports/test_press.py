"""Papers from another process: what is drawn there, and what becomes of whoever waits when that process dies."""

import asyncio
import os
from pathlib import Path

import pytest

from dispatch.desk.room import Desk
from dispatch.reports.press import Press, PressAway
from dispatch.reports.worklists import leaf, paper, routemap, tables
from dispatch.reports.worklists.pages import NoChineseFont
from tests.reports.strokes import devour, die, die_once, hang, where
from tests.reports.test_worklists import printed

GREEDY = 4096 * 1024**2


def without_font(_: object) -> bytes:
    raise NoChineseFont("服务器没有中文字体,请安装", field="font")


async def test_a_list_is_drawn_in_another_process_as_it_would_be_here(desk: Desk) -> None:
    sheet, press = await printed(desk), Press()
    try:
        for write in (paper.paper, routemap.png, leaf.page):
            assert await press.printed(write, sheet) == write(sheet)
        assert (await press.printed(tables.workbook, sheet)).startswith(b"PK")
        pid, parent = map(int, (await press.printed(where, None)).split())
        assert (pid != os.getpid(), parent) == (True, os.getpid())
        assert (await press.printed(where, None)).split()[0] == str(pid).encode()  # it stays for the next
    finally:
        await press.close()
    assert not Path(f"/proc/{pid}").exists()


async def test_what_cannot_be_drawn_is_refused_as_it_would_be_here() -> None:
    press = Press()
    with pytest.raises(NoChineseFont) as refused:
        await press.printed(without_font, None)
    await press.close()
    assert (refused.value.message, refused.value.field) == ("服务器没有中文字体,请安装", "font")


async def test_a_press_that_was_killed_is_replaced_and_the_paper_printed(tmp_path: Path) -> None:
    press, marker = Press(), tmp_path / "struck"
    both = await asyncio.gather(press.printed(die_once, str(marker)), press.printed(die_once, str(marker)))
    await press.close()
    assert marker.exists()
    assert both == [b"printed", b"printed"]


@pytest.mark.parametrize(("write", "about"), [(die, 0), (hang, 0), (devour, GREEDY)])
async def test_what_no_press_survives_is_refused_and_the_next_paper_is_printed(write, about: int) -> None:
    press = Press(deadline_s=0.2, memory_mib=2048)
    with pytest.raises(PressAway, match="请稍候重试"):
        await press.printed(write, about)
    assert (await press.printed(where, None)).split()[1] == str(os.getpid()).encode()
    await press.close()


async def test_a_press_that_nobody_used_closes_without_a_word() -> None:
    await Press().close()
