"""Who is speaking: the registered phone enters, by every spelling, and nobody else does."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from stdnum.pe import cui

from chatbot.dialog import sessions
from chatbot.models import Dialog, InboundEvent, PartnerSession
from chatbot.tests import login_desk
from chatbot.tests.graph_stub import message_body
from chatbot.tests.login_desk import STRANGER, session, talk_of
from chatbot.tests.login_spellings import SPELLINGS
from chatbot.tests.partners_known import NOBODYS, PHONE, RIGHT, WRONG_YEAR, make_partner
from chatbot.work import work_off
from crm.catalog.models import Property
from crm.conversations.models import Message
from crm.people.models import Contact, ContactPoint
from partners.models import Partner
from partners.registry import change_partner

pytestmark = [pytest.mark.once, pytest.mark.django_db]
partner = login_desk.partner
hears = login_desk.hears
from_outside = login_desk.from_outside
PRIVATE = ["mi deuda", "mis préstamos", "mis datos", "cuando vence mi próxima cuota"]


# --- The registered phone ----------------------------------------------------------------------


@pytest.mark.parametrize("text", SPELLINGS)
def test_the_registered_phone_enters_by_every_spelling(partner, hears, text):
    (said,) = hears(text)
    assert "Ana" in said and "Ramos" not in said
    assert (session().partner, session().way) == (partner, "phone")
    menu = Message.objects.filter(author="bot").latest("pk")
    assert menu.options and menu.is_private


def cancel(partner):
    Partner.objects.filter(pk=partner.pk).update(status=Partner.Status.CANCELLED)
    return RIGHT


def forget_birthday(partner):
    Contact.objects.filter(pk=partner.contact_id).update(birthday=None)
    return RIGHT


def other_partners(partner):
    make_partner("Beto Ficticio", "40000002", phone="+51987000002", email="")
    return "40000002 1990"


REFUSED = [lambda _partner: WRONG_YEAR, lambda _partner: NOBODYS]
REFUSED += [cancel, forget_birthday, other_partners]


def test_the_registered_phone_hears_one_refusal_whatever_is_wrong(partner, hears):
    heard = set()
    for spoil in REFUSED:
        (said,) = hears(spoil(partner))
        heard.add(said)
        assert session() is None
        Partner.objects.update(status=Partner.Status.ACTIVE)
        PartnerSession.objects.all().delete()
    assert len(heard) == 1


def test_a_suspended_partner_enters(partner, hears):
    Partner.objects.filter(pk=partner.pk).update(status=Partner.Status.SUSPENDED)
    hears(RIGHT)
    assert session().partner == partner


def test_a_document_with_its_check_digit_is_the_same(partner, hears):
    hears(f"12345678-{cui.calc_check_digits('12345678')[0]} 1990")
    assert session().partner == partner


def test_of_two_kinds_of_documents_with_one_number_the_phone_decides(partner, hears):
    twin = make_partner("Carla Ficticia", "40000003", phone="+51987000003", email="")
    Contact.objects.filter(pk=twin.contact_id).update(
        document_type="ce", document_number="12345678"
    )
    hears(RIGHT)
    assert session().partner == partner
    hears(RIGHT, sender="51987000003")
    assert session("51987000003").partner == twin


@pytest.mark.parametrize(
    ("first", "missing", "then"),
    [
        ("12345678", "año", "1990"),
        ("mi dni es 12.345.678", "año", "nací en 1990"),
        ("1990", "documento", "12345678"),
    ],
)
@pytest.mark.parametrize("asked_first", [True, False])
def test_who_says_it_in_two_messages_enters(partner, hears, first, missing, then, asked_first):
    if asked_first or first == "1990":
        hears("mis datos")
    (said,) = hears(first)
    assert "Solo me falta" in said and missing in said
    assert session() is None
    # No digit of it can be read, in what was said or in what the dialog keeps.
    assert not Message.objects.filter(direction="in", text__regex=r"\d").exists()
    assert not {"12345678", "1990"} & {*Dialog.objects.get().data.values()}
    welcome, *served = hears(then)
    assert "Ana" in welcome and bool(served) == (asked_first or first == "1990")
    assert session().partner == partner


def test_the_year_that_is_missing_is_heard_in_a_few_words(partner, hears, each):
    hears("12345678")
    years = [
        *("17/05/1990", "17 de mayo de 1990", "en 1990", "es 1990", "soy de 1990", "del 90"),
        *("90", "'90", "sí, 1990", "fecha 17/05/90", "nascido em 1990", "hola 1990"),
        *("mi cumpleaños es el 17/05/1990", "mi año de nacimiento es el 90"),
    ]
    for year in each(years):
        assert "Ana" in hears(year)[0] and session().partner == partner
        assert not Message.objects.filter(direction="in", text__regex=r"\d").exists()
        assert not InboundEvent.objects.filter(payload__contains=json.dumps(year)).exists()


def test_what_is_wanted_beside_the_missing_year_is_served(partner, hears, each):
    hears("mis datos")
    hears("12345678")
    texts = [
        *("1990 y quiero mi saldo", "17/05/1990 y quiero mi saldo", "es 1990. Quiero mi saldo"),
        *("nací en 1990 y quiero mi estado de cuenta", "mi saldo, 1990"),
        "soy del 90 y quiero ver mi saldo",
    ]
    for words in each(texts):
        welcome, served = hears(words)
        assert "Ana" in welcome and "préstamo" in served
        assert not Message.objects.filter(direction="in", text__regex=r"\d").exists()


def test_what_is_wanted_instead_of_the_year_keeps_the_document(partner, hears):
    hears("mis datos")
    hears("12345678")
    assert "año" in hears("quiero mi saldo")[0]
    welcome, served = hears("1990")
    assert "Ana" in welcome and "préstamo" in served


@pytest.mark.parametrize("wish", ["quiero mi estado de cuenta", "mi estado de cuenta en pdf"])
def test_who_names_the_statement_beside_who_they_are_enters(partner, hears, wish):
    hears("mi saldo")
    assert "Ana" in hears(f"12345678 1990, {wish}")[0] and session().partner == partner


@pytest.mark.parametrize(
    ("document", "year"), [("12345678", "1990"), ("12345678", "1991"), ("45612378", "1990")]
)
def test_another_phone_hears_the_same_of_two_halves(partner, from_outside, document, year):
    assert "año de nacimiento" in from_outside(document)[0]
    assert "código" in from_outside(year)[0]
    assert session(STRANGER) is None
    assert Dialog.objects.get().data == {}


def test_a_half_is_forgotten_with_its_question(partner, hears):
    hears("12345678")
    hears("cancelar")
    hears("mis datos")
    assert "número de documento" in hears("1990")[0]
    assert session() is None


def test_who_gives_only_one_half_again_and_again_is_helped_by_a_person(partner, hears):
    for text in ["12345678", "mi dni es 12345678", "12345678"]:
        assert "año" in hears(text)[0]
    hears("12345678")
    assert talk_of(PHONE).owner == "queue"


# --- Without a session -------------------------------------------------------------------------


CALLED = (
    ("Hola", "buenas tardes", "gracias", "ok", "chau"),
    ("menú", "¿dónde pago?", "asesor"),
    ("crear ticket", "Cobro doble", "Me cobraron dos veces", "mis tickets"),
    ("quiero visitar Villa Marina", "el lunes por la tarde", "otra@example.com"),
)


@pytest.mark.parametrize("logged_out", [False, True])
def test_a_partner_is_called_by_name_in_a_session_alone(partner, hears, each, logged_out):
    Property.objects.create(code="VM-01", title="Villa Marina", operation="sale")
    ContactPoint.objects.filter(kind="email").delete()
    if logged_out:
        hears(RIGHT)
        assert "Ana" in hears("Hola")[0]
        hears("cerrar sesión")
    for words in each(CALLED):
        for text in words:
            said = hears(text)
            assert said and not any("Ana" in one for one in said), (text, said)


def test_who_is_no_partner_is_called_by_the_name_they_gave(partner, hears):
    assert "Carla" in hears("Hola", sender=STRANGER, name="Carla Ficticia")[0]


@pytest.mark.parametrize("text", PRIVATE)
@pytest.mark.parametrize("sender", [PHONE, STRANGER])
def test_what_only_a_partner_has_asks_who_they_are_first(partner, hears, text, sender):
    (said,) = hears(text, sender=sender)
    assert "12345678 1990" in said and "Ana" not in said
    assert session(sender) is None


def test_what_was_asked_for_is_served_after_the_log_in(partner, hears):
    hears("mis datos")
    welcome, *served = hears(RIGHT)
    assert "Ana" in welcome and served
    shown = Message.objects.filter(author="bot").order_by("-pk")[: len(served)]
    assert all(message.is_private for message in shown)


def test_in_a_group_nobody_logs_in(partner, channel, post):
    body = message_body(
        {"type": "text", "text": {"body": RIGHT}, "id": "wamid.G1", "group_id": "G-1"},
        sender=PHONE,
    )
    assert post(body).status_code == 200
    work_off()
    assert Message.objects.get().text == RIGHT
    assert not PartnerSession.objects.exists() and not Message.objects.filter(direction="out")


# --- How long ----------------------------------------------------------------------------------


@pytest.fixture
def inside(partner, hears):
    hears(RIGHT)
    assert session() is not None
    return partner


def age(**times):
    now = timezone.now()
    changed = {name: now - timedelta(minutes=ago) for name, ago in times.items()}
    PartnerSession.objects.update(**changed)


def test_a_session_lasts_while_they_write(inside, hears):
    age(last_at=29)
    hears("mis datos")
    assert session().last_at > timezone.now() - timedelta(minutes=1)


def test_a_session_ends_after_half_an_hour_or_twelve(inside, hears, each):
    for times in each([{"last_at": 31}, {"opened_at": 12 * 60 + 1}]):
        age(**times)
        (said,) = hears("mi deuda")
        assert "12345678 1990" in said
        assert session() is None


def test_they_can_leave(inside, hears):
    (said,) = hears("cerrar sesión")
    assert session() is None and Dialog.objects.get().topic == {}
    (again,) = hears("cerrar sesión")
    assert said == again


def test_what_was_spoken_of_is_forgotten_by_the_next_one_in(inside, hears):
    Dialog.objects.update(topic={"loan": 5})
    hears(RIGHT)
    assert "loan" not in Dialog.objects.get().topic


# --- Changed hands -----------------------------------------------------------------------------


def system(type_, **said):
    return message_body(
        {
            "type": "system",
            "id": f"wamid.S.{type_}",
            "system": {"type": type_, "body": "…", **said},
        },
        sender=PHONE,
    )


def test_a_session_ends_when_the_phone_changes_hands(inside, post, each):
    rows = [
        ("user_changed_number", {"wa_id": "51987654399"}),
        ("customer_changed_number", {"wa_id": "51987654399"}),
        ("customer_identity_changed", {}),
        ("user_changed_user_id", {"user_id": "PE.1002"}),
    ]
    for type_, said in each(rows):
        assert post(system(type_, **said)).status_code == 200
        work_off()
        assert not PartnerSession.objects.filter(closed_at=None).exists()


def with_user(text, user, id_, **fields):
    body = message_body(
        {"type": "text", "text": {"body": text}, "id": id_, "from_user_id": user, **fields},
        sender=PHONE,
    )
    body["entry"][0]["changes"][0]["value"]["contacts"][0]["user_id"] = user
    return body


def test_a_session_ends_when_another_id_writes_from_the_number(partner, post):
    post(with_user(RIGHT, "PE.1001", "wamid.U1"))
    work_off()
    assert session().partner == partner
    post(with_user("mi deuda", "PE.2002", "wamid.U2"))
    work_off()
    assert session() is None


def test_a_session_stands_when_an_id_comes_to_be_known(inside, post):
    post(with_user("mis datos", "PE.1001", "wamid.U1"))
    work_off()
    assert session() is not None


def test_a_session_ends_with_another_key_of_the_app(partner, post):
    keyed = {"identity": {"acknowledged": True, "created_timestamp": "1", "hash": "h1"}}
    post(with_user(RIGHT, "PE.1001", "wamid.K1", **keyed))
    work_off()
    assert session().partner == partner
    keyed["identity"]["hash"] = "h2"
    post(with_user("mi deuda", "PE.1001", "wamid.K2", **keyed))
    work_off()
    assert session() is None


CHANGED = [
    {"phone": "+51987000009"},
    {"phone": ""},
    {"document_number": "40000009"},
]


def test_a_session_ends_with_what_was_on_file(inside, hears, each):
    for facts in each(CHANGED):
        change_partner(partner=Partner.objects.get(pk=inside.pk), by=None, **facts)
        assert sessions.standing(talk_of(PHONE), timezone.now()) is None
        hears("mi deuda")
        assert session() is None


def test_a_session_ends_with_the_partner(inside, hears):
    cancel(inside)
    hears("mi deuda")
    assert session() is None


def test_the_old_number_does_not_enter_any_more(partner, hears):
    change_partner(partner=partner, by=None, phone="+51987000009")
    hears(RIGHT)
    assert session() is None
