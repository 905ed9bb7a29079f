"""A ticket with its candidates: who is where, how soon they are there and on which roads, and why others are not."""

from collections.abc import Iterable, Sequence

from dispatch.desk.pictures.candidates import Candidate, TicketPicture
from dispatch.kit.clock import CHINA
from dispatch.routing.model import Basis, Offer, ReasonCode
from dispatch.routing.travel import Travel

from .backdrop import borders, closures, graph_of, roads, sources
from .palette import BLUE, GREEN, GREY, INK, ORANGE, SKY, VERMILION
from .phrases import sooner
from .scene import Dot, Layer, Listing, Mark, Scene, View, Way

FREE = frozenset({ReasonCode.NEAREST, ReasonCode.FARTHER, ReasonCode.FAIRER, ReasonCode.SPARED})


def scene(found: TicketPicture, *, travel: Travel, counties: Iterable[tuple[str, object]] = ()) -> Scene:
    """Return the map of a ticket."""
    graph = graph_of(travel)
    best = found.offers.best.crew_id if found.offers.best else None
    first = [c for c in found.offered if c.offer.crew_id == best]
    others = [c for c in found.offered if c.offer.crew_id != best]
    layers = (
        _ways("其他候选的路线", others, found, SKY, 1.6),
        _ways("推荐班组的路线", first, found, BLUE, 3.2),
        _crews("未选班组(更近)", found.passed, GREY, Mark.TRIANGLE),
        _crews("作业中,完工后可到", [c for c in others if c.offer.reason not in FREE], ORANGE, Mark.DIAMOND),
        _crews("空闲候选", [c for c in others if c.offer.reason in FREE], GREEN, Mark.CIRCLE),
        _crews("推荐班组", first, BLUE, Mark.STAR),
        _fault(found),
    )
    kept = tuple(layer for layer in layers if layer.dots or layer.ways)
    view = View.of(point for layer in kept for point in layer.points()).shaped(1.5)
    at = found.at.astimezone(CHINA)
    return Scene(
        title=f"工单 {found.ticket.ticket_no} 的派工候选",
        moment=f"{at:%Y-%m-%d %H:%M}(北京时间)",
        layers=(*roads(graph, view), *borders(counties), *closures(travel, view, found.at), *kept),
        facts=_facts(found),
        sources=sources(graph, "工单、班组位置:本系统"),
        listing=Listing(("班组", "到达", "路程", "原因"), tuple(map(_row, (*found.offered, *found.passed)))),
    )


def _fault(found: TicketPicture) -> Layer:
    ticket = found.ticket
    about = "客户位置未定,按所属县中心" if found.job.approximate else (ticket.address or "")
    tip = "\n".join(line for line in (f"工单 {ticket.ticket_no}", found.county, about) if line)
    return Layer(
        "故障点", VERMILION, (Dot((found.job.lon, found.job.lat), ticket.ticket_no, tip),), mark=Mark.CROSS, size=13
    )


def _crews(name: str, who: Sequence[Candidate], colour: str, mark: Mark) -> Layer:
    dots = tuple(
        Dot(c.start, label=f"{c.offer.crew_name} {minutes(c.offer)}", tip=_tip(c)) for c in who if c.start is not None
    )
    return Layer(name, colour, dots, mark=mark, size=12 if mark is Mark.STAR else 9, edge=INK)


def _ways(name: str, who: Sequence[Candidate], found: TicketPicture, colour: str, width: float) -> Layer:
    """Return ways along the roads; without roads straight lines, dashed, so that nobody takes them for ways."""
    goal = (found.job.lon, found.job.lat)
    by_road = [c for c in who if c.way is not None]
    if by_road:
        ways = tuple(Way((c.way.points,), tip=_tip(c)) for c in by_road if c.way is not None)
        return Layer(name, colour, ways=ways, width=width)
    straight = tuple(Way(((c.start, goal),), tip=_tip(c)) for c in who if c.start is not None)
    return Layer(f"{name}(直线,非实际道路)", colour, ways=straight, width=width * 0.6, dashed=True)


def _tip(c: Candidate) -> str:
    roads_ = " → ".join(c.way.roads[:6]) if c.way is not None else ""
    lines = (f"{c.offer.crew_name} · {minutes(c.offer)}", c.offer.reason.label, c.offer.sentence, roads_)
    return "\n".join(line for line in lines if line)


def _row(c: Candidate) -> tuple[str, ...]:
    metres = c.offer.distance_m
    return (
        c.offer.crew_name,
        minutes(c.offer),
        "—" if metres is None else f"{metres / 1000:.1f} km",
        f"{c.offer.reason.label}({c.offer.reason.value})",
    )


def minutes(offer: Offer) -> str:
    """Write how soon a crew is there."""
    return "—" if offer.eta_s is None else f"{offer.eta_s / 60:.0f} 分"


def _facts(found: TicketPicture) -> tuple[str, ...]:
    offers = found.offers
    basis = "按道路行驶计算" if offers.basis is Basis.ROAD else "按直线距离估算"
    best = offers.best
    lines = [f"{found.county} · {found.ticket.address or '无地址'}", f"到达时间{basis}"]
    lines.append("当前没有可自动派出的班组" if best is None else f"推荐 {best.crew_name},{minutes(best)}到达")
    if offers.own_district is not None:
        saved = "" if offers.saved_s is None else f",就近{sooner(offers.saved_s)}"
        lines.append(f"原辖区规则会派 {offers.own_district.crew_name},{minutes(offers.own_district)}{saved}")
    others = "、".join(f"{reason.label} {n}" for reason, n in offers.counts.items())
    return (*lines, f"全省班组:{others}")
