"""A report as one HTML page with its plots inside; every text is escaped."""

from base64 import b64encode

from jinja2 import Environment, PackageLoader, StrictUndefined

from .book import Book, Plot
from .plots import NO_FONT, chinese_font, draw

PAGES = Environment(loader=PackageLoader("dispatch.reports", "pages"), autoescape=True, undefined=StrictUndefined)


def page(book: Book) -> bytes:
    """Return the report as a file."""
    made = PAGES.get_template("report.html.j2").render(
        book=book, image=_image, font=chinese_font() is not None, no_font=NO_FONT
    )
    return made.encode()


def _image(plot: Plot) -> str:
    return b64encode(draw(plot, font=chinese_font())).decode()
