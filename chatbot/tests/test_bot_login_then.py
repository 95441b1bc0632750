"""Let in by an officer: what was wanted before is gone on with, as after a code."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from chatbot.dialog import registry
from chatbot.models import Dialog, InboundEvent, LoginCounter, LoginRequest
from chatbot.tests import desk
from chatbot.tests.graph_stub import text_of
from chatbot.tests.login_desk import newest_request, session
from chatbot.tests.partners_known import RIGHT
from chatbot.tests.self_service import BETO, MOST_QUERIES, Chat, jpeg, make_loan
from chatbot.work import work_off
from crm.conversations import ownership
from crm.conversations.models import Conversation, Message
from tickets.models import Ticket
from tickets.opening import open_ticket

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
PROBLEM, WORDS = "Problema con pago", "No puedo pagar mi cuota"
WELCOME = "¡Hola, Ana! Confirmamos quién eres."


@pytest.fixture
def officer(db):
    return desk.person("officer", first_name="Carla")


@pytest.fixture
def loan(ana, product):
    return make_loan(ana, product, "P-000005")


@pytest.fixture
def stranger(post, graph, channel, django_capture_on_commit_callbacks):
    """Ana, from a phone that is not registered with her."""
    return Chat(post, graph, django_capture_on_commit_callbacks, BETO)


@pytest.fixture(params=["code", "officer"])
def check(request, settings):
    settings.PARTNER_PHONE_CHECK = request.param


@pytest.fixture
def let_in(stranger, officer):
    """let_in() -> what they hear once an officer has said yes."""

    def approve():
        before = len(stranger.graph.sent)
        url = reverse("logins:approve", args=[newest_request().pk])
        shown = desk.browser(officer).post(url, follow=True)
        assert "is in." in shown.content.decode() and session(BETO) is not None
        work_off()
        return [text_of(one) for one in stranger.graph.sent[before:]]

    return approve


def test_what_was_asked_for_is_served(stranger, loan, let_in, check):
    stranger("mi deuda")
    stranger(RIGHT)
    before = Message.objects.latest("pk").pk
    welcome, statement = let_in()
    assert welcome == WELCOME and "Estado de cuenta" in statement
    said = Message.objects.filter(pk__gt=before)
    assert [one.author for one in said] == ["system", "bot"]
    assert all(one.is_private for one in said)
    assert LoginRequest.objects.get().wanted == {} and stranger.dialog.name == ""


def test_who_wanted_nothing_else_reads_what_a_colleague_answered(stranger, ana, officer, let_in):
    ticket = open_ticket(contact=ana.contact, partner=ana, subject="Otro", description="Más")
    stranger(RIGHT)
    ticket.messages.create(kind="public", text="Ya está", is_veiled=True)
    welcome, answer = let_in()
    assert welcome == WELCOME and "Ya está" in answer


def test_a_list_is_chosen_from_as_if_they_had_just_asked(stranger, ana, product, loan, let_in):
    make_loan(ana, product, "P-000006")
    stranger("mis préstamos")
    stranger(RIGHT)
    assert "P-000006" in let_in()[1]
    assert "P-000006" in stranger("la segunda")[0]


def test_an_interrupted_ticket_goes_on_where_it_was(stranger, ana, let_in, check):
    for words in ("crear ticket", PROBLEM, RIGHT):
        stranger(words)
    welcome, question = let_in()
    assert welcome == WELCOME and f"Asunto: *{PROBLEM}*" in question
    stranger(WORDS)
    ticket = Ticket.objects.get()
    assert (ticket.partner, ticket.subject, ticket.description) == (ana, PROBLEM, WORDS)


def test_whatever_was_answered_meanwhile(stranger, loan, let_in):
    stranger("mi deuda")
    stranger(RIGHT)
    stranger("¿cómo puedo pagar?")
    assert "Estado de cuenta" in let_in()[1]


def test_the_last_thing_that_was_wanted_counts(stranger, loan, let_in):
    stranger("mi deuda")
    stranger(RIGHT)
    stranger("mis préstamos")
    assert "P-000005" in let_in()[1]


@pytest.mark.parametrize("again", ["mi DNI es 12345678", RIGHT])
def test_who_they_are_said_again_takes_nothing_of_it_back(stranger, loan, let_in, settings, again):
    settings.PARTNER_PHONE_CHECK = "officer"
    stranger("mi deuda")
    stranger(RIGHT)
    stranger(again)
    assert "Estado de cuenta" in let_in()[1]


def test_what_was_wanted_long_ago_is_not_wanted_today(stranger, loan, let_in):
    stranger("mi deuda")
    stranger(RIGHT)
    stranger("¿cómo puedo pagar?")
    LoginRequest.objects.update(made_at=timezone.now() - LoginRequest.OPEN_FOR)
    stranger(RIGHT)
    (welcome,) = let_in()
    assert "*menú*" in welcome


def test_the_picture_sent_before_is_taken(stranger, loan, let_in):
    stranger.picture(jpeg(), "Monto: 500")
    stranger(RIGHT)
    assert let_in()[0] == WELCOME
    assert (stranger.dialog.name, stranger.dialog.step) == ("upload_receipt", "day")


def test_who_wanted_nothing_hears_how_to_begin(stranger, ana, let_in):
    stranger(RIGHT)
    (welcome,) = let_in()
    assert "*menú*" in welcome


def test_another_question_that_is_open_stays_so(stranger, loan, let_in, check):
    stranger("mi deuda")
    stranger(RIGHT)
    stranger("crear ticket")
    (welcome,) = let_in()
    assert "*menú*" in welcome
    assert (stranger.dialog.name, stranger.dialog.step) == ("create_ticket", "subject")


def test_beside_a_person_the_bot_is_silent(stranger, loan, let_in, officer):
    stranger("mi deuda")
    stranger(RIGHT)
    ownership.claim(conversation=stranger.talk, user=officer)
    assert len(let_in()) == 1


def test_who_cannot_be_written_to_now_is_served_nothing(stranger, loan, let_in):
    stranger("mi deuda")
    stranger(RIGHT)
    Conversation.objects.update(last_inbound_at=timezone.now() - timedelta(hours=25))
    assert let_in() == [] and not Message.objects.filter(state__in=("queued", "held")).exists()


def test_what_fails_lets_them_in_all_the_same(stranger, loan, let_in, monkeypatch):
    stranger("mi deuda")
    stranger(RIGHT)

    def broken(turn):
        raise ZeroDivisionError

    known = registry.handlers() | {"account_statement": broken}
    monkeypatch.setattr(registry, "handlers", lambda: known)
    welcome, failed = let_in()
    assert welcome == WELCOME and "Algo falló" in failed
    assert Dialog.objects.get().failure == "ZeroDivisionError"


def test_who_is_refused_leaves_nothing_of_it(stranger, ana, officer):
    for words in ("crear ticket", PROBLEM, RIGHT):
        stranger(words)
    assert newest_request().wanted["draft"] == {"subject": PROBLEM}
    desk.browser(officer).post(reverse("logins:refuse", args=[newest_request().pk]))
    assert newest_request().wanted == {}


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("ya pagué 430 ayer", "430.00"),
        ("detalle del préstamo 26", "P-000026"),
        ("estado de cuenta en pdf", "en un momento"),
    ],
)
def test_what_they_said_of_it_is_not_asked_again(chat, ana, loan, product, words, answer):
    make_loan(ana, product, "P-000026")
    chat(words)
    chat("12345678")
    welcome, *served = chat("1990")
    assert "Ana" in welcome and answer in served[0]
    assert len(chat.queries) <= MOST_QUERIES and "words" not in str(chat.dialog.topic)


def test_the_ticket_they_named_is_shown(chat, ana):
    made = [
        open_ticket(
            contact=ana.contact, partner=ana, subject=subject, description="Más", is_private=True
        )
        for subject in ("Uno", "Dos")
    ]
    chat(made[0].number)
    _welcome, shown = chat(RIGHT)
    assert f"*{made[0].number}* Uno" in shown and "Dos" not in shown


@pytest.mark.parametrize(
    ("wished", "said", "answer", "not_said"),
    [
        ("detalle del préstamo P-000005", "detalle del préstamo P-000026", "P-000026", "P-000005"),
        ("mi saldo", "cuánto tendría que pagar para cancelar el P-000026", "P-000026", "P-000005"),
        ("detalle del préstamo P-000026", "quiero ver mi préstamo", "P-000026", "P-000005"),
        ("mi saldo", "estado de cuenta en pdf", "PDF", "Saldo"),
        ("mi saldo", "mis datos", "Documento", "préstamo"),
        ("mi saldo", "estado de mi reclamo", "ticket", "préstamo"),
    ],
)
def test_what_is_said_instead_of_the_year_is_served(
    chat, ana, loan, product, wished, said, answer, not_said
):
    make_loan(ana, product, "P-000026")
    chat(wished)
    chat("12345678")
    assert "Solo me falta tu año" in chat(said)[0]
    welcome, *served = chat("1990")
    assert "Ana" in welcome and answer in served[0] and not_said not in served[0]


@pytest.mark.parametrize("year_first", [True, False])
def test_a_document_beside_what_is_wanted_is_taken_and_not_kept(chat, each, loan, year_first):
    chat("mi saldo")
    if year_first:
        chat("1990")
    texts = [
        *("12345678 y quiero mi saldo", "quiero saber mi deuda 12345678"),
        *("mi estado de cuenta 12.345.678", "mi saldo, 12345678, por favor"),
        *("cuánto debo de mi crédito 12345678", "mi préstamo es el 12345678, cuánto debo"),
    ]
    for said in each(texts):
        answers = chat(said)
        assert not Message.objects.filter(direction="in", text__regex=r"\d").exists()
        events = InboundEvent.objects.exclude(kind="status").values_list("payload", flat=True)
        assert not any(said in one for one in events)
        if not year_first:
            assert "Solo me falta tu año" in answers[0] and "12345678" not in str(chat.dialog.data)
            answers = chat("1990")
        assert "Ana" in answers[0] and "Estado de cuenta" in answers[1]


def test_a_number_of_something_else_is_no_document(chat, each, loan):
    chat("mi saldo")
    chat("1990")
    texts = [
        "quiero mi saldo de la cuenta 12345678",
        "me cobraron mal y quiero un reclamo, la operación es la 12345678",
        "ya pagué mi cuota de este mes, es la operación 12345678",
    ]
    # Nothing is lost if these are not kept.
    loans = [
        *("mi contrato es 20260011 cuánto debo", "cuánto debo de mi crédito nro. 20190045"),
        *("quiero ver el préstamo #10002026", "quiero cancelar mi préstamo, deposité 25000000"),
    ]
    for said in each(texts + loans):
        chat(said)
        kept = Message.objects.filter(direction="in").latest("pk").text
        assert kept == said if said in texts else "•" * 8 in kept
        assert session(chat.sender) is None and not LoginCounter.objects.exists()


def test_a_loans_number_beside_what_is_wanted_takes_no_documents_place(chat, each, loan):
    chat("mi deuda")
    chat("12345678")
    for said in each(["mi contrato es 20260011 cuánto debo", "quiero saber mi deuda 20190045"]):
        assert "Solo me falta tu año" in chat(said)[0]
        welcome, served = chat("1990")
        assert "Ana" in welcome and "Estado de cuenta" in served


def test_a_year_of_something_else_is_no_year_of_birth(chat, each, loan):
    chat("mi saldo")
    chat("12345678")
    texts = [
        *("me cobraron mal, 2024", "me cobraron doble, en 2015", "ya pagué, en 2026"),
        *("quiero poner un reclamo, es de 2024", "quiero mi estado de cuenta, 2025"),
    ]
    for said in each(texts):
        chat(said)
        assert not LoginCounter.objects.exists()


def test_who_says_they_have_no_loan_is_not_asked_for_the_year(chat, each, loan):
    chat("mi saldo")
    chat("12345678")
    for said in each(["no tengo préstamos", "no tengo deuda", "I have no loans"]):
        (answer,) = chat(said)
        assert "año" not in answer and chat.dialog.name == ""
