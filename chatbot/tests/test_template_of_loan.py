"""A template filled from a partner's loan: by officers, and unread by agents."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from chatbot.tests.composing import template
from chatbot.tests.desk import at, browser, person
from crm.conversations.models import Message
from partners.models import LoanProduct, Partner
from partners.tests.conftest import make_loan

pytestmark = [pytest.mark.once, pytest.mark.django_db]
BODY = "Hola {{nombre}}, tu cuota de {{monto}} vence el {{fecha_vencimiento}}. Préstamo {{1}}."


@pytest.fixture
def officer():
    return person("officer", first_name="Rosa", last_name="Oficial")


@pytest.fixture
def product(db):
    return LoanProduct.objects.create(
        code="PERS", name="Personal", rate=Decimal(7), rate_kind="nominal"
    )


@pytest.fixture
def loan(talk, product):
    partner = Partner.objects.create(contact=talk.contact, number="S-001")
    return make_loan(partner, product, number="P-00077", principal=Decimal(1200))


def field_values(user, talk, one):
    page = browser(user).get(reverse("inbox:template", args=[talk.pk, one.pk]))
    return {field.variable.name: field.value for field in page.context["fields"]}


def send(user, talk, one, **values):
    fields = {f"v.{key}": value for key, value in values.items()}
    url = reverse("inbox:template", args=[talk.pk, one.pk])
    return browser(user).post(url, {"token": "t", **fields})


def test_it_is_filled_with_what_is_due(talk, loan, officer):
    one = template(talk.channel, body=BODY)
    loan.refresh_from_db()
    values = field_values(officer, talk, one)
    assert values["monto"].startswith("S/ ") and values["1"] == "P-00077"
    assert values["fecha_vencimiento"]


def test_of_several_loans_the_one_longest_overdue_is_meant(talk, loan, officer, product):
    today = timezone.localdate()
    make_loan(
        loan.partner,
        product,
        number="P-00078",
        disbursed_on=today,
        first_due=date(today.year + 1, 1, 15),
    )
    one = template(talk.channel, body=BODY)
    assert field_values(officer, talk, one)["1"] == "P-00077"


def test_an_agent_is_told_nothing_of_the_debt(talk, loan, agent):
    one = template(talk.channel, body=BODY)
    values = field_values(agent, talk, one)
    assert (values["monto"], values["fecha_vencimiento"], values["1"]) == ("", "", "")


def test_what_tells_of_the_debt_only_officers_and_managers_read(talk, loan, officer, agent):
    one = template(talk.channel, body="Tu saldo es {{saldo}}.")
    amount = field_values(officer, talk, one)["saldo"]
    assert send(officer, talk, one, **{"body.saldo": amount}).status_code == 302
    message = Message.objects.get(direction="out", text__contains="saldo")
    assert message.is_private and amount in message.text
    page = browser(person("manager")).get(at("detail", talk.pk)).content.decode()
    assert amount in page
    talk.refresh_from_db()
    assert amount not in talk.last_text


@pytest.mark.parametrize(
    ("around", "is_private"),
    [
        ("su deuda es de {} hoy", True),
        ("son {}.", True),
        ("{bare}", True),
        ("S/.{plain}", True),
        ("son S/ 9{bare}", False),
        ("{bare}9", False),
        ("el 15 de mayo a las 10:30", False),
    ],
)
def test_an_amount_among_other_words_tells_of_the_debt_as_well(
    talk, loan, officer, around, is_private
):
    asks = template(talk.channel, body="Tu saldo es {{saldo}}.")
    amount = field_values(officer, talk, asks)["saldo"]
    bare = amount.split()[-1]
    said = around.format(amount, bare=bare, plain=bare.replace(",", ""))
    one = template(talk.channel, "libre", body="Le contamos: {{texto}}")
    assert send(officer, talk, one, **{"body.texto": said}).status_code == 302
    assert Message.objects.get(direction="out").is_private is is_private


def test_an_agents_amount_is_of_something_else(talk, loan, agent):
    one = template(talk.channel, body="El precio es {{monto}}.")
    assert send(agent, talk, one, **{"body.monto": "US$ 90,000"}).status_code == 302
    assert not Message.objects.get(direction="out", text__contains="precio").is_private
