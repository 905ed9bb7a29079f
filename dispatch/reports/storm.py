"""抗灾抢修快报: a city's storm at one instant, as it goes up every hour; headings of domain 5 and 2.11."""

from dispatch.desk.storm.figures import Count, StormFigures
from dispatch.kit.clock import CHINA
from dispatch.outages.model import OutageKind
from dispatch.tickets.words import Category

from .book import NOTHING, Book, Cell, Plot, Section, Series, Table, moment, number
from .tables import SIX

COLUMNS = ("单位", "累计受理", "未复电", "在办", "待派", "已复电", "超时", "隐患", "停电户数", "抢修队伍", "外县支援")
ABOUT = (
    "未复电含灾前受理仍未复电的工单;在办指该故障点已有队伍;已复电只计灾后受理的;"
    "停电户数按故障点计,一处多件报修不重复计算,以报修反映的户数为准"
)


def storm(found: StormFigures) -> Book:
    """Return the report."""
    names = {county.code: county.name for county in found.counties}
    stormy = "、".join(names[code] for code in found.in_storm)
    at, begun = found.at.astimezone(CHINA), found.begun_at.astimezone(CHINA)
    hours, plot = _hours(found)
    sections = (
        Section("抢修进度", (_progress(found),), text=f"处于抗灾抢修模式:{stormy};{begun:%m月%d日%H:%M}起。"),
        Section("故障抢修服务", (_service(found),)),
        Section("配网报修情况(六类)", (_categories(found),)),
        Section("停电信息报送", (_notices(found),)),
        Section("分时曲线", (hours,), (plot,)),
        Section("停电最久的工单", (_oldest(found, names),)),
    )
    about = f"截至{at:%Y年%m月%d日 %H:%M}(北京时间) · 区域编码 {found.area}"
    return Book(f"{found.name}抗灾抢修快报", about, sections, found.at)


def _progress(found: StormFigures) -> Table:
    rows = [_counted(county.name, county.count) for county in found.counties]
    return Table("抢修进度", COLUMNS, [*rows, _counted("合计", found.total)], ABOUT)


def _counted(name: str, n: Count) -> tuple[Cell, ...]:
    handled = (n.reported, n.open, n.working, n.waiting, n.restored, n.overdue)
    return (name, *handled, n.hazards, n.dark, n.crews, n.support)


def _service(found: StormFigures) -> Table:
    """故障抢修服务 in the columns of [V15], with the middle and the slow ones."""
    columns = (
        "单位",
        "工单数",
        "平均到达现场时长(分)",
        "平均修复时长(分)",
        "修复时长中位(分)",
        "修复时长九成位(分)",
    )
    counts = [*((county.name, county.count) for county in found.counties), ("合计", found.total)]
    rows: list[tuple[Cell, ...]] = [
        (name, n.reported, *(number(each) for each in (n.arrive_min, n.repair_min, n.p50_min, n.p90_min)))
        for name, n in counts
    ]
    return Table("故障抢修服务", columns, rows, "灾后受理的工单,到达和修复时长自受理起算;没有到达或复电的不计")


def _categories(found: StormFigures) -> Table:
    whole = found.total.reported
    rows: list[tuple[Cell, ...]] = []
    for category in (*SIX, Category.EV):
        n = found.categories.get(category.value, 0)
        rows.append((category.label, n, f"{n / whole:.2%}" if whole else NOTHING))
    return Table("配网报修情况(六类)", ("报修类别", "受理件数", "占比"), rows, "充电设施故障不在六类之内,单列")


def _notices(found: StormFigures) -> Table:
    rows = [(kind.label, found.notices.get(kind.value, 0)) for kind in OutageKind]
    return Table("停电信息报送", ("类型", "条数"), rows, "灾后开始的停电信息")


def _hours(found: StormFigures) -> tuple[Table, Plot]:
    names = [f"{hour.begin_at.astimezone(CHINA):%d日%H时}" for hour in found.hours]
    plain = [f"{hour.begin_at.astimezone(CHINA):%d-%H}" for hour in found.hours]
    series = (
        Series("受理", "reported", [hour.reported for hour in found.hours]),
        Series("复电", "restored", [hour.restored for hour in found.hours]),
        Series("小时末未复电", "still dark", [hour.dark_tickets for hour in found.hours]),
    )
    rows = [
        (name, hour.reported, hour.restored, hour.dark_tickets) for name, hour in zip(names, found.hours, strict=True)
    ]
    table = Table("分时情况", ("小时", *(one.name for one in series)), rows, "最后一小时可能未满")
    return table, Plot("分时曲线", "Tickets by hour", "line", names, series, "件", plain)


def _oldest(found: StormFigures, names: dict[str, str]) -> Table:
    columns = ("工单编号", "单位", "地址", "受理时间", "已停(小时)", "隐患", "队伍")
    rows = [
        (
            one.ticket_no,
            names.get(one.area, one.area),
            one.address or NOTHING,
            moment(one.reported_at),
            f"{(found.at - one.reported_at).total_seconds() / 3600:.1f}",
            "有" if one.hazard else "",
            "有" if one.crew else "待派",
        )
        for one in found.oldest
    ]
    return Table("停电最久的工单", columns, rows, f"未复电共 {found.total.open} 件,此处至多十件")
