"""
Pictures as telephones take them to pictures as they are kept: JPEG, upright, of a size that a screen needs.

Nothing else of what was sent is kept: no position, no name of a telephone, no comment, no colour profile. To decode a
picture takes memory and time that its few bytes do not show, so whoever serves others does it in another process.
"""

import struct
import warnings
import zlib
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from .errors import Invalid

FORMATS = ("JPEG", "PNG", "WEBP")
LONGEST, THUMB_LONGEST = 1600, 320  # pixels of the longer side
QUALITY, THUMB_QUALITY = 82, 75
PIXELS_MOST = 64_000_000
BROKEN = (  # what the library says of files that are damaged
    OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError,
    struct.error, zlib.error,
)  # fmt: skip
DEEP = frozenset({"I", "I;16", "I;16B"})  # modes of 16 bits
FEW = frozenset({"1", "P", "PA"})  # modes of few colours, which cannot be made smaller smoothly
ORIENTATION = 0x0112  # of EXIF: how the telephone was held
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class NotAPicture(Invalid):
    """The file is no picture that can be read."""


class TooManyPixels(Invalid):
    """The picture would take more memory than is given for one."""


@dataclass(frozen=True, slots=True)
class Developed:
    """
    A picture as it is kept.

    :param picture: JPEG, its longer side at most ``LONGEST``
    :param thumb: JPEG, its longer side at most ``THUMB_LONGEST``
    """

    picture: bytes
    thumb: bytes
    width: int
    height: int


def develop(sent: bytes) -> Developed:
    """
    Return the picture as it is kept.

    :raises NotAPicture: if it is none, is damaged, or was not sent whole
    :raises TooManyPixels: if it has more than ``PIXELS_MOST``
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of damaged tags, and of sizes that are judged here
            upright = _upright(sent)
    except Image.DecompressionBombError as error:
        raise _too_many() from error
    except BROKEN as error:
        raise NotAPicture("照片无法读取:不是 JPEG、PNG 或 WebP,或文件不完整;请重拍或重新上传", field="body") from error
    small = upright.copy()
    small.thumbnail((THUMB_LONGEST, THUMB_LONGEST))
    width, height = upright.size
    return Developed(_jpeg(upright, QUALITY), _jpeg(small, THUMB_QUALITY), width, height)


def _upright(sent: bytes) -> Image.Image:
    with Image.open(BytesIO(sent), formats=FORMATS) as opened:
        if opened.width * opened.height > PIXELS_MOST:
            raise _too_many()
        image: Image.Image = _plain(opened)
        image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
        flat, turn = _flat(image), _turn(opened)
    return flat if turn is None else flat.transpose(turn)


def _plain(opened: Image.Image) -> Image.Image:
    """Return the picture in a mode that can be made smaller; a JPEG as it is, which is decoded small at once."""
    if opened.mode in DEEP:
        return opened.point(lambda value: value * (1 / 256)).convert("L")
    return opened.convert("RGBA") if opened.mode in FEW else opened


def _flat(image: Image.Image) -> Image.Image:
    """Return the colours alone, on white where one sees through; what else the file said stays behind."""
    flat = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        seen = image.convert("RGBA")
        flat.paste(seen, mask=seen.getchannel("A"))
    else:
        flat.paste(image.convert("RGB"))
    return flat


def _turn(opened: Image.Image) -> Image.Transpose | None:
    """Return how the picture must be turned; one whose tags are damaged stands as it is."""
    try:
        return TURNS.get(opened.getexif().get(ORIENTATION, 1))
    except BROKEN:
        return None


def _jpeg(image: Image.Image, quality: int) -> bytes:
    file = BytesIO()
    image.save(file, "JPEG", quality=quality, optimize=True)
    return file.getvalue()


def _too_many() -> TooManyPixels:
    most = PIXELS_MOST // 1_000_000
    return TooManyPixels(
        f"照片超过 {most * 100} 万像素,请在手机相机设置中降低分辨率后重拍", field="body", most=PIXELS_MOST
    )
