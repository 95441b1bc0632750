"""Telegram's token in every address, the files it keeps, what else it is asked."""

import logging
import traceback

import pytest

from chatbot.channels.errors import ChannelError
from chatbot.channels.telegram import Telegram
from chatbot.tests import telegram_desk
from chatbot.tests.fakes.server import DROP, MALFORMED
from chatbot.tests.fakes.telegram import (
    ANA,
    SECRET,
    TOKEN,
)
from chatbot.tests.telegram_desk import TO
from crm.logs import redact

fake = telegram_desk.fake
english = telegram_desk.english
row = telegram_desk.row
send = telegram_desk.send
refused = telegram_desk.refused


pytestmark = pytest.mark.once

# --- The token stands in every address -------------------------------------------------------


@pytest.mark.parametrize(
    "how", [DROP, MALFORMED, 3.0, 400, 401, 403, 404, 429, 500, 503, (302, {}, {"Location": "/x"})]
)
def test_no_error_and_no_log_shows_the_token(refused, how, caplog, capfd, settings):
    if isinstance(how, float):
        settings.PROVIDER_TIMEOUT = (2, 0.3)
    caplog.set_level(logging.DEBUG)
    logging.getLogger("urllib3").setLevel(logging.WARNING)  # as in the settings
    error = refused(how)
    told = "".join(traceback.format_exception(error)) + str(error) + repr(error) + error.code
    assert TOKEN not in told + caplog.text + "".join(capfd.readouterr())
    assert TOKEN.partition(":")[2] not in told


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://telegram.invalid", "http://[::1"])
def test_nor_where_nobody_can_be_reached(refused, settings, url):
    settings.TELEGRAM_API_URL = url
    error = refused()
    assert TOKEN not in "".join(traceback.format_exception(error))


def test_nor_where_telegram_itself_says_it(refused):
    said = f"Not found: /bot{TOKEN}/sendMessage"
    assert TOKEN not in str(refused((400, {"ok": False, "error_code": 400, "description": said})))


def test_nor_a_log_line_that_has_the_address():
    assert "AAfict" not in redact(f"GET https://api.telegram.org/file/bot{TOKEN}/documents/x.pdf")


@pytest.mark.parametrize("token", ["", "x", "4711:", "4711:a b", "4711:a/../b", "ñ:x", "4711:a\n"])
def test_what_is_no_token_is_never_sent(send, row, fake, token):
    row.credentials = {"access_token": token}
    with pytest.raises(ChannelError) as raised:
        send()
    assert (raised.value.stop, raised.value.code, fake.requests) == (True, "unconfigured", [])


def test_another_bots_token_is_refused(send, row, fake):
    """It counts its messages from one again: they would be taken for old ones, and dropped."""
    row.external_id = "4712"
    with pytest.raises(ChannelError) as raised:
        send()
    assert (raised.value.stop, fake.requests) == (True, [])
    row.external_id = "4711"
    send()


# --- Files that came in ----------------------------------------------------------------------


def fetch(row, id_="F1", limit=10_000):
    return Telegram(row).fetch_media(id_, limit)


def test_a_file_is_fetched_by_its_id(row, fake):
    fake.media["F1"] = b"abc"
    assert fetch(row) == (b"abc", "image/png")
    assert fake.requests[-1].path == f"/file/bot{TOKEN}/documents/F1"


def test_what_every_file_is_called_says_nothing(row, fake):
    fake.media["F1"] = (200, b"abc", {"Content-Type": "application/octet-stream"})
    assert fetch(row) == (b"abc", "")


def test_a_file_over_twenty_megabytes_is_refused_in_words(row, fake):
    fake.on_getFile = lambda given: (
        400,
        {"ok": False, "error_code": 400, "description": "Bad Request: file is too big"},
    )
    with pytest.raises(ChannelError, match="20 MB") as raised:
        fetch(row)
    assert raised.value.permanent


def test_a_file_over_our_own_limit_is_refused(row, fake):
    fake.media["F1"] = b"x" * 100
    with pytest.raises(ChannelError) as raised:
        fetch(row, limit=10)
    assert (raised.value.permanent, raised.value.code) == (True, "size")


@pytest.mark.parametrize("result", [None, {}, {"file_path": 7}, "x"])
def test_a_file_without_a_path_is_tried_again(row, fake, result):
    fake.on_getFile = lambda given: result
    with pytest.raises(ChannelError) as raised:
        fetch(row)
    assert not raised.value.permanent


def test_an_address_that_ran_out_shows_no_token(row, fake):
    fake.media["F1"] = (404, {"ok": False})
    with pytest.raises(ChannelError) as raised:
        fetch(row)
    assert TOKEN not in "".join(traceback.format_exception(raised.value))
    assert not raised.value.permanent


# --- What else is asked ----------------------------------------------------------------------


def test_check_says_which_bot_it_is(row):
    assert Telegram(row).check() == "Oficina Demo · @demo_bot"


def test_typing_is_shown(row, fake):
    Telegram(row).show_typing("7001.5", TO)
    assert fake.calls == [("sendChatAction", {"chat_id": str(ANA), "action": "typing"})]


def test_a_tap_too_old_to_be_answered_is_let_go(row, fake):
    said = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    late = {"ok": False, "error_code": 400, "description": said}
    fake.on_answerCallbackQuery = lambda given: (400, late)
    Telegram(row).acknowledge("4382")
    fake.on_answerCallbackQuery = lambda given: (401, fake.refusal(401))
    with pytest.raises(ChannelError):
        Telegram(row).acknowledge("4382")


def test_registering_tells_telegram_the_secret(row, fake):
    url = "https://oficina.example/webhooks/telegram/1/"
    Telegram(row).register(url)
    ((method, given),) = fake.calls
    assert (method, given["url"], given["secret_token"]) == ("setWebhook", url, SECRET)
    assert given["max_connections"] == 1  # one after the other: in order
    assert {"message", "edited_message", "callback_query", "message_reaction"} < set(
        given["allowed_updates"]
    )


@pytest.mark.parametrize("secret", ["", "ñ", "a b", "a\n", "x" * 257])
def test_no_webhook_without_a_fit_secret(row, fake, secret):
    row.credentials = {"access_token": TOKEN, "webhook_secret": secret}
    with pytest.raises(ChannelError, match="secret"):
        Telegram(row).register("https://oficina.example/")
    assert fake.requests == []


def test_what_telegram_has_on_record(row, fake):
    assert Telegram(row).on_record() == "No webhook is set."
    fake.webhook = {
        "url": f"https://oficina.example/{TOKEN}",
        "pending_update_count": 10,
        "last_error_date": 1790000000,
        "last_error_message": "Wrong response from the webhook: 403 Forbidden",
    }
    known = Telegram(row).on_record()
    assert known.startswith("https://oficina.example/*** · 10 updates wait · ")
    assert known.endswith(" Wrong response from the webhook: 403 Forbidden")


@pytest.mark.parametrize("result", [None, [], {"url": 7, "last_error_date": "x"}])
def test_a_record_that_is_none(row, fake, result):
    fake.webhook = result
    assert Telegram(row).on_record() == "No webhook is set."
