"""The list of loans and one of them in detail; of nobody else's is anything said."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from chatbot.tests.self_service import MOST_QUERIES, make_loan, restarted
from partners.loans import cancel, draft_loan, write_off
from partners.payments import book_payment
from tickets.opening import open_ticket

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def two(ana, product):
    return [make_loan(ana, product, "P-000005"), make_loan(ana, product, "P-000007", principal=500)]


def pay(loan, amount, ago=0):
    day = timezone.localdate() - timedelta(days=ago)
    return book_payment(loan=loan, amount=Decimal(amount), paid_on=day, by=None)


# --- The list --------------------------------------------------------------------------------


def test_two_loans_are_a_numbered_list(ask, each, two):
    pay(two[1], "100.00")
    for words in each(["mis préstamos", "Listar créditos", "mis creditos"]):
        (text,) = ask(words)
        first, second = text.split("2. ")
        assert "1. *P-000005* · Personal · activo" in first
        assert "Monto S/ 1,000.00 · saldo S/ 1,055.82" in first
        assert "*P-000007* · Personal · activo" in second
        assert "Monto S/ 500.00 · saldo S/ 427.90" in second
        assert [title for _id, title in ask.options] == ["P-000005", "P-000007"]


def test_who_has_none_is_told_so(ask):
    (text,) = ask("mis prestamos")
    assert "No tienes préstamos" in text


def test_what_never_was_paid_out_is_no_loan_of_theirs(ask, ana, product, two):
    draft_loan(
        partner=ana, product=product, number="P-000008", principal=Decimal(100), terms=3, by=None,
        disbursed_on=timezone.localdate(), first_due=timezone.localdate() + timedelta(days=30),
    )  # fmt: skip
    cancel(loan=make_loan(ana, product, "P-000009"), by=None, reason="Error")
    (text,) = ask("mis préstamos")
    assert "P-000008" not in text and "P-000009" not in text


def test_what_nobody_expects_any_more_is_called_gently(ask, two):
    write_off(loan=two[0], by=None, reason="Prueba")
    (text,) = ask("mis préstamos")
    assert "P-000005* · Personal · en cobranza" in text


def test_of_many_the_first_are_shown_and_the_others_named(ask, ana, product):
    for number in range(1, 13):
        make_loan(ana, product, f"P-{number:06}")
    (text,) = ask("mis préstamos")
    assert "Y 4 más" in text and "P-000009" not in text
    assert len(ask.options) == 8
    (text,) = ask("detalle de préstamo 12")
    assert "Préstamo P-000012" in text


# --- One of them -----------------------------------------------------------------------------


def test_the_detail_of_the_loan_named(ask, each, two):
    pay(two[0], "105.58", ago=60)
    facts = (
        "Préstamo P-000005", "Producto: Personal", "Monto: S/ 1,000.00", "12 % nominal",
        "10 cuotas mensuales", "Cuota: S/ 105.58", "Saldo: *S/ 950.24*", "Cuotas: 10",
        "pagadas: 1", "pendientes: 9", "vencidas: 2", "Vas en la cuota 2 de 10",
        "Vencido: *S/ 211.16*",
    )  # fmt: skip
    texts = ["Detalle de préstamo 5", "Detalle del préstamo 5", "el crédito 5", "préstamo P-000005"]
    for words in each(texts):
        (text,) = ask(words)
        assert [said for said in facts if said not in text] == []


def test_after_the_list_a_number_is_enough(ask, each, two):
    ask("mis préstamos")
    for words in each(["5", "la primera", "P-000005"]):
        (text,) = ask(words)
        assert "*Préstamo P-000005*" in text


def test_a_row_of_the_list_is_no_word_about_a_ticket(ask, ana, two):
    facts = {"contact": ana.contact, "partner": ana, "conversation": ask.talk}
    open_ticket(subject="Saldo", description="No cuadra", **facts)
    ask("mis préstamos")
    assert "*Préstamo P-000005*" in ask("la primera")[0]


def test_after_the_list_a_place_is_what_stood_before_the_eyes(ask, ana, product):
    make_loan(ana, product, "P-000002")
    make_loan(ana, product, "P-000007")
    ask("mis préstamos")
    assert "*Préstamo P-000007*" in ask("2")[0]
    assert "*Préstamo P-000002*" in ask("préstamo 2")[0]
    assert "*Préstamo P-000007*" in ask("préstamo 7")[0]
    ask("mis préstamos")
    assert "*Préstamo P-000007*" in ask("la segunda")[0]


def test_a_number_just_as_it_is_written_wins_over_a_place(ask, ana, product):
    make_loan(ana, product, "2")
    make_loan(ana, product, "9")
    make_loan(ana, product, "1")
    ask("mis préstamos")
    assert "*Préstamo 2*" in ask("2")[0]
    assert "*Préstamo 9*" in ask("9")[0]


def test_tapped_in_the_list(ask, two):
    ask("mis préstamos")
    assert "*Préstamo P-000007*" in ask.tap(ask.options[1][0], "P-000007")[0]


def test_none_named_asks_which(ask, two):
    (question,) = ask("detalle de préstamo")
    assert "¿De cuál préstamo?" in question
    (text,) = ask("5")
    assert "*Préstamo P-000005*" in text
    assert ask.dialog.name == ""


def test_the_only_one_needs_no_name(ask, ana, product):
    make_loan(ana, product, "P-000005")
    assert "*Préstamo P-000005*" in ask("detalle de préstamo")[0]


def test_which_installment_is_of_the_loan_last_spoken_of(ask, two):
    ask("préstamo 7")
    (text,) = ask("¿en qué cuota voy?")
    assert "*Préstamo P-000007*" in text and "Vas en la cuota" in text


def test_which_installment_asks_where_none_was_spoken_of(ask, two):
    assert "¿De cuál préstamo?" in ask("¿en qué cuota voy?")[0]


def test_somebody_elses_is_as_good_as_nobodys(ask, two, beto, product):
    make_loan(beto, product, "P-000009")
    said = {ask(f"detalle de prestamo {number}")[0] for number in (9, 99)}
    assert len(said) == 1 and "No encuentro" in said.pop()
    ask("mis préstamos")
    assert ask("9") == ask("detalle de prestamo 99")


def test_a_number_written_in_full_is_no_place_in_the_list(ask, two):
    ask("mis préstamos")
    assert "No encuentro" in ask("P-000001")[0]


def test_a_forged_button_shows_nobodys_loan(ask, two, beto, product):
    theirs = make_loan(beto, product, "P-000009")
    assert ask.tap(f"loan:{theirs.pk}") == ask.tap("loan:999999") == ask.tap("loan:x")
    assert "No encuentro" in ask.tap(f"loan:{theirs.pk}")[0]


def test_a_wrong_number_keeps_the_question_open(ask, two, beto, product):
    make_loan(beto, product, "P-000009")
    ask("detalle de préstamo")
    first, second = ask("9"), ask("99")
    assert first == second and "No encuentro" in first[0]
    assert "*Préstamo P-000007*" in ask("7")[0]


def test_asked_for_a_number_one_may_leave(ask, each, two):
    ask("detalle de préstamo")
    rows = [("cancelar", "lo dejamos"), ("menu", "puedo hacer"), ("mi deuda", "Estado de cuenta")]
    for words, answer in each(rows):
        (text,) = ask(words)
        assert answer in text and ask.dialog.name == ""


def test_a_restart_between_question_and_answer(ask, two):
    ask("detalle de préstamo")
    restarted()
    assert "*Préstamo P-000007*" in ask("la segunda")[0]


def test_a_voice_note_keeps_the_question_open(ask, two):
    ask("detalle de préstamo")
    (text,) = ask.picture(None, kind="audio", mime="audio/ogg")
    assert "escuchar" in text and ask.dialog.step == "which"
    assert "*Préstamo P-000005*" in ask("5")[0]


def test_what_lists_keep_may_be_of_yesterday_and_is_not_what_is_said(ask, two):
    before = ask("mis préstamos")
    type(two[0]).objects.update(as_of=timezone.localdate() - timedelta(days=40), overdue=0, left=1)
    assert ask("mis préstamos") == before


@pytest.mark.parametrize("words", ["mis préstamos", "detalle de préstamo 5", "¿en qué cuota voy?"])
def test_outside_a_session_nothing_is_said(chat, two, words):
    (text,) = chat(words)
    assert "12345678 1990" in text and "P-0000" not in text


def test_two_partners_see_their_own(ask, other, two, beto, product):
    make_loan(beto, product, "P-000009")
    assert "P-000009" not in ask("mis préstamos")[0]
    (text,) = other("mis préstamos")
    assert "P-000009" in text and "P-000005" not in text


def test_everything_said_is_private_on_the_desk(ask, two):
    ask("mis préstamos")
    last = ask.talk.messages.order_by("-id").first()
    assert last.is_private and "P-000005" in last.text


def test_queries_do_not_grow_with_the_loans(ask, ana, product):
    def queries(words):
        ask(words)
        assert len(ask.queries) <= MOST_QUERIES
        return len(ask.queries)

    make_loan(ana, product, "P-000001")
    few = [queries(words) for words in ("mis préstamos", "préstamo 1")]
    for number in range(2, 12):
        pay(make_loan(ana, product, f"P-{number:06}"), "50.00")
    many = [queries(words) for words in ("mis préstamos", "préstamo 1")]
    assert max(many) <= max(few) + 1
