"""What must be true between the numbers of a rule pack; each fault names the field, and says what would be right."""

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from .looprules import FieldRules, MergingRules, MessageRules, ModeRules, ReviewRules, Supervision
from .numbers import ByArea, Ratio, Span
from .packparts import Limits, Travel
from .servicerules import ServiceRules
from .worklistrules import WorklistRules

Fault = tuple[str, str]  # field, what is wrong with it
LIMIT = 2  # index of the step of the ladder that is the limit itself (三级)


def _limits(limits: Limits) -> Iterator[Fault]:
    for name in type(limits).model_fields:
        limit = getattr(limits, name)
        spans = [limit.urban, limit.rural, limit.remote] if isinstance(limit, ByArea) else [limit]
        if any(isinstance(span, Span) and span.value <= 0 for span in spans):
            yield name, "时限应大于 0;不设此时限请删去这一项"
    urban, rural, remote = (limits.arrive.of(name).duration for name in ("urban", "rural", "remote"))
    if not urban <= rural <= remote:
        yield "arrive", "到场时限应为城市不大于农村,农村不大于边远"


def _travel(travel: Travel) -> Iterator[Fault]:
    if min(travel.detour.of(name).value for name in ("urban", "rural", "remote")) < 1:
        yield "detour", "绕行系数应不小于 1:道路不会短于直线"


def _supervision(rules: Supervision) -> Iterator[Fault]:
    shares = [level.share.value for level in rules.levels]
    if any(later <= earlier for earlier, later in pairwise(shares)):
        yield "levels", f"四级预警的 share 应逐级增大,现为 {'、'.join(f'{share:g}' for share in shares)}"
    if shares[LIMIT] != 1:
        yield f"levels.{LIMIT}.share", f"第三级即时限本身,应为 1,现为 {shares[LIMIT]:g}"
    if rules.appointment.before_1.duration <= rules.appointment.before_2.duration:
        yield "appointment.before_1", "应大于 before_2:第一级预警早于第二级"
    if rules.contacts_escalate.value < 2:
        yield "contacts_escalate", "应不小于 2:首次来电不是再次致电"
    if rules.suspend_max.value <= 0:
        yield "suspend_max", "应大于 0"


def _merging(rules: MergingRules) -> Iterator[Fault]:
    if rules.radius.value > rules.matter_radius.value:
        yield "matter_radius", f"应不小于 radius({rules.radius.value:g} km):同一楼栋不会是两件事"


def _field_reports(rules: FieldRules) -> Iterator[Fault]:
    for name in ("trusted_from", "failed_check"):
        if (value := getattr(rules, name).value) > 1:
            yield name, f"可信度满分为 1,此项应不大于 1,现为 {value:g}"
    if rules.clock_ahead.duration > rules.same_fact.duration:
        yield "clock_ahead", "应不大于 same_fact:时钟误差不能大到分不清是不是同一事实"


def _messages(rules: MessageRules) -> Iterator[Fault]:
    if rules.first_retry.duration > rules.longest_retry.duration:
        yield "first_retry", "应不大于 longest_retry"


def _review(rules: ReviewRules) -> Iterator[Fault]:
    for name in type(rules).model_fields:
        number = getattr(rules, name)
        if isinstance(number, Ratio) and number.value > 1:
            yield name, f"扣分为满分的份额,应不大于 1,现为 {number.value:g}"


def _modes(rules: ModeRules) -> Iterator[Fault]:
    enter, leave = rules.storm_enter.value, rules.storm_leave.value
    if leave >= enter:
        yield "storm_leave", f"应小于 storm_enter({enter:g}),否则模式会来回切换;现为 {leave:g}"


def _services(rules: ServiceRules) -> Iterator[Fault]:
    first, second = rules.first_warning.value, rules.second_warning.value
    if not second < first < 1:
        yield "first_warning", f"剩余时限的份额,应小于 1 且大于 second_warning({second:g}),现为 {first:g}"


def _worklists(rules: WorklistRules) -> Iterator[Fault]:
    due, reminded = rules.declared_by, rules.reminded
    if (reminded.weekday, reminded.value) >= (due.weekday, due.value):
        yield "reminded", f"应早于 declared_by(星期{due.weekday} {due.value}):截止之后提醒没有用处"
    for name in ("inherits", "forecast_weeks"):
        if getattr(rules, name).value < 1:
            yield name, "应不小于 1:至少要看一周"


CHECKS: Mapping[str, Callable[[Any], Iterator[Fault]]] = {
    "limits": _limits,
    "travel": _travel,
    "supervision": _supervision,
    "merging": _merging,
    "field_reports": _field_reports,
    "messages": _messages,
    "review": _review,
    "modes": _modes,
    "services": _services,
    "worklists": _worklists,
}
