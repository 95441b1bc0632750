"""Who waits for a code that does not come: told how to get another, whoever they said they are."""

import pytest

from chatbot.tests import login_desk
from chatbot.tests.login_desk import STRANGER, deliver, session, talk_of
from chatbot.tests.partners_known import NOBODYS, RIGHT
from crm.conversations.models import Episode
from crm.people.models import Contact

pytestmark = [pytest.mark.once, pytest.mark.django_db]

partner = login_desk.partner
hears = login_desk.hears
from_outside = login_desk.from_outside


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("es", ["no me llega el codigo", "reenviar codigo"]),
        ("es", ["no tengo ese correo", "todavía no me llega nada"]),
        ("es", ["envíenmelo de nuevo", "¿a qué número lo enviaron?"]),
        ("es", ["me robaron el celular", "mándenme el código de nuevo"]),
        ("es", ["dame el código", "mándame el código por favor"]),
        ("es", ["no me llegó el código de la app", "el código de ustedes no llega"]),
        ("es", ["el código de mi correo no llega", "no recibí el código de autorización"]),
        ("pt", ["não chegou nada", "não recebi o código"]),
        ("en", ["send it again", "resend the code"]),
        ("en", ["I didn't get the code", "I don't have that email anymore"]),
    ],
)
def test_who_gets_no_code_is_told_how_and_may_still_say_it(partner, hears, language, words):
    hears("Hola")
    answers = []
    for given, sender in ((NOBODYS, "51911000098"), (RIGHT, STRANGER)):
        hears("Hola", sender=sender)
        Contact.objects.filter(pk=talk_of(sender).contact_id).update(language=language)
        hears(given, sender=sender)
        answers.append([hears(one, sender=sender) for one in words])
    wrong, right = answers
    assert wrong == right and all(len(said) == 1 and "{{" not in said[0] for said in right)
    assert len({said[0] for said in right}) == 1
    hears(deliver(), sender=STRANGER)
    assert session(STRANGER).partner == partner


def test_who_never_gets_it_is_answered_by_a_person(partner, from_outside):
    for words in (
        RIGHT,
        "no me llega el codigo",
        "reenviar codigo",
        "sigue sin llegar el código de acceso",
    ):
        from_outside(words)
    assert talk_of(STRANGER).episode.owner == Episode.Owner.QUEUE


def test_where_the_code_is_over_who_they_are_is_asked_again(partner, from_outside, each):
    for said in ("mi deuda", RIGHT, "000000", "000001", "000002"):
        assert len(from_outside(said)) == 1
    for words in each(["no me llega el codigo", "reenviar codigo", "mándame otro"]):
        (answer,) = from_outside(words)
        dialog = talk_of(STRANGER).dialog
        assert "1990" in answer and dialog.name == "login"
        assert dialog.data["then"] == "account_statement"


def test_what_else_is_wanted_is_served_all_the_same(partner, from_outside, each):
    from_outside(RIGHT)
    texts = [
        *("quiero hablar con un asesor", "mi deuda", "cambié de correo, cuánto debo"),
        *("cuál es mi código de pago", "no sé a qué número de cuenta depositar"),
        *("quiero el código de la casa", "no me llegó el código de barras"),
        *("mándame el código qr", "quiero el código de mi préstamo"),
        *("cuál es el código interbancario", "el código de la casa, mándame el código"),
        *("reenvíame mi estado de cuenta", "me pueden reenviar el voucher"),
        *("dame el código para depositar", "cuál es el código de agente"),
        *("cuál es el código de recaudo para pagar en bcp", "qué código doy en el banco"),
        *("mi código de cliente", "código de mi recibo", "el código de seguridad de la casa"),
        "quiero ver la propiedad código vm",
    ]
    for words in each(texts):
        (said,) = from_outside(words)
        assert "registrado, y puede tardar" not in said


@pytest.mark.parametrize("before", ["mi deuda", RIGHT])
def test_a_complaint_that_names_a_code_is_a_ticket(partner, from_outside, each, before):
    from_outside(before)
    texts = [
        "me cobraron mal, el código de operación no coincide",
        "me bloquearon el código, quiero reclamar",
    ]
    for words in each(texts):
        from_outside(words)
        asked = talk_of(STRANGER).dialog
        assert (asked.name, asked.data["said"]) == ("create_ticket", words)
