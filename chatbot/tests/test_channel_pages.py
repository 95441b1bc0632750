"""Channels: managers look, administrators change, secrets go in and never come out."""

import re

import pytest
from django.core.management import call_command
from django.db import connection

from chatbot.channels.meta import sign
from chatbot.tests import channels_known
from chatbot.tests.channels_known import LIST, TOKEN, at
from chatbot.tests.conftest import SECRET
from chatbot.tests.desk import browser, person, words
from crm.conversations.models import Channel

pytestmark = [pytest.mark.once, pytest.mark.django_db]
admin = channels_known.admin


def form(**changes):
    return {
        "name": "WhatsApp de prueba",
        "external_id": "100200",
        "mode": "live",
        "is_active": "on",
        "is_default": "on",
        "older_path": "",
        **changes,
    }


def sealed_in(response):
    return re.search(r'name="sealed" value="([^"]*)"', words(response)).group(1)


# --- Who may ---------------------------------------------------------------------------------


def test_a_stranger_logs_in_and_an_agent_is_refused(channel):
    pages = [LIST, at("detail", channel), at("edit", channel), "/channels/add/meta/"]
    for page in pages:
        assert browser().get(page).status_code == 302
        assert browser(person("agent")).get(page).status_code == 403


def test_a_manager_looks_and_changes_nothing(channel):
    client = browser(person("manager"))
    assert "WhatsApp de prueba" in words(client.get(LIST))
    page = words(client.get(at("detail", channel)))
    for name in ("test", "register", "switch", "reveal", "resume"):
        assert at(name, channel) not in page
        assert client.post(at(name, channel)).status_code == 403
    assert client.get(at("edit", channel)).status_code == 403
    assert client.get("/channels/add/").status_code == 403


def test_what_changes_wants_post(channel, admin):
    for name in ("test", "register", "switch", "reveal", "resume"):
        assert admin.get(at(name, channel)).status_code == 405


# --- Secrets ---------------------------------------------------------------------------------


def test_no_page_and_no_dump_holds_a_secret(channel, admin, capsys):
    for page in (LIST, at("detail", channel), at("edit", channel)):
        html = words(admin.get(page))
        for secret in (SECRET, TOKEN, "sesamo"):
            assert secret not in html
    call_command("dumpdata", "conversations.channel")
    dumped = capsys.readouterr().out
    assert SECRET not in dumped and TOKEN not in dumped
    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM conversations_channel")
        assert SECRET not in cursor.fetchone()[0]


def test_the_verify_token_is_shown_only_when_asked_for(channel, admin):
    answer = admin.post(at("reveal", channel))
    assert 'value="sesamo"' in words(answer)
    assert answer["Cache-Control"] == "no-store"
    assert SECRET not in words(answer)


def test_empty_secret_fields_keep_what_there_is(channel, admin):
    answer = admin.post(at("edit", channel), form(credential_access_token="otro-token"))
    assert answer.status_code == 302
    channel.refresh_from_db()
    assert channel.credentials["access_token"] == "otro-token"
    assert channel.credentials["app_secret"] == SECRET
    assert channel.credentials["verify_token"] == "sesamo"


def test_a_rejected_form_neither_shows_nor_loses_what_was_typed(channel, admin):
    typed = form(older_path="no es una ruta", credential_app_secret="nuevo-secreto")
    rejected = admin.post(at("edit", channel), typed)
    assert rejected.status_code == 422
    assert "nuevo-secreto" not in words(rejected)
    assert SECRET not in words(rejected)
    channel.refresh_from_db()
    assert channel.credentials["app_secret"] == SECRET
    # Rejected once more without typing it again, and then accepted.
    twice = admin.post(at("edit", channel), form(name="", sealed=sealed_in(rejected)))
    assert twice.status_code == 422
    admin.post(at("edit", channel), form(sealed=sealed_in(twice)))
    channel.refresh_from_db()
    assert channel.credentials["app_secret"] == "nuevo-secreto"
    assert channel.credentials["access_token"] == TOKEN


def test_what_was_sealed_for_one_channel_opens_in_no_other(channel, admin):
    typed = form(name="", credential_app_secret="nuevo-secreto")
    sealed = sealed_in(admin.post(at("edit", channel), typed))
    other = Channel.objects.create(name="Otro", provider="meta", credentials={"app_secret": "s2"})
    admin.post(at("edit", other), form(external_id="7", is_default="", sealed=sealed))
    other.refresh_from_db()
    assert other.credentials["app_secret"] == "s2"
    for forged in ("x", "gAAAAA", "ñ"):
        assert admin.post(at("edit", other), form(external_id="7", is_default="", sealed=forged))


def test_what_no_key_can_read_is_mended_by_typing_it_anew(channel, admin):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE conversations_channel SET credentials = 'gAAAAAnonsense'")
    assert admin.get(at("edit", channel)).status_code == 200
    admin.post(at("edit", channel), form(credential_app_secret="de-nuevo"))
    channel.refresh_from_db()
    assert channel.credentials["app_secret"] == "de-nuevo"
    assert "unreadable" not in channel.credentials


# --- Adding and changing ---------------------------------------------------------------------


def test_adding_a_simulator_asks_for_no_account(admin):
    page = words(admin.get("/channels/add/simulator/"))
    assert "credential_" not in page
    answer = admin.post("/channels/add/simulator/", {"name": "Práctica", "is_active": "on"})
    made = Channel.objects.get()
    assert answer.url == at("detail", made)
    assert made.provider == "simulator"
    assert made.external_id and made.secret("app_secret")


