"""Partners from a file: made, recognised, changed, and never doubled."""

from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from crm.audit.models import AuditEntry
from crm.imports.tests.files import checked, problems, ran
from crm.people.models import Agency, Contact, ContactPoint
from partners.models import Partner
from partners.registry import register_partner
from partners.tests.conftest import make_partner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english", "media")]
HEAD = "Id;Nombre;Tipo de documento;DNI;Nacimiento;Celular;Correo;Agencia;Asesor;Nro socio;Estado"
ANA = "77;Ana Ficticia;DNI;40000001;17/05/1985;911000001;ana@ejemplo.test;Centro;oficial;S-1;"


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def agency(db):
    return Agency.objects.create(name="Centro")


def table(*rows, head=HEAD):
    return "\n".join([head, *rows])


def registered(**said):
    facts = {
        "name": "Ana Ficticia",
        "document_type": "dni",
        "document_number": "40000001",
        "birthday": date(1985, 5, 17),
        "number": "S-1",
        "joined_on": date(2020, 1, 1),
    }
    return register_partner(by=None, **(facts | said))


def test_a_new_partner_with_everything(officer, agency):
    one = ran("partners", table(ANA), officer)
    assert (one.state, one.made, one.bad) == ("done", 1, 0), problems(one)
    partner = Partner.objects.get()
    contact = partner.contact
    assert (partner.number, partner.external_id, partner.status) == ("S-1", "77", "active")
    assert (partner.officer, partner.agency) == (officer, agency)
    assert (contact.name, contact.document_type, contact.document_number) == (
        "Ana Ficticia",
        "dni",
        "40000001",
    )
    assert contact.birthday == date(1985, 5, 17) and contact.phone == "+51911000001"
    assert all(point.verified_at and point.primary for point in contact.points.all())
    entry = AuditEntry.objects.about(partner).get()
    assert (entry.action, entry.actor) == ("partner_imported", officer)
    assert entry.after["document_number"] == "40000001" and "row 2" in entry.reason


def test_the_same_file_again_changes_nothing(officer, agency):
    ran("partners", table(ANA), officer)
    noted = AuditEntry.objects.count()
    again = ran("partners", table(ANA), officer)
    assert (again.made, again.changed, again.same) == (0, 0, 1)
    assert AuditEntry.objects.count() == noted and ContactPoint.objects.count() == 2


def test_without_ids_the_document_says_who_it_is(officer):
    head = "Nombre;DNI;Nro socio"
    ran("partners", table("Ana Ficticia;40000001;S-1", head=head), officer)
    again = ran("partners", table("Ana Ficticia;40000001;S-1", head=head), officer)
    assert again.same == 1 and Partner.objects.count() == 1


def test_facts_that_differ_are_changed_and_empty_cells_change_nothing(officer, agency):
    partner = registered(external_id="77", phone="911000001")
    one = ran(
        "partners",
        table("77;Ana María Ficticia;;40000001;;911000009;;Centro;;S-1;"),
        officer,
    )
    assert (one.changed, one.bad) == (1, 0), problems(one)
    partner.refresh_from_db()
    contact = Contact.objects.get()
    assert contact.name == "Ana María Ficticia" and contact.birthday == date(1985, 5, 17)
    assert contact.phone == "+51911000009" and partner.agency == agency
    assert {one.action for one in AuditEntry.objects.filter(actor=officer)} == {
        "identity_changed",
        "partner_changed",
    }


def test_who_may_only_add_partners_changes_none(officer, agency):
    """As at the desk: a registered phone is what a log-in by chat trusts."""
    for group in officer.groups.all():
        group.permissions.remove(Permission.objects.get(codename="change_partner"))
    only_adds = type(officer).objects.get(pk=officer.pk)
    registered(external_id="77", phone="911000001")
    known = "77;Ana Ficticia;;40000001;17/05/1985;911000001;;;;S-1;"
    changed, added = known.replace("0001;;;;S", "0009;;;;S"), "78;Beto Ficticio;;40000002;;;;;;S-2;"
    one = ran("partners", table(changed, added), only_adds)
    ((number, _, told),) = problems(one)
    assert number == 2 and "may not change partners" in told
    assert (one.made, one.changed, one.bad) == (1, 0, 1)
    assert Contact.objects.get(document_number="40000001").phone == "+51911000001"
    assert ran("partners", table(known), only_adds).same == 1


