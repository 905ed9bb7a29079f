"""The crew's phone as tests work with it: its job and large button, its line, its forms, and all that it keeps."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, Response, expect

from tests.screens.conftest import Enter
from tests.screens.house import House
from tests.screens.looking import until
from tests.worlds import IN_TOWN, PASSWORD

HERE = {"longitude": IN_TOWN.lon, "latitude": IN_TOWN.lat, "accuracy": 9}
PHONE = {"viewport": {"width": 390, "height": 844}, "permissions": ["geolocation"], "geolocation": HERE}
MB = 1024 * 1024
NEAR = timedelta(seconds=20)  # between a tap and its claimed time, on a slow machine
READY = """
async () => {
  const worker = await navigator.serviceWorker.getRegistration();
  return worker?.active?.state === "activated" && (await caches.match("/crew")) !== undefined;
}
"""
KEPT = """
async () => {
  const signs = new TextDecoder("latin1"), words = new TextDecoder();
  const texts = [location.href, document.cookie, JSON.stringify({ ...localStorage, ...sessionStorage })];
  const told = (value) => {
    const raw = value instanceof ArrayBuffer || ArrayBuffer.isView(value);
    if (raw) texts.push(signs.decode(value), words.decode(value));
    else if (value instanceof CryptoKey) texts.push(`may be taken out: ${value.extractable}`);
    else if (value !== null && typeof value === "object") Object.entries(value).forEach((pair) => pair.forEach(told));
    else texts.push(String(value));
  };
  const of = (asked) => new Promise((found) => { asked.onsuccess = () => found(asked.result); });
  for (const { name } of await indexedDB.databases()) {
    const base = await of(indexedDB.open(name));
    for (const store of base.objectStoreNames) {
      const from = base.transaction(store).objectStore(store);
      for (const all of await Promise.all([of(from.getAllKeys()), of(from.getAll())])) told(all);
    }
    base.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const asked of await cache.keys()) texts.push(asked.url, await (await cache.match(asked)).text());
  }
  return texts.join("\\n");
}
"""  # what is on the phone in plain sight


@dataclass
class Posted:
    """What a page got through to the server, in its order."""

    page: Page
    answers: list[Response] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("response", self._answered)

    def _answered(self, answer: Response) -> None:
        if answer.request.method == "POST":
            self.answers.append(answer)

    def steps(self) -> list[str]:
        """Name them as they are called there: photos, and the kinds of the reports."""
        return [step for answer in self.answers for step in _steps(answer)]

    def reports(self) -> list[dict[str, Any]]:
        return [report for answer in self.answers for report in _reports(answer)]

    def photos(self) -> list[Response]:
        return [answer for answer in self.answers if answer.url.endswith("/photos")]


def _reports(answer: Response) -> list[dict[str, Any]]:
    of_reports = answer.url.endswith("/field-reports")
    reports: list[dict[str, Any]] = answer.request.post_data_json["reports"] if of_reports else []
    return reports


def _steps(answer: Response) -> Iterator[str]:
    if answer.url.endswith("/photos"):
        yield "photo"
    yield from (report["kind"] for report in _reports(answer))


def sent(house: House, **said: Any) -> dict[str, Any]:
    """Let a customer call and the desk send 丹城一队; return the ticket."""
    ticket = house.call(**said)
    house.step("xiangshan", ticket, "accept")
    return house.step("xiangshan", ticket, "dispatch", crew_id="c1")


def opened(enter: Enter, house: House, ticket: dict[str, Any], *, fast: timedelta = timedelta()) -> Page:
    """Open a job on the phone, whose clock goes as the server's or is so fast; from now on it works without a line."""
    page = enter("crew-1", path="/crew", **PHONE)
    page.context.clock.install(time=house.hands.now() + fast)
    page.reload()
    card(page, ticket).click()
    expect(page.locator(".foot")).to_be_visible()
    until(page, lambda: page.evaluate(READY), "the page on the phone")
    return page


