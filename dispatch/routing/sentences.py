"""The reasons in the dispatcher's language."""

from collections.abc import Sequence

from .model import Mark, Offer, Offers, Policy, ReasonCode

NAMED = 2  # crews that stand nearer and are named in the sentence
# What a person's choice sets aside, as a half sentence of the log.
ASIDE = {
    ReasonCode.HAD_IT: "曾拒单或已从本工单转出",
    ReasonCode.OFF_SHIFT: "不在班",
    ReasonCode.OTHER_DISTRICT: "不属本县",
    ReasonCode.DEPOT_FULL: "班所抢修承载力已满",
    ReasonCode.NOT_LENT: "所属单位未借出",
    ReasonCode.BUSY_UNTIL: "作业中,完工后可到",
    ReasonCode.STALE: "位置已过时",
    ReasonCode.PROMISED: "派往将误已约时的作业",
    ReasonCode.OVER_RESERVE: "派出后其县低于保底",
    ReasonCode.TOO_FAR: "路途过远",
}


def kilometres(distance_m: int) -> str:
    return f"{distance_m / 1000:.1f} km"


def minutes(seconds: int) -> str:
    """Return whole minutes, at least one: nobody is promised to be there at once."""
    return f"{max(1, round(seconds / 60))} 分钟"


def sentence(
    reason: ReasonCode,
    crew_name: str,
    distance_m: int | None,
    eta_s: int | None,
    open_jobs: int,
    free_in_s: int | None,
    way: str,
    marks: Sequence[Mark],
) -> str:
    """Return an offer's sentence: why, how far, how long, what slows the way, and what is uncertain."""
    text = f"{reason.label}:{crew_name}"
    if distance_m is not None and eta_s is not None:
        text += f" {kilometres(distance_m)},约 {minutes(eta_s)}"
        if free_in_s:
            text += f"(在手 {open_jobs} 单,预计 {minutes(free_in_s)}后完工)"
    return ";".join((text, way, *(mark.label for mark in marks)) if way else (text, *(mark.label for mark in marks)))


def why(taken: Offer, offers: Offers) -> str:
    """
    Return the one sentence kept in the ticket's log: who, how far, against the old-district rule's choice, and why none
    of those that stand nearer.

    Example: 距离最近且空闲:宁海长街1班 6.2 km,约 12 分钟;本县象山爵溪1班需 24 分钟,节省 12 分钟;
    更近的 1 支未派:宁海长街2班(不在班)
    """
    parts = [
        taken.sentence,
        _against_own_district(taken, offers),
        _for_balance(taken, offers),
        not_nearer(taken, offers),
    ]
    if offers.approximate:
        parts.append("客户位置未定,按所属县中心估算")
    return ";".join(part for part in parts if part)[:480]


def why_by_hand(taken: Offer, set_aside: ReasonCode, offers: Offers, *, approver: str = "", reason: str = "") -> str:
    """
    Return the sentence for a dispatcher's own choice: what was set aside and by whom, and what the rules would have
    chosen.

    Example: 指挥员指定:西店一队 26.0 km,约 48 分钟;派出后其县低于保底,经宁海王主任批准派出(原因:客户透析);
    系统建议丹城一队,约 20 分钟

    :param approver: who set aside what only a named person may, for what ``reason``
    """
    parts = [taken.sentence]
    named = tuple(taken.asks) if approver else ()
    known = [code for code in dict.fromkeys((set_aside, *taken.asks)) if code in ASIDE and code not in named]
    if known:
        parts.append(f"{'、'.join(ASIDE[code] for code in known)},指挥员已知悉")
    if named:
        parts.append(f"{'、'.join(ASIDE[code] for code in named)},经{approver}批准派出(原因:{reason})")
    best = offers.best
    if best is not None and best.eta_s is not None:
        parts.append(f"系统建议{best.crew_name},约 {minutes(best.eta_s)}")
    if offers.approximate:
        parts.append("客户位置未定,按所属县中心估算")
    return ";".join(parts)[:480]


def too_long(seconds: float, longest_s: float) -> str:
    """Say why nobody drives so far."""
    return f"路上约需 {span(seconds)},超过一天内作业时限 {longest_s / 3600:g} 小时(规则包 nearest.duty.work),途中须休息"


def span(seconds: float) -> str:
    """Return a long time in days and hours."""
    days, hours = divmod(round(seconds / 3600), 24)
    return " ".join(part for part in (f"{days} 天" if days else "", f"{hours} 小时" if hours else "") if part)


def _against_own_district(taken: Offer, offers: Offers) -> str:
    own = offers.own_district
    if offers.policy is Policy.OWN_DISTRICT:
        return "按原辖区规则在本县内选派"
    if own is None or own.eta_s is None:
        return "本县无空闲合格班组"
    if own.crew_id == taken.crew_id:
        return "本县班组"
    gained = own.eta_s - taken.eta_s if taken.eta_s is not None else 0
    if gained < 0:
        return f"本县{own.crew_name}可早到 {minutes(-gained)}"
    if gained == 0:
        return f"与本县{own.crew_name}同时可到"
    return f"本县{own.crew_name}需 {minutes(own.eta_s)},节省 {minutes(gained)}"


def _for_balance(taken: Offer, offers: Offers) -> str:
    """Say what the balance between counties cost the customer, where it decided."""
    first = offers.fastest
    if first is None or first.eta_s is None or taken.eta_s is None or taken.reason is not ReasonCode.FAIRER:
        return ""
    return f"{first.crew_name}可早到 {minutes(taken.eta_s - first.eta_s)},但其县近期支援较多,轮换"


def not_nearer(taken: Offer, offers: Offers) -> str:
    """Say why those that stand nearer were not taken: the nearest two by name, the others by number."""
    others = [offer for offer in offers.passed_over if offer.crew_id != taken.crew_id]
    if not others or offers.best is None or taken.crew_id != offers.best.crew_id:
        return ""
    named = "、".join(f"{other.crew_name}({other.reason.label})" for other in others[:NAMED])
    return f"更近的 {offers.nearer_n} 支未派:{named}{'等' if offers.nearer_n > NAMED else ''}"
