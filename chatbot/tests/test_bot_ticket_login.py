"""Who says who they are in the middle of a ticket: let in, and nothing of it kept in clear."""

import pytest

from chatbot.models import Dialog, InboundEvent
from chatbot.tests import tickets_known
from chatbot.tests.self_service import BETO, Chat
from chatbot.tests.tickets_known import PROBLEM, WORDS
from crm.conversations import ownership
from crm.conversations.models import Conversation, Episode, Message
from tickets.models import Ticket, TicketMessage

pytestmark = [pytest.mark.once, pytest.mark.django_db]
clara, made = tickets_known.clara, tickets_known.made
RIGHT = "12345678 1990"


def assert_nowhere(*secrets):
    kept = [
        *Message.objects.values_list("text", "raw"),
        *Conversation.objects.values_list("last_text", flat=True),
        *Episode.objects.values_list("summary", "details"),
        *Dialog.objects.values_list("data", "topic"),
        *Ticket.objects.values_list("subject", "description"),
        *TicketMessage.objects.values_list("text", flat=True),
        *InboundEvent.objects.values_list("payload", flat=True),
    ]
    for secret in secrets:
        assert not any(secret in str(one) for one in kept)


def test_who_says_who_they_are_is_let_in_and_asked_the_subject_again(chat, clara, ana):
    chat("crear ticket")
    welcome, question = chat(RIGHT)
    assert "Ana" in welcome and "asunto" in question
    assert (chat.dialog.step, chat.dialog.data) == ("subject", {})
    chat(PROBLEM)
    chat(WORDS)
    ticket = Ticket.objects.get()
    assert (ticket.partner, ticket.subject, ticket.description) == (ana, PROBLEM, WORDS)
    assert_nowhere("12345678")


def test_who_says_it_in_two_messages_is_let_in_and_asked_the_subject_again(chat, clara, ana):
    chat("crear ticket")
    assert "Solo me falta tu año" in chat("12345678")[0]
    welcome, question = chat("1990")
    assert "Ana" in welcome and "asunto" in question and not Ticket.objects.exists()
    assert_nowhere("12345678")
    # Our own words have a year as an example.
    assert not Message.objects.filter(direction="in", text__regex=r"\d").exists()


def test_the_subject_given_before_is_kept(chat, clara, ana, each):
    chat("crear ticket")
    chat(PROBLEM)
    ways = [(RIGHT,), ("quiero identificarme", RIGHT), ("12345678 1985", RIGHT)]
    for way in each(ways):
        for words in way:
            welcome, *question = chat(words)
        assert "Ana" in welcome and f"Asunto: *{PROBLEM}*" in question[0]
        chat(WORDS)
        ticket = Ticket.objects.get()
        assert (ticket.partner, ticket.subject, ticket.description) == (ana, PROBLEM, WORDS)
        assert ticket.is_private and "draft" not in chat.dialog.topic


def test_a_sentence_that_was_offered_as_the_subject_is_offered_again(chat, clara, ana):
    sentence = "tengo un reclamo por mi saldo, no coincide con lo pagado"
    chat(sentence)
    chat.tap("intent:authenticate")
    _welcome, question = chat(RIGHT)
    assert "tu mensaje como asunto" in question
    chat.tap(chat.options[0][0])
    chat(WORDS)
    assert Ticket.objects.get().subject == sentence


def test_who_only_says_that_they_are_one_is_asked_and_comes_back(chat, clara, each):
    chat("crear ticket")
    said = ["quiero identificarme", "Soy socio", "mi DNI es 12345678", "soy maria dni 12345678"]
    for words in each(said):
        (login,) = chat(words)
        assert "1990" in login
        _welcome, question = chat("1990" if "12345678" in words else RIGHT)
        assert "asunto" in question
        assert not Message.objects.filter(direction="in", text__contains="12345678").exists()


def test_who_tells_what_happened_to_their_document_names_the_subject(chat, clara):
    for words in ("mi DNI 12345678 sale mal en el recibo", "usaron mi dni 12345678"):
        chat("crear ticket")
        assert "Asunto: *" in chat(words)[0]
        chat("cancelar")


def test_from_another_phone_the_ticket_comes_after_the_code(
    post, graph, channel, django_capture_on_commit_callbacks, clara
):
    stranger = Chat(post, graph, django_capture_on_commit_callbacks, BETO)
    stranger("crear ticket")
    stranger(PROBLEM)
    stranger(RIGHT)
    kept = {"then": "create_ticket", "draft": {"subject": PROBLEM}}
    assert (stranger.dialog.name, stranger.dialog.data) == ("login", kept)
    assert not Ticket.objects.exists()
    assert_nowhere("12345678")


def test_a_document_and_a_year_among_other_words_are_kept_as_in_the_message(chat, clara):
    chat("crear ticket")
    (question,) = chat("reclamo de Ana, DNI 12345678 del año 1990, por mi saldo")
    assert "reclamo de Ana" in question and "12345678" not in str(chat.dialog.data)
    (done,) = chat("me cobraron doble, soy DNI 12345678 nacido en 1990")
    ticket = Ticket.objects.get()
    assert ticket.number in done and ticket.description.startswith("me cobraron doble, soy DNI •")
    assert_nowhere("12345678", "1990")


