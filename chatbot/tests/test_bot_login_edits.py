"""What is kept of a new wording: as much as of a first one, and of a log-in nothing."""

import json

import pytest

from chatbot.models import InboundEvent
from chatbot.tests import tickets_known
from chatbot.tests.test_bot_ticket_login import FIGURES, RIGHT, assert_nowhere
from chatbot.tests.tickets_known import PROBLEM, WORDS
from crm.conversations import ownership
from crm.conversations.models import Message

pytestmark = [pytest.mark.once, pytest.mark.django_db]
clara = tickets_known.clara

THEM = "soy DNI 12345678, nacido en 1990"
MASKED = "soy DNI ••••••••, nacido en ••••"


def edited(chat, *wordings):
    """The last message they wrote, and its last edit's stored element, after each new wording."""
    message = Message.objects.filter(direction="in").latest("pk")
    for text in wordings:
        said = {"type": "text", "text": {"body": text}}
        edit = {"original_message_id": message.provider_id, "message": said}
        chat.element({"type": "edit", "edit": edit})
    message.refresh_from_db()
    event = InboundEvent.objects.exclude(kind="status").latest("pk")
    return message.text, repr(json.loads(event.payload))


def test_a_complaint_keeps_its_figures(chat, each, ana):
    chat("crear ticket")
    chat(PROBLEM)
    for description in each([f"{FIGURES}, {THEM}", WORDS, FIGURES]):
        chat(description)
        kept, stored = edited(chat, f"{FIGURES} y S/ 300, {THEM}")
        assert kept == f"{FIGURES} y S/ 300, {MASKED}" and kept in stored
        assert_nowhere("12345678", "1990")


def test_what_becomes_a_log_in_is_masked(chat, ana):
    chat("hola")
    kept, stored = edited(chat, RIGHT)
    assert kept == "•••••••• ••••" and kept in stored
    assert_nowhere("12345678", "1990")


def test_what_becomes_an_answer_to_the_log_in_is_masked(chat):
    chat("mi deuda")
    chat("no lo sé")
    assert edited(chat, "40 02")[0] == "•• ••"


@pytest.mark.parametrize("between", [(), ("ups",)])
def test_no_digit_is_kept_in_place_of_a_log_in(chat, between):
    chat("12345670 1990")
    kept, stored = edited(chat, *between, "es 12 345 y 678, S/ 20")
    assert kept == "es •• ••• y •••, S/ ••" and kept in stored


def test_who_takes_out_their_document_may_put_it_right_again(chat, ana):
    chat("crear ticket")
    chat(PROBLEM)
    chat(f"{FIGURES}, {THEM}")
    assert edited(chat, FIGURES, f"{FIGURES}, 12345678")[0] == f"{FIGURES}, ••••••••"


@pytest.mark.parametrize(
    "words",
    ["• 3 dormitorios\n• hasta 200000 soles", "llámame al 987654321 por la visita, en 2026"],
)
def test_what_names_nobody_is_kept(chat, clara, words):
    chat("• 2 dormitorios\n• en Miraflores")
    ownership.claim(conversation=chat.talk, user=clara)
    assert edited(chat, words)[0] == words


def test_a_document_told_a_colleague_with_its_year_is_masked(chat, clara):
    chat("hola")
    ownership.claim(conversation=chat.talk, user=clara)
    assert edited(chat, f"{FIGURES}, {THEM}")[0] == f"{FIGURES}, {MASKED}"
