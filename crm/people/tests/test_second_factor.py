"""The second factor: switched on with a code, asked for at the door, off only for who is it."""

import base64
import hashlib
import hmac
import struct
import time

import pytest
from allauth.mfa.models import Authenticator

from crm.tests.people import PASSWORD

pytestmark = [pytest.mark.once, pytest.mark.django_db]


def code_of(secret, at=None):
    """RFC 6238, six digits, thirty seconds, SHA-1."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    moment = struct.pack(">Q", int(at or time.time()) // 30)
    digest = hmac.new(key, moment, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def log_in(client, **more):
    return client.post("/accounts/login/", {"login": "julia", "password": PASSWORD, **more})


@pytest.fixture
def secret(client, colleague):
    """Julia with her second factor on, logged out."""
    colleague("agent", username="julia")
    log_in(client)
    assert client.get("/accounts/2fa/totp/activate/").url.startswith("/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    assert "data:image/svg+xml" in page.content.decode()
    secret = page.context["form"].secret
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert answer.status_code == 302
    client.post("/accounts/logout/")
    return secret


def test_the_password_alone_no_longer_opens(client, secret):
    assert log_in(client).url == "/accounts/2fa/authenticate/"
    assert client.get("/profile/").status_code == 302
    wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert wrong.context["form"].errors
    # The code of the next half minute: the one that switched it on is spent.
    answer = client.post("/accounts/2fa/authenticate/", {"code": code_of(secret, time.time() + 30)})
    assert answer.url == "/"
    assert client.get("/profile/").status_code == 200


def test_a_recovery_code_opens_once(client, secret):
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    log_in(client)
    assert client.post("/accounts/2fa/authenticate/", {"code": codes[0]}).url == "/"
    client.post("/accounts/logout/")
    log_in(client)
    assert client.post("/accounts/2fa/authenticate/", {"code": codes[0]}).status_code == 200


def test_guessing_codes_is_stopped(client, secret):
    log_in(client)
    for _ in range(12):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    right = code_of(secret, time.time() + 30)
    assert client.post("/accounts/2fa/authenticate/", {"code": right}).status_code != 302


def test_the_administration_asks_for_it_too(client, secret, django_user_model):
    django_user_model.objects.update(is_staff=True)
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")
    assert log_in(client, next="/admin/").url.startswith("/accounts/2fa/authenticate/")
    assert client.get("/admin/").status_code == 302


def test_the_secret_is_not_readable_in_the_database(secret):
    stored = Authenticator.objects.get(type="totp")
    assert secret not in str(stored.data)
    recovery = Authenticator.objects.get(type="recovery_codes")
    assert recovery.wrap().get_unused_codes()


def test_a_link_by_mail_does_not_take_it_away(client, secret, mailoutbox):
    client.post("/accounts/password/reset/", {"email": "julia@ejemplo.test"})
    assert Authenticator.objects.filter(type="totp").exists()
    assert log_in(client).url == "/accounts/2fa/authenticate/"


def test_off_only_after_saying_again_who_one_is(client, secret):
    log_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": code_of(secret, time.time() + 30)})
    answer = client.post("/accounts/2fa/totp/deactivate/")
    assert "reauthenticate" in answer.url
    assert Authenticator.objects.filter(type="totp").exists()
