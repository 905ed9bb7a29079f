"""
How far the reports from the field are borne out (轨迹有效性): the automatic audit of domain 2.13, pure.

Each check passes, fails, or has nothing to be held against. A failed one takes the pack's share off a score of 1; below
the pack's threshold the reply goes to the auditor. Nothing is refused here: evidence can be wrong too.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from dispatch.kit.clock import CHINA
from dispatch.kit.earth import distance_m
from dispatch.kit.looprules import FieldRules

from .model import Finding
from .terms import Check
from .words import Ownership, Source

Verdict = tuple[bool | None, str]
NOTHING: Verdict = (None, "")


@dataclass(frozen=True, slots=True)
class Fix:
    """Where a crew was at an instant: WGS-84 degrees, accuracy in metres if the phone said it."""

    at: datetime
    lon: float
    lat: float
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What the customer's meter said at an instant."""

    at: datetime
    live: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a crew's reports on one ticket can be held against; what is not known is None or empty."""

    sent_at: datetime | None = None
    arrived_at: datetime | None = None
    restored_at: datetime | None = None
    arrival_source: Source | None = None
    arrival: Fix | None = None  # where the crew was when it reported the arrival
    before: tuple[Fix, ...] = ()  # where it was before that
    site: tuple[float, float] | None = None  # of the fault or the customer; lon, lat
    readings: tuple[Reading, ...] = ()  # in the order of time
    photos_n: int = 0  # kept with the ticket, and papers that the reply names
    photos_missing_n: int = 0  # that reports name and that never came in
    by_app: bool = False  # the finding or the finish came from the APP
    same_text_n: int | None = None  # other tickets of the crew with the very same record; None: there is no record
    ownership: Ownership | None = None
    ahead_s: float = 0.0  # how far its phone's clock was seen to be fast, at most as far as the pack allows
    cause_fits: bool | None = None  # cause against category; None: not known yet


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the checks add up to. ``score``: 0 to 1."""

    score: float
    findings: tuple[Finding, ...] = field(default_factory=tuple)
    doubtful: bool = False


def assess(evidence: Evidence, rules: FieldRules) -> Assessment:
    """Hold the reports against the evidence."""
    findings = tuple(_findings(evidence, rules))
    failed = sum(finding.passed is False for finding in findings)
    score = round(max(0.0, 1.0 - rules.failed_check.value * failed), 4)
    return Assessment(score, findings, score < rules.trusted_from.value)


def _findings(evidence: Evidence, rules: FieldRules) -> Iterator[Finding]:
    for check, judge in CHECKS.items():
        passed, detail = judge(evidence, rules)
        yield Finding(check=check, passed=passed, detail=detail)


def _order(evidence: Evidence, _rules: FieldRules) -> Verdict:
    passed, why = _in_order(evidence)
    fast = f"手机时钟快 {ceil(evidence.ahead_s)} 秒,所报时间已按服务器时间记" if evidence.ahead_s > 0 else ""
    return passed, ";".join(filter(None, (why, fast)))


def _in_order(evidence: Evidence) -> Verdict:
    sent, arrived, restored = evidence.sent_at, evidence.arrived_at, evidence.restored_at
    if sent is not None and arrived is not None and arrived < sent:
        return False, f"到场 {_clock(arrived)} 早于派工 {_clock(sent)}"
    if arrived is not None and restored is not None and restored < arrived:
        return False, f"复电 {_clock(restored)} 早于到场 {_clock(arrived)}"
    return (True, "") if arrived is not None and (sent or restored) else NOTHING


def _position(evidence: Evidence, rules: FieldRules) -> Verdict:
    """A position that is known no better than the radius says nothing, and so does a missing one by telephone."""
    if evidence.arrived_at is None:
        return NOTHING
    radius_m = rules.arrival_radius.value * 1000
    fix = evidence.arrival
    if fix is None or (fix.accuracy_m or 0) > radius_m:
        if evidence.arrival_source is Source.APP:
            return False, "APP 报到场未附可用定位"
        return None, "无到场定位"
    if evidence.site is None:
        return None, "故障点或客户位置未知"
    away_m = distance_m(fix.lon, fix.lat, *evidence.site)
    return away_m <= radius_m, f"到场定位距故障点 {_length(away_m)}"


def _travel(evidence: Evidence, rules: FieldRules) -> Verdict:
    """The way that the positions themselves do not explain must be drivable in the time between them."""
    arrival = evidence.arrival
    if arrival is None:
        return NOTHING
    earlier = max((fix for fix in evidence.before if fix.at < arrival.at), key=lambda fix: fix.at, default=None)
    if earlier is None:
        return None, "到场前无定位"
    blur_m = rules.arrival_radius.value * 1000 + (earlier.accuracy_m or 0)
    way_m = max(0.0, distance_m(earlier.lon, earlier.lat, arrival.lon, arrival.lat) - blur_m)
    speed_kmh = way_m / (arrival.at - earlier.at).total_seconds() * 3.6
    return speed_kmh <= rules.speed_max.value, f"自 {_clock(earlier.at)} 定位起需时速 {speed_kmh:.0f} 公里"


def _dwell(evidence: Evidence, rules: FieldRules) -> Verdict:
    if evidence.arrived_at is None or evidence.restored_at is None:
        return NOTHING
    stayed = evidence.restored_at - evidence.arrived_at
    return stayed >= rules.dwell.duration, f"到场至复电 {stayed / timedelta(minutes=1):.0f} 分钟"


def _voltage(evidence: Evidence, rules: FieldRules) -> Verdict:
    """The meter turns live within the allowance of the claimed restoration, not long before it and not after."""
    restored = evidence.restored_at
    if restored is None or not evidence.readings:
        return NOTHING
    within = rules.voltage_within.duration
    after = [r for r in evidence.readings if r.at >= restored]
    before = [r for r in evidence.readings if r.at < restored]
    lit = next((r for r in after if r.live), None)
    if after and not after[0].live and (lit is None or lit.at > restored + within):
        return False, f"报复电后 {_clock(after[0].at)} 电表仍无电"
    if not after and before[-1].at < restored - within:
        return None, "复电前后无电表数据"
    if not after and not before[-1].live:
        return False, f"{_clock(before[-1].at)} 电表仍无电"
    dark = [r for r in before if not r.live]
    early = next((r for r in before if r.live and dark and r.at > dark[-1].at), None)
    if early is not None and early.at < restored - within:
        return False, f"电表 {_clock(early.at)} 已有电,早于所报复电 {_clock(restored)}"
    return True, "电表在所报时间前后恢复有电"


def _cause(evidence: Evidence, _rules: FieldRules) -> Verdict:
    return evidence.cause_fits, "" if evidence.cause_fits is not False else "故障原因与分类不符"


def _photo(evidence: Evidence, _rules: FieldRules) -> Verdict:
    if not evidence.by_app:
        return NOTHING
    missing = f",另有 {evidence.photos_missing_n} 张只报了编号、未收到" if evidence.photos_missing_n else ""
    return evidence.photos_n > 0, f"现场照片 {evidence.photos_n} 张{missing}"


def _same_text(evidence: Evidence, rules: FieldRules) -> Verdict:
    if evidence.same_text_n is None:
        return NOTHING
    return evidence.same_text_n < rules.same_text.value, f"本队另有 {evidence.same_text_n} 单记录与此相同"


def _boundary(evidence: Evidence, _rules: FieldRules) -> Verdict:
    if evidence.ownership is not Ownership.CUSTOMER:
        return NOTHING
    return evidence.photos_n > 0, "产权为客户资产" + ("" if evidence.photos_n else ",没有分界点照片或合同编号")


CHECKS: dict[Check, Callable[[Evidence, FieldRules], Verdict]] = {
    Check.ORDER: _order,
    Check.POSITION: _position,
    Check.TRAVEL: _travel,
    Check.DWELL: _dwell,
    Check.VOLTAGE: _voltage,
    Check.CAUSE: _cause,
    Check.PHOTO: _photo,
    Check.SAME_TEXT: _same_text,
    Check.BOUNDARY: _boundary,
}


def plain(text: str) -> str:
    """Return a record without what tells two wordings apart in looks only: spaces, punctuation, case."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _clock(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%m-%d %H:%M}"


def _length(metres: float) -> str:
    return f"{metres / 1000:.1f} 公里" if metres >= 1000 else f"{metres:.0f} 米"
