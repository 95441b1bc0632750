"""Who sees a document number whole, who masked, and who may change it: at every door."""

import pytest
from django.urls import reverse

from crm.audit.models import AuditEntry, record
from crm.conversations.models import Channel, ChannelIdentity, Conversation
from crm.desk.search import search
from crm.people.models import Contact, ContactPoint
from leads.models import Lead, LeadChange

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
WHOLE, MASKED = "40000001", "•••••001"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ana():
    return Contact.objects.create(name="Ana Ficticia", document_number=WHOLE)


@pytest.fixture
def lead(ana):
    return Lead.objects.create(contact=ana)


@pytest.fixture
def talk(ana):
    channel = Channel.objects.create(name="WhatsApp", provider="meta", external_id="1")
    identity = ChannelIdentity.objects.create(channel=channel, contact=ana)
    return Conversation.objects.create(channel=channel, identity=identity, contact=ana)


@pytest.fixture
def administrator(colleague):
    return colleague("administrator", username="admin", is_staff=True)


def text_of(browser, person, url):
    answer = browser(person).get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def test_the_contacts_page(browser, agent, officer, manager, ana):
    url = reverse("people:contact", args=[ana.pk])
    assert WHOLE in text_of(browser, officer, url)
    for person in (agent, manager):
        text = text_of(browser, person, url)
        assert WHOLE not in text and MASKED in text


def test_the_conversations_card(browser, agent, officer, talk):
    for name in ("inbox:detail", "inbox:card"):
        url = reverse(name, args=[talk.pk])
        assert WHOLE in text_of(browser, officer, url)
        text = text_of(browser, agent, url)
        assert WHOLE not in text and MASKED in text


def test_the_leads_page_and_its_history(browser, agent, lead):
    LeadChange.objects.create(lead=lead, field="document_number", old="40000009", new=WHOLE)
    text = text_of(browser, agent, lead.get_absolute_url())
    assert WHOLE not in text and "40000009" not in text
    assert text.count(MASKED) == 2 and "•••••009" in text


def test_the_search_box(agent, officer, manager, lead, partner):
    found = lambda person, asked: [  # noqa: E731
        f"{hit.title} {hit.subtitle}" for hit in search(person, asked, 5)
    ]
    assert found(officer, WHOLE[:6]) == ["Ana Ficticia S-001 · 40000001"]
    assert "Ana Ficticia S-001 · •••••001" in found(manager, WHOLE)
    assert not any("001" in hit for hit in found(agent, "ficticia") + found(agent, WHOLE))
    assert found(manager, WHOLE[:6]) == found(agent, WHOLE) == []


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


def test_the_stock_administration_shows_it_masked(browser, colleague, administrator, lead, ana):
    LeadChange.objects.create(lead=lead, field="document_number", new=WHOLE)
    entry = record(
        action="identity_changed", subject=ana, by=None, before={}, after={"document_number": WHOLE}
    )
    for path in ("people/contact/", f"people/contact/{ana.pk}/change/"):
        text = text_of(browser, administrator, f"/admin/{path}")
        assert WHOLE not in text and MASKED in text, path
    chief = colleague(username="jefa", is_superuser=True, is_staff=True)
    text = text_of(browser, chief, f"/admin/leads/lead/{lead.pk}/change/")
    assert WHOLE not in text and MASKED in text
    for path in ("audit/auditentry/", f"audit/auditentry/{entry.pk}/change/"):
        assert WHOLE not in text_of(browser, administrator, f"/admin/{path}")
    found = text_of(browser, administrator, f"/admin/people/contact/?q={WHOLE}")
    assert MASKED not in found, "a search would let one guess it"


def test_the_stock_administration_notes_who_changed_an_identity(browser, administrator, ana):
    url = f"/admin/people/contact/{ana.pk}/change/"
    said = {
        "name": "Ana Inventada", "birthday": "", "document_number": "1", "points-TOTAL_FORMS": 0,
        "points-INITIAL_FORMS": 0,
    }  # fmt: skip
    assert browser(administrator).post(url, said).status_code == 302
    ana.refresh_from_db()
    assert (ana.name, ana.document_number) == ("Ana Inventada", WHOLE)
    entry = AuditEntry.objects.about(ana).get()
    assert (entry.actor, entry.after) == (administrator, {"name": "Ana Inventada"})


def test_nobody_edits_money_or_partners_in_the_stock_administration(
    browser, colleague, loan, product
):
    page = browser(colleague(username="jefa", is_superuser=True, is_staff=True))
    rows = {"partner": loan.partner, "loan": loan, "loanproduct": product}
    for name in ("partner", "loanproduct", "loan", "payment", "receipt", "paymentoption"):
        assert page.get(f"/admin/partners/{name}/").status_code == 200, name
        assert page.get(f"/admin/partners/{name}/add/").status_code == 403, name
        row = rows.get(name)
        if row:
            url = f"/admin/partners/{name}/{row.pk}"
            assert 'name="_save"' not in text_of(lambda _: page, None, f"{url}/change/")
            assert page.post(f"{url}/change/", {"number": "X"}).status_code == 403, name
            assert page.post(f"{url}/delete/", {"post": "yes"}).status_code == 403, name
    entry = AuditEntry.objects.first()
    assert (
        page.post(f"/admin/audit/auditentry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    )
    assert page.get("/admin/audit/auditentry/add/").status_code == 403


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