def test_an_id_is_added_to_who_had_none(officer):
    partner = registered()
    one = ran("partners", table("77;Ana Ficticia;;40000001;;;;;;S-1;"), officer)
    partner.refresh_from_db()
    assert one.changed == 1 and partner.external_id == "77"


def test_id_and_status_of_each_stand_in_the_audit_log(officer):
    known, person = registered(), Contact.objects.create(name="Beto")
    Contact.objects.filter(pk=person.pk).update(document_type="dni", document_number="40000002")
    rows = (
        "77;Ana Ficticia;;40000001;;;;;;S-1;",
        "78;Beto Ficticio;;40000002;;;;;;S-2;suspendido",
        "79;Caro Ficticia;;40000003;;;;;;S-3;suspendido",
    )
    one = ran("partners", table(*rows), officer)
    assert (one.bad, one.made, one.changed) == (0, 2, 1), problems(one)

    def told(partner):
        found = {}
        for entry in AuditEntry.objects.about(partner).filter(actor=officer).order_by("id"):
            found |= entry.after
        return found.get("external_id"), found.get("status")

    assert told(known) == ("77", None)
    assert told(Partner.objects.get(number="S-2")) == ("78", "suspended")
    assert told(Partner.objects.get(number="S-3")) == ("79", "suspended")


def test_a_dry_run_writes_nothing(officer, agency):
    partner = registered()
    checked("partners", table(ANA.replace("Ana F", "Eva F"), "8;B;;40000008;;;;;;S-8;"), officer)
    contact = Contact.objects.get()
    partner.refresh_from_db()
    assert contact.name == "Ana Ficticia" and partner.external_id == ""
    assert AuditEntry.objects.filter(actor=officer).count() == 0


def test_a_contact_with_that_document_becomes_the_partner(officer):
    contact = Contact.objects.create(name="Anita", document_type="dni", document_number="40000001")
    ran("partners", table("77;Ana Ficticia;;40000001;;;;;;S-1;"), officer)
    assert Contact.objects.get() == contact == Partner.objects.get().contact
    assert Contact.objects.get().name == "Ana Ficticia"


def test_who_wrote_from_that_phone_becomes_the_partner(officer):
    contact = Contact.objects.create(name="Anita")
    contact.points.create(
        kind="phone", value="+51911000001", verified_at=timezone.now(), primary=True
    )
    ran("partners", table("77;Ana Ficticia;;40000001;;911000001;;;;S-1;"), officer)
    assert Partner.objects.get().contact == contact


def test_a_phone_somebody_only_typed_makes_nobody_the_same(officer):
    contact = Contact.objects.create(name="Otra")
    contact.points.create(kind="phone", value="+51911000001", primary=True)
    one = ran("partners", table("77;Ana Ficticia;;40000001;;911000001;;;;S-1;"), officer)
    assert one.made == 1 and Partner.objects.get().contact != contact


