"""The seat: calls taken by keys alone, an input method among them, and what never leaves the form."""

import base64
import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from dispatch.places import rows, sheets
from dispatch.places.own import OwnKind, OwnPlace
from tests.screens.conftest import Enter
from tests.screens.fingers import Fingers, InputMethod
from tests.screens.house import ACCOUNT_NO, House
from tests.worlds import XIANGSHAN, stranger

MOST_KEYS = 25
GARDEN = OwnPlace("E1", OwnKind.BUILDING, "明月楼花苑", XIANGSHAN, "丹城街道", 121.872, 29.481)


@pytest.fixture(scope="module")
def garden(house: House) -> OwnPlace:
    """A building that seats can find by its initials."""
    content = base64.b64encode(sheets.written_csv(rows.written([GARDEN]))).decode()
    assert house.does("admin", "/places/import", content=content)["kept"]
    return GARDEN


@pytest.fixture
def seat(enter: Enter) -> Page:
    page = enter("seat", "seat")
    expect(phone_of(page)).to_be_focused()
    return page


def phone_of(page: Page) -> Locator:
    return page.get_by_label("来电号码 F1")


def place_of(page: Page) -> Locator:
    return page.get_by_role("combobox", name="户号 / 地址")


def kind_of(page: Page) -> Locator:
    return page.get_by_role("combobox", name="故障类型")


def taken(page: Page, house: House) -> dict[str, Any]:
    """Return the ticket of the newest answer as the server holds it."""
    newest = page.get_by_role("region", name="本班已受理").locator("[data-ticket]").first
    expect(newest).to_be_visible()
    return house.numbered(newest.get_attribute("data-ticket") or "")


def test_a_call_that_rings_is_taken_with_a_few_keys(seat: Page, house: House) -> None:
    phone = stranger()
    earlier = house.call(phone=phone, account_no=ACCOUNT_NO, place=None, address="")
    house.step("xiangshan", earlier, "cancel", reason="客户来电已恢复", meter="live")
    house.does("cti", "/telephony/ringing", call_ref="ring-1", agent="seat", phone=phone)
    expect(phone_of(seat)).to_have_value(phone)
    expect(kind_of(seat)).to_be_focused()
    expect(seat.locator(f"[data-picked='{ACCOUNT_NO}']")).to_contain_text("请与客户核对地址")
    history = seat.get_by_role("region", name="近一年来电")
    expect(history.locator("[data-call]").first).to_contain_text(earlier["ticket_no"][-6:])
    fingers = Fingers(seat)
    fingers.press("1")
    expect(seat.get_by_label("现象 / 备注")).to_be_focused()
    fingers.press("/", "1", "Control+Enter")
    ticket = taken(seat, house)
    house.by("cti").post("/telephony/ended", json={"call_ref": "ring-1"})
    assert ticket["account_no"] == ACCOUNT_NO
    assert (ticket["symptom"], ticket["level"], ticket["stage"]) == ("no_power_one", "normal", "submitted")
    assert ticket["phone_masked"].endswith(phone[-4:])
    assert fingers.pressed <= MOST_KEYS
    expect(phone_of(seat)).to_be_focused()
    expect(phone_of(seat)).to_have_value("")
    expect(seat.locator(".speech")).to_contain_text(ticket["ticket_no"][-4:])


def test_a_call_by_initials_with_urgency_needs_no_mouse(seat: Page, house: House, garden: OwnPlace) -> None:
    phone = stranger()
    fingers = Fingers(seat)
    fingers.write(phone)
    fingers.press("Enter")
    fingers.write("mylhy")
    expect(seat.get_by_role("option", name=garden.name).first).to_be_visible()
    fingers.press("Enter")
    expect(seat.get_by_label("门牌、楼栋等")).to_be_focused()
    fingers.press("F8", "Enter")
    expect(kind_of(seat)).to_be_focused()
    fingers.press("2", "Control+Enter")
    ticket = taken(seat, house)
    assert fingers.pressed <= MOST_KEYS, fingers.pressed
    assert (ticket["symptom"], ticket["level"], ticket["hazard"]) == ("no_power_many", "urgent", False)
    assert garden.name in ticket["address"]
    assert (ticket["lon"], ticket["lat"]) == pytest.approx((garden.lon, garden.lat), abs=1e-4)
    assert ticket["phone_masked"] == f"{phone[:3]}****{phone[-4:]}"


