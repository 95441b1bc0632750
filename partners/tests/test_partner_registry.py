"""Who becomes a partner, and what changes of one: through the verbs."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from crm.audit.models import AuditEntry
from crm.errors import DeskError
from crm.people.models import Agency, Contact, ContactPoint
from partners.identity import FactError, check_birthday, registered
from partners.loans import cancel, disburse, write_off
from partners.models import Partner
from partners.registry import (
    ChangedMeanwhileError,
    change_partner,
    change_status,
    next_number,
    register_partner,
    version,
)
from partners.tests.conftest import make_loan, make_partner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

ANA = {
    "name": " Ana  Ficticia ",
    "document_type": "dni",
    "document_number": "40.000.001",
    "birthday": date(1985, 5, 17),
    "phone": "911 000 001",
    "email": "Ana@Ejemplo.test",
    "number": "S-001",
}


def register(by=None, contact=None, **said):
    return register_partner(by=by, contact=contact, **(ANA | said))


def entries(subject):
    rows = AuditEntry.objects.about(subject).order_by("id")
    return [(row.action, row.before, row.after) for row in rows]


def test_a_new_person_becomes_a_partner_and_both_are_noted(officer):
    partner = register(officer)
    contact = partner.contact
    assert (contact.name, contact.document_number) == ("Ana Ficticia", "40000001")
    assert (registered(contact), registered(contact, "email")) == (
        "+51911000001", "ana@ejemplo.test",
    )  # fmt: skip
    ((action, before, after),) = entries(contact)
    assert (action, before["name"], after["name"]) == ("identity_changed", "", "Ana Ficticia")
    assert (after["birthday"], after["phone"]) == ("1985-05-17", "+51911000001")
    ((action, _, after),) = entries(partner)
    assert (action, after["number"], after["status"]) == ("partner_registered", "S-001", "active")
    assert {row.actor for row in AuditEntry.objects.all()} == {officer}


def test_a_known_contact_keeps_what_it_has_and_its_phone_becomes_the_registered_one(officer):
    contact = Contact.objects.create(name="Anita")
    ContactPoint.objects.create(contact=contact, kind="phone", value="+51911000001", primary=True)
    ContactPoint.objects.create(contact=contact, kind="phone", value="+51911000002")
    partner = register(officer, contact)
    assert partner.contact_id == contact.pk
    verified = contact.points.exclude(verified_at=None).filter(kind="phone")
    assert [point.value for point in verified] == ["+51911000001"]
    ((_, before, after),) = entries(contact)
    assert (before["name"], after["name"]) == ("Anita", "Ana Ficticia")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"document_number": "123"}, "document_number"),
        ({"document_number": ""}, "document_number"),
        ({"document_type": "carné"}, "document_type"),
        ({"document_type": "ruc"}, "document_number"),
        ({"name": "  "}, "name"),
        ({"phone": "12"}, "phone"),
        ({"email": "ana@"}, "email"),
        ({"number": "x" * 21}, "number"),
        ({"number": "S\x00"}, "number"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(said, field):
    with pytest.raises(FactError) as refused:
        register(**said)
    assert refused.value.field == field
    assert not Contact.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("born", "good"),
    [
        (date(2006, 2, 28), True),
        (date(2006, 3, 1), False),
        (date(1985, 5, 17), True),
        (date(1913, 3, 1), True),
        (date(1913, 2, 28), False),
        (date(1850, 1, 1), False),
        (date(2024, 2, 29), False),
        (date(2999, 1, 1), False),
    ],
)
def test_a_partner_is_18_to_110_years_old(born, good):
    today = date(2024, 2, 28)
    if good:
        check_birthday(born, today)
    else:
        with pytest.raises(FactError):
            check_birthday(born, today)


def test_the_verb_checks_the_birthday():
    with pytest.raises(FactError):
        register(birthday=timezone.localdate() - timedelta(days=365))
    assert not Contact.objects.exists()


def test_what_is_taken_is_refused_by_name():
    register()
    other = {"name": "Beto Ficticio", "phone": "", "email": ""}
    with pytest.raises(FactError, match="document is taken"):
        register(**other, number="S-002")
    with pytest.raises(FactError, match="S-001 is taken; S-002 is free"):
        register(**other, document_number="40000002")
    with pytest.raises(FactError, match="phone is registered"):
        register(**other | {"phone": "+51911000001"}, document_number="40000002", number="S-002")
    with pytest.raises(FactError, match="e-mail is registered"):
        register(
            **other | {"email": "ana@ejemplo.test"}, document_number="40000002", number="S-002"
        )
    assert Partner.objects.count() == Contact.objects.count() == 1


def test_the_same_number_of_another_kind_is_another_document():
    register()
    second = register(
        document_type="ar_dni", document_number="40000001", phone="", email="", number="S-002"
    )
    assert second.contact.document_type == "ar_dni"


def test_a_document_of_no_known_kind_gets_one_when_its_person_becomes_a_partner():
    contact = Contact.objects.create(name="Ana", document_number="40000001")
    register(contact=contact)
    contact.refresh_from_db()
    assert contact.document_type == "dni"


def test_nobody_becomes_a_partner_twice_nor_a_group():
    partner = register()
    with pytest.raises(DeskError, match="partner already"):
        register(contact=partner.contact, number="S-002")
    with pytest.raises(DeskError, match="group"):
        register(contact=Contact.objects.create(is_group=True))


def test_who_was_merged_meanwhile_is_registered_as_who_they_are_now():
    kept = Contact.objects.create(name="Ana")
    old = Contact.objects.create(name="Ana", merged_into=kept)
    assert register(contact=old).contact_id == kept.pk


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_who_register_the_same_document_at_once_one_is_told():
    told = []
    together = threading.Barrier(2)

    def one(number):
        together.wait()
        try:
            register(number=number, phone="", email="")
        except DeskError as error:
            told.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(f"S-00{n}",)) for n in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 1 and "document is taken" in told[0]
    assert Partner.objects.count() == Contact.objects.count() == 1


@pytest.mark.parametrize(
    ("there", "proposed"),
    [
        ([], "S-0001"),
        (["S-009"], "S-010"),
        (["S-010", "S-002"], "S-011"),
        (["0099"], "0100"),
        (["99"], "100"),
        (["100", "99"], "101"),
        (["Socia"], "Socia-1"),
    ],
)
def test_the_next_free_member_number_is_proposed(there, proposed):
    for place, number in enumerate(there):
        make_partner(document=f"4000000{place}", number=number)
    assert next_number() == proposed


def test_without_a_number_it_is_the_next_free_one():
    assert register(number="").number == "S-0001"


def test_only_what_changed_is_noted(officer, manager):
    partner = register(officer)
    lima = Agency.objects.create(name="Lima")
    change_partner(partner=partner, by=manager, agency=lima, officer=officer, name="Ana Inventada")
    change_partner(partner=partner, by=manager, agency=lima)
    assert entries(partner)[1:] == [
        (
            "partner_changed",
            {"agency": "", "officer": ""},
            {"agency": "Lima", "officer": "oficial"},
        )
    ]
    assert entries(partner.contact)[1:] == [
        ("identity_changed", {"name": "Ana Ficticia"}, {"name": "Ana Inventada"})
    ]


def test_the_phone_that_was_registered_proves_nothing_any_more(officer):
    partner = register(officer)
    change_partner(partner=partner, by=officer, phone="911 000 009")
    contact = Contact.objects.get(pk=partner.contact_id)
    assert registered(contact) == "+51911000009" == contact.phone
    old = contact.points.get(value="+51911000001")
    assert (old.verified_at, old.primary) == (None, False)
    assert entries(contact)[-1][1:] == ({"phone": "+51911000001"}, {"phone": "+51911000009"})
    change_partner(partner=partner, by=officer, phone="")
    assert registered(Contact.objects.get(pk=contact.pk)) == ""
    # And it is free for somebody else.
    register(document_number="40000002", number="S-002", phone="+51911000001", email="")


def test_nobody_writes_over_what_they_have_not_seen(officer):
    partner = register(officer)
    seen = version(partner)
    change_partner(partner=partner, by=officer, seen=seen, name="Ana Uno")
    with pytest.raises(ChangedMeanwhileError):
        change_partner(partner=partner, by=officer, seen=seen, name="Ana Dos")
    assert Contact.objects.get(pk=partner.contact_id).name == "Ana Uno"


def test_an_old_document_that_is_none_stands_in_the_way_of_no_other_change(officer):
    partner = make_partner(document="1")
    change_partner(partner=partner, by=officer, name="Ana Inventada")
    with pytest.raises(FactError):
        change_partner(partner=partner, by=officer, document_number="2")


def test_suspending_cancelling_and_reactivating_need_a_reason_and_are_noted(officer, partner):
    with pytest.raises(DeskError, match="reason"):
        change_status(partner=partner, status="suspended", by=officer, reason="  ")
    change_status(partner=partner, status="suspended", by=officer, reason="Se mudó")
    with pytest.raises(DeskError, match="is suspended now"):
        change_status(partner=partner, status="suspended", by=officer, reason="Otra vez")
    change_status(partner=partner, status="cancelled", by=officer, reason="Se retira")
    with pytest.raises(DeskError, match="is deregistered now"):
        change_status(partner=partner, status="suspended", by=officer, reason="Tarde")
    partner = change_status(partner=partner, status="active", by=officer, reason="Volvió")
    with pytest.raises(DeskError):
        change_status(partner=partner, status="dormido", by=officer, reason="No existe")
    assert partner.status == "active"
    rows = AuditEntry.objects.about(partner).order_by("id")
    assert [(row.action, row.before, row.after, row.reason) for row in rows] == [
        ("partner_suspended", {"status": "active"}, {"status": "suspended"}, "Se mudó"),
        ("partner_cancelled", {"status": "suspended"}, {"status": "cancelled"}, "Se retira"),
        ("partner_reactivated", {"status": "cancelled"}, {"status": "active"}, "Volvió"),
    ]


def test_a_partner_with_an_active_loan_cannot_be_cancelled(officer, partner, product):
    running = make_loan(partner, product)
    draft = make_loan(partner, product, number="P-002", active=False)
    with pytest.raises(DeskError, match="active loans cannot be cancelled"):
        change_status(partner=partner, status="cancelled", by=officer, reason="Se retira")
    write_off(loan=running, by=officer, reason="Incobrable")
    cancel(loan=draft, by=officer, reason="No lo quiso")
    assert (
        change_status(partner=partner, status="cancelled", by=officer, reason="Ya").status
        == "cancelled"
    )


@pytest.mark.parametrize(
    ("status", "called"), [("suspended", "suspended"), ("cancelled", "deregistered")]
)
def test_no_loan_is_paid_out_to_who_is_no_active_partner(officer, partner, product, status, called):
    draft = make_loan(partner, product, active=False)
    change_status(partner=partner, status=status, by=officer, reason="Prueba")
    with pytest.raises(DeskError, match=f"partner is {called} now"):
        disburse(loan=draft, by=officer)
    draft.refresh_from_db()
    assert draft.status == "draft"
