"""The border ledger as flows: arrows from who lends to who borrows, as broad as many crews were sent."""

from collections.abc import Iterable
from datetime import timedelta
from math import atan2, cos, degrees, hypot, radians, sqrt

from dispatch.desk.pictures.flows import Flow, Flows
from dispatch.kit.clock import CHINA

from .backdrop import borders, rings_of
from .palette import BLUE, GREY, INK, ORANGE, PAPER, PURPLE
from .phrases import sooner
from .scene import Dot, Layer, Listing, Mark, Point, Scene, Way

BEND = 0.16  # how far a flow's line bends from the straight one, as a share of its length
ARROW_AT = 0.72  # of the line
CORNERS = 24
BROADEST, NARROWEST = 6.0, 1.0
HEAD = 6.5
MOST = 60  # flows that are drawn, the broadest; the table has them all


def scene(found: Flows) -> Scene:
    """Return the map of a ledger."""
    drawn = [flow for flow in found.flows if _seat(found, flow.lender) and _seat(found, flow.borrower)][:MOST]
    counties = [(county.name, county.boundary) for county in found.counties.values() if county.boundary]
    first, last = found.begin_at.astimezone(CHINA), (found.end_at - timedelta(seconds=1)).astimezone(CHINA)
    return Scene(
        title=f"{found.area.name}跨界支援",
        moment=f"{first:%Y-%m-%d} 至 {last:%Y-%m-%d}(北京时间)",
        layers=(*_balances(found), *borders(counties), *_arrows(found, drawn), _seats(found)),
        facts=_facts(found),
        sources=("跨界台账:本系统",),
        listing=Listing(
            ("借出", "借入", "队次", "早到(分)", "少行(公里)"),
            tuple(_row(found, flow) for flow in found.flows),
        ),
        notice=_nothing(found),
    )


def _seat(found: Flows, code: str) -> Point | None:
    county = found.counties.get(code)
    return None if county is None or county.lon is None or county.lat is None else (county.lon, county.lat)


def _name(found: Flows, code: str) -> str:
    return found.counties[code].name if code in found.counties else code


def _balances(found: Flows) -> list[Layer]:
    """Return the counties' land by whether they gave more than they got."""
    net = {code: found.lent(code) - found.borrowed(code) for code in found.counties}
    kinds = (
        ("借出多于借入", BLUE, [code for code in net if net[code] > 0]),
        ("借入多于借出", ORANGE, [code for code in net if net[code] < 0]),
        ("相抵或没有往来", GREY, [code for code in net if net[code] == 0]),
    )
    made = []
    for name, colour, codes in kinds:
        ways = [Way(rings_of(found.counties[code].boundary), tip=_balance(found, code)) for code in codes]
        if kept := tuple(way for way in ways if way.paths):
            made.append(Layer(name, colour, ways=kept, width=0.4, fill=0.22 if colour != GREY else 0.1, frames=False))
    return made


def _balance(found: Flows, code: str) -> str:
    return f"{_name(found, code)}\n借出 {found.lent(code)} 队次,借入 {found.borrowed(code)} 队次"


def _seats(found: Flows) -> Layer:
    dots = []
    for code in found.counties:
        if (at := _seat(found, code)) is not None:
            lent, borrowed = found.lent(code), found.borrowed(code)
            label = f"{_name(found, code)} 出{lent} 入{borrowed}" if lent or borrowed else _name(found, code)
            dots.append(Dot(at, label, _balance(found, code)))
    return Layer("县(出 借出队次,入 借入队次)", PAPER, tuple(dots), mark=Mark.CIRCLE, size=7, edge=INK)


def _arrows(found: Flows, drawn: Iterable[Flow]) -> list[Layer]:
    """Return the flows, broad ones first, and their heads; a flow and its opposite bend to different sides."""
    flows = list(drawn)
    if not flows:
        return []
    most = max(flow.crews for flow in flows)
    ways, heads = [], []
    for flow in flows:
        line, head, angle = _curve(_seat(found, flow.lender), _seat(found, flow.borrower))
        width = NARROWEST + (BROADEST - NARROWEST) * sqrt(flow.crews / most)
        tip = f"{_name(found, flow.lender)} → {_name(found, flow.borrower)}:{flow.crews} 队次\n" + (
            f"比原辖区规则{sooner(flow.saved_s)}(可比 {flow.known} 队次)" if flow.known else "无从与原辖区规则比较"
        )
        ways.append(Way((line,), tip=tip, width=width))
        heads.append(Dot(head, label=f"{flow.crews}", tip=tip, size=HEAD + width, angle=angle))
    return [
        Layer("支援(越粗队次越多,箭头指向借入县)", PURPLE, ways=tuple(ways), width=3.0),
        Layer("", PURPLE, tuple(heads), mark=Mark.TRIANGLE, edge=PAPER),
    ]


def _curve(start: Point | None, goal: Point | None) -> tuple[tuple[Point, ...], Point, float]:
    """Return a line that bends to the left, where its arrow stands, and where that points (clockwise from north)."""
    assert start is not None
    assert goal is not None
    narrow = cos(radians((start[1] + goal[1]) / 2))
    x, y = (goal[0] - start[0]) * narrow, goal[1] - start[1]
    middle = (start[0] + (x / 2 - BEND * y) / narrow, start[1] + y / 2 + BEND * x)

    def at(t: float) -> Point:
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
        return a * start[0] + b * middle[0] + c * goal[0], a * start[1] + b * middle[1] + c * goal[1]

    here, ahead = at(ARROW_AT), at(ARROW_AT + 0.01)
    angle = degrees(atan2((ahead[0] - here[0]) * narrow, ahead[1] - here[1])) if hypot(x, y) > 0 else 0.0
    return tuple(at(n / CORNERS) for n in range(CORNERS + 1)), here, angle


def _facts(found: Flows) -> tuple[str, ...]:
    crews = sum(flow.crews for flow in found.flows)
    known = sum(flow.known for flow in found.flows)
    saved = sum(flow.saved_s for flow in found.flows)
    if not crews:
        return (_nothing(found),)
    lines = [f"跨县支援 {crews} 队次,{len(found.flows)} 对县"]
    if known:
        lines.append(f"可与原辖区规则相比的 {known} 队次共{sooner(saved)},平均{sooner(saved / known, digits=1)}")
    if len(found.flows) > MOST:
        lines.append(f"图中只画队次最多的 {MOST} 对")
    if crews > known:
        lines.append(f"另 {crews - known} 队次时本县没有合格的空闲班组,无从比较")
    return tuple(lines)


def _nothing(found: Flows) -> str:
    """Say of an empty map why it is empty, and what to look at; nothing of one that is not."""
    if found.flows:
        return ""
    if found.sent:
        return f"本期派工 {found.sent:,} 队次,没有跨县支援"
    return f"{found.area.name}本期没有派工记录,跨界台账为空;请核对月份(--month)与区域(--area)"


def _row(found: Flows, flow: Flow) -> tuple[str, ...]:
    return (
        _name(found, flow.lender),
        _name(found, flow.borrower),
        f"{flow.crews}",
        f"{flow.saved_s / 60:.0f}" if flow.known else "—",
        f"{flow.saved_m / 1000:.0f}" if flow.known else "—",
    )
