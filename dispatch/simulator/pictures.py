"""The photos of the played crews: drawn, and marked as such, so that nobody takes one for evidence."""

from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw

SIZE = (640, 480)  # pixels
KINDS = 6  # different pictures; a photo is known by its ticket too
SKY, GROUND, POLE, BOX, FAULT = (196, 214, 228), (122, 132, 104), (92, 82, 72), (160, 166, 170), (214, 88, 32)


def snapshot(number: int) -> bytes:
    """Return the photo (JPEG) that a played crew takes at its job of this number."""
    return _drawn(number % KINDS)


@cache
def _drawn(kind: int) -> bytes:
    """Draw a pole with its box, and where the fault is on it."""
    image = Image.new("RGB", SIZE, SKY)
    draw = ImageDraw.Draw(image)
    left, top = 180 + 40 * kind, 60
    draw.rectangle((0, 380, *SIZE), fill=GROUND)
    draw.rectangle((left, top, left + 22, 420), fill=POLE)
    draw.rectangle((left - 90, top + 30, left + 112, top + 42), fill=POLE)
    draw.rectangle((left - 36, 230, left + 58, 330), fill=BOX, outline=POLE, width=3)
    x, y = left - 20 + 14 * kind, 250 + 10 * kind
    draw.ellipse((x, y, x + 26, y + 26), outline=FAULT, width=5)
    draw.text((12, SIZE[1] - 30), "SIMULATED PHOTO", fill=FAULT, font_size=20)
    file = BytesIO()
    image.save(file, "JPEG", quality=80)
    return file.getvalue()
