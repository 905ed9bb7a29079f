"""What the tests of rights know of each route: what stands in its path, and a body that makes sense."""

from datetime import timedelta
from typing import Any

from dispatch.web.auth import wall_now
from tests.field.pictures import jpeg
from tests.worlds import NINGHAI, XIANGSHAN

THIRD = "330281"  # 余姚: neither the ticket's county nor the lender

# Routes of the framework and for the supervisor, and the screens' files; they show no ticket, no person and no area.
SCREENS = {"/", "/crew", "/wall", "/assets/{name}", "/tiles/{z:int}/{x:int}/{y:int}", "/{name}"}
OUTSIDE = SCREENS | {
    "/openapi.json",
    "/docs",
    "/docs/start.js",
    "/docs/{name}",
    "/health/live",
    "/health/ready",
    "/metrics",
}
LIVE = "/api/v1/live"  # asks for live.listen area by area, see test_rights.py
NOT_ROUTED = {
    "live.listen",
    "world.load",
    "audit.read",
    "call.read",
    "ticket.merge-override",
    "lending.agree",  # which of the two a grant is, its body says
    "lending.order",
    "place.lookup",  # within place.read
}  # the last within ticket.merge

PLACES = {
    "ticket_id": "no-such-ticket",
    "other_id": "no-such-other",
    "outage_id": "no-such-outage",
    "notice_id": "no-such-notice",
    "account_id": "no-such-account",
    "token_id": "0" * 16,
    "message_id": "no-such-message",
    "text_id": "no-such-text",
    "code": XIANGSHAN,
    "name_id": "no-such-name",
    "place_code": "no-such-place",
    "request_id": "no-such-service",
    "order_id": "no-such-order",
    "order_no": "no-such-order",
    "report_id": "no-such-report",
    "photo_id": "no-such-photo",
    "booking_id": "no-such-booking",
    "depot": "no-such-depot",
    "day": "2026-07-01",
    "half": "am",
    "team": "survey-urban-1",
    "closure_id": "no-such-closure",
    "grant_id": "no-such-grant",
    "plan_id": "no-such-plan",
    "wish_id": "no-such-wish",
    "truck_id": "no-such-truck",
    "assignment_id": "no-such-assignment",
    "crew_id": "no-such-crew",
    "week": "2026-W28",
    "period": "daily",
    "shape": "xlsx",
    "task_id": "no-such-task",
    "key": "sgcc@2026.1",
    "occasion": "accepted",
}

ETR = (wall_now() + timedelta(hours=2)).isoformat()
SAID: dict[str, dict[str, Any] | bytes] = {  # bytes: a photo
    "complete": {"address": "丹城镇东街1号", "category": "lv", "symptom": "no_power_one"},
    "consult": {"matched": "arrears", "answer": "欠费停电,已告知"},
    "return": {"reason": "NO_CONTACT", "text": "三次致电客户均无人接听"},
    "resubmit": {"address": "丹城镇东街1号", "county": XIANGSHAN},
    "transfer": {"to_area": NINGHAI, "reason": "省监控裁定"},
    "merge": {"into": "x", "evidence": "同一台区"},
    "merge-proposals/no-such-other/decline": {"reason": "邻户有电"},
    "power-back": {"live": True},
    "review/appeal": {"faults": ["late_arrive"], "text": "大桥封闭"},
    "review/appeal/decide": {"granted": [], "text": "路程已计入时限"},
    "unmerge": {"reason": "不是同一故障"},
    "dispatch": {"crew_id": "c1"},
    "pin": {"crew_id": "c1", "reason": "客户相熟"},
    "veto": {"crew_id": "c1", "reason": "客户不愿"},
    "wishes/no-such-wish/undo": {"reason": "看错了"},
    "crew-reject": {"reason": "VEHICLE_DOWN"},
    "locate": {"fault_point": "5号杆", "ownership": "grid", "etr_at": ETR, "photos": ["p1"]},
    "progress": {"text": "正在更换"},
    "reply": {"handling": "已更换", "category": "lv", "cause_l1": "nature", "ownership": "grid"},
    "reply/check": {"handling": "已更换", "category": "lv", "cause_l1": "nature", "ownership": "grid"},
    "reject-reply": {"defects": ["原因不清"]},
    "begin": {},
    "missed": {},
    "answer": {"satisfied": True},
    "cancel": {"reason": "客户来电已恢复", "meter": "live"},
    "correct": {"reason": "地址更正", "address": "丹城镇东街2号"},
    "supervise": {"reason": "客户多次来电", "addressee": "county_director"},
    "supervision-answer": {"no": "DB1-1", "text": "班组已在途"},
    "supervision-clear": {"no": "DB1-1"},
    "escalate": {"reason": "media"},
    "suspend": {"reason": "material", "text": "等待变压器", "until_at": ETR},
    "excuse": {"reason": "traffic", "explanation": "道路被淹", "told_at": ETR},
    "note": {"note": "helped", "text": "为独居老人更换漏保"},
    "photos": jpeg(64, 48),
}
