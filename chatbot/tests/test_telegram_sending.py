"""What leaves for Telegram, and what each of its answers makes of it."""

from dataclasses import replace

import pytest

from chatbot.channels.events import Address
from chatbot.tests import telegram_desk
from chatbot.tests.fakes.telegram import (
    ANA,
    GROUP,
    SUPERGROUP,
    form,
)
from chatbot.tests.telegram_desk import file

pytestmark = pytest.mark.once

fake = telegram_desk.fake
english = telegram_desk.english
row = telegram_desk.row
send = telegram_desk.send
refused = telegram_desk.refused
group = telegram_desk.group
MENU = (("menu:saldo", "Mi saldo"), ("menu:asesor", "Un asesor"))

# --- What leaves -----------------------------------------------------------------------------


def test_a_text(send, fake):
    left = []
    assert send("Hola *a todos*", leaving=lambda: left.append(len(fake.sent))) == f"{ANA}.9001"
    assert fake.sent == [
        {
            "chat_id": str(ANA),
            "text": "Hola *a todos*",
            "link_preview_options": {"is_disabled": True},
        }
    ]
    assert left == [0]


def test_answers_stand_as_buttons_one_a_row(send, fake):
    send("¿Qué desea?", options=MENU)
    assert fake.sent[0]["reply_markup"] == {
        "inline_keyboard": [
            [{"text": "Mi saldo", "callback_data": "menu:saldo"}],
            [{"text": "Un asesor", "callback_data": "menu:asesor"}],
        ]
    }


@pytest.mark.parametrize("id_", ["x" * 64, "ñ" * 32])
def test_sixty_four_bytes_fit_behind_a_button(send, fake, id_):
    send("¿Qué?", options=((id_, "Una"),))
    (button,) = fake.sent[0]["reply_markup"]["inline_keyboard"][0]
    assert button["callback_data"] == id_


@pytest.mark.parametrize("id_", ["x" * 65, "ñ" * 33, ""])
def test_answers_whose_id_does_not_fit_are_numbered(send, fake, id_):
    """The desk understands "2" as the second of the answers last offered."""
    send("¿Qué?", options=(("menu:saldo", "Mi saldo"), (id_, "Otra")))
    assert fake.sent[0]["text"] == "¿Qué?\n\n1. Mi saldo\n2. Otra"
    assert "reply_markup" not in fake.sent[0]


def test_a_quoted_message_may_be_gone(send, fake):
    send(reply_to=f"{ANA}.5")
    assert fake.sent[0]["reply_parameters"] == {
        "message_id": 5,
        "allow_sending_without_reply": True,
    }


@pytest.mark.parametrize("quoted", ["callback.4382", "7002.5", "derived.abc", f"{ANA}.x"])
def test_what_cannot_be_quoted_is_not(send, fake, quoted):
    send(reply_to=quoted)
    assert "reply_parameters" not in fake.sent[0]


def test_a_group_is_written_to_by_its_newest_id(send, fake):
    to = (Address("group", str(GROUP)), Address("group", str(SUPERGROUP)))
    assert send(to=to) == f"{SUPERGROUP}.9001"


@pytest.mark.parametrize(
    ("kind", "mime", "method", "field"),
    [
        ("image", "image/jpeg", "sendPhoto", "photo"),
        ("image", "image/tiff", "sendDocument", "document"),
        ("document", "application/pdf", "sendDocument", "document"),
        ("audio", "audio/ogg", "sendVoice", "voice"),
        ("audio", "audio/ogg; codecs=opus", "sendVoice", "voice"),
        ("audio", "audio/mpeg", "sendAudio", "audio"),
        ("audio", "audio/amr", "sendDocument", "document"),
        ("video", "video/mp4", "sendVideo", "video"),
        ("video", "video/3gpp", "sendDocument", "document"),
    ],
)
def test_a_file_is_uploaded(send, fake, kind, mime, method, field):
    got = send("La casa", kind=kind, file=file(mime), options=MENU[:1], reply_to=f"{ANA}.5")
    assert got == f"{ANA}.9001"
    (request,) = fake.requests
    assert request.path.endswith(f"/{method}")
    fields = form(request)
    assert fields[field] == ("casa.jpg", mime.split(";")[0], b"abc")
    assert (fields["chat_id"], fields["caption"]) == (str(ANA), "La casa")
    assert '"message_id": 5' in fields["reply_parameters"]
    assert "menu:saldo" in fields["reply_markup"]


def test_a_file_that_is_gone_is_told_and_sent_nothing(refused, fake):
    def read():
        raise FileNotFoundError("x")

    left = []
    lost = replace(file(), read=read)
    error = refused(text="", kind="image", file=lost, leaving=lambda: left.append(1))
    assert (error.permanent, error.unconfirmed, error.code) == (True, False, "gone")
    assert (str(error), left, fake.requests) == ("The file is gone.", [], [])


def test_a_sticker_says_nothing(send, fake):
    send("", kind="sticker", file=file("image/webp"))
    send("Mira", kind="sticker", file=file("image/webp"))
    assert [one.path.rsplit("/", 1)[1] for one in fake.requests] == ["sendSticker", "sendDocument"]
    assert "caption" not in form(fake.requests[0])


def test_a_file_without_name_or_type_goes_all_the_same(send, fake):
    send("", kind="document", file=file("", ""))
    assert form(fake.requests[0])["document"] == ("file", "application/octet-stream", b"abc")


@pytest.mark.parametrize(("length", "extra"), [(4097, {}), (1025, {"file": file()})])
def test_more_than_telegram_takes_is_refused_and_not_cut(refused, fake, length, extra):
    error = refused(text="x" * length, kind="document" if extra else "text", **extra)
    assert (error.permanent, error.code, fake.requests) == (True, "length", [])


def test_nobody_is_no_address(refused):
    assert refused(to=(Address("wa_id", "51911000001"),)).permanent
