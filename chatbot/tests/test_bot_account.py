"""What a partner asks about themselves and all their loans: data, statement, what is due."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from chatbot.dialog import sessions
from chatbot.intents import holdings
from chatbot.models import ReplyWording
from chatbot.tests.self_service import MOST_QUERIES, make_loan
from crm.conversations import ownership
from crm.conversations.models import Channel, Message
from crm.people.models import Contact, ContactPoint
from partners.account.calculator import settlement
from partners.models import Loan, Partner, PaymentOption
from partners.papers import printing
from partners.papers.press import PressError
from partners.payments import book_payment

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def loan(ana, product):
    return make_loan(ana, product, "P-000005")


@pytest.fixture
def press(monkeypatch):
    """The printing process is another's to test: here it prints at once, and counts."""
    printed = []

    def print_pdf(html):
        printed.append(html)
        return b"%PDF-1.7 made up"

    monkeypatch.setattr(printing.press, "print_pdf", print_pdf)
    return printed


# --- Who they are ----------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["mis datos", "Mi información"])
def test_personal_data_with_the_document_masked(chat, ana, words):
    ContactPoint.objects.create(
        contact=ana.contact,
        kind="email",
        value="ana@example.com",
        primary=True,
        verified_at=timezone.now(),
    )
    chat.log_in(ana)
    (text,) = chat(words)
    assert "Nombre: Ana Ficticia Prueba" in text
    assert "•••••678" in text and "12345678" not in text
    assert "987 654 321" in text
    assert "ana@example.com" in text
    assert ana.number in text


def test_what_is_missing_is_said_to_be(ask):
    assert "Correo: sin registrar" in ask("mis datos")[0]


# --- The statement ---------------------------------------------------------------------------


def test_the_statement_in_figures(ask, each, ana, product, loan):
    closed = make_loan(ana, product, "P-000006", principal=200, ago=10)
    day = timezone.localdate()
    rest = settlement(holdings.account(closed), day).total
    book_payment(loan=closed, amount=rest, paid_on=day, by=None, purpose="fewer")
    book_payment(loan=loan, amount=Decimal("105.58"), paid_on=day, by=None)
    texts = [
        "estado de cuenta", "mi deuda", "saldo", "cuanto debo", "¿Cuánto debo?",
        "hola, quiero mi estado de cuenta",
    ]  # fmt: skip
    for words in each(texts):
        (text,) = ask(words)
        assert "2 préstamos en total, 1 activo." in text
        assert "Desembolsado: S/ 1,200.00" in text
        assert f"Pagado: S/ {rest + Decimal('105.58'):,.2f}" in text
        loan.refresh_from_db()
        assert f"Saldo por pagar: *S/ {loan.left:,.2f}*" in text
        assert f"capital S/ {loan.principal_left:,.2f}" in text
        assert "Vencido: *S/ 211.16*" in text
        assert ask.options[0] == ("statement:pdf", "Recibir en PDF")


def test_two_currencies_are_never_added(ask, ana, product, loan):
    make_loan(ana, product, "P-000006", currency="USD")
    (text,) = ask("estado de cuenta")
    assert "Desembolsado: S/ 1,000.00" in text and "Desembolsado: US$ 1,000.00" in text


def test_the_document_on_request(ask, loan, press):
    ask("estado de cuenta")
    (text,) = ask.tap("statement:pdf", "Recibir en PDF")
    assert "en un momento" in text and press == []
    (caption,) = ask.jobs()
    assert "12 meses" in caption
    sent = Message.objects.get(kind="document")
    assert sent.is_private and sent.author == "bot"
    paper = sent.attachments.get()
    assert (paper.mime, paper.name.endswith(".pdf")) == ("application/pdf", True)
    assert ask.graph.sent[-1]["type"] == "document"
    assert "P-000005" in press[0]


def test_asked_for_in_words(ask, loan, press):
    assert "en un momento" in ask("mándame mi estado de cuenta en pdf")[0]


def test_the_same_button_twice_sends_one_document(ask, loan, press):
    ask.tap("statement:pdf")
    ask.tap("statement:pdf")
    ask.jobs()
    assert Message.objects.filter(kind="document").count() == 1


def test_no_document_goes_out_when_the_session_is_over(ask, loan, press):
    ask.tap("statement:pdf")
    sessions.close(ask.talk, timezone.now())
    assert ask.jobs() == []
    assert not Message.objects.filter(kind="document").exists()


def test_no_document_for_who_is_no_partner_any_more(ask, ana, loan, press):
    ask.tap("statement:pdf")
    Partner.objects.filter(pk=ana.pk).update(status=Partner.Status.CANCELLED)
    assert ask.jobs() == []
    assert not Message.objects.filter(kind="document").exists()


