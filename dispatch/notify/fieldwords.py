"""What the fields of the texts are called, and a value of each that people recognise; for who writes texts."""

from collections.abc import Mapping
from typing import NamedTuple


class FieldWord(NamedTuple):
    """A field's Chinese name, and an example of what stands there."""

    label: str
    example: str


FIELDS: Mapping[str, FieldWord] = {
    "ticket_no": FieldWord("工单号", "2607010000001"),
    "crew": FieldWord("抢修队", "丹城一队"),
    "eta_at": FieldWord("预计到达时间", "7月1日9:30"),
    "etr_at": FieldWord("预计复电时间", "7月1日11:00"),
    "before_at": FieldWord("原预计复电时间", "7月1日10:00"),
    "restored_at": FieldWord("复电时间", "7月1日10:48"),
    "who": FieldWord("转给谁", "抢修队"),
    "progress": FieldWord("目前进展", "丹城一队正在赶往现场,预计7月1日9:30到达"),
    "reason": FieldWord("原因", "交通中断"),
    "when": FieldWord("何时到达", "预计7月1日10:15到达"),
    "explanation": FieldWord("指挥员的说明", "东街积水,绕行沿海路。"),
    "appointment_at": FieldWord("约定时间", "7月1日10:00"),
    "what_now": FieldWord("接下来怎么办", "抢修人员正赶往您处"),
    "before": FieldWord("原定时间", "7月2日8:30至10:30"),
    "kind": FieldWord("作业类型", "装表接电"),
    "offered": FieldWord("新的时间", "7月3日13:30至15:30"),
    "until": FieldWord("答复截止", "7月1日20:00"),
    "due": FieldWord("截止", "7月5日"),
    "agreed": FieldWord("约定的时间", "7月3日13:30至15:30"),
    "level": FieldWord("级别", "紧急"),
    "symptom": FieldWord("故障现象", "单户无电"),
    "address": FieldWord("地址", "象山县丹城镇东街1号"),
    "due_at": FieldWord("完成期限", "7月1日9:45"),
    "answer": FieldWord("答复内容", "工单2607010000001已登记到达现场"),
    "area": FieldWord("区域", "象山"),
    "by": FieldWord("催办人", "客户"),
    "n": FieldWord("累计次数", "2"),
    "target": FieldWord("催办对象", "抢修队"),
    "stage": FieldWord("当前环节", "已派工"),
    "limit": FieldWord("时限名称", "到达现场"),
    "state": FieldWord("时限状态", "即将超时"),
    "order_no": FieldWord("督办单号", "DB260701-0001"),
    "text": FieldWord("报告内容", "为独居老人更换漏电保护器"),
    "span": FieldWord("时段", "09:00-09:10"),
    "counts": FieldWord("各类预警数", "即将超时5、已超时2"),
    "names": FieldWord("最急的工单", "2607010000001丹城,2607010000007石浦"),
    "at": FieldWord("统计时刻", "7月1日10:00"),
    "open": FieldWord("未复电工单数", "86"),
    "working": FieldWord("在办数", "41"),
    "waiting": FieldWord("待派数", "45"),
    "restored": FieldWord("已复电数", "132"),
    "overdue": FieldWord("超时数", "7"),
    "p50": FieldWord("修复用时中位(分)", "75"),
    "p90": FieldWord("修复用时九成位(分)", "190"),
    "dark": FieldWord("停电户数", "3180"),
    "crews": FieldWord("队伍数", "24"),
    "depots": FieldWord("班所", "丹城供电所、石浦供电所"),
    "week": FieldWord("哪一周", "7月6日至7月12日"),
}
# Where a field means something else than elsewhere.
OF_OCCASION: Mapping[tuple[str, str], FieldWord] = {
    ("supervision", "reason"): FieldWord("督办原因", "客户三次来电,到达现场已超时"),
    ("escalation", "reason"): FieldWord("升级原因", "到达现场超时一半仍未到场"),
    ("escalation", "level"): FieldWord("升到第几级", "2"),
    ("digest", "n"): FieldWord("涉及工单数", "7"),
    ("declaration_due", "due"): FieldWord("申报截止", "7月2日17:00"),
}


def field_word(occasion: str, name: str) -> FieldWord:
    """Return what a field of an occasion's text is called."""
    return OF_OCCASION.get((occasion, name)) or FIELDS[name]
