"""The demo's people: everybody knows their password, so they work only where nobody else comes."""

import pytest
from django.test import Client

from crm.tests.people import PASSWORD

pytestmark = [pytest.mark.once, pytest.mark.django_db]
HERE = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost:8000"}
ELSEWHERE = [
    {"REMOTE_ADDR": "192.168.1.20", "HTTP_HOST": "localhost:8000"},
    {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "desk.example"},
    {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost.evil.example"},
    {**HERE, "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
    {**HERE, "HTTP_FORWARDED": "for=127.0.0.1"},
    {**HERE, "HTTP_X_REAL_IP": "127.0.0.1"},
]
AT_HOME = [
    HERE,
    {"REMOTE_ADDR": "::1", "HTTP_HOST": "[::1]:8000"},
    {"REMOTE_ADDR": "::ffff:127.0.0.1", "HTTP_HOST": "127.0.0.1"},
]


@pytest.fixture(autouse=True)
def _a_demo(settings, colleague):
    settings.DEMO = True
    settings.ALLOWED_HOSTS = ["*"]
    colleague("agent", username="agente", is_demo=True)
    colleague("agent", username="julia")


def log_in(name, where, password=PASSWORD):
    client = Client(**where)
    answer = client.post("/accounts/login/", {"login": name, "password": password})
    return client, answer


@pytest.mark.parametrize("where", AT_HOME)
def test_at_this_machine_they_come_in(where):
    client, answer = log_in("agente", where)
    assert answer.status_code == 302
    assert client.get("/profile/").status_code == 200


@pytest.mark.parametrize("name", ["agente", "agente@ejemplo.test"])
@pytest.mark.parametrize("where", ELSEWHERE)
def test_from_elsewhere_their_password_is_wrong(where, name):
    _, refused = log_in(name, where)
    _, wrong = log_in(name.replace("agente", "julia"), where, "otra cosa")
    assert refused.status_code == wrong.status_code == 200
    assert refused.context["form"].errors == wrong.context["form"].errors


@pytest.mark.parametrize("where", ELSEWHERE)
def test_from_elsewhere_other_people_come_in(where):
    _, answer = log_in("julia", where)
    assert answer.status_code == 302


@pytest.mark.parametrize("where", ELSEWHERE)
def test_their_session_is_worth_nothing_elsewhere(where):
    client, _ = log_in("agente", HERE)
    client.defaults.update(where)
    assert client.get("/profile/").status_code == 302
    assert client.get("/admin/").status_code == 302
    assert client.get("/accounts/password/change/").status_code == 302


def test_without_the_demo_they_are_nobody(settings):
    client, _ = log_in("agente", HERE)
    settings.DEMO = False
    assert client.get("/profile/").status_code == 302
    _, answer = log_in("agente", HERE)
    assert answer.status_code == 200


def test_their_password_is_not_reset_by_mail(mailoutbox):
    Client(**HERE).post("/accounts/password/reset/", {"email": "agente@ejemplo.test"})
    assert mailoutbox == []


def test_the_banner_says_it_is_a_demo(settings):
    assert b"demo-banner" in Client(**HERE).get("/accounts/login/").content
    settings.DEMO = False
    assert b"demo-banner" not in Client(**HERE).get("/accounts/login/").content
