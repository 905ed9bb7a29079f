"""
A list as PDF for the printer: an overview with the route map, then a page for each team. A4, the letters embedded.

Without a Chinese font on the machine it cannot be written: the caller is told what to install, or to print the page.
"""

from functools import partial

from dispatch.capacity.worklist import ListedTeam
from dispatch.desk.worklists.sheet import Sheet

from . import lines, routemap
from .pages import Column, Pages, bound

TITLE, HEAD = 15.0, 11.5  # points
DPI = 100  # of the maps; on the page they are smaller than drawn, which makes it 165
VISITS = (
    Column("序", 4), Column("预计开始", 10, bold=True), Column("约定时段", 18), Column("类别", 16), Column("户号", 15),
    Column("地点与说明", 27), Column("行车", 7), Column("预计完成", 10), Column("到达/完成", 15),
)  # fmt: skip
TEAMS = (
    Column("队伍", 20, bold=True), Column("人员", 36), Column("时间", 14), Column("户数", 6),
    Column("行车(含回程)", 13), Column("回到班所", 10),
)  # fmt: skip
LEFT_OUT = (
    Column("户号", 15), Column("地点与说明", 26), Column("类别", 17), Column("约定时段", 18), Column("原因与办法", 46),
)  # fmt: skip
BOX = "□ ____ / ____"
SIGN = "领单人:______________      领单时间:______________      班所负责人:______________"


def paper(sheet: Sheet) -> bytes:
    """
    Return the list as a file.

    :raises NoChineseFont: if its words cannot be written on this machine
    """
    return bound(sheet.title, sheet.at, partial(_write, sheet))


def _write(sheet: Sheet, pages: Pages) -> None:
    pages.turn()
    pages.line(sheet.title, TITLE, bold=True, centre=True)
    pages.line(lines.about(sheet), pale=True, centre=True)
    pages.table(TEAMS, [_team(team) for team in sheet.made.teams])
    pages.space(0.6)
    if sheet.visits_n:
        pages.picture(routemap.png(sheet, dpi=DPI))
    pages.line(lines.note(sheet), pale=True)
    if sheet.left:
        pages.space(0.6)
        pages.line(f"未排入 {len(sheet.left)} 户", HEAD, bold=True)
        pages.table(LEFT_OUT, [_left(sheet, n) for n in range(len(sheet.left))])
    for team in sheet.made.teams:
        if team.stops:
            _route(pages, sheet, team)


def _route(pages: Pages, sheet: Sheet, team: ListedTeam) -> None:
    pages.turn()
    pages.line(lines.heading(team), HEAD, bold=True)
    pages.line(f"{sheet.depot}    人员:{lines.people(team)}", pale=True)
    pages.table(VISITS, [(*lines.row(n, stop), BOX) for n, stop in enumerate(team.stops, 1)])
    pages.space(1.5)
    pages.line(SIGN)
    pages.space(0.6)
    pages.picture(routemap.png(sheet, team, dpi=DPI))
    pages.line(lines.note(sheet), pale=True)


def _going(team: ListedTeam) -> str:
    """Write who goes, and what keeps them; of a team that was withdrawn only why."""
    away = lines.away(team)
    return away if team.withdrawn else "\n".join(filter(None, (lines.people(team), away)))


def _team(team: ListedTeam) -> tuple[str, ...]:
    return (
        team.label,
        _going(team),
        f"{lines.clock(team.from_at)}–{lines.clock(team.to_at)}",
        str(len(team.stops)),
        f"{lines.driving(team)} 分",
        "—" if team.home_at is None else lines.clock(team.home_at),
    )


def _left(sheet: Sheet, n: int) -> tuple[str, ...]:
    booking, why = sheet.left[n].booking, sheet.left[n].why
    reasons = "\n".join((why.sentence, *(f"· {help_}" for help_ in why.helps)))
    return booking.account_no, lines.place(booking), lines.kind(booking.slot), lines.window(booking), reasons
