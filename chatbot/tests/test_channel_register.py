"""Registering at the provider: from the page, and by manage.py channel_register."""

import pytest
from django.core.management import CommandError, call_command

from chatbot.channels.registry import CHANNELS
from chatbot.tests.desk import browser, person, words
from chatbot.tests.fakes.telegram import TOKEN, TelegramFake
from crm.conversations.models import Channel

pytestmark = pytest.mark.django_db
BASE = "https://oficina.ejemplo.test"


@pytest.fixture
def admin():
    return browser(person("administrator"))


@pytest.fixture
def telegram(settings):
    settings.BASE_URL = BASE
    with TelegramFake() as fake:
        settings.TELEGRAM_API_URL = fake.url
        yield fake


@pytest.fixture
def bot(db):
    return Channel.objects.create(
        name="Bot de prueba",
        provider="telegram",
        mode="live",
        credentials={"access_token": TOKEN, "webhook_secret": "s3cr3t_of-telegram"},
    )


def test_the_command_registers_and_prints_what_is_on_record(bot, telegram, capsys):
    call_command("channel_register", str(bot.uuid))
    url = f"{BASE}/webhooks/telegram/{bot.uuid}/"
    assert telegram.webhook["url"] == url
    said = capsys.readouterr().out
    assert f"On record: {url}" in said
    assert "s3cr3t" not in said and TOKEN not in said
    bot.refresh_from_db()
    assert (bot.on_record, bot.health) == (url, "green")


@pytest.mark.parametrize("uuid", ["", "x", "00000000-0000-4000-8000-000000000000", "'; --"])
def test_the_command_knows_no_other_channel(bot, uuid):
    with pytest.raises(CommandError, match="There is no channel") as error:
        call_command("channel_register", uuid)
    assert "\n" not in str(error.value)
    assert error.value.returncode == 1


def test_the_command_says_in_a_line_why_it_failed(bot, telegram, settings):
    settings.BASE_URL = "http://localhost:8000"  # which Telegram does not take
    with pytest.raises(CommandError) as error:
        call_command("channel_register", str(bot.uuid))
    assert "Bot de prueba:" in str(error.value) and "\n" not in str(error.value)
    bot.refresh_from_db()
    assert bot.health == "red" and bot.last_error


def test_the_command_does_not_know_a_provider_of_another_version(db):
    channel = Channel.objects.create(name="Paloma", provider="pigeon")
    with pytest.raises(CommandError, match="Paloma"):
        call_command("channel_register", str(channel.uuid))


def test_what_cannot_be_registered_does_not_turn_red(admin):
    for provider in (one for one in CHANNELS if not one.can_register):
        channel = Channel.objects.create(name="Propio", provider=provider.slug)
        admin.post(f"/channels/{channel.pk}/register/")
        channel.refresh_from_db()
        assert (channel.health, channel.last_error) == ("unknown", "")
        assert "/register/" not in words(admin.get(f"/channels/{channel.pk}/"))


def test_the_page_asks_anew_what_is_on_record(bot, telegram, admin):
    page = f"/channels/{bot.pk}/"
    admin.post(page + "register/")
    assert f"{BASE}/webhooks/telegram/{bot.uuid}/" in words(admin.get(page))
    telegram.webhook = {"url": "https://otro.ejemplo.test/hook", "pending_update_count": 3}
    admin.post(page + "record/")
    assert "https://otro.ejemplo.test/hook" in words(admin.get(page))


def test_who_may_not_change_a_channel_asks_nothing(bot, telegram):
    for client in (browser(person("manager")), browser(person("agent"))):
        for verb in ("register", "record"):
            assert client.post(f"/channels/{bot.pk}/{verb}/").status_code == 403
    assert not telegram.calls
