"""When something is away or broken: a plain page, at once, and nobody is logged out."""

import pytest
from django.conf import settings as configured
from django.db import InterfaceError, OperationalError, connection

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("things")]


class Away:
    """A database that answers nothing, and remembers how often it was asked."""

    def __init__(self, error=OperationalError):
        self.asked = 0
        self.error = error

    def __call__(self, execute, sql, params, many, context):
        self.asked += 1
        raise self.error("server closed the connection unexpectedly")


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("path", ["/", "/things/", "/profile/", "/pulse/?things=1", "/admin/"])
def test_a_lost_database_is_a_503_that_says_when_to_come_back(browser, colleague, path, error):
    client = browser(colleague("administrator", is_staff=True))
    with connection.execute_wrapper(away := Away(error)):
        answer = client.get(path)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert answer["Cache-Control"] == "no-store"
    assert away.asked == 1, "the error page asked the lost database again"
    assert b"Traceback" not in answer.content
    assert b"server closed" not in answer.content


def test_a_lost_database_logs_nobody_out(browser, colleague):
    client = browser(colleague("administrator"))
    with connection.execute_wrapper(Away()):
        answer = client.get("/")
    assert configured.SESSION_COOKIE_NAME not in answer.cookies
    assert client.get("/").status_code == 200


def test_a_lost_database_tells_htmx_too(browser, colleague):
    client = browser(colleague("administrator"))
    with connection.execute_wrapper(Away()):
        answer = client.get("/things/", headers={"HX-Request": "true", "HX-Target": "table"})
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"


def test_a_lost_database_at_log_in(browser, colleague):
    colleague("agent", username="julia")
    with connection.execute_wrapper(Away()):
        answer = browser().post("/accounts/login/", {"login": "julia", "password": "x"})
    assert answer.status_code == 503


def test_a_lost_cache_is_a_503(browser, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1",
        }
    }
    answer = browser().post("/accounts/login/", {"login": "julia", "password": "x"})
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"


def test_a_mistake_of_ours_is_a_500_without_its_details(browser):
    answer = browser().get("/broken/")
    assert answer.status_code == 500
    assert b"secret of the failure" not in answer.content
    assert b"Traceback" not in answer.content
    assert "Retry-After" not in answer
