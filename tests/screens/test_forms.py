"""Forms: what is missing is told at its field, before anything is sent, and what was typed stays."""

from playwright.sync_api import expect

from tests.screens.conftest import Enter


def test_what_is_missing_is_told_at_its_field_and_nothing_is_sent(enter: Enter) -> None:
    page = enter("monitor", "supervision/lending")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="登记借调").click()
    dialog = page.get_by_role("dialog", name="登记借调")
    dialog.get_by_label("事由").fill("台风支援")
    dialog.get_by_label("批准人").fill("值班主任")
    for confirm in ("button", "key"):
        if confirm == "button":
            dialog.get_by_role("button", name="确定").click()
        else:
            page.keyboard.press("Control+Enter")
        expect(dialog.get_by_label("借入单位")).to_have_attribute("aria-invalid", "true")
    expect(dialog).to_contain_text("必填,请填写")
    expect(dialog.get_by_label("事由")).to_have_value("台风支援")
    assert not [url for url in sent if "lending" in url]
