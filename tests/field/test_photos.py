"""Photos from the site: what a crew's telephone sends, how it is kept, and who may look at it."""

import asyncio
import os
import signal
from datetime import timedelta
from hashlib import sha256
from typing import Any

import asyncpg
import httpx
import pytest

from dispatch.desk.field import photos
from dispatch.kit import pictures
from dispatch.web.middleware import MAX_BODY, MAX_PHOTO, limit_of
from tests.web.conftest import Centre, key
from tests.worlds import minutes

from .days import FOUND, day_of, log_of, outcomes, read, row, sends, sent_out
from .pictures import big_png, held_upright, jpeg, opened

ONE = jpeg(300, 200)
OTHER = jpeg(301, 200)


async def tries(
    centre: Centre, ticket: dict[str, Any], file: bytes, *, who: str = "crew-1", **headers: str
) -> httpx.Response:
    named = {"Content-Type": "image/jpeg"} | {name.replace("_", "-"): value for name, value in headers.items()}
    client = await centre.by(who)
    return await client.post(f"/tickets/{ticket['id']}/photos", content=file, headers=named)


async def adds(centre: Centre, ticket: dict[str, Any], file: bytes, **said: str) -> dict[str, Any]:
    answer = await tries(centre, ticket, file, **said)
    assert answer.status_code == 201, answer.text
    photo: dict[str, Any] = answer.json()
    return photo


async def listed(centre: Centre, ticket: dict[str, Any], *, who: str = "monitor") -> list[dict[str, Any]]:
    answer = await (await centre.by(who)).get(f"/tickets/{ticket['id']}/photos")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["photos"]
    return found


async def looks(centre: Centre, path: str, *, who: str = "monitor", **headers: str) -> httpx.Response:
    return await (await centre.by(who)).get(path, headers={name.replace("_", "-"): v for name, v in headers.items()})


async def audited(centre: Centre) -> list[tuple[str, str]]:
    async with centre.db.connection() as connection:
        rows = await connection.fetch("SELECT account_id, subject FROM audit WHERE action = 'photo.add' ORDER BY at")
    return [tuple(row) for row in rows]


async def test_a_crews_photo_is_kept_upright_and_without_its_position(centre: Centre) -> None:
    ticket, sent = await sent_out(centre), held_upright(4000, 3000)
    centre.set_clock(minutes(25))
    photo = await adds(centre, ticket, sent, X_Taken_At="2026-07-01T09:20:00+08:00")
    assert photo["ticket_id"] == ticket["id"]
    assert (photo["taken_at"], photo["received_at"]) == ("2026-07-01T01:20:00Z", "2026-07-01T01:25:00Z")
    assert (photo["by"], photo["role"], photo["sha256"]) == ("crew-1", "CREW", sha256(sent).hexdigest())
    assert (photo["width"], photo["height"]) == (1200, 1600)
    assert await listed(centre, ticket) == [photo]
    assert await audited(centre) == [("crew-1", ticket["id"])]
    whole, thumb = [await looks(centre, f"/photos/{photo['id']}{end}") for end in ("", "/thumb")]
    assert whole.headers["content-type"] == thumb.headers["content-type"] == "image/jpeg"
    assert (opened(whole.content).size, len(whole.content)) == ((1200, 1600), photo["bytes"])
    assert opened(thumb.content).size == (240, 320)
    assert b"Exif" not in whole.content + thumb.content


async def test_a_reports_photo_counts_by_its_id_and_ids_of_older_telephones_still_do(centre: Centre) -> None:
    ticket = await sent_out(centre)
    photo = await adds(centre, ticket, ONE)
    centre.set_clock(minutes(100))
    reports = day_of(ticket)
    reports[3] = row(ticket, "locate", minutes(30), report_id="r3", **FOUND | {"photos": [photo["id"], "photo-1"]})
    assert set(outcomes(await sends(centre, reports))) == {"accepted"}
    (located,) = [line["event"] for line in await log_of(centre, ticket) if line["event"]["kind"] == "located"]
    assert located["photos"] == [photo["id"], "photo-1"]


