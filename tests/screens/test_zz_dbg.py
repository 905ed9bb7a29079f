from tests.screens.conftest import *
from tests.screens.desk import *
def test_x(enter, free):
        page=enter("xiangshan")
        feed=Feed(page); page.reload()
        expect(page.locator("[data-line=open]")).to_be_visible()
        ticket=free.call()
        said=[]
        page.on("response", lambda r: said.append((r.request.method, r.url[-40:], r.status, r.request.post_data, r.text()[:300] if r.status>=400 else "")) if r.request.method=="POST" else None)
        page.on("console", lambda m: said.append(m.text))
        choose(page,ticket)
        expect(details(page).get_by_role("button", name="丹城一队").first).to_be_visible()
        answers=[]
        page.route("**/accept", lambda route: answers.append((route, route.fetch())))
        feed.held = True
        page.keyboard.press("d")  # accepts first, then sends
        while not answers or not feed.kept("accepted"):
            page.wait_for_timeout(20)
        print([str(m)[:300] for m in feed._kept])
        feed.let_go()
        route, answer = answers[0]
        print(answer.status, answer.text()[:200])
        route.fulfill(response=answer)
        page.wait_for_timeout(2500)
        print(free.ticket(ticket)["stage"], said, page.get_by_label("提示").inner_text(), page.get_by_role("dialog").all_inner_texts())