def test_adding_a_whatsapp_number(admin):
    data = form(credential_app_secret="s", credential_access_token="t", is_default="")
    admin.post("/channels/add/meta/", data)
    made = Channel.objects.get()
    assert (made.provider, made.external_id, made.mode) == ("meta", "100200", "live")
    assert made.secret("app_secret") == "s"
    assert len(made.secret("verify_token")) > 20
    assert made.default_for is None


def test_one_chooses_among_what_there_is(admin):
    page = words(admin.get("/channels/add/"))
    for slug in ("meta", "simulator"):
        assert f"/channels/add/{slug}/" in page
    assert "WhatsApp (Meta Cloud API)" in words(admin.get("/channels/add/meta/"))


def test_there_is_no_unknown_provider(admin):
    assert admin.get("/channels/add/telepathy/").status_code == 404


def test_one_number_is_one_channel(channel, admin):
    answer = admin.post("/channels/add/meta/", form(name="Doble"))
    assert answer.status_code == 422
    assert Channel.objects.count() == 1


def test_the_default_moves_to_another_channel(channel, admin):
    data = form(name="Nuevo", external_id="300", credential_app_secret="s")
    admin.post("/channels/add/meta/", data)
    channel.refresh_from_db()
    assert channel.default_for is None
    assert Channel.objects.get(name="Nuevo").default_for == "whatsapp"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("/api/wa/hook/", "/api/wa/hook"),
        ("  /viejo.php  ", "/viejo.php"),
        ("/hooks/12345:AAHdq-x_y", "/hooks/12345:AAHdq-x_y"),
        ("/wa@v1/", "/wa@v1"),
        ("/wa%20x", "/wa%20x"),
        ("/%77a%2bx%c3%b1", "/wa+x%C3%B1"),
        ("/!$&'()*+,;=~", "/!$&'()*+,;=~"),
        ("", None),
    ],
)
def test_an_older_path_is_kept_tidy(channel, admin, given, kept):
    assert admin.post(at("edit", channel), form(older_path=given)).status_code == 302
    channel.refresh_from_db()
    assert channel.older_path == kept


@pytest.mark.parametrize(
    "path",
    [
        "hook",
        "/",
        "//x",
        "/a/../b",
        "/a?b=c",
        "/a b",
        "/a/%2e%2e/b",
        "/a%2F%2Fb",
        "/%2F",
        "/a%",
        "/a%2",
        "/a%00",
        "/a%0Ab",
        "/a%FF",
        "/a#b",
        "/a\\b",
        "/año",
        "/%6Ceads",
        "/healthz-2",
        "https://ejemplo.test/hook",
        "/conversations/",
        "/leads",
        "/admin/login",
        "/static/x",
        "/webhooks/meta",
        "/chatbot/webhook/whatsapp",
        "/healthz",
    ],
)
def test_an_older_path_may_not_take_ours(channel, admin, path):
    assert admin.post(at("edit", channel), form(older_path=path)).status_code == 422
    channel.refresh_from_db()
    assert channel.older_path is None


def test_two_channels_cannot_share_an_older_path(channel, admin):
    Channel.objects.create(name="Otro", provider="meta", external_id="9", older_path="/hook")
    assert admin.post(at("edit", channel), form(older_path="/hook/")).status_code == 422


def test_the_same_older_path_written_otherwise_is_the_same(channel, admin):
    Channel.objects.create(name="Otro", provider="meta", external_id="9", older_path="/wa%20x")
    assert admin.post(at("edit", channel), form(older_path="/w%61%20x")).status_code == 422


@pytest.mark.parametrize(
    ("path", "called"),
    [
        ("/viejo/hook", "/viejo/hook/"),
        ("/hooks/12345:AAHdq", "/hooks/12345:AAHdq"),
        ("/hooks/12345:AAHdq", "/hooks/12345%3AAAHdq/"),
        ("/wa@v1", "/wa@v1"),
        ("/wa%20x", "/wa%20x"),
        ("/%77a+%c3%b1", "/wa+%C3%B1"),
        ("/a;v=1,2/(b)", "/a;v=1,2/(b)"),
    ],
)
def test_the_older_path_is_the_channels_webhook(channel, admin, client, path, called):
    admin.post(at("edit", channel), form(older_path=path))
    query = {"hub.mode": "subscribe", "hub.verify_token": "sesamo", "hub.challenge": "99"}
    assert client.get(called, query).content == b"99"
    body = b'{"entry": []}'
    told = {"X-Hub-Signature-256": sign(SECRET, body)}
    answer = client.post(called, body, content_type="application/json", headers=told)
    assert answer.status_code == 200


def test_a_token_in_the_older_path_is_shown_to_nobody(channel, admin):
    channel.credentials = {**channel.credentials, "access_token": "12345:AAHdq-x_yz"}
    channel.older_path = "/hooks/12345:AAHdq-x_yz"
    channel.save()
    shown = words(admin.get(at("detail", channel)))
    assert "/hooks/***" in shown and "AAHdq" not in shown


def test_saving_an_untouched_form_changes_nothing(channel, admin):
    before = dict(channel.credentials)
    admin.post(at("edit", channel), form())
    channel.refresh_from_db()
    assert channel.credentials == {**before, "business_account_id": ""}
    assert (channel.default_for, channel.is_active) == ("whatsapp", True)