@pytest.mark.parametrize(
    ("sent", "detail"), [(False, "现场照片 0 张,另有 1 张只报了编号、未收到"), (True, "现场照片 1 张")]
)
async def test_a_photo_that_is_named_and_never_came_in_is_no_evidence(centre: Centre, sent: bool, detail: str) -> None:
    ticket = await sent_out(centre)
    reports = day_of(ticket)
    if sent:
        photo = await adds(centre, ticket, ONE)
        reports[3] = row(ticket, "locate", minutes(30), report_id="r3", **FOUND | {"photos": [photo["id"]]})
    centre.set_clock(minutes(100))
    assert set(outcomes(await sends(centre, reports))) == {"accepted"}
    (found,) = [one for one in (await read(centre, ticket))["findings"] if one["check"] == "photo"]
    assert (found["passed"], found["detail"]) == (sent, detail)


async def test_the_same_file_twice_is_one_photo_with_or_without_a_key(centre: Centre) -> None:
    ticket = await sent_out(centre)
    named = key()
    first = await tries(centre, ticket, ONE, **named)
    assert "idempotent-replayed" not in first.headers
    for headers in (named, key(), {}, {"X-Taken-At": "2026-07-01T09:00:00+08:00"}):
        again = await tries(centre, ticket, ONE, **headers)
        assert (again.status_code, again.json()) == (201, first.json())
        assert again.headers["idempotent-replayed"] == "true"
    both = await asyncio.gather(*(tries(centre, ticket, OTHER) for _ in range(4)))
    assert {answer.status_code for answer in both} == {201}
    assert len({answer.json()["id"] for answer in both}) == 1
    assert len(await listed(centre, ticket)) == 2
    assert len(await audited(centre)) == 2
    reused = await tries(centre, ticket, jpeg(302, 200), **named)
    assert (reused.status_code, reused.json()["error"]["code"]) == (422, "KeyReused")


async def test_the_same_file_on_two_tickets_is_two_photos(centre: Centre) -> None:
    tickets = [await sent_out(centre), await sent_out(centre, crew="c2")]
    found = [
        await adds(centre, ticket, ONE, who=who) for ticket, who in zip(tickets, ("crew-1", "crew-2"), strict=True)
    ]
    assert found[0]["id"] != found[1]["id"]
    assert found[0]["sha256"] == found[1]["sha256"]


async def test_a_telephone_knows_the_id_of_its_photo_before_it_is_sent(centre: Centre) -> None:
    """So a report that is kept while there is no network may name it: the first half of one more digest."""
    ticket = await sent_out(centre)
    said = f"{ticket['id']}/{sha256(ONE).hexdigest()}"
    assert (await adds(centre, ticket, ONE))["id"] == sha256(said.encode()).hexdigest()[:32]


async def test_a_fast_clock_takes_no_photo_in_the_future_and_a_time_without_zone_is_refused(centre: Centre) -> None:
    ticket = await sent_out(centre)
    photo = await adds(centre, ticket, ONE, X_Taken_At="2026-07-02T09:00:00+08:00")
    assert photo["taken_at"] == photo["received_at"]
    for wrong in ("2026-07-01T09:00:00", "1782867600", "gestern"):
        answer = await tries(centre, ticket, OTHER, X_Taken_At=wrong)
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, "X-Taken-At"), answer.text


