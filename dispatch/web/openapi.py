"""
The interface document: FastAPI's, made complete.

Request bodies come from the ``shape`` that ``json_body`` leaves on its reader; errors are documented by rule, so that a
new route cannot forget them; the websocket's messages stand among the components.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from msgspec import Struct
from pydantic import TypeAdapter

from dispatch.accounts.rights import OPEN_ACTIONS

from .errors import ErrorAnswer
from .middleware import MAX_BATCH, MAX_BODY, MAX_FILE, MAX_PHOTO

REF = "#/components/schemas/{model}"
ABOUT = """供电服务指挥调度后台:95598 故障报修从来电到复电、回单、回访的全过程接口。

* 时间一律带时区(返回为 UTC);坐标为经度在前的 WGS-84 度。
* 每个请求的响应头 `X-Request-Id` 与日志一致;出错时请一并提供。
* 带 `Idempotency-Key` 的请求可以原样重试:同键同文返回首次结果并带 `Idempotent-Replayed: true`,
  同键异文 422 `KeyReused`。
* 503 与 `Retry-After` 表示稍候用同一请求重试即可。
* 实时工单走 `WS /api/v1/live`,消息结构见 components 中的 `Hello`、`Snapshot`、`Changed` 等。
"""

TAGS = [
    {"name": "calls 来电", "description": "受理客户来电,生成工单"},
    {"name": "tickets 工单", "description": "查询工单、日志与联系方式"},
    {"name": "commands 工单流转", "description": "推动工单流转的每一步;旧版本、错环节、越权均拒绝且不改变任何数据"},
    {"name": "supervision 督办预警", "description": "督办、升级、挂起、延时说明,以及督办单、预警和告知缺口"},
    {"name": "dispatching 派工", "description": "候选队伍、派工与批量派工"},
    {"name": "field 现场汇报", "description": "APP 批量与离线补报、电话汇报登记、矛盾裁定、现场照片"},
    {"name": "replies 回单", "description": "回单自检与审核名单"},
    {"name": "crews 队伍", "description": "抢修队伍与位置"},
    {"name": "outages 停电", "description": "停电信息、受理研判、报备,以及用采、自动化、营销系统上报"},
    {"name": "areas 区域", "description": "省、市、县、班所与派工模式"},
    {"name": "places 地点", "description": "按名称、拼音、原话、号码查地点;地点档案;学到的地名与坐标"},
    {"name": "accounts 账号", "description": "登录、账号与令牌"},
    {"name": "services 服务工单", "description": "非抢修工单与业扩报装,工作日计时"},
    {"name": "generators 发电车", "description": "发电车与状态;供电方案的计算、自编、确认;派出、接入与撤离"},
    {"name": "capacity 承载力", "description": "班所按半日申报承载力;约时、限时、限期的预约、改约与取消"},
    {"name": "tasks 网格任务", "description": "网格服务任务:建立、推荐给有余量的班组、接受、谢绝与完成"},
    {"name": "worklists 派工清单", "description": "半日清单:查看、打印、定人、变更与确认"},
    {"name": "weather 恶劣天气", "description": "恶劣天气令与灾害报告"},
    {"name": "roads 道路", "description": "道路封闭与限行"},
    {"name": "storms 抗灾抢修", "description": "抗灾抢修快报、预警汇总与按故障点督办"},
    {"name": "reviews 评价", "description": "事后评价、申诉与指标"},
    {"name": "dashboard 看板", "description": "指挥看板、往日复盘、区域边界与大屏"},
    {"name": "packs 规则包", "description": "时限等规则的各个版本,每个数值带来源"},
    {"name": "callbacks 回访", "description": "回访名单、开始回访、未接通与回访结果"},
    {"name": "messages 短信与语音", "description": "外呼消息、消息模板、待读来信与值班联系人"},
    {"name": "gateway 消息网关", "description": "供短信与语音网关回传回执和来信;使用“消息网关”角色的令牌"},
    {"name": "telephony 话务平台", "description": "话务平台上报来电振铃与挂断(“话务平台”角色的令牌);座席查看本席来电"},
    {"name": "exports 导出", "description": "各表导出为工作簿:与列表同条件、同权限、同内容,电话隐去中间四位"},
    {"name": "health 健康", "description": "存活、就绪与指标"},
]

SAID: dict[int, str] = {
    400: "正文不是有效的 JSON(BadJson)或请求无法读取(BadRequest)",
    401: "未登录、会话过期或令牌无效",
    403: "角色或辖区不允许(Forbidden)",
    404: "没有这个对象,或不在可见范围内(NotFound)",
    409: "与现状冲突:环节不符(WrongStage)、版本过时(Stale)、时间倒退(TimeBackwards)等;未改变任何数据",
    413: f"正文超过 {MAX_BODY // 1024} KiB(批量 {MAX_BATCH // 1024} KiB,照片 {MAX_PHOTO // 2**20} MiB,"
    f"导入文件 {MAX_FILE // 2**20} MiB)(TooLarge)",
    415: "正文不是 application/json(NotJson);照片不是 JPEG、PNG 或 WebP(NotPicture)",
    422: "字段不符合要求(Invalid,details.fields 逐项说明)或内容矛盾;未改变任何数据",
    429: "尝试过多,请按 Retry-After 稍候",
    500: "系统内部错误(Internal)",
    503: "数据库或其他部件暂不可用(Unavailable);按 Retry-After 用同一请求重试",
}

# What an operation answers beside what its kind answers.
ALSO: dict[str, set[int]] = {
    "log_call": {404},  # the ticket that is said to be back
    "assign_waiting": {404},  # an area
    "list_tickets": {404},
    "list_field_reports": {404},
    "list_reply_audits": {404},
    "report_by_phone": {404},
    "list_crews": {404},
    "list_areas": {404},
    "list_modes": {404},  # an area
    "list_borders": {404},
    "list_place_names": {404},  # an area
    "list_place_arrivals": {404},
    "list_outages": {404},
    "close_road": {404},  # an area
    "list_road_closures": {404},
    "grant_lending": {404},  # an area
    "list_lending": {404},
    "list_reserves": {404},
    "list_plans": {404},  # an area, here and below
    "publish_plan": {404},
    "judge_plan": {404},
    "read_planner": {404},
    "list_generators": {404},  # an area, here and below
    "list_generator_plans": {404},
    "propose_generator_plan": {404},
    "list_crew_outages": {404},
    "read_ledger": {404},
    "list_ledger_lines": {404},
    "list_supervisions": {404},
    "list_warnings": {404},
    "list_contact_gaps": {404},
    "list_notices": {404},
    "list_signals": {404},
    "announce_outage": {404},  # a node
    "apply_notice": {404},  # an area
    "attach_call": {404},
    "issue_weather_order": {404},  # an area
    "declare_capacity": {404},  # a depot
    "import_grid_tasks": {404},  # a county
    "read_capacity": {404},
    "read_week": {409},  # a year whose holidays are not known, here and below
    "declaration_workbook": {404, 409},
    "declaration_csv": {404, 409},
    "list_undeclared": {404, 409},
    "preview_capacity": {404},
    "read_forecast": {404, 409},
    "book_visit": {404},  # an area
    "list_bookings": {404},
    "read_visit_indices": {404},  # an area
    "make_grid_tasks": {404},  # an area
    "list_grid_tasks": {404},
    "list_worklists": {404},  # an area; a half-day without a list
    "list_worklist_notices": {404},
    "unpin_visit": {409},
    "list_weather_orders": {404},
    "list_disaster_reports": {404},
    "list_storm_reports": {404},
    "revoke_weather_order": {409},
    "open_services": {404},  # the area, the repair ticket
    "list_services": {404},
    "list_callbacks": {404},
    "list_messages": {404},
    "list_texts": {404},
    "read_indices": {404},  # an area
    "list_reviews": {404},
    "read_dashboard": {404},  # an area, here and below
    "read_replay": {404, 409},
    "list_replay_days": {404},
    "read_report": {404},
    "withdraw_pack": {404, 409},
    "reset_template": {409},
    "read_offers": {409},  # a ticket without a place
    "export_tickets": {404},  # an area, here and below, as its list
    "export_supervisions": {404},
    "export_warnings": {404},
    "export_field_reports": {404},
    "export_reply_audits": {404},
    "export_reviews": {404},
    "export_callbacks": {404},
    "export_ledger_lines": {404},
    "export_bookings": {404},
    "export_grid_tasks": {404},
    "export_services": {404},
    "export_outages": {404},
    "export_crews": {404},
    "export_accounts": {422},  # too many
    "export_messages": {404},
    "export_closures": {404},
    "export_undeclared": {404, 409},
    "export_areas": {404},
    "export_place_names": {404},
    "export_place_arrivals": {404},
    "export_contact_gaps": {404},
    "export_modes": {404},
    "export_weather_orders": {404},
    "export_storm_reports": {404},
    "export_disaster_reports": {404},
    "export_lending": {404},
    "export_reserves": {404},
    "export_worklist_notices": {404},
    "export_visit_indices": {404},
    "export_indices": {404},
    "export_ledger": {404},
    "export_ledger_pairs": {404},
    "log_in": {429},
    "change_own_password": {429},
}


def complete(app: FastAPI, messages: Sequence[type[Struct]] = ()) -> None:
    """
    Make ``app.openapi()`` return the complete document.

    :param messages: shapes that travel on the websocket
    """

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app, messages)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI, messages: Sequence[type[Struct]]) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=ABOUT,
        routes=app.routes,
        tags=TAGS,
        separate_input_output_schemas=False,
    )
    parts = document.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    _add(schemas, ErrorAnswer, "error")
    _, shapes = msgspec.json.schema_components(messages, ref_template=REF.replace("{model}", "{name}"))
    schemas.update(shapes)
    parts["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": "__Host-dispatch", "description": "登录后的会话"},
        "bearer": {"type": "http", "scheme": "bearer", "description": "机器令牌"},
    }
    for route, operation in _operations(app, document):
        _add_input(operation, schemas, route.dependant)
        _add_errors(operation, route)
        _add_security(operation, route.dependant)
    return document


def _operations(app: FastAPI, document: dict[str, Any]) -> Iterator[tuple[RouteContext, dict[str, Any]]]:
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute) and route.include_in_schema:
            for method in route.methods or ():
                yield route, document["paths"][route.path_format][method.lower()]


def _add(schemas: dict[str, Any], shape: Any, operation: str) -> dict[str, Any]:
    """
    Put a shape and what it is made of among the components; return the reference to it.

    Two bodies of one name are two components: the second is called after its operation.
    """
    schema = TypeAdapter(shape).json_schema(ref_template=REF)
    schemas.update(schema.pop("$defs", {}))
    name = schema.get("title", shape.__name__)
    if schemas.get(name, schema) != schema:
        name = schema["title"] = "".join(word.capitalize() for word in operation.split("_")) + "Body"
    schemas[name] = schema
    return {"$ref": REF.format(model=name)}


def _calls(dependant: Dependant) -> Iterator[Any]:
    yield dependant.call
    for below in dependant.dependencies:
        yield from _calls(below)


def _add_input(operation: dict[str, Any], schemas: dict[str, Any], dependant: Dependant) -> None:
    for call in _calls(dependant):
        shape = getattr(call, "shape", None)
        if (parameter := getattr(call, "parameter", None)) is not None:
            operation.setdefault("parameters", []).append(parameter)
        if shape is not None:
            reference = _add(schemas, shape, operation["operationId"])
            needed = any(field.is_required() for field in shape.model_fields.values())
            operation["requestBody"] = {"required": needed, "content": {"application/json": {"schema": reference}}}


def _add_errors(operation: dict[str, Any], route: RouteContext) -> None:
    """Document the answers that a route of its kind can give beside success."""
    answers = operation["responses"]
    answers.pop("422", None)
    for status in sorted(_statuses(operation, route)):
        answers.setdefault(
            str(status),
            {
                "description": SAID[status],
                "content": {"application/json": {"schema": {"$ref": REF.format(model="ErrorAnswer")}}},
            },
        )


def _statuses(operation: dict[str, Any], route: RouteContext) -> set[int]:
    """Return what an operation may answer beside success, by what it takes and whether it changes anything."""
    found = {500} | ALSO.get(operation["operationId"], set())
    if not (route.path_format or "").startswith("/api/"):
        return found
    found |= {401, 403, 503}
    if "requestBody" in operation:
        found |= {400, 413, 415, 422}
    if operation.get("parameters"):
        found |= {422}
    if "{" in (route.path_format or ""):
        found |= {404}
    if set(route.methods or ()) & {"POST", "PUT", "PATCH"}:
        found |= {409}
    return found


def _add_security(operation: dict[str, Any], dependant: Dependant) -> None:
    actions = {getattr(call, "action", None) for call in _calls(dependant)} - {None}
    if actions - OPEN_ACTIONS:
        operation["security"] = [{"session": []}, {"bearer": []}]
