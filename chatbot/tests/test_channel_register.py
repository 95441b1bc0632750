"""Registering at the provider: from the page, and by manage.py channel_register."""

from contextlib import ExitStack

import pytest
from django.core.management import CommandError, call_command

from chatbot.channels.registry import CHANNELS
from chatbot.management.commands.channel_register import Command
from chatbot.tests.desk import browser, person, words
from chatbot.tests.fakes.instagram import TOKEN as INSTAGRAM_TOKEN
from chatbot.tests.fakes.instagram import InstagramFake
from chatbot.tests.fakes.maytapi import MaytapiFake
from chatbot.tests.fakes.meta import MetaFake
from chatbot.tests.fakes.server import Fake
from chatbot.tests.fakes.telegram import TOKEN, TelegramFake
from chatbot.tests.fakes.whapi import WhapiFake
from crm.conversations.models import Channel

pytestmark = [pytest.mark.once, pytest.mark.django_db]
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


# --- Every provider --------------------------------------------------------------------------

# The setting with its address, its stand-in, and an account there.
ACCOUNTS = {
    "meta": (
        "GRAPH_API_URL",
        MetaFake,
        {
            "access_token": "SECRETO-de-meta-1",
            "app_secret": "SECRETO-de-meta-2",
            "verify_token": "SECRETO-de-meta-3",
            "business_account_id": "777",
        },
    ),
    "whapi": (
        "WHAPI_BASE_URL",
        lambda: WhapiFake(token="SECRETO-de-whapi-1"),
        {"access_token": "SECRETO-de-whapi-1", "webhook_secret": "SECRETO-de-whapi-2"},
    ),
    "maytapi": (
        "MAYTAPI_BASE_URL",
        lambda: MaytapiFake(token="SECRETO-de-maytapi"),
        {"access_token": "SECRETO-de-maytapi", "product_id": "producto"},
    ),
    "telegram": (
        "TELEGRAM_API_URL",
        lambda: TelegramFake(token="4711:SECRETO-de-telegram"),
        {"access_token": "4711:SECRETO-de-telegram", "webhook_secret": "SECRETO-de-telegram-2"},
    ),
    "instagram": (
        "INSTAGRAM_API_URL",
        InstagramFake,
        {
            "access_token": INSTAGRAM_TOKEN,
            "app_secret": "SECRETO-de-instagram-2",
            "verify_token": "SECRETO-de-instagram-3",
        },
    ),
}
NUMBERS = {"meta": "100200", "whapi": "MANTIS", "maytapi": "1150", "instagram": "1784"}
every = pytest.mark.parametrize("slug", sorted(ACCOUNTS))


class Echoing(Fake):
    """It answers everything alike, and repeats in it whatever it was shown."""

    def __init__(self, status, **options):
        super().__init__(**options)
        self.status = status

    def is_send(self, request):
        return False

    def answer(self, request):
        token = request.headers.get("Authorization", "")
        shown = f"{token} {request.path} {request.headers} {request.body.decode()}"[:400]
        error = {"message": shown, "code": self.status, "details": shown}
        body = {"ok": False, "success": False, "description": shown, "message": shown}
        return self.status, body | {"error": error, "error_code": self.status}


class Mute(Echoing):
    """It answers 200, and nothing that could be read."""

    def answer(self, request):
        return 200, b"<html>"


@pytest.fixture
def account(db):
    def made(slug, **fields):
        known = {"provider": slug, "external_id": NUMBERS.get(slug, ""), "mode": "live"}
        known |= {"credentials": ACCOUNTS[slug][2]}
        return Channel.objects.create(name=f"De {slug}", **(known | fields))

    return made


@pytest.fixture
def stand_in(settings):
    settings.BASE_URL = BASE
    settings.PROVIDER_TIMEOUT = (2, 2)
    with ExitStack() as stack:

        def start(slug, fake=None):
            started = stack.enter_context(fake or ACCOUNTS[slug][1]())
            setattr(settings, ACCOUNTS[slug][0], started.url)
            return started

        yield start


def test_every_provider_that_can_be_registered_is_tried_here():
    able = {one.slug for one in CHANNELS if one.can_register and not one.is_simulated}
    assert able == set(ACCOUNTS)


@every
def test_the_command_registers_a_channel_of_any_provider(slug, account, stand_in, capsys):
    stand_in(slug)
    channel = account(slug)
    call_command("channel_register", str(channel.uuid))
    said = capsys.readouterr().out
    assert f"Registered: De {slug} at {BASE}/webhooks/{slug}/{channel.uuid}/" in said
    assert "On record: " in said and "On record: –" not in said
    assert "SECRETO" not in said and INSTAGRAM_TOKEN not in said
    channel.refresh_from_db()
    assert (channel.health, channel.last_error) == ("green", "")


@every
@pytest.mark.parametrize("status", [400, 401, 403, 429, 500, 503])
def test_the_command_tells_of_a_refusal_in_a_line(
    slug, status, account, stand_in, admin, capsys, caplog
):
    stand_in(slug, Echoing(status))
    channel = account(slug)
    with pytest.raises(CommandError) as refused:
        call_command("channel_register", str(channel.uuid))
    said = str(refused.value)
    assert said.startswith(f"De {slug}: ") and "\n" not in said
    assert refused.value.returncode == 1
    channel.refresh_from_db()
    assert channel.health == "red"
    for act in ("register", "record", "test"):
        said += words(admin.post(f"/channels/{channel.pk}/{act}/", follow=True))
    channel.refresh_from_db()
    said += channel.last_error + channel.on_record + "".join(capsys.readouterr()) + caplog.text
    assert "SECRETO" not in said and INSTAGRAM_TOKEN not in said


@every
def test_the_command_tells_that_nobody_answers(slug, account, settings):
    setattr(settings, ACCOUNTS[slug][0], "http://127.0.0.1:9")
    with pytest.raises(CommandError, match=f"De {slug}: ") as refused:
        call_command("channel_register", str(account(slug).uuid))
    assert refused.value.returncode == 1


@every
def test_an_answer_that_nobody_can_read_is_no_registration(slug, account, stand_in):
    stand_in(slug, Mute(200))
    with pytest.raises(CommandError, match=f"De {slug}: "):
        call_command("channel_register", str(account(slug).uuid))


@every
def test_what_is_missing_is_asked_for(slug, account, stand_in):
    stand_in(slug)
    channel = account(slug, credentials={})
    with pytest.raises(CommandError, match=f"De {slug}: ."):
        call_command("channel_register", str(channel.uuid))


@pytest.mark.parametrize("slug", ["neutral", "simulator"])
def test_who_has_nothing_to_register_says_so(db, slug):
    channel = Channel.objects.create(name="Propio", provider=slug)
    with pytest.raises(CommandError, match="Propio: "):
        call_command("channel_register", str(channel.uuid))
    channel.refresh_from_db()
    assert (channel.health, channel.last_error) == ("unknown", "")


def test_the_shell_hears_of_a_failure(bot):
    """The exit code, as a script sees it."""
    missing = "00000000-0000-4000-8000-000000000000"
    with pytest.raises(SystemExit) as left:
        Command().run_from_argv(["manage.py", "channel_register", missing])
    assert left.value.code == 1
    with pytest.raises(SystemExit) as left:
        Command().run_from_argv(["manage.py", "channel_register"])
    assert left.value.code == 2