def in_earnest(page: Page, house: House) -> Page:
    """Load the page as from a server whose clock nobody moves: the clocks of phones count then."""
    me = house.by("crew-1").get("/me").json() | {"played": False}
    page.route("**/api/v1/me", lambda route: route.fulfill(json=me | {"at": house.hands.now().isoformat()}))
    page.reload()
    return page


def at_work(page: Page) -> Page:
    """Take the steps up to the arrival."""
    presses(page, "接单", "出发")
    presses(page, "出发", "到达现场")
    presses(page, "到达现场", "完成复电")
    return page


def logs_in(page: Page, name: str) -> None:
    page.get_by_label("账号").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def card(page: Page, ticket: dict[str, Any]) -> Locator:
    return page.get_by_role("list", name="抢修").get_by_role("button").filter(has_text=ticket["ticket_no"])


def line(page: Page) -> Locator:
    """Return the words on how all stands between phone and server."""
    return page.locator("header").get_by_role("status")


def large(page: Page) -> Locator:
    """Return what there is at the foot of a job: one button."""
    return page.locator(".foot").get_by_role("button")


def presses(page: Page, name: str, then: str) -> None:
    """Press the one large button, and see what it is for next."""
    expect(large(page)).to_have_text([name])
    large(page).click()
    expect(large(page)).to_have_text([then])


def sheet(page: Page, name: str) -> Locator:
    return page.get_by_role("dialog", name=name)


def photo(colour: str = "navy") -> FilePayload:
    file = BytesIO()
    Image.new("RGB", (800, 600), colour).save(file, "JPEG")
    return {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


def huge() -> FilePayload:
    """A JPEG that nothing makes short: noise."""
    file = BytesIO()
    Image.frombytes("RGB", (3400, 2550), os.urandom(3400 * 2550 * 3)).save(file, "JPEG", quality=98)
    content = file.getvalue()
    assert len(content) >= 12 * MB, len(content)
    return {"name": "大照片.jpg", "mimeType": "image/jpeg", "buffer": content}


def adds(where: Locator, *files: FilePayload) -> None:
    """Choose photos from the album."""
    where.get_by_label("从相册选").set_input_files(list(files))


def finds(page: Page, point: str) -> None:
    """Report the fault, with a photo, and that the repair begins."""
    page.get_by_role("button", name="故障点与原因").click()
    form = sheet(page, "故障点确认")
    form.get_by_label("故障点", exact=True).fill(point)
    adds(form, photo())
    expect(form.get_by_text("将附到场后的照片 1 张")).to_be_visible()
    form.get_by_role("button", name="提交").click()
    expect(form).to_have_count(0)


def fills(page: Page, record: str) -> Locator:
    """Fill the last form in, and do not send it."""
    large(page).click()
    form = sheet(page, "完成复电")
    form.get_by_role("radio", name="供电公司资产").check()
    form.get_by_label("原因大类").select_option(label="设备原因")
    form.get_by_role("button", name="开关损坏").click()
    form.get_by_label("处理情况").fill(record)
    return form


def finishes(page: Page, record: str) -> None:
    form = fills(page, record)
    form.get_by_role("button", name="完成复电").click()
    expect(form).to_have_count(0)


def passes(house: House, page: Page, **span: float) -> datetime:
    """Let time pass for the server and for the phone; return the server's time."""
    house.hands.forward(**span)
    page.context.clock.fast_forward(timedelta(**span) // timedelta(milliseconds=1))
    return house.hands.now()


def done(house: House, ticket: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the crew is known to have done, in its order."""
    events = house.by("monitor").get(f"/tickets/{ticket['id']}/events").json()["events"]
    return [entry for entry in events if entry["role"] == "CREW"]


def steps(house: House, ticket: dict[str, Any]) -> list[str]:
    return [entry["event"]["kind"] for entry in done(house, ticket)]


def near(told: str, at: datetime) -> bool:
    return abs(datetime.fromisoformat(told) - at) < NEAR


def photos_of(house: House, ticket: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = house.by("monitor").get(f"/tickets/{ticket['id']}/photos").json()["photos"]
    return found
