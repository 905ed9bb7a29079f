"""The whole application, as in ``tests/web``."""

from tests.web.conftest import centre as centre