def test_the_next_key_goes_to_the_next_field_however_fast_it_comes(seat: Page) -> None:
    """Keys that the browser gets before it has drawn another picture."""
    seat.evaluate("window.requestAnimationFrame = () => 0")  # a machine that never comes to draw
    Fingers(seat).write("13900000048")
    Fingers(seat).press("Enter")
    Fingers(seat).write("dc")
    expect(place_of(seat)).to_have_value("dc")
    expect(phone_of(seat)).to_have_value("13900000048")


def test_an_input_method_keeps_its_keys(seat: Page, garden: OwnPlace) -> None:
    method = InputMethod(seat)
    phone_of(seat).fill(stranger())
    place_of(seat).focus()
    method.compose("mingyuelou")
    method.take_key("Enter")
    expect(place_of(seat)).to_be_focused()
    expect(seat.locator("[data-picked]")).to_have_count(0)
    method.choose("明月楼")
    expect(place_of(seat)).to_have_value("明月楼")
    expect(seat.get_by_role("option", name=garden.name).first).to_be_visible()
    kind_of(seat).focus()
    method.compose("1")
    method.take_key("Enter")
    expect(kind_of(seat)).to_be_focused()
    expect(seat.locator(".kind[aria-selected=true]")).to_have_count(0)
    method.choose("")
    seat.get_by_label("现象 / 备注").focus()
    method.compose("guzhang")
    seat.keyboard.down("Control")
    method.take_key("Enter")
    seat.keyboard.up("Control")
    method.choose("故障")
    expect(seat.get_by_label("现象 / 备注")).to_have_value("故障")
    expect(phone_of(seat)).not_to_have_value("")
    expect(seat.locator("[data-ticket]")).to_have_count(0)


def test_what_is_missing_draws_the_cursor(seat: Page) -> None:
    fingers = Fingers(seat)
    fingers.write(stranger())
    fingers.press("F4")
    kind_of(seat).focus()
    fingers.press("1", "Control+Enter")
    expect(place_of(seat)).to_be_focused()
    expect(seat.get_by_role("alert").filter(has_text="请填写户号、地址")).to_be_visible()
    expect(place_of(seat)).to_have_attribute("aria-invalid", "true")
    expect(seat.locator("[data-ticket]")).to_have_count(0)


def test_a_text_that_is_too_long_is_kept_and_told(seat: Page, house: House) -> None:
    said = "电" * 5_000
    phone_of(seat).fill(stranger())
    place_of(seat).fill("象山丹城南街口老樟树下")
    kind_of(seat).press("1")
    notes = seat.get_by_label("现象 / 备注")
    notes.fill(said)
    expect(seat.locator("[data-counter]")).to_have_text("✖ 5000/500")
    seat.keyboard.press("Control+Enter")
    expect(seat.get_by_role("alert").filter(has_text="超出 4500 字")).to_be_visible()
    expect(notes).to_be_focused()
    expect(notes).to_have_value(said)
    notes.fill(said[:500])
    seat.keyboard.press("Control+Enter")
    assert taken(seat, house)["symptom_text"] == said[:500]


def test_a_script_in_an_address_is_only_text(seat: Page, enter: Enter, house: House) -> None:
    script = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    phone_of(seat).fill(stranger())
    place_of(seat).fill(f"象山{script}")
    kind_of(seat).press("1")
    seat.keyboard.press("Control+Enter")
    ticket = taken(seat, house)
    assert script in ticket["address"]
    expect(seat.get_by_role("region", name="本班已受理")).to_contain_text(script)
    desk = enter("monitor", f"tickets/{ticket['id']}")
    expect(desk.get_by_text(script).first).to_be_visible()
    for page in (seat, desk):
        assert "owned" not in page.title()
        assert page.locator("img[src=x]").count() == 0


