"""Who sees a document number whole, who masked, and who may change it: at every door."""

import pytest
from django.urls import reverse

from crm.audit.models import AuditEntry, record
from crm.conversations.models import Channel, ChannelIdentity, Conversation
from crm.desk.search import search
from crm.people.models import Contact

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
WHOLE, MASKED = "40000001", "•••••001"


@pytest.fixture
def ana():
    return Contact.objects.create(name="Ana Ficticia", document_number=WHOLE)


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


def test_the_search_box(agent, officer, manager, partner):
    def found(person, asked):
        return [f"{hit.title} {hit.subtitle}" for hit in search(person, asked, 5)]

    assert found(officer, WHOLE[:6]) == ["Ana Ficticia S-001 · 40000001"]
    assert "Ana Ficticia S-001 · •••••001" in found(manager, WHOLE)
    assert not any("001" in hit for hit in found(agent, "ficticia") + found(agent, WHOLE))
    assert found(manager, WHOLE[:6]) == found(agent, WHOLE) == []


def test_the_stock_administration_shows_it_masked(browser, administrator, ana):
    entry = record(
        action="identity_changed", subject=ana, by=None, before={}, after={"document_number": WHOLE}
    )
    for path in ("people/contact/", f"people/contact/{ana.pk}/change/"):
        text = text_of(browser, administrator, f"/admin/{path}")
        assert WHOLE not in text and MASKED in text, path
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