async def test_who_adds_photos_and_who_looks_at_them(centre: Centre) -> None:
    ticket = await sent_out(centre)
    photo = await adds(centre, ticket, ONE, who="crew-1")
    await adds(centre, ticket, OTHER, who="xiangshan")
    refused = {"crew-2": 404, "crew-3": 404, "ninghai": 404, "seat": 403, "monitor": 403, "leader": 403, "admin": 403}
    for who, status in refused.items():
        assert (await tries(centre, ticket, jpeg(303, 200), who=who)).status_code == status, who
    seen = {"crew-1", "xiangshan", "seat", "shift", "monitor", "leader", "auditor"}
    for who in (*seen, "crew-2", "crew-3", "ninghai", "admin", "ami"):
        for path in (f"/tickets/{ticket['id']}/photos", f"/photos/{photo['id']}", f"/photos/{photo['id']}/thumb"):
            wanted = 200 if who in seen else 403 if who in {"admin", "ami"} else 404
            assert (await looks(centre, path, who=who)).status_code == wanted, (who, path)
    nowhere = await looks(centre, "/photos/no-such-photo")
    hidden = await looks(centre, f"/photos/{photo['id']}", who="crew-3")
    assert nowhere.json() == hidden.json()


async def test_a_lent_crews_county_adds_and_looks_too(centre: Centre) -> None:
    ticket = await sent_out(centre, crew="c3")
    photo = await adds(centre, ticket, ONE, who="crew-3")
    await adds(centre, ticket, OTHER, who="ninghai")
    assert (await looks(centre, f"/photos/{photo['id']}", who="ninghai")).status_code == 200


async def test_a_crew_that_was_relieved_still_sends_what_its_telephone_holds(centre: Centre) -> None:
    ticket = await sent_out(centre, crew="c2")
    centre.set_clock(minutes(4))
    await centre.does("crew-2", ticket, "crew-reject", reason="VEHICLE_DOWN")
    await centre.does("xiangshan", ticket, "dispatch", crew_id="c1")
    await adds(centre, ticket, ONE, who="crew-2")
    assert (await looks(centre, f"/tickets/{ticket['id']}/photos", who="crew-2")).status_code == 404
    assert (await tries(centre, ticket, OTHER, who="crew-4")).status_code == 404


async def test_a_crew_adds_and_looks_until_the_days_after_the_end_are_over(centre: Centre) -> None:
    ticket = await sent_out(centre)
    centre.set_clock(minutes(100))
    await sends(centre, day_of(ticket))
    await adds(centre, ticket, ONE)
    async with centre.db.connection() as connection:
        await connection.execute(
            "UPDATE ticket SET doc = jsonb_set(doc::jsonb, '{closed_at}', '\"2026-07-01T03:00:00Z\"')::json"
            " WHERE id = $1",
            ticket["id"],
        )
    centre.set_clock(minutes(120) + timedelta(days=6))
    await adds(centre, ticket, OTHER)
    assert len(await listed(centre, ticket, who="crew-1")) == 2
    centre.set_clock(minutes(120) + timedelta(days=8))
    assert (await tries(centre, ticket, jpeg(304, 200))).status_code == 404
    assert (await looks(centre, f"/tickets/{ticket['id']}/photos", who="crew-1")).status_code == 404


@pytest.mark.parametrize(("file", "code"), [
    (b"", "NotAPicture"), (b"hello", "NotAPicture"), (ONE[: len(ONE) // 2], "NotAPicture"),
    (big_png(9000, 9000), "TooManyPixels"),
])  # fmt: skip
async def test_what_cannot_be_kept_is_refused_and_leaves_nothing(centre: Centre, file: bytes, code: str) -> None:
    ticket = await sent_out(centre)
    answer = await tries(centre, ticket, file, **key())
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)
    assert "请" in answer.json()["error"]["message"]
    assert await listed(centre, ticket) == []
    assert await audited(centre) == []


@pytest.mark.parametrize("media", ["application/json", "image/heic", "text/html", ""])
async def test_what_says_it_is_no_picture_is_not_read(centre: Centre, media: str) -> None:
    ticket = await sent_out(centre)
    answer = await tries(centre, ticket, ONE, Content_Type=media)
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "NotPicture")


