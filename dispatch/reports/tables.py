"""Tables and plots that several reports share, made from the desk's material. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from dispatch.desk.closing.reporting import LISTED, Material
from dispatch.kit.clock import CHINA
from dispatch.tickets.indices import Figure, Index
from dispatch.tickets.judged import Fault, Judged
from dispatch.tickets.model import Ticket
from dispatch.tickets.outage_minutes import Interruption
from dispatch.tickets.reliability import lasted
from dispatch.tickets.words import Category, Stage

from .book import NOTHING, Cell, Plot, Series, Table, moment, number, part, plain, unit_of, value

HOUR = timedelta(hours=1)
SIX = (Category.HV, Category.LV, Category.PQ, Category.METER, Category.CUST, Category.NONPOWER)  # 六类 [V15]
POPULATION = "时长按本期归档的工单统计,报修件数按本期受理的工单统计"


def figure_of(figures: Iterable[Figure], index: Index) -> Figure:
    """Return one index of them."""
    return next(figure for figure in figures if figure.index is index)


def indices(figures: Sequence[Figure]) -> Table:
    """All indices with their populations."""
    rows = [
        (
            figure.name,
            value(figure),
            unit_of(figure.unit),
            plain(figure.numerator),
            plain(figure.denominator),
            number(figure.p50),
            number(figure.p90),
            figure.start or NOTHING,
            figure.population + (f"。{figure.reason}" if figure.reason else ""),
        )
        for figure in figures
        if figure.index is not Index.CATEGORY_SHARE
    ]
    columns = ("指标", "数值", "单位", "分子", "分母", "中位", "九成位", "起点", "统计范围与说明")
    return Table("指标", columns, rows)


def totals(material: Material) -> Table:
    """How many came, were restored, ended and were left."""
    period, rows = material.findings.period, material.findings.rows
    within = (period.begin_at, period.end_at)
    standing = [ticket for ticket in material.standing if ticket.stage is not Stage.DRAFT]
    restored = sum(_in(row.restored_at, within) for row in rows) + sum(_in(t.restored_at, within) for t in standing)
    arrived = sum(_in(row.arrived_at, within) for row in rows) + sum(_in(t.arrived_at, within) for t in standing)
    waiting = sum(ticket.restored_at is None or ticket.restored_at >= period.end_at for ticket in standing)
    blamed = sum(bool(set(row.faults) - set(row.excused)) for row in rows)
    line = [sum(period.reported.values()), arrived, restored, len(rows), waiting, len(standing), blamed]
    columns = ("受理", "到达现场", "复电", "办结", "期末未复电", "期末未办结", "有违约项")
    return Table("件数", columns, [tuple(line)], "办结含归档、取消和咨询办结;到达、复电含期末仍未办结的工单")


def _in(at: datetime | None, within: tuple[datetime, datetime]) -> bool:
    return at is not None and within[0] <= at < within[1]


def units(material: Material) -> Table:
    """故障抢修服务, county by county, in the columns of [V15] and the promises."""
    wanted = (
        Index.REPORTS,
        Index.APP_ACCEPTED,
        Index.ACCEPT_IN_TIME,
        Index.ARRIVE_IN_TIME,
        Index.ARRIVE_TIME,
        Index.REPAIR_FROM_REPORT,
        Index.SATISFIED,
        Index.SCORE,
    )
    rows: list[tuple[Cell, ...]] = [
        (unit.name, len(unit.rows), *(value(figure_of(unit.figures, index)) for index in wanted))
        for unit in material.units
    ]
    total: tuple[Cell, ...] = (
        "合计",
        len(material.findings.rows),
        *(value(figure_of(material.findings.figures, i)) for i in wanted),
    )
    units = {figure.index: unit_of(figure.unit) for figure in material.findings.figures}
    columns = ("单位", "办结件数", *(f"{index.label}({units[index]})" for index in wanted))
    return Table("故障抢修服务", columns, [*rows, total], POPULATION)


def categories(material: Material) -> Table:
    """配网报修情况(六类); charging piles beside them."""
    reported = material.findings.period.reported
    ended = Counter(row.category for row in material.findings.rows if row.submitted_at is not None)
    whole = sum(reported.values())
    rows = [
        (c.label, reported.get(c.value, 0), part(reported.get(c.value, 0), whole), ended[c.value])
        for c in (*SIX, Category.EV)
    ]
    columns = ("报修类别", "受理件数", "占比", "办结件数")
    return Table("配网报修情况(六类)", columns, rows, "充电设施故障不在六类之内,单列")


def standing(material: Material) -> Table:
    """Tickets that had not ended when the period did, oldest first."""
    end = material.findings.period.end_at
    rows = [
        (
            ticket.ticket_no,
            material.names.get(ticket.area, ticket.area),
            moment(ticket.reported_at),
            number((end - ticket.reported_at) / HOUR),
            ticket.category.label,
            ticket.address,
            _stage_then(ticket, end),
            "是" if ticket.flags.overdue else "否",
        )
        for ticket in material.standing[:LISTED]
    ]
    columns = ("工单编号", "单位", "受理时间", "已历时(小时)", "类别", "地址", "环节", "超时")
    return Table("期末未办结工单", columns, rows, listed(len(material.standing)))


def _stage_then(ticket: Ticket, end: datetime) -> str:
    """The stage is today's; one that has moved on since the period ended says so."""
    return ticket.stage.label if ticket.stage_at < end else f"{ticket.stage.label}(期后)"


