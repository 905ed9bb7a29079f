"""
Who may do what, and where: one table that the checks, the routes and the tests all read. Domain 1.2 and 2.3.

A right is looked up by its action; it says for each role how far it reaches. What is not in the table is not allowed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dispatch.kit.errors import Invalid, NotFound, Refusal
from dispatch.kit.words import Labelled

from .model import Account, Role

Covers = Callable[[str, str], bool]  # covers(ancestor, code): is the area ``code`` that area or below it?


class Scope(Labelled):
    """How far a right reaches."""

    ANYWHERE = "anywhere", "全省"
    AREA = "area", "本辖区"  # the account's area and all that lies below it
    AREA_OR_LENT = "area_or_lent", "本辖区及借出队伍承办的工单"
    OWN_DEPOT = "own_depot", "本班所"  # its area, or a job that a crew of its depot is on
    OWN_CREW = "own_crew", "本队承办的工单"
    SELF = "self", "本人"


@dataclass(frozen=True, slots=True)
class Right:
    """One action: what it is called on the screen, and how far it reaches for each role that has it."""

    label: str
    reach: Mapping[Role, Scope]

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(self.reach)


SEATS = (Role.SEAT_AGENT, Role.SEAT_SUPERVISOR)
MONITOR, DISPATCHER, LEADER = Role.PROVINCE_MONITOR, Role.COUNTY_DISPATCHER, Role.DEPOT_LEADER
CREW, AUDITOR, ADMIN, SYSTEM = Role.CREW, Role.REPLY_AUDITOR, Role.ADMINISTRATOR, Role.SYSTEM
METERING, AUTOMATION, MARKETING = Role.METERING, Role.AUTOMATION, Role.MARKETING
MACHINES = (Role.GATEWAY, Role.TELEPHONY, METERING, AUTOMATION, MARKETING)  # tells its own matter, sees nothing
PEOPLE = tuple(role for role in Role if role not in (SYSTEM, Role.WALL, *MACHINES))


def _in(scope: Scope, *roles: Role) -> dict[Role, Scope]:
    return dict.fromkeys(roles, scope)


def _area(*roles: Role) -> dict[Role, Scope]:
    return _in(Scope.AREA, *roles)


FIELD_STEP = {CREW: Scope.OWN_CREW, DISPATCHER: Scope.AREA_OR_LENT}  # by the crew, or by telephone for it (2.3 row 8)
SEE = (
    _area(*SEATS, MONITOR, AUDITOR)
    | {DISPATCHER: Scope.AREA_OR_LENT, LEADER: Scope.OWN_DEPOT, CREW: Scope.OWN_CREW}
    | _in(Scope.ANYWHERE, SYSTEM)
)

# The numbers are rows of domain 2.3; ``ticket.<command>`` is named like the route.
RIGHTS: dict[str, Right] = {
    "call.log": Right("受理来电", _in(Scope.ANYWHERE, *SEATS)),  # 1, 2
    "call.read": Right("查看来电记录", _area(*SEATS, MONITOR)),
    "ticket.read": Right("查看工单", SEE),
    "ticket.contact": Right("查看联系方式", _area(*SEATS, MONITOR, DISPATCHER) | _in(Scope.OWN_CREW, CREW)),
    "ticket.complete": Right("补全派发", _area(*SEATS)),  # 2
    "ticket.consult": Right("按咨询办结", _area(*SEATS)),  # 2a
    "ticket.accept": Right("接单", _area(DISPATCHER, SYSTEM)),  # 3; the machine where the county is in mode auto
    "ticket.return": Right("退单", _area(DISPATCHER)),  # 4
    "ticket.resubmit": Right("重新派发", _area(*SEATS, MONITOR)),  # 5
    "ticket.transfer": Right("转单位", _area(MONITOR)),  # 2.6
    "merging.read": Right("查看全县归并建议", _area(DISPATCHER, MONITOR)),  # 2.8.1
    "ticket.merge-proposals": Right("查看工单归并建议", _area(DISPATCHER, MONITOR)),
    "ticket.decline-merge": Right("驳回归并建议", _area(DISPATCHER)),
    "ticket.merge": Right("归并", _area(DISPATCHER, MONITOR, SYSTEM)),  # 6; any level may (2.8)
    "ticket.merge-override": Right("越权归并", _area(MONITOR)),  # without proof
    "ticket.unmerge": Right("解除归并", _area(DISPATCHER, SYSTEM)),  # 2.8.6
    "ticket.dispatch": Right("派工", _area(DISPATCHER, MONITOR, SYSTEM)),  # 7, 9
    "ticket.crew-accept": Right("班组接单", FIELD_STEP | {LEADER: Scope.OWN_DEPOT}),  # 8
    "ticket.crew-reject": Right("班组拒单", _in(Scope.OWN_CREW, CREW)),  # 2.7
    "ticket.depart": Right("出发", FIELD_STEP),  # 10
    "ticket.arrive": Right("到达现场", FIELD_STEP),  # 11, 12
    "ticket.locate": Right("故障点确认", FIELD_STEP),  # 13
    "ticket.start-repair": Right("开始抢修", FIELD_STEP),  # 14
    "ticket.progress": Right("进展汇报", FIELD_STEP),  # 14
    "ticket.restore": Right("复电", FIELD_STEP),  # 15, 20
    "ticket.power-back": Right("复电核实", _area(*SEATS, DISPATCHER, SYSTEM)),  # 2.8.5
    "ticket.reply": Right("回单", _area(DISPATCHER)),  # 16
    "ticket.reply-children": Right("批量回单", _area(DISPATCHER)),  # 2.11
    "ticket.check-reply": Right("回单自检", _area(DISPATCHER, AUDITOR)),  # 2.13
    "reply.audits": Right("查看回单审核名单", _area(AUDITOR, MONITOR)),
    "field.report": Right("现场汇报", _in(Scope.OWN_CREW, CREW)),  # 8 to 15, late and doubled too
    "field.phone": Right("登记电话汇报", _in(Scope.AREA_OR_LENT, DISPATCHER)),
    "field.read": Right(
        "查看现场汇报", _area(MONITOR, AUDITOR) | {DISPATCHER: Scope.AREA_OR_LENT, CREW: Scope.OWN_CREW}
    ),
    "photo.add": Right("上传现场照片", FIELD_STEP),
    "photo.read": Right("查看现场照片", SEE),
    "field.decide": Right("裁定现场汇报", _area(DISPATCHER, MONITOR, AUDITOR)),
    "ticket.reject-reply": Right("回单退回", _area(AUDITOR)),  # 17
    "ticket.queue-callback": Right("转回访", _area(DISPATCHER, AUDITOR)),  # 18
    "ticket.cancel": Right("取消", _area(*SEATS, DISPATCHER)),  # 19
    "ticket.chase": Right("催办", _area(*SEATS, MONITOR, DISPATCHER)),  # 2.9
    "ticket.supervise": Right("督办", _area(MONITOR)),  # 2.10
    "ticket.supervision-answer": Right("答复督办", _area(DISPATCHER)),
    "ticket.supervision-clear": Right("消除督办", _area(MONITOR)),
    "ticket.escalate": Right("升级", _area(SEATS[1], MONITOR)),
    "ticket.suspend": Right("挂起", _area(DISPATCHER, MONITOR)),  # 2.11; a crew asks its dispatcher
    "ticket.resume": Right("解除挂起", _area(DISPATCHER, MONITOR)),
    "ticket.excuse": Right("延时说明", _area(SEATS[0], DISPATCHER)),  # 2.5 e
    "ticket.note": Right("记事", _area(*SEATS, DISPATCHER) | _in(Scope.OWN_CREW, CREW)),  # 3.4
    "supervision.read": Right("查看督办单", _area(SEATS[1], MONITOR, DISPATCHER)),
    "supervision.contacts": Right("查看告知缺口", _area(MONITOR, DISPATCHER, ADMIN)),
    "warning.read": Right("查看预警", _area(SEATS[1], MONITOR, DISPATCHER)),
    "ticket.correct": Right("更正", _area(DISPATCHER, MONITOR)),  # 2.4
    "review.read": Right("查看工单评价", _area(SEATS[1], MONITOR, DISPATCHER, AUDITOR) | _in(Scope.OWN_DEPOT, LEADER)),
    "review.appeal": Right("评价申诉", _area(DISPATCHER) | _in(Scope.OWN_DEPOT, LEADER)),
    "review.decide": Right("申诉裁定", _area(MONITOR)),
    "index.read": Right("查看指标", _area(SEATS[1], MONITOR, DISPATCHER, LEADER, AUDITOR, SYSTEM)),  # 8
    "dashboard.read": Right("查看指挥看板", _area(SEATS[1], MONITOR, DISPATCHER, AUDITOR, Role.WALL)),
    "replay.read": Right("复盘往日工单", _area(SEATS[1], MONITOR, DISPATCHER, AUDITOR)),
    "callback.read": Right("查看回访名单", _area(*SEATS, MONITOR)),  # 2.14
    "callback.call": Right("回访客户", _area(*SEATS)),
    "message.read": Right("查看外呼消息", _area(SEATS[1], MONITOR, ADMIN)),
    "message.requeue": Right("重发消息", _area(ADMIN)),
    "template.read": Right("查看消息模板", _in(Scope.ANYWHERE, AUDITOR, ADMIN)),
    "template.manage": Right("修改消息模板", _in(Scope.ANYWHERE, ADMIN)),
    "inbound.read": Right("处理来信", _area(*SEATS, MONITOR)),
    "contact.manage": Right("维护值班联系人", _area(ADMIN)),
    "gateway.report": Right("网关回传", _in(Scope.ANYWHERE, Role.GATEWAY)),
    "telephony.report": Right("上报来电", _in(Scope.ANYWHERE, Role.TELEPHONY)),
    "telephony.own": Right("查看本席来电", _in(Scope.SELF, *SEATS)),
    "offers.read": Right("查看候选队伍", _area(DISPATCHER, MONITOR, SYSTEM) | _in(Scope.OWN_DEPOT, LEADER)),
    "dispatching.assign_waiting": Right("批量派工", _area(MONITOR, SYSTEM)),
    "plan.read": Right("查看滚动计划", _area(MONITOR, DISPATCHER, SYSTEM)),
    "plan.decide": Right("确认或拒绝计划", _area(DISPATCHER, MONITOR)),
    "plan.judge": Right("试算或发布自编计划", _area(DISPATCHER, MONITOR)),
    "generator.read": Right("查看发电车与供电方案", _area(MONITOR, DISPATCHER) | _in(Scope.OWN_DEPOT, LEADER)),
    "generator.plan": Right("计算或自编发电车方案", _area(MONITOR, DISPATCHER)),
    "generator.decide": Right("确认发电车方案与派车", _area(MONITOR, DISPATCHER)),
    "generator.report": Right("登记发电车接入、撤离与状态", _area(MONITOR, DISPATCHER) | _in(Scope.OWN_DEPOT, LEADER)),
    "ticket.why": Right("查看派工原因", _area(SEATS[1], DISPATCHER, MONITOR, SYSTEM) | _in(Scope.OWN_DEPOT, LEADER)),
    "ticket.restoration": Right("查看预计复电推算", SEE),
    "ticket.pin": Right("指定班组", _area(DISPATCHER, MONITOR)),
    "ticket.veto": Right("排除班组", _area(DISPATCHER, MONITOR)),
    "ticket.wishes": Right("查看指定与排除", _area(DISPATCHER, MONITOR) | _in(Scope.OWN_DEPOT, LEADER)),
    "crew.outages": Right("查看停派班组", _area(MONITOR, DISPATCHER)),
    "crew.outage": Right("登记或撤销班组停派", _area(DISPATCHER, MONITOR) | _in(Scope.OWN_DEPOT, LEADER)),
    "lending.read": Right("查看借调与保底", _area(MONITOR, DISPATCHER) | _in(Scope.OWN_DEPOT, LEADER)),
    "lending.grant": Right("登记或撤销借调", _area(MONITOR, DISPATCHER)),  # which of the two kinds: the next two lines
    "lending.agree": Right("登记借调协议", _area(DISPATCHER)),  # 1.2: of the lender, whose crews they are
    "lending.order": Right("登记省级调令", _area(MONITOR)),
    "reserve.set": Right("设置保底队伍数", _area(MONITOR, DISPATCHER)),
    "ledger.read": Right("查看跨界台账", _area(MONITOR, DISPATCHER, AUDITOR)),
    "crew.read": Right("查看队伍", _area(*SEATS, MONITOR, DISPATCHER, LEADER, ADMIN) | _in(Scope.OWN_CREW, CREW)),
    # Beside the crew's own phone: the vehicle platform's machine account, and a dispatcher told by telephone.
    "crew.position": Right("上报位置", _area(MONITOR, DISPATCHER) | _in(Scope.OWN_CREW, CREW)),
    "outage.read": Right("查看停电信息", _in(Scope.ANYWHERE, *PEOPLE)),  # it is public
    "outage.write": Right("发布停电信息", _area(DISPATCHER, MONITOR)),  # 4.2
    "notice.read": Right("查看报备", _in(Scope.ANYWHERE, *PEOPLE)),
    "notice.apply": Right("申请报备", _area(DISPATCHER)),
    "notice.approve": Right("审批报备", _area(MONITOR)),
    "notice.revoke": Right("撤销报备", _area(DISPATCHER, MONITOR)),
    "signal.read": Right("查看设备信号", _area(DISPATCHER, MONITOR)),
    "signal.report": Right("上报设备信号", _area(METERING, AUTOMATION, DISPATCHER)),  # 4.4.6
    "meter.report": Right("上报电表召测", _area(METERING)),  # 4.4.4
    "arrears.report": Right("上报欠费停电", _area(MARKETING)),  # 4.4.1
    "place.read": Right("查询地点", _in(Scope.ANYWHERE, *SEATS, MONITOR, DISPATCHER, LEADER, ADMIN)),
    "place.lookup": Right("按户号、表号、电话查地点", _area(*SEATS, MONITOR, DISPATCHER)),
    "place.name": Right("命名地点", _area(MONITOR, DISPATCHER)),  # used at once; what seats pick counts by how often
    "place.names": Right("查看学到的地名", _area(SEATS[1], MONITOR, DISPATCHER, ADMIN)),
    "place.undo": Right("撤销学到的地名", _area(SEATS[1], MONITOR, DISPATCHER, ADMIN)),
    "place.import": Right("导入地点档案", _area(ADMIN)),
    "area.read": Right("查看区域", _in(Scope.ANYWHERE, *PEOPLE, Role.WALL)),
    "road.read": Right("查看道路状况", _area(*SEATS, MONITOR, DISPATCHER, LEADER, AUDITOR)),
    "road.close": Right("封闭或限行道路", _area(MONITOR, DISPATCHER)),
    "road.lift": Right("解除道路封闭", _area(MONITOR, DISPATCHER)),
    "mode.read": Right("查看派工模式", _in(Scope.ANYWHERE, *PEOPLE)),
    "mode.set": Right("切换派工模式", _area(MONITOR)),
    "mode.dry_run": Right("试算派工模式", _area(MONITOR, DISPATCHER)),
    "weather.read": Right("查看恶劣天气令", _area(*SEATS, MONITOR, DISPATCHER, LEADER, AUDITOR)),
    "weather.issue": Right("发布恶劣天气令", _area(MONITOR)),  # 2.11
    "weather.revoke": Right("撤销恶劣天气令", _area(MONITOR)),
    "disaster.read": Right("查看灾害报告", _area(MONITOR, DISPATCHER)),
    "disaster.send": Right("报送灾害报告", _area(MONITOR, DISPATCHER)),
    "storm.read": Right("查看抗灾抢修快报", _area(MONITOR, DISPATCHER, SYSTEM)),  # 2.11; the machine prints it
    "service.read": Right("查看服务工单", _area(*SEATS, MONITOR, DISPATCHER, AUDITOR)),  # 6.1, 6.2
    "service.open": Right("受理服务工单", _in(Scope.ANYWHERE, *SEATS) | _area(MONITOR, DISPATCHER)),
    "service.advance": Right("办结服务工单环节", _area(DISPATCHER)),
    "service.pause": Right("暂停或恢复计时", _area(DISPATCHER)),
    "service.answer": Right("答复客户", _area(*SEATS, DISPATCHER)),
    "service.close": Right("归档服务工单", _area(*SEATS, DISPATCHER)),
    "service.contact": Right("查看服务工单联系方式", _area(*SEATS, MONITOR, DISPATCHER)),
    "capacity.declare": Right("申报承载力", _in(Scope.OWN_DEPOT, LEADER)),  # 1.2, 7.2
    "capacity.preview": Right("试算承载力变更", _area(DISPATCHER) | _in(Scope.OWN_DEPOT, LEADER)),
    "capacity.read": Right("查看承载力", _area(*SEATS, MONITOR, DISPATCHER) | _in(Scope.OWN_DEPOT, LEADER)),
    "booking.make": Right("办理预约", _area(*SEATS, DISPATCHER)),  # 7.1
    "booking.read": Right("查看预约", _area(*SEATS, MONITOR, DISPATCHER) | _in(Scope.OWN_DEPOT, LEADER)),
    "booking.contact": Right(
        "查看预约客户电话", _area(*SEATS, DISPATCHER) | _in(Scope.OWN_CREW, CREW)
    ),  # as ticket.contact
    "task.make": Right("建立与撤销网格任务", _area(MONITOR, DISPATCHER)),  # S3
    "task.read": Right("查看网格任务", _area(MONITOR, DISPATCHER)),
    "task.offer": Right(
        "查看推荐给班组的网格任务",
        _area(MONITOR, DISPATCHER) | {LEADER: Scope.OWN_DEPOT, CREW: Scope.OWN_CREW},
    ),
    "task.answer": Right("答复网格任务", _area(DISPATCHER) | {LEADER: Scope.OWN_DEPOT, CREW: Scope.OWN_CREW}),
    "visit.report": Right("登记上门情况", _area(DISPATCHER) | {LEADER: Scope.OWN_DEPOT, CREW: Scope.OWN_CREW}),  # 7.1
    "crew.stakes": Right("查看抽队影响", _area(MONITOR, DISPATCHER) | _in(Scope.OWN_DEPOT, LEADER)),
    "capacity.indices": Right("查看预约指标", _area(SEATS[1], MONITOR, DISPATCHER) | _in(Scope.OWN_DEPOT, LEADER)),  # 8
    "worklist.read": Right("查看派工清单", _area(MONITOR, DISPATCHER) | _in(Scope.OWN_DEPOT, LEADER)),  # 7.2
    "worklist.own": Right(  # as ticket.read
        "查看本队清单", _area(MONITOR, DISPATCHER) | {LEADER: Scope.OWN_DEPOT, CREW: Scope.OWN_CREW}
    ),
    "worklist.name": Right("清单定人", _area(DISPATCHER) | _in(Scope.OWN_DEPOT, LEADER)),
    "worklist.pin": Right("指定作业队伍", _area(DISPATCHER) | _in(Scope.OWN_DEPOT, LEADER)),
    "worklist.change": Right("变更派工清单", _area(DISPATCHER) | _in(Scope.OWN_DEPOT, LEADER)),
    "worklist.seen": Right("确认清单变更", _area(DISPATCHER) | _in(Scope.OWN_DEPOT, LEADER)),
    "pack.read": Right("查看规则包", _in(Scope.ANYWHERE, *PEOPLE)),
    "pack.plan": Right("上传与启用规则包", _in(Scope.ANYWHERE, ADMIN)),
    "live.listen": Right("订阅实时工单", _area(*SEATS, MONITOR, DISPATCHER, LEADER, AUDITOR)),
    "account.manage": Right("管理账号", _area(ADMIN)),
    "token.make": Right("管理令牌", _area(ADMIN)),
    "world.load": Right("导入基础数据", _area(ADMIN)),
    "audit.read": Right("查看审计记录", _area(ADMIN)),
    "self.read": Right("查看本人信息", _in(Scope.SELF, *PEOPLE)),
    "self.leave": Right("退出登录", _in(Scope.SELF, *PEOPLE)),
    "self.password": Right("修改本人密码", _in(Scope.SELF, *PEOPLE)),
}

# What anybody may do without an account.
OPEN_ACTIONS: frozenset[str] = frozenset({"session.make"})

# Actions on one ticket or call: outside the reader's sight the answer is "no such ticket", so existence is not told.
_HIDDEN = ("ticket.", "call.", "offers.", "review.", "callback.", "photo.")

# Sources a role may claim for a step; None stands for "did not say" and means the first. Domain 2.3 row 8, 2.4:
# a step that a dispatcher enters for the crew is a telephone report and must not count as the crew's own tap.
SOURCES: dict[Role, tuple[str, ...]] = {
    CREW: ("APP", "PHONE"),
    SYSTEM: ("SYSTEM", "SCADA", "AMI", "CTI"),
}
ON_BEHALF: tuple[str, ...] = ("PHONE",)
AT_A_DESK: tuple[str, ...] = ("CTI", "PHONE", "APP", "SCADA", "AMI")
FIELD_STEPS: frozenset[str] = frozenset(name for name, right in RIGHTS.items() if CREW in right.roles) & frozenset(
    name
    for name in RIGHTS
    if name.startswith("ticket.") and name not in ("ticket.read", "ticket.contact", "ticket.note", "ticket.restoration")
)


class Forbidden(Refusal):
    """The account may not do this, or not here."""

    status = 403


class NoSuchTicket(NotFound):
    """Outside what the account may see; on the wire just like the answer for a ticket that is not there at all."""


class WrongSource(Invalid):
    """The report claims to come in by a way that the reporter does not have."""


def check_role(account: Account, action: str) -> Scope:
    """
    Return how far the account's right to ``action`` reaches.

    :raises Forbidden: if the account's role does not have it
    """
    right = RIGHTS[action]
    if account.active and account.role in right.reach:
        return right.reach[account.role]
    needed = "、".join(role.label for role in Role if role in right.reach and role is not Role.SYSTEM)
    raise Forbidden(
        f"“{right.label}”需要以下角色之一:{needed or '系统'};您的角色是“{account.role.label}”,请换账号或联系管理员",
        action=action,
        needed=sorted(role.value for role in right.reach),
        role=account.role.value,
    )


def check(
    account: Account,
    action: str,
    *,
    area: str | None = None,
    lender: str | None = None,
    crew_id: str | None = None,
    depot: str | None = None,
    covers: Covers,
) -> None:
    """
    Refuse an action that the account's role does not have, or that lies outside its reach.

    :param area: code of the area the thing belongs to (for a ticket: its county)
    :param lender: county that lends its crew to the ticket now, if one does
    :param crew_id: crew that is on the job, or that the action is about
    :param depot: depot of that crew
    :raises Forbidden: wrong role; or right role, but the thing lies outside and may be seen
    :raises NoSuchTicket: it lies outside the reach and may not be seen, so it is not told that it exists
    """
    scope = check_role(account, action)
    if _reaches(account, scope, area, lender, crew_id, depot, covers):
        return
    if action.startswith(_HIDDEN):
        seen = SEE.get(account.role)
        if seen is None or not _reaches(account, seen, area, lender, crew_id, depot, covers):
            raise NoSuchTicket("没有这个工单,或不在您的查看范围内;请核对工单号")
    raise Forbidden(
        f"“{RIGHTS[action].label}”只限{scope.label}({account.area}),这里属于 {area or '其他范围'},请联系所属单位办理",
        action=action,
        scope=scope.value,
        area=area,
    )


def allowed(
    account: Account,
    action: str,
    *,
    area: str | None = None,
    lender: str | None = None,
    crew_id: str | None = None,
    depot: str | None = None,
    covers: Covers,
) -> bool:
    """Say whether ``check`` would let it pass; for lists and buttons."""
    try:
        check(account, action, area=area, lender=lender, crew_id=crew_id, depot=depot, covers=covers)
    except Refusal:
        return False
    return True


def actions_of(account: Account) -> list[str]:
    """Return the names of all actions that the account's role has, somewhere."""
    return sorted(name for name, right in RIGHTS.items() if account.active and account.role in right.reach)