async def test_twelve_megabytes_are_taken_and_seventeen_refused(centre: Centre) -> None:
    ticket = await sent_out(centre)
    large = jpeg(2000, 1500) + os.urandom(12 * 2**20)  # some telephones put a film behind the picture
    assert (await adds(centre, ticket, large))["width"] == 1600
    answer = await tries(centre, ticket, ONE + bytes(17 * 2**20))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "TooLarge")
    assert "16 MiB" in answer.json()["error"]["message"]
    assert len(await listed(centre, ticket)) == 1


def test_no_other_path_takes_a_body_as_long_as_a_photo() -> None:
    assert limit_of("/api/v1/tickets/0195f/photos") == MAX_PHOTO
    for path in ("/api/v1/tickets/0195f/photos/", "/api/v1/tickets/a/b/photos", "/api/v1/tickets//photos",
                 "/api/v1/tickets/0195f/note", "/x/api/v1/tickets/0195f/photos", "/api/v1/photos"):  # fmt: skip
        assert limit_of(path) == MAX_BODY, path


async def test_a_photo_is_made_small_in_another_process_than_the_one_that_answers(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a picture of fifty million pixels, which takes a second, holds up nobody's call."""
    monkeypatch.setattr(pictures, "_upright", lambda _sent: pytest.fail("here"))
    photo = await adds(centre, await sent_out(centre), jpeg(8192, 6144))
    assert (photo["width"], photo["height"]) == (1600, 1200)


@pytest.mark.faults
async def test_a_process_that_dies_of_a_photo_is_replaced_and_the_photo_kept(centre: Centre) -> None:
    ticket = await sent_out(centre)
    await adds(centre, ticket, ONE)
    child = int(await centre.app.state.darkroom.printed(_who, None))
    os.kill(child, signal.SIGKILL)
    await adds(centre, ticket, OTHER)
    assert int(await centre.app.state.darkroom.printed(_who, None)) != child


def _who(_: object) -> int:
    return os.getpid()


async def test_a_browser_that_has_a_photo_is_told_so_but_only_if_it_may_still_see_it(centre: Centre) -> None:
    ticket = await sent_out(centre)
    path = f"/photos/{(await adds(centre, ticket, ONE))['id']}"
    tags = [(await looks(centre, end)).headers["etag"] for end in (path, f"{path}/thumb")]
    assert tags[0] != tags[1]
    again = await looks(centre, path, If_None_Match=tags[0])
    assert (again.status_code, again.content) == (304, b"")
    assert (await looks(centre, path, If_None_Match=tags[1])).status_code == 200
    assert (await looks(centre, path, who="ninghai", If_None_Match=tags[0])).status_code == 404


async def test_nobody_changes_or_deletes_a_photo(centre: Centre) -> None:
    await adds(centre, await sent_out(centre), ONE)
    async with centre.db.connection() as connection:
        for statement in ("UPDATE photo SET actor = 'x'", "DELETE FROM photo"):
            with pytest.raises(asyncpg.RaiseError, match="append-only"):
                await connection.execute(statement)


async def test_a_ticket_has_so_many_photos_and_no_more(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "MOST", 2)
    ticket = await sent_out(centre)
    for file in (ONE, OTHER):
        await adds(centre, ticket, file)
    answer = await tries(centre, ticket, jpeg(305, 200))
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "TooManyPhotos")
    await adds(centre, ticket, ONE)  # which is there


async def test_photos_stand_in_the_order_in_which_they_were_taken(centre: Centre) -> None:
    ticket = await sent_out(centre)
    centre.set_clock(minutes(90))
    late = await adds(centre, ticket, ONE, X_Taken_At=minutes(40).isoformat())
    early = await adds(centre, ticket, OTHER, X_Taken_At=minutes(20).isoformat())
    assert [photo["id"] for photo in await listed(centre, ticket)] == [early["id"], late["id"]]
