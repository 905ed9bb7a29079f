"""The words of messages: written with their fields at hand, held against the laws while they are typed, put back."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.screens.conftest import Enter

NAME = "重新处理通知"


def editor(page: Page) -> Locator:
    page.get_by_role("button", name=f"修改 {NAME}").click()
    dialog = page.get_by_role("dialog", name=re.compile(NAME))
    expect(dialog.get_by_text("✓ 可以使用")).to_be_visible()
    return dialog


def test_a_text_is_changed_with_its_field_at_the_cursor_and_put_back(enter: Enter) -> None:
    page = enter("admin", "admin/templates")
    row = page.get_by_role("row").filter(has_text=NAME)
    dialog = editor(page)
    box = dialog.get_by_label("现用文本")
    box.fill("【国网宁波供电】工单已重新安排。")
    expect(dialog.get_by_role("status")).to_contain_text("缺少字段 {ticket_no}")
    box.evaluate("box => box.setSelectionRange(10, 10)")
    dialog.get_by_role("button", name="工单号 {ticket_no}").click()
    expect(box).to_have_value("【国网宁波供电】工单{ticket_no}已重新安排。")
    expect(dialog.get_by_role("status")).to_contain_text("2607010000001")
    expect(dialog.get_by_text("✓ 可以使用")).to_be_visible()
    dialog.get_by_label("修改理由").fill("甬电〔2026〕7号")
    dialog.get_by_role("button", name="保存").click()
    expect(dialog).to_have_count(0)
    expect(row).to_contain_text("本单位")
    expect(row).to_contain_text("【国网宁波供电】")
    page.get_by_role("button", name=f"恢复标准文本 {NAME}").click()
    page.get_by_role("dialog").get_by_role("button", name="恢复标准文本").click()
    expect(row).to_contain_text("【95598】您反映的问题")
    expect(row.get_by_role("button", name="恢复标准文本")).to_have_count(0)


def test_a_text_that_cannot_be_sent_is_refused_and_what_was_typed_stays(enter: Enter) -> None:
    page = enter("admin", "admin/templates")
    dialog = editor(page)
    dialog.get_by_label("现用文本").fill("【95598】工单{ticket_no}" + "长" * 300)
    expect(dialog.get_by_role("status")).to_contain_text("请减少")
    dialog.get_by_label("修改理由").fill("试")
    dialog.get_by_role("button", name="保存").click()
    expect(dialog.get_by_role("alert")).to_contain_text("超过 210 字")
    expect(dialog.get_by_label("现用文本")).to_have_value(re.compile("长{300}"))


def test_an_auditor_may_look_and_not_change(enter: Enter) -> None:
    page = enter("auditor", "audit/templates")
    page.get_by_role("button", name=f"查看 {NAME}").click()
    expect(page.get_by_role("dialog")).to_contain_text("2607010000001")
    expect(page.get_by_role("button", name=re.compile("^修改"))).to_have_count(0)
