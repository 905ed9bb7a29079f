"""The application as everybody's tests need it: made once to be asked what it offers, and quickly made anew to run."""

from functools import cache
from typing import Any

from fastapi import FastAPI

from dispatch.app import create_app
from dispatch.kit.settings import Settings


@cache
def described() -> FastAPI:
    """Return an application that never runs; its routes hold no state."""
    return create_app(Settings())


@cache
def document() -> dict[str, Any]:
    """Return its OpenAPI document; to be read only."""
    return described().openapi()


def application(settings: Settings) -> FastAPI:
    """Return an application to run, with routes that were made before (FastAPI takes 50 ms to make them anew)."""
    app = create_app(settings)
    app.router.routes = described().router.routes
    return app
