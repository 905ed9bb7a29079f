"""Tables of a week beside repairs: complaints, connections that take long, 业扩报装管控, publishing of outages."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from dispatch.desk.closing.business import Published
from dispatch.desk.closing.reporting import LISTED, Material
from dispatch.outages.model import OutageKind
from dispatch.services.model import ServiceRequest
from dispatch.services.words import CustomerClass, ServiceKind, ServiceStep

from .book import Cell, Table, moment, number, part
from .tables import listed

DAY = timedelta(days=1)
BANDS = (70, 120, 300)  # days not energised [V15]
HIGH = (CustomerClass.HV_SINGLE, CustomerClass.HV_DUAL)
TOGETHER = (  # stages that other departments do: 协同环节; which ones is our reading
    ServiceStep.SURVEY,
    ServiceStep.DESIGN_REVIEW,
    ServiceStep.MID_CHECK,
    ServiceStep.COMPLETION_CHECK,
)
WEIGHTS = (0.4, 0.3, 0.3)  # 协同规范率, 时限达标率, 满意率 [V16]


def notices(material: Material) -> Table:
    """停电信息报送: how many, published in time, and customers known by number."""
    rows: list[tuple[Cell, ...]] = []
    for kind in OutageKind:
        rows.append(_notices(kind.label, [one for one in material.published if one.kind is kind]))
    rows.append(_notices("合计", material.published))
    columns = ("类别", "条数", "按时发布", "发布及时率(%)", "应到户数", "到户户数", "停电范围分析到户率(%)")
    note = (
        "按停电开始时间统计,复电后遗留的停电含在原信息中。发布时间为系统生成时间;"
        "到户户数为电网档案中有户号的客户,应到户数为档案中停电范围内的全部户数"
    )
    return Table("停电信息报送", columns, rows, note)


def _notices(name: str, found: Sequence[Published]) -> tuple[Cell, ...]:
    in_time = sum(one.in_time for one in found)
    linked, affected = sum(one.linked for one in found), sum(one.affected for one in found)
    return (name, len(found), in_time, part(in_time, len(found)), affected, linked, part(linked, affected))


def complaints(material: Material) -> Table:
    """配网投诉: counts; the seven names of [V15] are not recorded."""
    end = _end(material)
    found = [one for one in material.requests if one.kind is ServiceKind.COMPLAINT]
    came = [one for one in found if one.opened_at >= material.findings.period.begin_at]
    done = [one for one in found if one.closed_at is not None and one.closed_at < end]
    rows: list[tuple[Cell, ...]] = [
        ("受理投诉", len(came)),
        ("其中由抢修工单引起", sum(one.ticket_id is not None for one in came)),
        ("办结归档", len(done)),
        ("其中超过答复时限", sum(one.is_overdue for one in done)),
        ("期末未归档", len(found) - len(done)),
    ]
    note = (
        "按本系统受理的投诉服务工单统计,含全部投诉;受理时不记抢修超时限、服务态度、服务规范、抢修质量、"
        "频繁停电、电压、频率七个名目,故不分列"
    )
    return Table("配网投诉", ("项目", "件数"), rows, note)


def long_connections(material: Material) -> Table:
    """10kV 业扩超 70/120/300 天: those of high voltage that are not energised."""
    end = _end(material)
    waiting = sorted(
        (one for one in _connections(material) if one.customer_class in HIGH and not _energised(one, end)),
        key=lambda one: one.opened_at,
    )
    late = [one for one in waiting if end - one.opened_at > BANDS[0] * DAY]
    rows = [_long(material, one, end) for one in late[:LISTED]]
    counts = "、".join(f"超 {days} 天 {sum(end - one.opened_at > days * DAY for one in waiting)} 件" for days in BANDS)
    columns = ("工单编号", "单位", "客户类别", "受理时间", "已历时(天)", "当前环节", "停表中")
    note = f"在途高压业扩 {len(waiting)} 件:{counts}。自受理起的日历天数,停表不扣除。{listed(len(late))}"
    return Table("10kV业扩超70/120/300天", columns, rows, note)


def _long(material: Material, one: ServiceRequest, end: datetime) -> tuple[Cell, ...]:
    current = one.current
    return (
        one.request_no,
        material.names.get(one.area, one.area),
        one.customer_class.label if one.customer_class else "",
        moment(one.opened_at),
        number((end - one.opened_at) / DAY),
        one.stages[current].step.label if current is not None else "待归档",
        "是" if one.paused else "否",
    )


def connections(material: Material) -> Table:
    """业扩报装管控: county by county, and the rates of [V16] over what was archived."""
    columns = (
        "单位",
        "受理件数",
        "在途件数",
        "在途超时件数",
        "归档件数",
        "协同规范率(%)",
        "时限达标率(%)",
        "满意率(%)",
        "业扩报装服务规范率(%)",
    )
    found = _connections(material)
    rows = [
        _controlled(material, name, [one for one in found if one.area == code])
        for code, name in material.names.items()
        if any(one.area == code for one in found)
    ]
    note = (
        "服务规范率 = 0.4×协同规范率 + 0.3×时限达标率 + 0.3×满意率,按本期归档的业扩计;"
        "协同环节取现场查勘、设计审图、中间检查、竣工检验;未评价满意的不计为满意"
    )
    return Table("业扩报装管控", columns, [*rows, _controlled(material, "合计", found)], note)


def _controlled(material: Material, name: str, found: Sequence[ServiceRequest]) -> tuple[Cell, ...]:
    begin, end = material.findings.period.begin_at, _end(material)
    archived = [one for one in found if one.closed_at is not None and one.closed_at < end]
    running = [one for one in found if one.closed_at is None or one.closed_at >= end]
    shares = [_share(archived, test) for test in (_worked_together, _in_time, _satisfied)]
    whole = sum(weight * share for weight, share in zip(WEIGHTS, shares, strict=True))
    n = len(archived)
    return (
        name,
        sum(one.opened_at >= begin for one in found),
        len(running),
        sum(one.is_overdue for one in running),
        n,
        *(part(share * n, n) for share in shares),
        part(whole * n, n),
    )


def _share(archived: Sequence[ServiceRequest], test: Callable[[ServiceRequest], bool]) -> float:
    return sum(map(test, archived)) / len(archived) if archived else 0.0


def _worked_together(one: ServiceRequest) -> bool:
    return not any(stage.is_late for stage in one.stages if stage.step in TOGETHER)


def _in_time(one: ServiceRequest) -> bool:
    return not one.is_overdue


def _satisfied(one: ServiceRequest) -> bool:
    return one.satisfied is True


def _connections(material: Material) -> list[ServiceRequest]:
    return [one for one in material.requests if one.kind is ServiceKind.CONNECTION]


def _energised(one: ServiceRequest, end: datetime) -> bool:
    done = [stage.done_at for stage in one.stages if stage.step is ServiceStep.ENERGISE]
    over = one.closed_at is not None and one.closed_at < end
    return over or any(at is not None and at < end for at in done)


def _end(material: Material) -> datetime:
    """Until when requests count: the end of the period, or now."""
    return min(material.findings.period.end_at, material.made_at)
