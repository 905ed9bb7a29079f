"""What a seat reads out to a caller, by what is known (座席答复话术)."""

from datetime import datetime

from dispatch.outages import prose
from dispatch.outages.diagnosis import Meters
from dispatch.outages.model import Outage, Served, Verdict

ARREARS = "您的用电户因欠费已停电。请通过网上国网或营业厅结清电费,结清后系统自动复电,无需派人上门。"
UNKNOWN = "您反映的停电情况我们已记录,将立即安排抢修人员核实处理。"
APART = "重要用户或生命支持客户,须单独建单并立即告知负责人,不得拦截或归并"
OF_METERS: dict[Verdict, str] = {
    Verdict.BEHIND_METER: (
        "系统显示您家电表带电,故障可能在表后。请查看室内总开关和漏电保护器是否跳闸;如无法恢复,可联系有资质的电工,"
        "或由我们提供有偿服务,收费标准事先告知。"
    ),
    Verdict.SERVICE_LINE: "您的邻居有电而您家电表无电,故障可能在接户线或电表,我们将立即派低压抢修人员上门。",
    Verdict.BOX: "您所在表箱的用户均无电,故障可能在表箱或低压分支,我们将立即派低压抢修人员处理。",
    Verdict.PHASE: "您所在台区有一相失电,我们将立即派低压抢修人员处理。",
    Verdict.TRANSFORMER_OR_ABOVE: "您所在台区已停电,我们正在核实停电范围并组织抢修,有进展将及时告知。",
    Verdict.UNKNOWN: UNKNOWN,
}
# What is said besides where the equipment is not ours (domain 3.4, 4.5, scenarios 11 and 12).
ON_SITE: dict[Served, str] = {
    Served.DEDICATED: "您由专用变压器供电,如经核实为用户自有设备故障,按产权由贵单位处理,我们将告知结果并协助隔离。",
    Served.UNHANDED: "您所在小区供电设施尚未移交供电公司,我们将先组织应急发电保障用电,再协助产权单位错峰抢修。",
}


def overrun(outage: Outage) -> str:
    """Return what is said where planned work has not given the supply back in time."""
    due = prose.when(outage.ends_at) if outage.ends_at else "公告的时间"
    return f"您所在区域的{outage.kind.label}原定{due}送电,现已超时,我们将按紧急工单立即催办处理。"


def known_outage(outage: Outage, etr_at: datetime | None) -> str:
    """Return what is said in an outage that is known."""
    back = f"预计{prose.when(etr_at)}恢复供电" if etr_at else "抢修人员正在处理,预计恢复时间确定后将通知您"
    return f"您所在区域自{prose.when(outage.begins_at)}起{outage.kind.label},{back},请您耐心等待,无需重复报修。"


def meters(found: Meters) -> tuple[str, ...]:
    """Return what was read, one sentence for each place."""
    places = (("本户电表", found.own), ("同表箱邻户", found.box), ("台区总表", found.transformer))
    return tuple(f"{where}{light.label}" for where, light in places)
