"""Files of maps: what kind is wanted is told by the name, and that it can be written is known before the work."""

from collections.abc import Sequence
from pathlib import Path

from dispatch.kit.errors import Invalid
from dispatch.kit.files import reason
from dispatch.reports.maps.leaf import html
from dispatch.reports.maps.picture import png
from dispatch.reports.maps.scene import Scene

WRITERS = {"png": png, "html": html}


class BadPicture(Invalid):
    """The file cannot be of that kind, or not be written there."""


def check(path: Path, kinds: Sequence[str] = tuple(WRITERS)) -> None:
    """:raises BadPicture: if the name does not end in one of the kinds, or the folder is not there"""
    if path.suffix.lower().lstrip(".") not in kinds:
        raise BadPicture(f"文件名应以 {'、'.join('.' + kind for kind in kinds)} 结尾,现为 {path.name!r}", field="out")
    if not path.parent.is_dir():
        raise BadPicture(f"没有文件夹 {path.parent},请先建立或改正文件名", field="out")


def save(path: Path, made: Scene | bytes) -> None:
    """
    Write a scene as what the file's name says, or bytes as they are.

    :raises BadPicture: if it cannot be written
    """
    content = made if isinstance(made, bytes) else WRITERS[path.suffix.lower().lstrip(".")](made)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise BadPicture(f"写不了 {path}:{reason(error)}", field="out") from error