def test_the_number_is_in_no_address_and_in_no_storage(enter: Enter, house: House) -> None:
    page = enter("seat", "seat")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    phone = stranger()
    phone_of(page).fill(phone)
    place_of(page).fill(phone)  # a seat may look for the customer by it
    expect(page.get_by_text("没有找到").first).to_be_visible()
    place_of(page).fill("象山丹城北街")
    kind_of(page).press("1")
    page.keyboard.press("Control+Enter")
    taken(page, house)
    assert asked
    assert not [url for url in asked if phone in url]
    assert phone not in json.dumps(page.context.storage_state(indexed_db=True))
    assert phone not in page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert phone not in page.url


def test_the_next_call_bears_nothing_of_the_one_before_and_its_end_is_still_read_out(seat: Page, house: House) -> None:
    known, other = stranger(), stranger()
    earlier = house.call(phone=known, account_no=ACCOUNT_NO, place=None, address="")
    house.step("xiangshan", earlier, "cancel", reason="客户来电已恢复", meter="live")
    house.does("cti", "/telephony/ringing", call_ref="pair-1", agent="seat", phone=known)
    expect(seat.locator(f"[data-picked='{ACCOUNT_NO}']")).to_be_visible()
    Fingers(seat).press("1")
    house.does("cti", "/telephony/ringing", call_ref="pair-2", agent="seat", phone=other)
    expect(seat.locator(".ringing")).to_be_visible()
    Fingers(seat).press("Control+Enter")
    expect(phone_of(seat)).to_have_value(other)
    ticket = taken(seat, house)
    expect(seat.locator(".speech")).to_contain_text(ticket["ticket_no"][-4:])
    expect(seat.locator("[data-verdict]")).to_be_visible()  # what is known of the other number has come
    expect(seat.locator("[data-picked]")).to_have_count(0)
    for ref in ("pair-1", "pair-2"):
        house.by("cti").post("/telephony/ended", json={"call_ref": ref})
    Fingers(seat).press("Escape")


def test_digits_of_the_next_number_choose_no_place(seat: Page, house: House, garden: OwnPlace) -> None:
    phone_of(seat).fill(stranger())
    place_of(seat).fill("明月楼")
    kind_of(seat).press("1")
    seat.keyboard.press("Control+Enter")
    expect(seat.locator(".doubtful")).to_be_visible()
    ticket = taken(seat, house)
    assert ticket["flags"]["place_unresolved"]
    expect(seat.locator(".speech")).to_contain_text("请再告诉我具体地点")
    following = stranger()
    Fingers(seat).write(following)
    expect(phone_of(seat)).to_have_value(following)
    assert house.numbered(ticket["ticket_no"])["flags"]["place_unresolved"]
    meant = seat.locator(".doubtful button").filter(has_text="象山县").first.locator(".digit").inner_text()
    Fingers(seat).press("F9", meant)  # asked for, a digit picks, and the cursor is back
    expect(seat.locator(".doubtful")).to_have_count(0)
    expect(phone_of(seat)).to_be_focused()
    assert house.numbered(ticket["ticket_no"])["area"] == XIANGSHAN
    Fingers(seat).press("Escape")


def test_what_was_said_beyond_the_place_goes_on_to_the_house_number(seat: Page, house: House, garden: OwnPlace) -> None:
    phone_of(seat).fill(stranger())
    place_of(seat).fill(f"{garden.name}后面红房子三楼")
    expect(seat.get_by_role("option", name=garden.name).first).to_be_visible()
    place_of(seat).press("Enter")
    expect(seat.get_by_label("门牌、楼栋等")).to_have_value("后面红房子三楼")
    kind_of(seat).press("5")
    expect(seat.locator(".speech")).to_contain_text("8 米")
    seat.keyboard.press("Control+Enter")
    assert taken(seat, house)["address"].endswith("后面红房子三楼")