def overdue(material: Material) -> Table:
    """Tickets with a broken limit among those that ended in the period, the lowest score first."""
    late = [row for row in material.findings.rows if any(name.startswith("late_") for name in row.faults)]
    late.sort(key=lambda row: (row.score is None, row.score if row.score is not None else 0, row.ended_at))
    rows = [_late(material, row) for row in late[:LISTED]]
    columns = ("工单编号", "单位", "受理时间", "到达时间", "复电时间", "违约项", "免责项", "得分")
    return Table("超时工单", columns, rows, listed(len(late)))


def _late(material: Material, row: Judged) -> tuple[Cell, ...]:
    ticket = material.tickets.get(row.ticket_id)
    return (
        ticket.ticket_no if ticket else row.ticket_id,
        material.names.get(row.area, row.area),
        moment(row.reported_at),
        moment(row.arrived_at),
        moment(row.restored_at),
        labels(row.faults),
        labels(row.excused),
        NOTHING if row.score is None else row.score,
    )


def labels(faults: Iterable[str]) -> str:
    """Return what faults are called."""
    return "、".join(Fault(name).label for name in faults) or NOTHING


def listed(n: int) -> str:
    """Return the note of a list."""
    return f"共 {n} 件" + (f",此处列出前 {LISTED} 件" if n > LISTED else "")


def outage_list(heading: str, outages: Sequence[Interruption], material: Material, *, note: str = "") -> Table:
    """Outages one by one, with what their main ticket says and whether the power is back."""
    columns = (
        "主单编号",
        "单位",
        "线路",
        "地址",
        "停电开始",
        "时长(小时)",
        "停电户数",
        "户数依据",
        "原因",
        "状态",
    )
    said = "。".join(part for part in (listed(len(outages)), note) if part)
    return Table(heading, columns, [_outage(material, one) for one in outages[:LISTED]], said)


def _outage(material: Material, one: Interruption) -> tuple[Cell, ...]:
    ticket = material.tickets.get(one.incident)
    return (
        ticket.ticket_no if ticket else one.incident,
        material.names.get(one.area, one.area),
        one.feeder or NOTHING,
        ticket.address if ticket and ticket.address else NOTHING,
        moment(one.begin_at),
        number(lasted(one) / HOUR),
        one.customers if one.customers is not None else len(one.named),
        "登记" if one.customers is not None else "报修户数,为下限",
        ticket.cause_l1.label if ticket and ticket.cause_l1 else NOTHING,
        _state(material, ticket, one),
    )


def _state(material: Material, ticket: Ticket | None, one: Interruption) -> str:
    """Whether it is over, as of the end of the period."""
    if one not in material.ongoing:
        return "已归档"
    end = min(material.findings.period.end_at, material.made_at)
    back = ticket is not None and ticket.restored_at is not None and ticket.restored_at < end
    return "已复电未归档" if back else "未复电"


def hourly(material: Material) -> tuple[Plot, Table]:
    """The storm curve: reports and restorations of each hour, and how many were still without supply."""
    period = material.findings.period
    moments: list[tuple[datetime, datetime | None]] = [
        (row.reported_at, row.restored_at or row.ended_at) for row in material.findings.rows
    ]
    moments += [(ticket.reported_at, ticket.restored_at) for ticket in material.standing]
    hours = max(1, round(period.hours))
    begins = [period.begin_at + n * HOUR for n in range(hours)]
    came = Counter((reported - period.begin_at) // HOUR for reported, _ in moments)
    back = Counter((restored - period.begin_at) // HOUR for _, restored in moments if restored is not None)
    left = [sum(r < at + HOUR and (b is None or b >= at + HOUR) for r, b in moments) for at in begins]
    names = [begin.astimezone(CHINA).strftime("%H") for begin in begins]
    series = (
        Series("受理", "reported", [came[n] for n in range(hours)]),
        Series("复电或办结", "restored", [back[n] for n in range(hours)]),
        Series("小时末未复电", "still dark", left),
    )
    rows = [(f"{names[n]}:00", came[n], back[n], left[n]) for n in range(hours)]
    plot = Plot("分时曲线", "Tickets by hour", "line", names, series, "件")
    return plot, Table("分时情况", ("小时", *(one.name for one in series)), rows)
