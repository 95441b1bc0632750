"""manage.py verify_whatsapp_config, for whichever provider is WhatsApp's default."""

import pytest
from django.core.management import CommandError, call_command

from chatbot.tests.fakes.whapi import WhapiFake
from crm.conversations.models import Channel

pytestmark = [pytest.mark.once, pytest.mark.django_db]
NOTHING = {
    "access_token": "",
    "phone_number_id": "",
    "business_account_id": "",
    "verify_token": "",
    "app_secret": "",
}


@pytest.fixture
def channel(channel):
    """With all that the environment can give."""
    channel.credentials = {**channel.credentials, "business_account_id": "900100"}
    channel.save()
    return channel


@pytest.fixture(autouse=True)
def empty_environment(settings):
    settings.WHATSAPP = dict(NOTHING)
    settings.WHAPI = {"access_token": "", "webhook_secret": ""}
    settings.TELEGRAM = {"access_token": "", "webhook_secret": ""}
    settings.BASE_URL, settings.HTTPS = "https://oficina.ejemplo.test", True


def verify(capsys):
    """What it says, and its complaint."""
    try:
        call_command("verify_whatsapp_config")
    except CommandError as error:
        return capsys.readouterr().out, str(error)
    return capsys.readouterr().out, ""


def test_it_names_what_is_missing(capsys):
    said, complaint = verify(capsys)
    channel = Channel.objects.get(default_for="whatsapp")
    assert complaint.startswith("missing: ")
    names = "PHONE_NUMBER_ID", "APP_SECRET", "ACCESS_TOKEN", "VERIFY_TOKEN", "BUSINESS_ACCOUNT_ID"
    for name in names:
        assert f"WHATSAPP_{name}" in complaint
    assert f"https://oficina.ejemplo.test/webhooks/meta/{channel.uuid}/" in said
    assert "https://oficina.ejemplo.test/chatbot/webhook/whatsapp/" in said


def test_the_account_alone_is_missed_too(channel, graph, capsys):
    channel.credentials = {**channel.credentials, "business_account_id": ""}
    channel.save()
    _, complaint = verify(capsys)
    assert complaint == "missing: WHATSAPP_BUSINESS_ACCOUNT_ID"


def test_it_initialises_the_client_and_tells_no_secret(channel, graph, capsys):
    said, complaint = verify(capsys)
    assert complaint == ""
    assert "Client initialised: Oficina Demo" in said
    assert "messages" in said and "{url}" not in said
    for secret in channel.credentials.values():
        assert secret not in said


def test_a_refusal_is_one_line(channel, settings, capsys):
    settings.GRAPH_API_URL = "http://127.0.0.1:9"
    _, complaint = verify(capsys)
    assert "refuses" in complaint and "\n" not in complaint


def test_it_follows_the_default_channel_to_another_provider(channel, settings, capsys):
    Channel.objects.filter(pk=channel.pk).update(default_for=None)
    Channel.objects.create(
        name="WHAPI",
        provider="whapi",
        default_for="whatsapp",
        credentials={"access_token": "tok-whapi", "webhook_secret": "s3cr3t-whapi"},
    )
    with WhapiFake() as fake:
        settings.WHAPI_BASE_URL = fake.url
        said, complaint = verify(capsys)
    assert "WHATSAPP_API_TOKEN" in said and "WHAPI_WEBHOOK_SECRET" in said
    assert "/webhooks/whapi/" in said
    assert "tok-whapi" not in said and "s3cr3t-whapi" not in said
    assert "missing" not in complaint


def test_it_says_where_nothing_leaves_and_where_https_is_missing(channel, graph, settings, capsys):
    settings.HTTPS = False
    Channel.objects.filter(pk=channel.pk).update(mode="dry_run")
    said, _ = verify(capsys)
    assert "dry run" in said and "BASE_URL" in said


def test_a_default_of_another_version_is_said(channel, capsys):
    Channel.objects.filter(pk=channel.pk).update(provider="pigeon")
    _, complaint = verify(capsys)
    assert "pigeon" in complaint
