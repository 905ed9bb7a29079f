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
from dispatch.tickets.indices import Index
from dispatch.tickets.judged import Fault
from dispatch.tickets.outage_minutes import customer_minutes, dark
from dispatch.tickets.reliability import LONG_H, VERY_LONG_H, long, often, often_dark, very_long

from . import tables
from .book import NOTHING, Book, Cell, Plot, Section, Series, Table, number, value
from .daily import about, caveat, last_day

GRID = "没有配电自动化、用采的负荷与电压数据"
PLANS = "没有生产计划和检修系统的接口"
SERVICES = "本报表只统计故障抢修工单,不含业扩与非抢修工单"


def often_lines(material: Material) -> Table:
    rows = [(line, n) for line, n in often(material.lately)]
    note = "最近两个月故障停电 3 次及以上的线路;只含已归档的故障抢修,不含计划停电;未填线路的故障不计"
    return Table("频繁停电线路", ("线路", "停电次数"), rows, note)


def notices(material: Material) -> Table:
    kinds = (("planned", "计划停电"), ("temporary", "临时停电"), ("fault", "故障停电"))
    rows = [(label, material.notices.get(kind, 0)) for kind, label in kinds]
    return Table("停电信息报送", ("类别", "条数"), rows, "按停电开始时间统计;及时率、到户率见末节")


def service(material: Material) -> Table:
    rows_of = material.findings.rows
    late = sum(any(name.startswith("late_") and name not in row.excused for name in row.faults) for row in rows_of)
    rough = sum(row.blamed(Fault.REPLY_REJECTED) or row.blamed(Fault.WRONG_RETURN) for row in rows_of)
    third = tables.figure_of(material.findings.figures, Index.THIRD_CONTACTS)
    counts: list[tuple[Cell, ...]] = [
        ("处理不及时件数", late),
        ("处理不规范件数", rough),
        ("客户三次致电件数", int(third.value or 0)),
    ]
    shares = (Index.SATISFIED, Index.CHASED, Index.SUPERVISED, Index.CALLBACK_IN_TIME, Index.REPLY_TRUE)
    rows = [*counts, *((i.label, value(tables.figure_of(material.findings.figures, i))) for i in shares)]
    note = "不及时:有未免责的超时项;不规范:回单被退或不当退单。只含故障抢修工单"
    return Table("95598服务指标", ("指标", "数值"), rows, note)


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
    rows = [(figure.name, value(figure), figure.reason or NOTHING) for figure in found]
    return Table("时户数", ("指标", "数值", "说明"), rows, f"{found[0].population};低压户与中压用户分开,不混用")


def oddities(material: Material) -> Table:
    week = material.findings.period.outages
    rows = [
        ("重复停电 3–4 次的客户(两个月)", often_dark(material.lately, least=3, most=4)),
        ("重复停电 5 次及以上的客户(两个月)", often_dark(material.lately, least=5)),
        (f"单户连续停电超过 {VERY_LONG_H} 小时", very_long(dark(week))),
    ]
    return Table("停电异常", ("异常", "户数"), rows, "重复停电只数得出报过修的客户;大范围停电见末节")


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
    rows = [(line, n) for line, n in often(material.findings.period.outages, times=2)]
    return Table("本周两次及以上故障", ("线路", "故障次数"), rows, "未填线路的故障不计")


def eight_hours(material: Material) -> Table:
    return tables.outage_list(f"本周{LONG_H}小时以上故障停电", long(material.findings.period.outages), material)


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
    ("停电信息报送", notices),
    ("停电信息报送:及时率、到户率", "停电信息没有应发布时间和应到户数"),
    ("95598服务指标", service),
    ("营业厅监控", "没有营业厅系统的接口"),
    ("10kV业扩超70/120/300天", SERVICES),
    ("业扩报装管控", SERVICES),
    ("低压接入容量", SERVICES),
    ("营配调数据治理", "没有营配调数据核查的结果"),
    ("时户数", hours),
    ("停电异常", oddities),
    ("停电异常:大范围停电", "规则包没有规定大范围停电的户数"),
    ("配网故障", faults),
    ("低电压、三相不平衡", GRID),
    ("重过载", GRID),
    ("配网报修情况(六类)", tables.categories),
    ("配网投诉", SERVICES),
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
        Section("超时工单", (tables.overdue(material),)),
        Section("本系统暂无数据来源", (Table("本系统暂无数据来源", ("表", "原因"), missing),)),
    )
    when = f"{material.findings.period.begin_at.astimezone(CHINA):%Y年%m月%d日}—{last_day(material)}"
    return Book(f"{material.name}供电服务指挥周报", about(material, when), sections, material.made_at)


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
