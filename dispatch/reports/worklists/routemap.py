"""A list's routes as a picture: the depot, the visits numbered in their order, each team in a colour and shape."""

from itertools import cycle

from dispatch.capacity.worklist import ListedTeam
from dispatch.desk.worklists.sheet import Sheet
from dispatch.reports.maps import picture
from dispatch.reports.maps.palette import BLUE, GREEN, GREY, INK, PAPER, PURPLE, VERMILION
from dispatch.reports.maps.scene import Dot, Layer, Listing, Mark, Scene, Way

from . import lines

COLOURS = (BLUE, VERMILION, GREEN, PURPLE)  # on which a white number can be read
SHAPES = (Mark.CIRCLE, Mark.SQUARE, Mark.DIAMOND, Mark.TRIANGLE)
DOT, DEPOT = 15, 17  # pixels
Look = tuple[str, Mark]


def png(sheet: Sheet, only: ListedTeam | None = None, *, dpi: int = picture.DPI) -> bytes:
    """
    Return the map as a file.

    :param only: the team whose route is drawn; None: all
    :param dpi: dots an inch
    :raises NothingToDraw: if neither depot nor visit has a place
    """
    return picture.png(scene(sheet, only), dpi=dpi)


def scene(sheet: Sheet, only: ListedTeam | None = None) -> Scene:
    """Return the map of a list. Lines join the visits in their order; they are no ways along roads."""
    going = [team for team in sheet.made.teams if team.stops and only in (None, team)]
    look = looks(sheet)
    routes = [_line(sheet, team, look[team.team]) for team in going]  # beneath all dots
    visits = [_dots(team, look[team.team]) for team in going]
    out = sheet.left if only is None else ()
    left = tuple(Dot((one.booking.lon, one.booking.lat), one.booking.account_no) for one in out)
    base = () if sheet.base is None else (Dot(sheet.base, sheet.depot),)
    layers = (
        *routes,
        *visits,
        Layer("未排入", GREY, left, mark=Mark.CROSS, size=10, edge=INK),
        Layer("班所", INK, base, mark=Mark.STAR, size=DEPOT),
    )
    return Scene(
        title=f"{sheet.title} 路线图" if only is None else f"{only.label} 路线图",
        moment=f"{lines.clock(sheet.at)} 打印(北京时间)",
        layers=tuple(layer for layer in layers if layer.dots or layer.ways),
        facts=(
            *(lines.facts(sheet) if only is None else (lines.heading(only),)),
            "连线只示先后,不是实际道路",
            *(_nobody(sheet) if only is None else ()),
        ),
        sources=("清单、班所位置:本系统",),
        listing=Listing(("队", "序", "开始", "户号"), tuple(_rows(going))) if going else None,
        notice="" if going else lines.EMPTY,
    )


def looks(sheet: Sheet) -> dict[str, Look]:
    """Return team -> its colour and shape, of the teams that have visits."""
    going = [team.team for team in sheet.made.teams if team.stops]
    return dict(zip(going, cycle((colour, shape) for shape in SHAPES for colour in COLOURS), strict=False))


def _line(sheet: Sheet, team: ListedTeam, look: Look) -> Layer:
    points = [(stop.lon, stop.lat) for stop in team.stops]
    ends = [] if sheet.base is None else [sheet.base]
    return Layer("", look[0], ways=(Way((tuple([*ends, *points, *ends]),)),), width=2.0)


def _dots(team: ListedTeam, look: Look) -> Layer:
    dots = tuple(Dot((stop.lon, stop.lat), str(number)) for number, stop in enumerate(team.stops, 1))
    name = f"{team.label} {len(team.stops)} 户"
    return Layer(name, look[0], dots, mark=look[1], size=DOT, edge=PAPER, inside=True)


def _rows(going: list[ListedTeam]) -> list[tuple[str, ...]]:
    return [
        (team.label, str(number), lines.clock(stop.begins_at), stop.account_no)
        for team in going
        for number, stop in enumerate(team.stops, 1)
    ]


def _nobody(sheet: Sheet) -> tuple[str, ...]:
    idle = [team.label for team in sheet.made.teams if not team.stops and not team.withdrawn]
    return (f"没有作业:{'、'.join(idle)}",) if idle else ()