def test_no_document_where_a_person_speaks(ask, loan, press):
    ask.tap("statement:pdf")
    ownership.hand_to_queue(conversation=ask.talk)
    assert ask.jobs() == []


@pytest.mark.parametrize("error", [PressError("busy", busy=True), OSError("broken")])
def test_a_document_that_cannot_be_made_is_told(ask, loan, monkeypatch, error):
    def fail(html):
        raise error

    monkeypatch.setattr(printing.press, "print_pdf", fail)
    ask.tap("statement:pdf")
    (text,) = ask.jobs()
    assert "No pude preparar el PDF" in text
    assert not Message.objects.filter(kind="document").exists()


@pytest.mark.parametrize("name", ["statement_here", "statement_failed"])
def test_an_own_word_beside_it_has_no_asterisks_where_there_is_no_bold(
    ask, loan, press, monkeypatch, name
):
    ReplyWording.objects.create(name=name, language="es", text="Tu *estado*")
    if name == "statement_failed":
        monkeypatch.setattr(printing.press, "print_pdf", None)
    ask.tap("statement:pdf")
    Channel.objects.update(provider="instagram")
    ask.jobs()
    assert Message.objects.filter(author="bot").latest("id").text == "Tu estado"


def test_a_real_document(ask, loan):
    ask.tap("statement:pdf")
    ask.jobs()
    with Message.objects.get(kind="document").attachments.get().file.open() as content:
        assert content.read(5) == b"%PDF-"
    printing.press.stop()


# --- What is to be paid ----------------------------------------------------------------------


def test_the_next_payment_with_what_is_overdue_first(ask, ana, product, loan):
    ahead = make_loan(ana, product, "P-000004", principal=500, ago=5)
    (text,) = ask("¿cuándo es mi próximo pago?")
    late, coming = text.split("Préstamo P-000004")
    assert "Préstamo P-000005" in late
    assert "Vencido: *S/ 316.74* (3 cuotas" in late and "días de atraso" in late
    assert "Próxima cuota (n.º 4): *S/ 105.58*" in late
    days = (ahead.first_due - timezone.localdate()).days
    assert f"Vence en {days} días" in coming and "Vencido" not in coming


def test_who_owes_nothing_has_nothing_due(ask):
    assert "No tienes nada por pagar" in ask("mi próxima cuota")[0]


def test_settlement_is_what_the_calculator_says_today(ask, each, ana, product, loan):
    make_loan(ana, product, "P-000007", principal=500, ago=20)
    texts = ["¿puedo cancelar todo?", "¿puedo cancelar todo mi préstamo?", "quiero liquidar"]
    for words in each(texts):
        (text,) = ask(words)
        for one in ana.loans.all():
            found = settlement(holdings.account(one), timezone.localdate())
            assert f"Préstamo {one.number} (Personal): *S/ {found.total:,.2f}*" in text
        assert "sigue abierto" not in text
        assert "Vale solo por hoy" in text
        assert ask.dialog.name == ""


def test_settlement_says_that_what_was_paid_ahead_covers_it(ask, ana, product):
    one = make_loan(ana, product, "P-000007", terms=12, ago=5)
    ahead = one.left - Decimal("0.10")
    book_payment(loan=one, amount=ahead, paid_on=timezone.localdate() - timedelta(days=4), by=None)
    credit = settlement(holdings.account(one), timezone.localdate()).credit
    (text,) = ask("¿puedo cancelar todo?")
    assert "*S/ 0.00*" in text and "sigue abierto hasta que un asesor" in text
    assert credit > 0 and f"te quedan S/ {credit:,.2f} a favor" in text


def test_settlement_of_the_loan_named(ask, ana, product, loan, beto):
    make_loan(ana, product, "P-000007")
    make_loan(beto, product, "P-000009")
    (text,) = ask("¿cuánto para cancelar todo el préstamo 7?")
    assert "P-000007" in text and "P-000005" not in text
    (theirs,) = ask("¿cuánto para cancelar todo el préstamo 9?")
    (nobodys,) = ask("¿cuánto para cancelar todo el préstamo 99?")
    assert theirs == nobodys and "No encuentro" in theirs


def test_ways_to_pay_are_those_of_the_currencies_owed(ask, loan):
    for currency in ("PEN", "USD"):
        PaymentOption.objects.create(
            kind="bank", name=f"Banco {currency}", number="001", currency=currency
        )
    (text,) = ask("¿cómo puedo pagar?")
    assert "Banco PEN" in text and "Banco USD" not in text


BANCO = {"kind": "bank", "number": "001-22", "cci": "01124100019000658270", "holder": "Casas SAC"}


