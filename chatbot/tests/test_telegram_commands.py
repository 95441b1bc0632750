"""`telegram_poll` and `telegram_set_webhook`."""

import os
import signal
import threading
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import translation

from chatbot.channels import telegram_api
from chatbot.management.commands import telegram_poll
from chatbot.models import InboundEvent
from chatbot.tests.fakes import telegram as sample
from chatbot.tests.fakes.telegram import SECRET, TOKEN, TelegramFake
from chatbot.work import work_off
from crm.conversations.models import Channel, Message

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def telegram(settings):
    with TelegramFake() as fake, translation.override("en"):
        settings.TELEGRAM_API_URL = fake.url
        yield fake


@pytest.fixture
def channel(db):
    return Channel.objects.create(
        name="Telegram de prueba",
        provider="telegram",
        mode=Channel.Mode.LIVE,
        default_for="telegram",
        credentials={"access_token": TOKEN, "webhook_secret": SECRET},
    )


def run(name, *arguments):
    out, err = StringIO(), StringIO()
    call_command(name, *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def offsets(telegram):
    return [given["offset"] for method, given in telegram.calls if method == "getUpdates"]


# --- telegram_poll ---------------------------------------------------------------------------


def test_what_is_fetched_is_stored_as_the_webhook_would(channel, telegram):
    telegram.updates = [sample.written("Hola", 5), sample.tap(), {"update_id": 9999}]
    last = telegram.updates[-1]["update_id"]
    out, _ = run("telegram_poll", "--once")
    assert out == "3 stored\n"
    assert offsets(telegram) == [0, last + 1]
    kinds = InboundEvent.objects.order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["message", "callback_query", "notice"]
    work_off()
    assert Message.objects.filter(direction="in").count() == 2


def test_the_same_by_webhook_and_by_fetching_is_one(channel, telegram, client):
    update = sample.written("Hola")
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    client.post("/chatbot/webhook/telegram/", update, "application/json", headers=headers)
    telegram.updates = [update]
    run("telegram_poll", "--once")
    assert InboundEvent.objects.count() == 1


def test_what_could_not_be_stored_comes_again(channel, telegram, monkeypatch):
    """The offset moves only after the INSERT."""
    telegram.updates = [sample.written("Hola")]
    real = telegram_poll.store

    def away(routed):
        raise OperationalError("the database is away")

    monkeypatch.setattr(telegram_poll, "store", away)
    with pytest.raises(OperationalError):
        run("telegram_poll", "--once")
    assert offsets(telegram) == [0]
    monkeypatch.setattr(telegram_poll, "store", real)
    run("telegram_poll", "--once")
    assert InboundEvent.objects.count() == 1


def test_updates_that_are_none_are_kept_and_asked_for_no_more(channel, telegram):
    telegram.behaviour = [(200, {"ok": True, "result": [7, None, {"message": []}]})]
    with pytest.raises(CommandError, match="no numbers"):
        run("telegram_poll", "--once")
    assert InboundEvent.objects.filter(kind="notice").count() == 3


@pytest.mark.parametrize("result", [None, {}, "x"])
def test_an_answer_without_a_list_is_an_empty_one(channel, telegram, result):
    telegram.behaviour = [(200, {"ok": True, "result": result})]
    assert run("telegram_poll", "--once") == ("", "")


def test_a_webhook_stands_in_the_way_and_stays(channel, telegram):
    telegram.webhook = {"url": "https://oficina.example/"}
    with pytest.raises(CommandError, match="telegram_set_webhook --remove"):
        run("telegram_poll", "--once")
    assert telegram.webhook["url"]
    assert run("telegram_set_webhook", "--remove")[0] == "Telegram calls nobody now.\n"
    run("telegram_poll", "--once")


def test_a_refused_token_ends_it(channel, telegram):
    telegram.token = "4711:another"
    for arguments in ([], ["--once"]):
        with pytest.raises(CommandError, match="does not know this bot token") as raised:
            run("telegram_poll", *arguments)
        assert TOKEN not in str(raised.value)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_survives_outages_and_stops_cleanly(channel, telegram, monkeypatch, number):
    monkeypatch.setattr(telegram_poll, "LONGEST_PAUSE", 0.1)
    telegram.behaviour = [502, (200, b"<html>")]
    telegram.updates = [sample.written("Hola")]
    before = signal.getsignal(number)

    def end_when_stored():
        while len(offsets(telegram)) < 5:
            threading.Event().wait(0.05)
        os.kill(os.getpid(), number)

    threading.Thread(target=end_when_stored, daemon=True).start()
    out, err = run("telegram_poll")
    assert out.splitlines()[1:] == ["1 stored", "Stopped."]
    assert len(err.splitlines()) == 2
    assert InboundEvent.objects.count() == 1
    assert signal.getsignal(number) == before


def test_an_end_does_not_cut_short_what_is_being_stored(channel, telegram, monkeypatch):
    telegram.updates = [sample.written("Hola")]
    real = telegram_poll.store

    def slow(routed):
        os.kill(os.getpid(), signal.SIGTERM)
        real(routed)

    monkeypatch.setattr(telegram_poll, "store", slow)
    out, _ = run("telegram_poll")
    assert out.splitlines()[1:] == ["1 stored", "Stopped."]
    assert InboundEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)  # the connection is closed on the way
