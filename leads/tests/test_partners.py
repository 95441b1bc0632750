"""What the pages of leads say of partners and of identity documents, and what is changed there."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.audit.models import AuditEntry
from crm.people.models import Contact, ContactPoint
from leads.models import Lead, LeadChange
from partners.models import Partner
from partners.tests.conftest import make_partner

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
WHOLE, MASKED = "40000001", "•••••001"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def agent(colleague):
    return colleague("agent", username="agente")


@pytest.fixture
def manager(colleague):
    return colleague("manager", username="gerenta")


@pytest.fixture
def partner(db):
    return make_partner()


@pytest.fixture
def ana(db):
    return Contact.objects.create(name="Ana Ficticia", document_number=WHOLE)


@pytest.fixture
def lead(ana):
    return Lead.objects.create(contact=ana)


def text_of(browser, person, url):
    answer = browser(person).get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def late(partner):
    since = timezone.localdate() - timedelta(days=5)
    Partner.objects.filter(pk=partner.pk).update(unpaid_since=since, active_loans=2)


def test_the_leads_page_and_its_history(browser, agent, lead):
    LeadChange.objects.create(lead=lead, field="document_number", old="40000009", new=WHOLE)
    text = text_of(browser, agent, lead.get_absolute_url())
    assert WHOLE not in text and "40000009" not in text
    assert text.count(MASKED) == 2 and "•••••009" in text


def test_an_agent_enters_a_document_where_there_is_none_and_then_cannot_change_it(
    browser, agent, lead, ana
):
    Contact.objects.update(document_number="")
    page, url = browser(agent), reverse("leads:fact", args=[lead.pk, "document_number"])
    assert "<input" in page.get(url, headers=HTMX).content.decode()
    text = page.post(url, {"document_number": WHOLE}, headers=HTMX).content.decode()
    assert MASKED in text and WHOLE not in text
    entry = AuditEntry.objects.about(ana).get()
    assert (entry.actor, entry.before, entry.after) == (
        agent, {"document_number": ""}, {"document_number": WHOLE},
    )  # fmt: skip
    for said in ("50000001", "", WHOLE[:-1]):
        answer = page.post(url, {"document_number": said}, headers=HTMX)
        assert "Officers see and change it" in answer["HX-Trigger"]
        assert WHOLE not in answer.content.decode()
        assert page.post(url, {"document_number": said}).url == lead.get_absolute_url()
    assert "<input" not in page.get(url, headers=HTMX).content.decode()
    assert (
        'name="document_number"'
        not in page.get(f"{lead.get_absolute_url()}?edit=document_number").content.decode()
    )
    ana.refresh_from_db()
    assert ana.document_number == WHOLE
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize("name", ["name", "document_number", "birthday"])
def test_who_a_partner_is_changes_on_the_partners_page_only(browser, colleague, partner, name):
    chief = colleague(username="jefa", is_superuser=True)
    lead = Lead.objects.create(contact=partner.contact)
    url = reverse("leads:fact", args=[lead.pk, name])
    answer = browser(chief).post(url, {name: "1990-01-01"}, headers=HTMX)
    assert "is a partner" in answer["HX-Trigger"]
    before = Contact.objects.values().get(pk=partner.contact_id)
    assert before["name"] == "Ana Ficticia" and before["document_number"] == WHOLE
    url = reverse("leads:fact", args=[lead.pk, "language"])
    assert browser(chief).post(url, {"language": "qu"}).status_code == 302
    assert Contact.objects.get(pk=partner.contact_id).language == "qu"


def test_other_changes_of_identity_from_a_lead_are_in_the_audit_log(browser, agent, lead, ana):
    url = reverse("leads:fact", args=[lead.pk, "name"])
    browser(agent).post(url, {"name": "Ana Inventada"})
    browser(agent).post(url, {"name": "Ana Inventada"})
    entry = AuditEntry.objects.about(ana).get()
    assert (entry.before, entry.after) == ({"name": "Ana Ficticia"}, {"name": "Ana Inventada"})


def test_who_sees_documents_corrects_one_but_takes_nobody_elses(browser, colleague, lead, ana):
    Contact.objects.create(document_type="dni", document_number="50000001")
    Contact.objects.filter(pk=ana.pk).update(document_type="dni")
    page = browser(colleague(username="jefa", is_superuser=True))
    url = reverse("leads:fact", args=[lead.pk, "document_number"])
    for wrong, why in (("5000", "no valid"), ("50000001", "Somebody else has")):
        text = page.post(url, {"document_number": wrong}, headers=HTMX).content.decode()
        assert why in text
    assert page.post(url, {"document_number": "50000002"}).status_code == 302
    assert Contact.objects.get(pk=ana.pk).document_number == "50000002"


def test_by_which_phones_a_partner_is_known_is_not_an_agents_to_say(browser, agent, partner):
    point = ContactPoint.objects.create(contact=partner.contact, kind="phone", value="+51911000007")
    lead = Lead.objects.create(contact=partner.contact, assigned_to=agent)
    page = browser(agent)
    add = reverse("leads:add_point", args=[lead.pk])
    remove = reverse("leads:remove_point", args=[lead.pk, point.pk])
    text = page.get(lead.get_absolute_url()).content.decode()
    assert add not in text and remove not in text
    for url in (add, remove):
        page.post(url, {"text": "911 000 008"}, headers=HTMX)
    assert [one.value for one in ContactPoint.objects.all()] == ["+51911000007"]


def test_the_leads_page_shows_the_panel(browser, agent, manager, colleague, partner):
    late(partner)
    lead = Lead.objects.create(contact=partner.contact, assigned_to=agent)
    # Whose contact it is does not matter to who looks after the lead.
    Contact.objects.update(owner=colleague("agent", username="otra"))
    text = text_of(browser, agent, lead.get_absolute_url())
    assert "S-001" in text and "days late" not in text and partner.get_absolute_url() not in text
    text = text_of(browser, manager, lead.get_absolute_url())
    assert "5 days late" in text and partner.get_absolute_url() in text
    other = Lead.objects.create(contact=Contact.objects.create(name="Beto"), assigned_to=agent)
    assert "Partner" not in text_of(browser, agent, other.get_absolute_url())
    assert f"?contact={other.contact_id}" in text_of(browser, manager, other.get_absolute_url())


def test_the_stock_administration_shows_a_changed_document_masked(browser, colleague, lead):
    LeadChange.objects.create(lead=lead, field="document_number", new=WHOLE)
    chief = colleague(username="jefa", is_superuser=True, is_staff=True)
    text = text_of(browser, chief, f"/admin/leads/lead/{lead.pk}/change/")
    assert WHOLE not in text and MASKED in text