@pytest.mark.parametrize(
    ("language", "words", "labels"),
    [
        ("es", "¿cómo puedo pagar?", ("Cuenta bancaria: Banco Uno", "Cuenta: 001-22", "Teléfono:")),
        ("pt", "formas de pagamento", ("Conta bancária: Banco Uno", "Conta: 001-22", "Telefone:")),
        ("en", "how to pay", ("Bank account: Banco Uno", "Account: 001-22", "Phone:")),
    ],
)
def test_ways_to_pay_speak_the_language_of_who_asks(ask, loan, language, words, labels):
    PaymentOption.objects.create(name="Banco Uno", instructions="Manda la foto", **BANCO)
    PaymentOption.objects.create(kind="yape", name="Yape", number="+51911000001")
    PaymentOption.objects.create(kind="pix", name="Rosa", number="llave-9")
    PaymentOption.objects.create(kind="cash", name="Centro", number="Calle 1")
    PaymentOption.objects.create(kind="other", name="Agente Vecino", number="77")
    Contact.objects.update(language=language)
    (text,) = ask(words)
    for label in (*labels, "CCI: 011-241-000190006582-70", "\n\nYape\n", "Pix: Rosa", "\nManda la"):
        assert label in text
    others = {"Cuenta", "Teléfono", "Clave", "Dónde", "nombre", "ventanilla", "Account", "Phone"}
    found = {word for word in others if word in text}
    assert language != "pt" or not found
    assert ": Casas SAC" in text and ": Calle 1" in text and "Agente Vecino" in text


def test_an_offices_own_wording_of_the_ways_to_pay_still_holds_all_of_them(ask, loan):
    PaymentOption.objects.create(name="Banco Uno", **BANCO)
    text = "Paga así:{% for way in ways %} {{ way }}{% endfor %}"
    ReplyWording.objects.create(name="payment_options", language="es", text=text)
    (said,) = ask("¿cómo puedo pagar?")
    assert "Cuenta bancaria: Banco Uno\nCuenta: 001-22\nCCI: 011" in said


def test_settlement_of_one_of_several_is_not_called_all(ask, ana, product, loan):
    assert "*Para cancelar todo hoy*" in ask("liquidar préstamo P-000005")[0]
    make_loan(ana, product, "P-000007")
    assert "*Para cancelar este préstamo hoy*" in ask("liquidar préstamo P-000005")[0]
    assert "*Para cancelar todo hoy*" in ask("¿puedo cancelar todo?")[0]


def test_without_ways_a_colleague_is_named(ask, loan):
    assert "asesor" in ask("formas de pago")[0]


@pytest.mark.parametrize(
    "words", ["mi deuda", "mis datos", "mi próxima cuota", "¿puedo cancelar todo?"]
)
def test_outside_a_session_nothing_is_said(chat, loan, words):
    (text,) = chat(words)
    assert "12345678 1990" in text and "S/" not in text


def test_a_button_of_the_session_that_is_over_shows_nothing(ask, loan, press):
    ask("estado de cuenta")
    sessions.close(ask.talk, timezone.now())
    (text,) = ask.tap("statement:pdf")
    assert "12345678 1990" in text
    assert ask.jobs() == [] and press == []


def test_queries_do_not_grow_with_the_loans(ask, ana, product, loan):
    asked = ("mi deuda", "mi próxima cuota", "¿puedo cancelar todo?", "mis datos", "cómo pago")

    def queries():
        counts = []
        for words in asked:
            ask(words)
            counts.append(len(ask.queries))
        return counts

    few = queries()
    for number in range(6, 14):
        made = make_loan(ana, product, f"P-{number:06}")
        day = timezone.localdate() - timedelta(days=3)
        book_payment(loan=made, amount=Decimal(50), paid_on=day, by=None)
    assert max(queries()) <= max(few) + 1 <= MOST_QUERIES


@pytest.mark.parametrize("words", ["mi próxima cuota", "cuánto para cancelar todo", "préstamo 5"])
def test_a_loan_that_cannot_be_played_is_said_and_the_others_told(ask, ana, product, loan, words):
    """Late interest outgrew every number since it fell due."""
    Loan.objects.filter(pk=loan.pk).update(
        late_kind="pair", late_rate=1000, late_second_rate=1000, disbursed_on=date(1950, 1, 1),
        principal=Decimal("999999999999.99"), first_due=date(1950, 2, 1),
    )  # fmt: skip
    cannot = "No puedo calcular ahora el préstamo P-000005."
    assert ask(words)[0].startswith(cannot)
    make_loan(ana, product, "P-000007")
    answers = ask(words)
    assert answers[0].startswith(cannot)
    assert words == "préstamo 5" or "P-000007" in answers[1]