WRONG = [
    (";Ana;;;;;;;;S-9;", "DNI", "missing"),
    (";;;40000009;;;;;;S-9;", "Nombre", "missing"),
    (";Ana;;40000009;;;;;;;", "Nro socio", "missing"),
    (";Ana;;4000000;;;;;;S-9;", "DNI", "eight digits"),
    (";Ana;RUC;40000009;;;;;;S-9;", "DNI", "no valid RUC"),
    (";Ana;cédula;40000009;;;;;;S-9;", "Tipo de documento", "Say one of these"),
    (";Ana;;40000009;30/02/1990;;;;;S-9;", "Nacimiento", "no such day"),
    (";Ana;;40000009;01/01/2020;;;;;S-9;", "Nacimiento", "18 years"),
    (";Ana;;40000009;01/01/1880;;;;;S-9;", "Nacimiento", "year right"),
    (";Ana;;40000009;;123;;;;S-9;", "Celular", "no telephone number"),
    (";Ana;;40000009;;;ana@;;;S-9;", "Correo", "no e-mail"),
    (";Ana;;40000009;;;;Marte;;S-9;", "Agencia", "no such agency"),
    (";Ana;;40000009;;;;;nadie;S-9;", "Asesor", "No officer"),
    (";Ana;;40000009;;;;;agente;S-9;", "Asesor", "No officer"),
    (";Ana;;40000009;;;;;;S-9;dudoso", "Estado", "Say one of these"),
    (";Ana;;40000009;;;;;;S-77;", "Nro socio", "another partner's"),
    (";Ana;;40000009;;911000077;;;;S-9;", "Celular", "somebody else"),
    ("77;Ana;;40000009;;;;;;S-77;", "DNI", "another document"),
    ("77;Berta Ficticia;;40000077;;;;;;S-9;", "Nro socio", "number is S-77"),
    ("99;Berta Ficticia;;40000077;;;;;;S-77;", "Id", "another id"),
    ("77;Berta Ficticia;;40000077;;;;;;S-77;retirado", "Estado", "with a reason"),
    (f";{'A' * 201};;40000009;;;;;;S-9;", "Nombre", "200 characters"),
    (f";{'A' * 1200};;40000009;;;;;;S-9;", "Nombre", "1000 characters"),
]


@pytest.mark.parametrize(("row", "column", "words"), WRONG)
def test_what_is_wrong_is_said_by_row_and_column(officer, agent, row, column, words):
    partner = registered(
        name="Berta Ficticia",
        document_number="40000077",
        number="S-77",
        external_id="77",
        phone="911000077",
    )
    one = checked("partners", table("1;Bueno Ficticio;;40000111;;;;;;S-111;", row), officer)
    ((number, said, told),) = problems(one)
    assert (number, said, one.good) == (3, column, 1) and words in told
    partner.refresh_from_db()
    assert partner.number == "S-77"


def test_two_rows_of_one_file_are_never_one_partner(officer):
    one = checked(
        "partners",
        table(
            "1;Ana;;40000001;;911000001;;;;S-1;",
            "1;Eva;;40000002;;911000001;;;;S-2;",
            "3;Eva;;40000001;;;;;;S-1;",
        ),
        officer,
    )
    assert {(row, column) for row, column, _ in problems(one)} == {
        (3, "Id"),
        (3, "Celular"),
        (4, "DNI"),
        (4, "Nro socio"),
    }


def test_a_document_written_in_two_ways_is_one(officer):
    one = ran(
        "partners",
        table("1;Ana;;40.000.001;;;;;;S-1;", "2;Eva;DNI;40000001;;;;;;S-2;"),
        officer,
    )
    assert (one.made, one.bad) == (1, 1) and problems(one)[0][:2] == (3, "DNI")


def test_a_partner_of_long_ago_keeps_a_status(officer):
    ran("partners", table(";Ana;;40000001;;;;;;S-1;retirado"), officer)
    assert Partner.objects.get().status == "cancelled"


def test_a_portion_costs_few_queries_however_many_rows(officer, django_assert_max_num_queries):
    rows = [f"{n};P {n};;{40000000 + n};;91100{n:04};;;;S-{n};" for n in range(1, 91)]
    with django_assert_max_num_queries(90):
        one = ran("partners", table(*rows), officer)
    assert one.made == 90, problems(one)


def test_made_by_hand_and_by_import_are_alike(officer):
    make_partner(number="S-7", document="40000007")
    one = ran("partners", table("5;Ana Ficticia;;40000007;;;;;;S-7;"), officer)
    assert one.changed == 1 and Partner.objects.get().external_id == "5"
