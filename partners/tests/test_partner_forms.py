"""Making a partner and changing one, through the browser's door."""

import re

import pytest
from django.urls import reverse

from crm.audit.models import AuditEntry
from crm.people.models import Contact, ContactPoint
from partners.identity import registered
from partners.models import Partner
from partners.tests.conftest import make_partner

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
NEW = "/partners/new/"
ANA = {
    "name": "Ana Ficticia",
    "document_type": "dni",
    "document_number": "40000001",
    "birthday": "1985-05-17",
    "phone": "911 000 001",
    "email": "",
    "number": "S-0001",
    "joined_on": "2024-01-02",
    "agency": "",
    "officer": "",
}


def initial(page, url):
    return {field.name: field.value() for field in page.get(url).context["form"]}


def post(page, url=NEW, **said):
    return page.post(url, ANA | said)


def test_the_form_proposes_what_is_likely(browser, officer, manager):
    found = initial(browser(officer), NEW)
    assert (found["number"], found["officer"]) == ("S-0001", officer.pk)
    assert initial(browser(manager), NEW)["officer"] is None
    make_partner(number="S-0041")
    assert initial(browser(officer), NEW)["number"] == "S-0042"


def test_somebody_new_becomes_a_partner(browser, officer):
    answer = post(browser(officer), officer=officer.pk)
    partner = Partner.objects.get()
    assert answer.url == partner.get_absolute_url()
    assert (partner.contact.name, partner.officer) == ("Ana Ficticia", officer)
    assert registered(partner.contact) == "+51911000001"
    assert set(AuditEntry.objects.values_list("actor", flat=True)) == {officer.pk}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"document_number": "4000"}, "no valid DNI"),
        ({"document_type": "carné"}, "Select a valid choice"),
        ({"birthday": "2020-01-01"}, "at least 18"),
        ({"birthday": "1850-01-01"}, "Is the year right?"),
        ({"birthday": "2999-01-01"}, "yet to come"),
        ({"birthday": "mañana"}, "valid date"),
        ({"phone": "12"}, "no telephone number"),
        ({"email": "ana@"}, "no e-mail address"),
        ({"name": " "}, "required"),
        ({"number": ""}, "required"),
        ({"number": "x" * 21}, "at most 20"),
        ({"joined_on": "2999-01-01"}, "Is the year right?"),
        ({"officer": "999"}, "Select a valid choice"),
        ({"name": "Ana\x00"}, "Null characters"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(browser, officer, said, why):
    text = post(browser(officer), **said).content.decode()
    assert why in text and "field-error" in text
    assert not Partner.objects.exists() and not Contact.objects.exists()


def test_a_known_contact_is_found_and_taken(browser, officer):
    contact = Contact.objects.create(name="Anita")
    ContactPoint.objects.create(contact=contact, kind="phone", value="+51911000001", primary=True)
    page = browser(officer)
    for asked in ("anita", "911000001"):
        assert f"?contact={contact.pk}" in page.get(NEW, {"q": asked}).content.decode()
    assert "Nobody found" in page.get(NEW, {"q": "zzz"}).content.decode()
    found = initial(page, f"{NEW}?contact={contact.pk}")
    assert (found["name"], found["phone"]) == ("Anita", "+51911000001")
    post(page, contact=contact.pk)
    assert Partner.objects.get().contact == contact


def test_who_is_a_partner_already_is_shown_as_one(browser, officer, partner):
    page = browser(officer)
    assert partner.get_absolute_url() in page.get(NEW, {"q": "40000001"}).content.decode()
    for answer in (page.get(f"{NEW}?contact={partner.contact_id}"),
                   post(page, contact=partner.contact_id)):  # fmt: skip
        assert answer.url == partner.get_absolute_url()
    text = post(page).content.decode()
    assert "We may know this person already" in text and partner.get_absolute_url() in text
    text = post(page, contact="new").content.decode()
    assert "A document belongs to one person only" in text
    assert Partner.objects.count() == Contact.objects.count() == 1


@pytest.mark.parametrize("mine", [True, False])
def test_who_shares_the_phone_is_asked_about(browser, officer, colleague, mine):
    owner = None if mine else colleague("agent", username="otra")
    contact = Contact.objects.create(name="Beto Ficticio", owner=owner)
    ContactPoint.objects.create(contact=contact, kind="phone", value="+51911000001", primary=True)
    page = browser(officer)
    text = post(page).content.decode()
    assert ("Beto Ficticio" in text) == mine
    assert ("A contact of otra" in text) != mine
    assert not Partner.objects.exists()
    # A colleague's contact is reached by its very phone, not by its number in the address.
    assert page.get(f"{NEW}?contact={contact.pk}").status_code == (200 if mine else 404)
    wrong = {"contact": contact.pk, "phone": "911 000 002"}
    assert mine or post(page, **wrong).status_code == 404
    if not mine:
        assert post(page, contact=contact.pk).status_code == 302
        assert Partner.objects.get().contact == contact
    else:
        assert post(page, contact="new").status_code == 302
        assert Partner.objects.get().contact != contact


def test_the_enter_key_chooses_nobody(browser, officer):
    contact = Contact.objects.create(name="Beto Ficticio")
    ContactPoint.objects.create(contact=contact, kind="phone", value="+51911000001", primary=True)
    text = post(browser(officer)).content.decode()
    form = text[text.index('id="partner-form"') :]
    first, *others = re.findall(r'<button type="submit"[^>]*>', form)
    assert "name=" not in first
    assert sum('name="contact"' in one for one in others) == 2


@pytest.mark.parametrize("said", ["x", "99", "9" * 30, "-1"])
def test_a_contact_that_is_none_is_404(browser, officer, said):
    assert browser(officer).get(NEW, {"contact": said}).status_code == 404
    assert post(browser(officer), contact=said).status_code == 404


def test_a_number_that_is_taken_is_named_with_a_free_one(browser, officer):
    make_partner("Beto", "50000001", "S-0001")
    text = post(browser(officer)).content.decode()
    assert "S-0001 is taken; S-0002 is free" in text
    assert Contact.objects.count() == 1


def edit_url(partner):
    return reverse("partners:edit", args=[partner.pk])


def saved(page, partner, **said):
    url = edit_url(partner)
    answer = page.get(url)
    form = {name: value or "" for name, value in initial(page, url).items()}
    return page.post(url, form | {"seen": answer.context["seen"]} | said)


def test_changing_is_saved_and_noted(browser, officer, partner):
    page = browser(officer)
    assert (
        saved(page, partner, name="Ana Inventada", number="S-9").url == partner.get_absolute_url()
    )
    partner = Partner.objects.get()
    assert (partner.contact.name, partner.number) == ("Ana Inventada", "S-9")
    text = page.get(partner.get_absolute_url()).content.decode()
    assert "Ana Ficticia" in text and "Ana Inventada" in text, "before and after"
    count = AuditEntry.objects.count()
    assert saved(page, partner).status_code == 302
    assert AuditEntry.objects.count() == count, "nothing changed, nothing noted"


def test_whoever_saw_an_older_state_is_told_and_loses_nothing(browser, officer, manager, partner):
    page = browser(officer)
    seen = page.get(edit_url(partner)).context["seen"]
    saved(browser(manager), partner, name="Ana Uno")
    text = saved(page, partner, name="Ana Dos", seen=seen).content.decode()
    assert "Somebody has just changed this partner" in text and "Ana Dos" in text
    assert Contact.objects.get().name == "Ana Uno"
    for wrong in ("", "x", "9" * 30):
        assert saved(page, partner, name="Ana Dos", seen=wrong).status_code == 200
    assert saved(page, partner, name="Ana Dos").status_code == 302


def test_a_document_that_is_taken_is_refused(browser, officer, partner):
    make_partner("Beto", "50000001", "S-002")
    text = saved(browser(officer), partner, document_number="50000001").content.decode()
    assert "This document is taken" in text


def test_who_may_not_see_the_document_does_not_change_it(browser, manager, partner):
    page, url = browser(manager), edit_url(partner)
    text = page.get(url).content.decode()
    assert "40000001" not in text and "•••••001" in text
    assert 'name="document_number"' not in text
    text = saved(page, partner, document_number="50000001").content.decode()
    assert "another document on file" in text
    assert saved(page, partner, name="Ana Uno", document_type="passport").status_code == 302
    contact = Contact.objects.get()
    assert (contact.name, contact.document_type, contact.document_number) == (
        "Ana Uno", "dni", "40000001",
    )  # fmt: skip


def test_a_manager_registers_a_contact_whose_document_is_on_file_masked(browser, manager):
    contact = Contact.objects.create(name="Ana", document_number="40000001")
    page, url = browser(manager), f"{NEW}?contact={contact.pk}"
    assert "40000001" not in page.get(url).content.decode()
    said = {name: value for name, value in ANA.items() if name != "document_number"}
    said |= {"contact": contact.pk, "phone": ""}
    text = page.post(NEW, said | {"document_type": "ruc"}).content.decode()
    assert "no valid RUC" in text and "40000001" not in text
    assert page.post(NEW, said).status_code == 302
    contact.refresh_from_db()
    assert (contact.document_type, contact.document_number) == ("dni", "40000001")
