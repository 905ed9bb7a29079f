"""A list as a workbook: times and numbers that a spreadsheet can sort and sum, a sheet for each team with visits."""

from dispatch.capacity.worklist import ListedStop, ListedTeam
from dispatch.desk.worklists.sheet import Sheet
from dispatch.reports import workbook as house
from dispatch.reports.book import Amount, Book, Cell, Section, Table, moment

from . import lines

OVERVIEW = ("队伍", "人员", "抢修队伍", "出工", "收工", "户数", "行车(分,含回程)", "回到班所", "备注")
VISITS = (
    "序", "预计到达", "预计开始", "预计完成", "约定开始", "约定结束", "约定方式", "类别", "城乡", "户号", "地点与说明",
    "行车(分)", "经度", "纬度", "加急", "预约编号",
)  # fmt: skip
LEFT = (
    "户号", "地点与说明", "类别", "城乡", "约定开始", "约定结束", "约定方式", "加急", "原因", "怎样可以安排",
    "预约编号",
)  # fmt: skip


def workbook(sheet: Sheet) -> bytes:
    """Return the list as a file."""
    return house.workbook(book(sheet))


def book(sheet: Sheet) -> Book:
    """Return the list as sections of tables."""
    overview = Table("队伍", OVERVIEW, [_team(team) for team in sheet.made.teams], lines.note(sheet))
    routes = [_route(team) for team in sheet.made.teams if team.stops]
    left = [Section("未排入", (Table("未排入的作业", LEFT, [_left(sheet, n) for n in range(len(sheet.left))]),))]
    sections = (Section("总览", (overview,)), *routes, *(left if sheet.left else ()))
    return Book(sheet.title, lines.about(sheet), sections, sheet.at)


def _team(team: ListedTeam) -> tuple[Cell, ...]:
    return (
        team.label,
        lines.people(team),
        team.crew_id or "",
        moment(team.from_at),
        moment(team.to_at),
        len(team.stops),
        lines.driving(team),
        moment(team.home_at),
        lines.away(team),
    )


def _route(team: ListedTeam) -> Section:
    rows = [_visit(number, stop) for number, stop in enumerate(team.stops, 1)]
    table = Table(team.label, VISITS, rows)
    return Section(team.label, (table,), text=f"人员:{lines.people(team)};{lines.heading(team)}")


def _visit(number: int, stop: ListedStop) -> tuple[Cell, ...]:
    return (
        number,
        moment(stop.arrives_at),
        moment(stop.begins_at),
        moment(stop.ends_at),
        moment(stop.from_at),
        moment(stop.to_at),
        stop.appointment.label,
        stop.kind.label,
        stop.area_class.label,
        stop.account_no,
        stop.text,
        lines.minutes(stop.drive_s),
        Amount(stop.lon, 5),
        Amount(stop.lat, 5),
        _urgent(stop),
        stop.booking_id,
    )


def _urgent(stop: lines.Placed) -> str:
    return "加急" if stop.urgent else ""


def _left(sheet: Sheet, n: int) -> tuple[Cell, ...]:
    booking, why = sheet.left[n].booking, sheet.left[n].why
    slot = booking.slot
    return (
        booking.account_no,
        booking.text,
        slot.kind.label,
        slot.area_class.label,
        moment(booking.from_at),
        moment(booking.to_at),
        booking.appointment.label,
        _urgent(booking),
        why.sentence,
        ";".join(why.helps),
        booking.id,
    )
