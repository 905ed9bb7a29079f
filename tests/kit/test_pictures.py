"""Pictures as telephones take them become JPEGs that stand upright and say nothing of where they were taken."""

import os
from contextlib import suppress

import pytest
from PIL import Image

from dispatch.kit import pictures
from dispatch.kit.pictures import LONGEST, THUMB_LONGEST, NotAPicture, TooManyPixels, develop
from tests.field.pictures import BLUE, RED, big_png, encoded, held_upright, jpeg, opened


def near(seen: object, wanted: tuple[int, int, int]) -> bool:
    assert isinstance(seen, tuple)
    return all(abs(a - b) < 24 for a, b in zip(seen, wanted, strict=True))


def test_a_large_picture_is_made_smaller_and_keeps_its_sides_proportion() -> None:
    made = develop(jpeg(4000, 3000))
    assert (made.width, made.height) == opened(made.picture).size == (LONGEST, 1200)
    assert opened(made.thumb).size == (THUMB_LONGEST, 240)


def test_a_small_picture_is_not_blown_up() -> None:
    made = develop(jpeg(64, 48))
    assert opened(made.picture).size == opened(made.thumb).size == (64, 48)


def test_what_was_held_upright_stands_upright_and_says_nothing_of_place_or_telephone() -> None:
    sent = held_upright(1200, 800)
    assert opened(sent).getexif().get_ifd(0x8825)
    made = develop(sent)
    for file in (made.picture, made.thumb):
        kept = opened(file)
        assert kept.height > kept.width
        assert near(kept.getpixel((kept.width // 2, kept.height // 8)), RED)  # what lay left is on top
        assert near(kept.getpixel((kept.width // 2, kept.height * 7 // 8)), BLUE)
        assert not dict(kept.getexif())
        assert set(kept.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert b"SECRET" not in file
        assert b"PHONE" not in file
        assert b"Exif" not in file


@pytest.mark.parametrize("turn", range(9))
def test_each_turn_is_that_of_the_standard(turn: int) -> None:
    """The corner that EXIF calls the first is the upper left one afterwards. 0 is none of the standard's."""
    corners = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (0, 1), 7: (1, 1), 8: (1, 0)}
    first = corners.get(turn, (0, 0))
    image, exif = Image.new("RGB", (96, 64), "white"), Image.Exif()
    image.paste(RED, (first[0] * 48, first[1] * 32, first[0] * 48 + 48, first[1] * 32 + 32))
    exif[0x0112] = turn
    kept = opened(develop(encoded(image, "JPEG", exif=exif)).picture)
    assert kept.size == ((64, 96) if turn >= 5 else (96, 64))
    assert near(kept.getpixel((8, 8)), RED)


def test_tags_that_are_damaged_do_not_lose_the_picture() -> None:
    sent = jpeg(exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + os.urandom(30))
    assert opened(develop(sent).picture).size == (1200, 800)


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_what_one_sees_through_is_white(form: str) -> None:
    image = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    image.paste((*RED, 255), (100, 0, 200, 100))
    options = {"lossless": True} if form == "WEBP" else {}
    kept = opened(develop(encoded(image, form, **options)).picture)
    assert kept.mode == "RGB"
    assert near(kept.getpixel((40, 50)), (255, 255, 255))
    assert near(kept.getpixel((160, 50)), RED)


@pytest.mark.parametrize(("mode", "form"), [("L", "PNG"), ("P", "PNG"), ("1", "PNG"), ("LA", "PNG"), ("I;16", "PNG"),
                                            ("L", "JPEG"), ("CMYK", "JPEG")])  # fmt: skip
def test_every_kind_of_colours_can_be_read(mode: str, form: str) -> None:
    image = Image.new("I;16", (300, 200), 40_000) if mode == "I;16" else Image.new("RGB", (300, 200), RED).convert(mode)
    kept = opened(develop(encoded(image, form)).picture)
    assert (kept.mode, kept.size) == ("RGB", (300, 200))
    if mode == "I;16":
        assert near(kept.getpixel((9, 9)), (156, 156, 156))
    if mode in {"P", "CMYK"}:
        assert near(kept.getpixel((9, 9)), RED)


def test_of_pictures_that_move_the_first_is_kept() -> None:
    frames = [Image.new("RGB", (90, 60), colour) for colour in (RED, BLUE)]
    kept = opened(develop(encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:])).picture)
    assert near(kept.getpixel((45, 30)), RED)


WHOLE = jpeg()


@pytest.mark.parametrize("sent", [
    b"", b"hello", b"\xff\xd8\xff", WHOLE[: len(WHOLE) // 2], WHOLE[:100], b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    b"%PDF-1.7", b"RIFF\0\0\0\0WEBPVP8 ", encoded(Image.new("P", (9, 9)), "GIF"), big_png(64, 64)[:-30],
])  # fmt: skip
def test_what_is_no_picture_or_not_whole_is_refused_with_what_to_do(sent: bytes) -> None:
    with pytest.raises(NotAPicture, match="请重拍或重新上传"):
        develop(sent)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_whatever_is_cut_off_or_flipped_is_read_or_refused_and_nothing_else(form: str) -> None:
    whole = encoded(Image.effect_noise((64, 48), 60).convert("RGB"), form)
    for n in range(0, len(whole), max(1, len(whole) // 60)):
        flipped = bytes([*whole[:n], whole[n] ^ 0xFF, *whole[n + 1 :]])
        for sent in (whole[:n], flipped):
            with suppress(NotAPicture, TooManyPixels):
                develop(sent)


@pytest.mark.parametrize("side", [8_001, 12_000])
def test_a_few_bytes_that_unpack_to_a_great_many_are_refused_unread(side: int) -> None:
    bomb = big_png(side, side)
    assert len(bomb) < 1024 * 1024
    with pytest.raises(TooManyPixels, match="6400 万像素"):
        develop(bomb)


def test_a_picture_of_just_as_many_pixels_as_may_be_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "PIXELS_MOST", 300 * 200)
    assert develop(jpeg(300, 200)).width == 300
    with pytest.raises(TooManyPixels):
        develop(jpeg(301, 200))
