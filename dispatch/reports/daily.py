"""日报: the day's counts, the indices, the storm curve by hour, what was left open, and what was late."""

from datetime import timedelta

from dispatch.desk.closing.reporting import Material
from dispatch.kit.clock import CHINA

from . import tables
from .book import Book, Section


def daily(material: Material) -> Book:
    """Return the report of a day."""
    plot, by_hour = tables.hourly(material)
    sections = (
        Section(
            "概况",
            (tables.totals(material), tables.units(material), tables.categories(material)),
            text=caveat(material),
        ),
        Section("指标", (tables.indices(material.findings.figures),)),
        Section("分时曲线", (by_hour,), (plot,)),
        Section("期末未办结", (tables.standing(material),)),
        Section("超时工单", (tables.overdue(material),)),
    )
    day = material.findings.period.begin_at.astimezone(CHINA)
    return Book(f"{material.name}供电服务指挥日报", about(material, f"{day:%Y年%m月%d日}"), sections, material.made_at)


def about(material: Material, when: str) -> str:
    """Return the line under the title."""
    made = material.made_at.astimezone(CHINA)
    return f"{when} · 区域编码 {material.findings.area} · 生成于 {made:%Y-%m-%d %H:%M}(北京时间)"


def caveat(material: Material) -> str:
    """Return what a reader must know before the figures."""
    said = [tables.POPULATION + "。"]
    if material.findings.period.end_at > material.made_at:
        said.append("本期尚未结束,以下为截至生成时的情况。")
    if material.unjudged:
        said.append(f"另有 {material.unjudged} 件升级前办结的工单没有评价,不在指标内;可加 --rejudge 补评。")
    return "".join(said)


def last_day(material: Material) -> str:
    """Return the last day of the period."""
    return f"{(material.findings.period.end_at - timedelta(seconds=1)).astimezone(CHINA):%m月%d日}"