def source_of(account: Account, action: str, claimed: str | None) -> str:
    """
    Return by what way a report came in (``Source`` value), as far as the reporter can know.

    :param claimed: what the reporter says; None if it does not say
    :raises WrongSource: if it cannot have come in that way
    """
    possible = SOURCES.get(account.role) or (ON_BEHALF if action in FIELD_STEPS else AT_A_DESK)
    if claimed is None:
        return possible[0]
    if claimed in possible:
        return claimed
    raise WrongSource(
        f"{account.role.label}报“{RIGHTS[action].label}”的来源只能是 {'、'.join(possible)},请改正 source",
        field="source",
        allowed=list(possible),
    )


def _reaches(
    account: Account,
    scope: Scope,
    area: str | None,
    lender: str | None,
    crew_id: str | None,
    depot: str | None,
    covers: Covers,
) -> bool:
    if scope in (Scope.ANYWHERE, Scope.SELF) or account.role is Role.SYSTEM:
        return True
    if scope is Scope.OWN_CREW:
        return crew_id is not None and crew_id == account.crew_id
    places = [area]
    if scope is Scope.AREA_OR_LENT:
        places.append(lender)
    if scope is Scope.OWN_DEPOT:
        places.append(depot)
    return any(place is not None and covers(account.area, place) for place in places)