FIGURES = "Me cobraron S/ 250 de más el 03/02/2025 en P-000005"


@pytest.mark.parametrize("is_overheard", [False, True])
def test_a_complaint_that_names_its_writer_keeps_its_figures(chat, clara, each, is_overheard):
    chat("crear ticket")
    chat(PROBLEM)
    if is_overheard:
        ownership.claim(conversation=chat.talk, user=clara)
    rows = [
        ("soy DNI 12345678, nacido en 1990", "soy DNI ••••••••, nacido en ••••"),
        ("soy 12.345.678-1990", "soy ••.•••.•••-••••"),
    ]
    for words, masked in each(rows):
        chat(f"{FIGURES}, {words}")
        assert Message.objects.filter(text=f"{FIGURES}, {masked}").exists()
        if not is_overheard:
            assert Ticket.objects.get().description == f"{FIGURES}, {masked}"
        assert_nowhere("12345678", "12.345.678", "1990")


OTHER_NUMBERS = [
    (
        "Llámenme al 987654321, soy DNI 12345678, nacido en 1990",
        "Llámenme al •••••••••, soy DNI ••••••••, nacido en ••••",
    ),
    (
        "saldo de 1.500.000 soles, soy 12345678, nací en 1990",
        "saldo de 1.500.000 soles, soy ••••••••, nací en ••••",
    ),
    (
        "Desde 2024 me cobran S/ 20 de más, soy DNI 12345678, nacido en 1990",
        "Desde •••• me cobran S/ 20 de más, soy DNI ••••••••, nacido en ••••",
    ),
    (
        (
            "Mi celular es 987654321, el de la operación 00123456; soy la que pagó por error y"
            " no recibió nada a cambio, pasaporte AB123456, nacida en 1990"
        ),
        (
            "Mi celular es •••••••••, el de la operación ••••••••; soy la que pagó por error y"
            " no recibió nada a cambio, pasaporte ••••••••, nacida en ••••"
        ),
    ),
    ("mi DNI 12345678 sale mal en el recibo", "mi DNI •••••••• sale mal en el recibo"),
]


@pytest.mark.parametrize("is_overheard", [False, True])
def test_other_numbers_beside_a_document_hide_it_nowhere(chat, clara, each, is_overheard):
    chat("crear ticket")
    chat(PROBLEM)
    if is_overheard:
        ownership.hand_to_queue(conversation=chat.talk)
    for words, masked in each(OTHER_NUMBERS):
        chat(words)
        if is_overheard and "1990" not in words:
            continue  # a colleague is told a document alone
        assert Message.objects.filter(text=masked).exists()
        assert is_overheard or Ticket.objects.get().description == masked
        assert_nowhere("12345678", "AB123456", "1990")


def test_where_it_is_not_sure_which_words_they_are_figures_go_too(chat, clara, each):
    chat("crear ticket")
    chat(PROBLEM)
    rows = [
        "Me deben S/ 250, soy 12 345 678 del 17/05/1990",
        f"{FIGURES}, nací el 17/05/1990 y soy 12345678",
    ]
    for words in each(rows):
        chat(words)
        assert_nowhere("12345678", "12 345 678", "1990")


def test_a_sentence_offered_as_the_subject_is_masked_too(ask, clara):
    ask("tengo un reclamo por mi saldo, no coincide con lo pagado")
    ask("Mi DNI es 12345678, nací en 1990 y me cobran de más")
    assert "12345678" not in str(ask.dialog.data)


def test_a_document_alone_is_a_description(chat, clara, each):
    chat("crear ticket")
    chat(PROBLEM)
    for words in each(["mi DNI 12345678 sale mal en el recibo", "00012345"]):
        (done,) = chat(words)
        ticket = Ticket.objects.get()
        assert ticket.number in done
        assert ticket.description == Message.objects.get(pk=ticket.origin_id).text


def test_who_says_who_they_are_instead_of_adding_to_a_ticket_is_let_in(made, chat, clara):
    made.is_private = False
    made.partner = None
    made.save()
    chat("cerrar sesión")
    chat.tap(f"ticket_more:{made.pk}")
    said = chat(RIGHT)
    assert "Ana" in said[0] and made.messages.count() == 0
    assert_nowhere("12345678")


def test_the_older_button_of_who_is_in_by_now_asks_the_same_again(chat, clara, each):
    sentence = "tengo un reclamo por mi saldo, no coincide con lo pagado"
    chat(sentence)
    (button,) = [id_ for id_, _title in chat.options if id_ == "intent:authenticate"]
    *_welcome, login_question = chat(RIGHT)
    for given in each(["", PROBLEM]):
        (question,) = chat(given) if given else [login_question]
        before = chat.dialog.data
        (again,) = chat.tap(button)
        assert question.endswith(again[-20:])
        assert (chat.dialog.name, chat.dialog.data) == ("create_ticket", before)
        chat(WORDS)
        assert not given or Ticket.objects.get().subject == PROBLEM


def test_in_a_session_that_they_are_a_partner_is_no_wish_to_leave(ask, clara):
    ask("crear ticket")
    ask("mi DNI es 12345678")
    assert ask.dialog.data == {"subject": "mi DNI es ••••••••"}
