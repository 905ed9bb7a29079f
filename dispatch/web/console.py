"""
The screens: pages, scripts and styles as the build left them in ``static``, for browsers.

Nothing comes from another host, no script stands inside a page, and the policy says so to the browser. What has a
digest in its name is kept for good; pages are asked for each time, so that a new version is seen at once.
"""

import gzip
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple

from fastapi import APIRouter, Request, Response
from starlette.datastructures import Headers

from .errors import NoSuchPath
from .screens import basemap_of

router = APIRouter(include_in_schema=False)

STATIC = files("dispatch.web") / "static"
KINDS = MappingProxyType(
    {
        "html": "text/html; charset=utf-8",
        "js": "text/javascript",
        "css": "text/css",
        "svg": "image/svg+xml",
        "webmanifest": "application/manifest+json",
        "woff2": "font/woff2",
    }
)
PAGES = MappingProxyType({"": "index.html", "crew": "crew.html", "wall": "wall.html"})
BESIDE = frozenset({"icon.svg", "crew.webmanifest", "sw.js"})  # files that are known by their plain names
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:{tiles}; "
    "connect-src 'self'; worker-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'"
)
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
}
FOR_GOOD = "public, max-age=31536000, immutable"
EACH_TIME = "no-cache"
MISSING = """<!DOCTYPE html><html lang="zh-CN"><meta charset="utf-8"><title>供电服务指挥调度</title>
<p>页面尚未构建:安装时设置了 DISPATCH_WEB=skip。请去掉该设置后重新安装;接口文档见 <a href="/docs">/docs</a>。</p></html>
"""


class Asset(NamedTuple):
    """One file of the screens, as it is and packed."""

    plain: bytes
    packed: bytes
    media: str


@cache
def asset(path: str) -> Asset | None:
    """Return a file of the build; they do not change while the server runs."""
    found = STATIC
    for part in path.split("/"):
        found = found / part
    kind = KINDS.get(path.rpartition(".")[2])
    if kind is None or ".." in path or not found.is_file():
        return None
    plain = found.read_bytes()
    return Asset(plain, gzip.compress(plain, 9), kind)


def _answer(found: Asset, headers: Headers, **more: str) -> Response:
    packed = "gzip" in headers.get("accept-encoding", "")
    told = SAFE | more | {"Vary": "Accept-Encoding"} | ({"Content-Encoding": "gzip"} if packed else {})
    return Response(found.packed if packed else found.plain, media_type=found.media, headers=told)


def _page(request: Request, name: str) -> Response:
    ground = basemap_of(request)
    policy = POLICY.format(tiles="".join(f" {host}" for host in ground.hosts) if ground else "")
    found = asset(PAGES[name]) or Asset(MISSING.encode(), gzip.compress(MISSING.encode()), KINDS["html"])
    return _answer(found, request.headers, **{"Content-Security-Policy": policy, "Cache-Control": EACH_TIME})


@router.get("/")
def console(request: Request) -> Response:
    """Show the console."""
    return _page(request, "")


@router.get("/crew")
def crew(request: Request) -> Response:
    """Show the crew's phone page."""
    return _page(request, "crew")


@router.get("/wall")
def wall(request: Request) -> Response:
    """Show the wall view."""
    return _page(request, "wall")


@router.get("/assets/{name}")
def script(request: Request, name: str) -> Response:
    """
    Return a script or style of the build.

    :raises NoSuchPath: if there is none of that name
    """
    found = asset(f"assets/{name}")
    if found is None:
        raise NoSuchPath("没有这个文件,可能页面版本已更新,请刷新页面")
    return _answer(found, request.headers, **{"Cache-Control": FOR_GOOD})


@router.get("/{name}")
def beside(request: Request, name: str) -> Response:
    """
    Return a file that is known by its plain name.

    :raises NoSuchPath: if it is none of them
    """
    found = asset(name) if name in BESIDE else None
    if found is None:
        raise NoSuchPath("没有这个地址,请对照 /docs 核对路径")
    return _answer(found, request.headers, **{"Cache-Control": EACH_TIME})
