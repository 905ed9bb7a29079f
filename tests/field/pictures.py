"""Pictures as telephones take them, drawn by the test."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

GPS = {1: "N", 2: (29.0, 28.0, 48.0), 3: "E", 4: (121.0, 52.0, 12.0)}
RED, BLUE = (220, 30, 30), (30, 30, 220)


def jpeg(width: int = 1200, height: int = 800, *, quality: int = 80, **options: Any) -> bytes:
    """Return a picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", (width, height), BLUE)
    image.paste(RED, (0, 0, width // 2, height))
    return encoded(image, "JPEG", quality=quality, **options)


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def opened(file: bytes) -> Image.Image:
    image = Image.open(BytesIO(file))
    image.load()
    return image


def held_upright(width: int = 1200, height: int = 800) -> bytes:
    """Return what a telephone held upright writes: lying pixels, a turn, where it was, whose it is, a comment."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by a quarter
    exif[0x010F] = "PHONE-OF-CREW"
    exif.get_ifd(0x8825).update(GPS)
    return jpeg(width, height, exif=exif, comment=b"SECRET-COMMENT")


def big_png(width: int, height: int) -> bytes:
    """Return a PNG of a few kilobytes that is large when it is unpacked."""
    packer, row = zlib.compressobj(9), b"\0" + bytes(width * 4)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    )
