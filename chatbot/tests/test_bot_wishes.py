"""No more advertisements, and advertisements again, whoever answers the conversation."""

import pytest
from django.utils import timezone

from chatbot.dialog import registry
from crm.audit.models import AuditEntry
from crm.catalog.models import Property
from crm.conversations import ownership
from crm.people.models import Contact
from tickets.models import Ticket

pytestmark = [pytest.mark.once, pytest.mark.django_db]

OUT, IN = "no quiero más mensajes", "quiero recibir mensajes"


def opted_out(chat):
    return Contact.objects.get(pk=chat.talk.contact_id).opted_out_at


def test_out_and_in_again(chat):
    (text,) = chat(OUT)
    assert "ya no te enviaremos promociones" in text
    first = opted_out(chat)
    assert first is not None
    chat(OUT)
    assert opted_out(chat) == first
    (text,) = chat(IN)
    assert "volverás a recibir" in text and opted_out(chat) is None
    actions = AuditEntry.objects.about(chat.talk.contact).order_by("id")
    said = list(actions.values_list("action", flat=True))
    assert said == ["opted_out", "opted_in"]


def test_it_is_done_where_a_person_answers_and_nothing_is_said(chat):
    chat("Hola")
    ownership.hand_to_queue(conversation=chat.talk)
    assert chat(OUT) == []
    assert opted_out(chat) is not None


def test_it_leaves_a_question_that_takes_any_text(ask):
    ask("crear ticket")
    ask("Asunto")
    assert registry.takes_any(ask.dialog, timezone.now())
    (text,) = ask(OUT)
    assert "promociones" in text and ask.dialog.name == ""
    assert opted_out(ask) is not None and not Ticket.objects.exists()


def test_whoever_opted_out_is_answered_all_the_same(ask):
    ask(OUT)
    assert "puedo hacer" in ask("menú")[0]


@pytest.mark.parametrize("words", ["me la puedes rebajar a 250 mil?", "si quiero otra"])
def test_nobody_consents_by_words_that_name_no_messages(chat, words):
    (text,) = chat(words)
    assert "volverás a recibir" not in text
    assert not AuditEntry.objects.filter(action="opted_in").exists()
    chat(OUT)
    assert "volverás a recibir" in chat("ya quiero que me escriban de nuevo")[0]


def test_who_never_opted_out_is_told_all_the_same_where_they_ask_for_messages(chat):
    assert "volverás a recibir" in chat("mándame sus ofertas otra vez")[0]


def test_whoever_wants_to_be_informed_hears_what_of(chat):
    for words in ("info", "quiero información", "mándame información", "quiero recibir info"):
        (text,) = chat(words)
        assert "puedo hacer" in text and "documento" not in text, words
    assert "documento" in chat("quiero mi información")[0]


def test_after_a_propertys_card_it_is_about_that_one(chat):
    Property.objects.create(code="VM-01", title="Villa Marina", operation="sale")
    chat("villa marina")
    for words in ("más info", "quiero recibir información", "me la rebajas a 250 mil?"):
        assert "Villa Marina" in chat(words)[0], words
    assert not AuditEntry.objects.filter(action="opted_in").exists()