def test_a_database_that_is_away_is_waited_for(channel, telegram, monkeypatch):
    monkeypatch.setattr(telegram_poll.Poller, "pause", lambda self, seconds: pauses.append(seconds))
    pauses = []
    telegram.updates = [sample.written("Hola")]
    real = telegram_poll.store

    def away_twice(routed):
        if len(pauses) < 2:
            raise OperationalError("the database is away")
        real(routed)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(telegram_poll, "store", away_twice)
    _, err = run("telegram_poll")
    assert pauses == [1.0, 2.0]
    assert err.count("does not answer") == 2
    assert InboundEvent.objects.count() == 1


# --- Which channel ---------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["telegram_poll", "telegram_set_webhook"])
def test_a_channel_can_be_named(channel, telegram, settings, command):
    settings.BASE_URL = "https://oficina.example"
    other = Channel.objects.create(name="Otro", provider="telegram", credentials={})
    options = ["--once"] if command == "telegram_poll" else []
    run(command, *options)
    with pytest.raises(CommandError, match="bot token is missing"):
        run(command, *options, "--channel", str(other.uuid))


@pytest.mark.parametrize("uuid", ["x", "00000000-0000-0000-0000-000000000000"])
@pytest.mark.parametrize("command", ["telegram_poll", "telegram_set_webhook"])
def test_a_channel_that_is_none(channel, command, uuid):
    with pytest.raises(CommandError, match="no such channel"):
        run(command, "--channel", uuid)


def test_without_any_telegram_channel_it_says_so(db):
    with pytest.raises(CommandError, match="no such channel"):
        run("telegram_poll", "--once")


def test_the_environment_is_enough(db, settings, telegram):
    settings.TELEGRAM = {"access_token": TOKEN, "webhook_secret": ""}
    telegram.updates = [sample.written("Hola")]
    run("telegram_poll", "--once")
    assert InboundEvent.objects.get().channel.default_for == "telegram"


def test_a_channel_that_is_off_fetches_nothing(channel, telegram):
    Channel.objects.update(is_active=False)
    with pytest.raises(CommandError, match="switched off"):
        run("telegram_poll", "--once")
    assert telegram.requests == []


# --- telegram_set_webhook --------------------------------------------------------------------


def test_registering_says_what_telegram_has_on_record(channel, telegram, settings):
    settings.BASE_URL = "https://oficina.example"
    out, _ = run("telegram_set_webhook")
    url = f"https://oficina.example/webhooks/telegram/{channel.uuid}/"
    assert out == f"On record at Telegram: {url}\n"
    channel.refresh_from_db()
    assert (channel.on_record, channel.health) == (url, "green")


def test_what_telegram_does_not_take_is_one_clear_line(channel, settings):
    settings.BASE_URL = "http://127.0.0.1:8000"
    with pytest.raises(CommandError, match="An HTTPS URL must be provided") as raised:
        run("telegram_set_webhook")
    assert len(str(raised.value).splitlines()) == 1
    assert TOKEN not in str(raised.value)


def test_both_speak_by_the_same_client(channel):
    assert telegram_api.client(channel).without_token(f"x{TOKEN}y") == "x***y"
