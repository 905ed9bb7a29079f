"""The whole application, as the stories of the web use it."""

from tests.web.conftest import centre as centre
