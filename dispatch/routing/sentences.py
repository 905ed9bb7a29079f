"""The reasons in the dispatcher's language."""

from dataclasses import replace

from .model import Offer, Offers, Policy, ReasonCode


def kilometres(distance_m: int) -> str:
    return f"{distance_m / 1000:.1f} km"


def minutes(seconds: int) -> str:
    """Return whole minutes, at least one: nobody is promised to be there at once."""
    return f"{max(1, round(seconds / 60))} 分钟"


def sentence(offer: Offer) -> Offer:
    """Return the offer with its sentence: why, how far, how long, and what is uncertain."""
    text = offer.reason.label
    if offer.distance_m is not None and offer.eta_s is not None:
        text += f":{offer.crew_name} {kilometres(offer.distance_m)},约 {minutes(offer.eta_s)}"
        if offer.free_in_s:
            text += f"(在手 {offer.open_jobs} 单,预计 {minutes(offer.free_in_s)}后完工)"
    else:
        text += f":{offer.crew_name}"
    return replace(offer, sentence=";".join((text, *(mark.label for mark in offer.marks))))


def why(taken: Offer, offers: Offers) -> str:
    """
    Return the one sentence kept in the ticket's log: who, how far, and against the old-district rule's choice.

    Example: 距离最近且空闲:宁海长街1班 6.2 km,约 12 分钟;本县象山爵溪1班需 24 分钟,节省 12 分钟
    """
    parts = [taken.sentence, _against_own_district(taken, offers)]
    if offers.approximate:
        parts.append("客户位置未定,按所属县中心估算")
    return ";".join(part for part in parts if part)[:480]


def why_by_hand(taken: Offer, set_aside: ReasonCode, offers: Offers) -> str:
    """Return the sentence for a dispatcher's own choice: what was set aside, and what the rules would have chosen."""
    parts = [taken.sentence]
    if set_aside is not ReasonCode.FARTHER:
        parts.append(f"知悉{set_aside.label}")
    best = offers.best
    if best is not None and best.eta_s is not None:
        parts.append(f"系统建议{best.crew_name},约 {minutes(best.eta_s)}")
    if offers.approximate:
        parts.append("客户位置未定,按所属县中心估算")
    return ";".join(parts)[:480]


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
