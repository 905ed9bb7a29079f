"""The door: who may enter, in which language and dress, and a session that ends in the middle of work."""

from playwright.sync_api import Page, expect

from tests.screens.conftest import Enter
from tests.screens.house import House
from tests.worlds import PASSWORD


def knock(page: Page, name: str, password: str) -> None:
    page.get_by_label("登录名").fill(name)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()


def test_a_wrong_password_is_told_and_the_right_one_opens(page: Page, house: House) -> None:
    page.goto(house.url)
    knock(page, "seat", "not-the-password")
    expect(page.get_by_role("alert")).to_contain_text("密码")
    knock(page, "seat", PASSWORD)
    expect(page.get_by_role("link", name="受理", exact=True)).to_be_visible()
    expect(page.locator("[data-line=open]")).to_be_visible()
    assert "seat" not in page.url
    assert PASSWORD not in page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")


def test_language_and_dress_are_kept(enter: Enter) -> None:
    page = enter("seat")
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Theme").click()
    page.reload()
    expect(page.get_by_role("link", name="Calls", exact=True)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
