"""
周报, in the headings of a province's weekly report and in their order [V15] (domain 5).

A table that our data carries is filled; one for which the system has no source is named in the last section with the
reason. Nothing is invented.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from dispatch.desk.closing.reporting import Material
from dispatch.kit.clock import CHINA
from dispatch.tickets.indices import Figure, Index
from dispatch.tickets.judged import Fault
from dispatch.tickets.outage_minutes import customer_minutes, dark
from dispatch.tickets.reliability import LONG_H, VERY_LONG_H, long, often, often_dark, very_long

from . import business, tables
from .book import Book, Cell, Plot, Section, Series, Table, number, part, plain, unit_of, value
from .daily import about, caveat, last_day

GRID = "没有配电自动化、用采的负荷与电压数据"
PLANS = "没有生产计划和检修系统的接口"


def often_lines(material: Material) -> Table:
    rows = [(line, n) for line, n in often([*material.lately, *material.ongoing])]
    note = "最近两个月故障停电 3 次及以上的线路;含未归档的故障抢修,不含计划停电;未填线路的故障不计"
    return Table("频繁停电线路", ("线路", "停电次数"), rows, note)


def service(material: Material) -> Table:
    rows_of = material.findings.rows
    late = sum(any(name.startswith("late_") and name not in row.excused for name in row.faults) for row in rows_of)
    rough = sum(row.blamed(Fault.REPLY_REJECTED) or row.blamed(Fault.WRONG_RETURN) for row in rows_of)
    third = tables.figure_of(material.findings.figures, Index.THIRD_CONTACTS)
    counts: list[tuple[Cell, ...]] = [
        ("处理不及时件数", late, "件"),
        ("处理不规范件数", rough, "件"),
        ("客户三次致电件数", int(third.value or 0), "件"),
    ]
    shares = (
        Index.SATISFIED,
        Index.CHASED,
        Index.SUPERVISED,
        Index.CALLBACK_IN_TIME,
        Index.REPLY_TRUE,
        Index.SERVICE_INDEX,
    )
    found = [tables.figure_of(material.findings.figures, index) for index in shares]
    rows = [*counts, *((figure.name, value(figure), unit_of(figure.unit)) for figure in found)]
    note = "不及时:有未免责的超时项;不规范:回单被退或不当退单。除优质服务评价指数外只含故障抢修工单"
    return Table("95598服务指标", ("指标", "数值", "单位"), rows, note)


def hours(material: Material) -> Table:
    wanted = (
        Index.LV_CUSTOMER_HOURS,
        Index.MV_USER_HOURS,
        Index.SAIDI,
        Index.SAIFI,
        Index.CAIDI,
        Index.ASAI,
        Index.SAIDI_MV,
        Index.RS_1,
    )
    found = [tables.figure_of(material.findings.figures, index) for index in wanted]
    rows = [row for figure in found for row in _with_parts(figure)]
    note = "低压户与中压用户分开,不混用;低压各项取自归档工单,中压各项取自停电信息,含计划停电"
    return Table("时户数", ("指标", "数值", "单位", "统计范围与说明"), rows, note)


def _with_parts(figure: Figure) -> list[tuple[Cell, ...]]:
    said = figure.population + (f"。{figure.reason}" if figure.reason else "")
    parts = [(f"其中:{name}", number(share), unit_of(figure.unit), "") for name, share in figure.parts]
    return [(figure.name, value(figure), unit_of(figure.unit), said), *parts]


ONGOING = "含期末仍未复电和未归档的,算到期末(本期未完的算到生成时)"


def oddities(material: Material) -> Table:
    lately = [*material.lately, *material.ongoing]
    week = [*material.findings.period.outages, *material.ongoing]
    rows = [
        ("重复停电 3–4 次的客户(两个月)", often_dark(lately, least=3, most=4)),
        ("重复停电 5 次及以上的客户(两个月)", often_dark(lately, least=5)),
        (f"单户连续停电超过 {VERY_LONG_H} 小时", very_long(dark(week))),
    ]
    note = f"{ONGOING};重复停电只数得出报过修的客户;大范围停电见末节"
    return Table("停电异常", ("异常", "户数"), rows, note)


def faults(material: Material) -> Table:
    causes: Counter[str] = Counter()
    minutes: Counter[str] = Counter()
    for one in material.findings.period.outages:
        ticket = material.tickets.get(one.incident)
        cause = ticket.cause_l1.label if ticket and ticket.cause_l1 else "原因待查"
        causes[cause] += 1
        minutes[cause] += round(customer_minutes(dark([one])))
    rows = [(cause, n, number(minutes[cause] / 60)) for cause, n in causes.most_common()]
    return Table(
        "配网故障", ("原因", "故障点", "低压停电时户数"), rows, "各故障点分别计算,嵌套停电的客户在其中各计一次"
    )


def twice(material: Material) -> Table:
    rows = [(line, n) for line, n in often([*material.findings.period.outages, *material.ongoing], times=2)]
    return Table("本周两次及以上故障", ("线路", "故障次数"), rows, "未填线路的故障不计;含未归档的")


def eight_hours(material: Material) -> Table:
    found = long([*material.findings.period.outages, *material.ongoing])
    return tables.outage_list(f"本周{LONG_H}小时以上故障停电", found, material, note=ONGOING)


# The headings of [V15] in order: what fills one, or why nothing does.
HEADINGS: tuple[tuple[str, Callable[[Material], Table] | str], ...] = (
    ("作业计划执行", PLANS),
    ("频繁停电线路", often_lines),
    ("重过载线路", GRID),
    ("配变异常", GRID),
    ("配变预警", GRID),
    ("巡视消缺", PLANS),
    ("操作票", "没有调度操作票系统的接口"),
    ("新投运设备", PLANS),
    ("故障抢修服务", tables.units),
    ("停电信息报送", business.notices),
    ("95598服务指标", service),
    ("营业厅监控", "没有营业厅系统的接口"),
    ("10kV业扩超70/120/300天", business.long_connections),
    ("业扩报装管控", business.connections),
    ("低压接入容量", "业扩工单不记申请容量"),
    ("营配调数据治理", "没有营配调数据核查的结果"),
    ("时户数", hours),
    ("停电异常", oddities),
    ("停电异常:大范围停电", "规则包没有规定大范围停电的户数"),
    ("配网故障", faults),
    ("低电压、三相不平衡", GRID),
    ("重过载", GRID),
    ("配网报修情况(六类)", tables.categories),
    ("配网投诉", business.complaints),
    ("负损、高损", "没有线损系统的接口"),
    ("本周两次及以上故障", twice),
    ("本周8小时以上故障停电", eight_hours),
)


def weekly(material: Material) -> Book:
    """Return the report of a week."""
    filled = [(heading, make(material)) for heading, make in HEADINGS if callable(make)]
    missing = [(heading, why) for heading, why in HEADINGS if isinstance(why, str)]
    overview = Section("概况", (tables.totals(material),), (by_day(material), by_unit(material)), caveat(material))
    sections = (
        overview,
        *(Section(heading, (table,)) for heading, table in filled),
        Section("指标", (tables.indices(material.findings.figures),)),
        *((Section("预约作业", (visits(material),)),) if material.visits else ()),
        Section("超时工单", (tables.overdue(material),)),
        Section("本系统暂无数据来源", (Table("本系统暂无数据来源", ("表", "原因"), missing),)),
    )
    when = f"{material.findings.period.begin_at.astimezone(CHINA):%Y年%m月%d日}—{last_day(material)}"
    return Book(f"{material.name}供电服务指挥周报", about(material, when), sections, material.made_at)


def visits(material: Material) -> Table:
    """预约履约率, 承载力利用率 and what belongs to them."""
    rows = [
        (
            one.index.label,
            plain(one.value) if one.denominator is None else part(one.numerator, one.denominator),
            "次" if one.denominator is None else "%",
            plain(one.numerator),
            plain(one.denominator),
            one.population,
        )
        for one in material.visits
    ]
    note = "按作业时段所在的日期统计;与抢修工单指标分开"
    return Table("预约作业", ("指标", "数值", "单位", "分子", "分母", "统计范围与说明"), rows, note)


def by_day(material: Material) -> Plot:
    """Tickets that ended, and of them those with a broken limit, day by day."""
    begin = material.findings.period.begin_at
    days = [begin + timedelta(days=n) for n in range(max(1, round(material.findings.period.hours / 24)))]
    ended = Counter((row.ended_at - begin).days for row in material.findings.rows)
    blamed = Counter(
        (row.ended_at - begin).days for row in material.findings.rows if set(row.faults) - set(row.excused)
    )
    names = [day.astimezone(CHINA).strftime("%m-%d") for day in days]
    series = (
        Series("办结", "ended", [ended[n] for n in range(len(days))]),
        Series("其中有违约项", "with faults", [blamed[n] for n in range(len(days))]),
    )
    return Plot("每日办结", "Tickets ended by day", "bar", names, series, "件")


def by_unit(material: Material) -> Plot:
    """Mean minutes to the arrival and to the restoration, county by county; the counties without any are left out."""
    means = [
        (unit, [tables.figure_of(unit.figures, i).value for i in (Index.ARRIVE_TIME, Index.REPAIR_FROM_REPORT)])
        for unit in material.units
    ]
    known = [(unit, mean) for unit, mean in means if None not in mean][:30]
    series = (
        Series("到达现场", "arrival", [mean[0] or 0.0 for _, mean in known]),
        Series("修复(自受理)", "repair", [mean[1] or 0.0 for _, mean in known]),
    )
    names, codes = [unit.name for unit, _ in known], [unit.code for unit, _ in known]
    return Plot("各单位平均时长", "Mean minutes by county", "bar", names, series, "分钟", codes)
