"""The application at work, as the tests of its routes know it."""

from tests.web.conftest import centre as centre
