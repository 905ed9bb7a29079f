"""A list as one page for the printer: A4, each team on its own, nothing asked of the network; every text is escaped."""

from base64 import b64encode
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from dispatch.desk.worklists.sheet import Sheet

from . import lines, routemap


@cache
def _pages() -> Environment:
    loader = PackageLoader("dispatch.reports", "pages")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def page(sheet: Sheet) -> bytes:
    """Return the list as a file."""
    drawn = b64encode(routemap.png(sheet)).decode() if sheet.visits_n else ""
    template = _pages().get_template("worklist.html.j2")
    return template.render(sheet=sheet, lines=lines, map=drawn, looks=routemap.looks(sheet)).encode()
