"""
How a refusal looks on the wire: ``{"error": {"code", "message", "field", "details"}}``, Chinese with an English code.

Whatever the input checks find is translated field by field, each sentence saying what would be right.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from dispatch.kit.errors import Invalid, Refusal, Unavailable
from dispatch.kit.logs import logger
from dispatch.kit.metrics import LOST_DATABASE
from dispatch.kit.sentences import sentence

JSON = "application/json"
RETRY_AFTER_S = 1  # a restarted server answers again within a second or two
MAX_FIELDS = 20  # faults told in one answer

log = logger("web")


class FieldFault(BaseModel):
    """One field that is wrong, and what would be right."""

    field: str = Field(description="字段路径,例如 place.lon")
    message: str = Field(description="错在哪里、应当怎样填")


class Problem(BaseModel):
    """What went wrong."""

    code: str = Field(description="英文错误码,供程序判断")
    message: str = Field(description="中文说明,含字段与补救办法")
    field: str | None = Field(default=None, description="出错字段;与字段无关时为空")
    details: dict[str, Any] = Field(default_factory=dict, description="补充事实;校验错误时含 fields 列表")


class ErrorAnswer(BaseModel):
    """The body of every answer that is not a success."""

    error: Problem


class BadJson(Refusal):
    """The body is not JSON."""

    status = 400


class NotJson(Refusal):
    """The body is declared as something else than JSON."""

    status = 415


class TooLarge(Refusal):
    """The body is longer than this interface reads."""

    status = 413


def path_of(location: Sequence[int | str]) -> str:
    """Return a field's dotted path: ``("body", "place", "lon")`` is ``place.lon``."""
    parts = [str(part) for part in location]
    return ".".join(parts[1:] if parts and parts[0] in {"body", "query", "path", "header"} else parts)


def invalid(faults: Sequence[Mapping[str, Any]]) -> Refusal:
    """Return the refusal for what pydantic found: bad JSON, or the list of wrong fields."""
    for fault in faults:
        if fault["type"] == "json_invalid":
            where = (fault.get("ctx") or {}).get("error", "")
            return BadJson(f"正文不是有效的 JSON,请检查引号、括号与编码(应为 UTF-8):{where}")
    fields = [{"field": path_of(fault["loc"]), "message": sentence(fault)} for fault in faults[:MAX_FIELDS]]
    first = fields[0]
    more = f";另有 {len(faults) - 1} 处,见 details.fields" if len(faults) > 1 else ""
    said = f"{first['field']}:{first['message']}" if first["field"] else f"正文{first['message']}"
    return Invalid(said + more, field=first["field"] or None, fields=fields)


def answer(refusal: Refusal, headers: dict[str, str] | None = None) -> Response:
    """Return the refusal as the response the caller gets."""
    body = {
        "code": refusal.code,
        "message": refusal.message,
        "field": refusal.field,
        "details": refusal.details,
    }
    return Response(
        msgspec.json.encode({"error": body}, enc_hook=str),
        status_code=refusal.status,
        media_type=JSON,
        headers=_headers(refusal) | (headers or {}),
    )


def _headers(refusal: Refusal) -> dict[str, str]:
    match refusal.status:
        case 401:
            return {"WWW-Authenticate": "Bearer"}
        case 413:
            return {"Connection": "close"}
        case 429 | 503:
            return {"Retry-After": str(refusal.details.get("retry_after_s", RETRY_AFTER_S))}
        case _:
            return {}


class NoSuchPath(Refusal):
    """No route has this path."""

    status = 404


class MethodNotAllowed(Refusal):
    """The path exists, but not with this method."""

    status = 405


class BadRequest(Refusal):
    """The request cannot be read."""

    status = 400


class Internal(Refusal):
    """A fault of ours; the log has the trace under the same request id."""

    status = 500


def internal() -> Refusal:
    """Return what a caller is told of a fault of ours."""
    return Internal("系统内部错误,操作未完成;请稍后重试,并把响应头 X-Request-Id 告知管理员")


FRAMEWORK: dict[int, Callable[[], Refusal]] = {
    404: lambda: NoSuchPath("没有这个地址,请对照 /docs 核对路径"),
    405: lambda: MethodNotAllowed("该地址不支持这种请求方法,请对照 /docs 核对"),
    413: lambda: TooLarge("正文过大,请缩短后重报"),
}


def refused(refusal: Refusal) -> Response:
    """Return the refusal as the response, and count it if the database is gone."""
    if refusal.status == Unavailable.status:
        LOST_DATABASE.inc()
        log.warning("unavailable", code=refusal.code, cause=refusal.details.get("cause"))
    return answer(refusal)


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return refused(error)


async def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return answer(invalid(error.errors()))


async def _framework(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    make = FRAMEWORK.get(error.status_code, lambda: BadRequest("请求无法读取,请对照 /docs 核对"))
    return answer(make(), dict(error.headers or {}))


def install(app: FastAPI) -> None:
    """Make every refusal of the app answer in the one shape."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _framework)
