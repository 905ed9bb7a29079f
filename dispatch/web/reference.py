"""
The interface document as a page (``/docs``), for a control room without the internet.

The viewer is Swagger UI, served from the files of the package ``fastapi-offline``; FastAPI's own page would load it
from elsewhere. The page's policy lets a browser fetch from this server only, whatever the viewer would like to.
"""

from importlib.resources import files
from types import MappingProxyType

from fastapi import APIRouter, Response

from .errors import NoSuchPath

router = APIRouter(prefix="/docs", include_in_schema=False)

ASSETS = files("fastapi_offline") / "static"
KINDS = MappingProxyType(
    {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css", "favicon.png": "image/png"}
)
POLICY = {
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
}
KEPT = {"Cache-Control": "public, max-age=86400", "X-Content-Type-Options": "nosniff"}

PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>供电服务指挥调度后台 接口文档</title>
<link rel="icon" href="docs/favicon.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<noscript>本页需要 JavaScript;接口文档全文见 <a href="openapi.json">openapi.json</a>。</noscript>
<div id="reference"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
# No badge of a validator (it is asked of another host), no try-out of what changes something.
START = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  supportedSubmitMethods: ["get"],
  validatorUrl: null
});
"""


@router.get("", response_class=Response)
async def page() -> Response:
    """Show the interface document."""
    return Response(PAGE, media_type="text/html", headers=POLICY)


@router.get("/start.js", response_class=Response)
async def start() -> Response:
    """Begin the viewer."""
    return Response(START, media_type="text/javascript", headers=KEPT)


@router.get("/{name}", response_class=Response)
def asset(name: str) -> Response:
    """
    Return one of the viewer's files.

    :raises NoSuchPath: if it is none of them
    """
    if name not in KINDS:
        raise NoSuchPath("没有这个文件,接口文档见 /docs")
    return Response((ASSETS / name).read_bytes(), media_type=KINDS[name], headers=KEPT)
