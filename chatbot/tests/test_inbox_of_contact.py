"""A contact's conversations on their page, as far as one may see them."""

import pytest

from chatbot.inbox.pulse import pulse
from chatbot.tests.desk import HTMX, at, browser, conversation, hear, person, words
from crm.conversations.models import Conversation
from crm.people.models import Contact
from partners.models import Partner

pytestmark = pytest.mark.django_db


def panel(user, contact):
    return browser(user).get(f"/conversations/of-contact/{contact.pk}/", headers=HTMX)


def test_the_page_loads_them_and_each_leads_to_its_thread(channel, agent):
    talk = conversation(channel, "Ana <b>Ficticia</b>")
    hear(talk, "Hola <script>")
    talk.last_text = "Hola <script>"
    talk.save()
    page = browser(agent).get(f"/people/{talk.contact_id}/").content.decode()
    assert f"/conversations/of-contact/{talk.contact_id}/" in page
    text = panel(agent, talk.contact).content.decode()
    assert f"/conversations/{talk.pk}/" in text
    assert "Hola &lt;script&gt;" in text and "<script>" not in text


def test_a_colleagues_are_not_shown(channel, agent):
    talk = conversation(channel, "Ana Ficticia")
    Contact.objects.filter(pk=talk.contact_id).update(owner=person("agent"))
    text = panel(agent, talk.contact).content.decode()
    assert f"/conversations/{talk.pk}/" not in text and "quiet" in text
    assert f"/conversations/{talk.pk}/" in panel(person("manager"), talk.contact).content.decode()


def test_strangers_get_nothing(channel):
    talk = conversation(channel, "Ana Ficticia")
    assert panel(None, talk.contact).status_code == 403
    assert panel(person("marketer"), talk.contact).status_code == 403


@pytest.mark.usefixtures("in_english")
def test_of_very_many_the_newest_are_shown_and_it_says_so(channel, agent):
    first = conversation(channel, "Ana Ficticia")
    for _ in range(20):
        talk = conversation(channel, "Ana Ficticia")
        Conversation.objects.filter(pk=talk.pk).update(contact=first.contact)
    text = panel(agent, first.contact).content.decode()
    assert text.count("<li>") == 20 and "These are the newest 20." in text
    talk.delete()
    assert "These are" not in panel(agent, first.contact).content.decode()


def test_a_partners_is_open_to_officers_whoever_has_the_lead(channel, agent):
    """A lead's owner keeps the contact; officers serve every partner at the counter."""
    talk = conversation(channel, "Ana Ficticia")
    hear(talk, "Mi saldo, por favor", is_private=True)
    Contact.objects.filter(pk=talk.contact_id).update(owner=agent)
    officer, other = person("officer"), person("agent")
    assert browser(officer).get(at("panel", talk.pk)).status_code == 404
    Partner.objects.create(contact=talk.contact, number="S-1")
    for name in ("detail", "panel", "live"):
        shown = browser(officer).get(at(name, talk.pk))
        assert shown.status_code == 200 and "Mi saldo, por favor" in words(shown), name
        assert browser(other).get(at(name, talk.pk)).status_code == 404
    assert at("detail", talk.pk) in words(panel(officer, talk.contact))
    assert at("detail", talk.pk) in words(browser(officer).get("/conversations/"))
    assert f"conversation:{talk.pk}" in pulse(officer, [f"conversation:{talk.pk}"])
    assert "Mi saldo" not in words(browser(agent).get(at("panel", talk.pk)))


def test_a_partners_page_opens_the_newest_one(channel):
    old, new = conversation(channel, "Ana Ficticia"), conversation(channel, "Ana Ficticia")
    Conversation.objects.filter(pk=new.pk).update(contact=old.contact)
    hear(old, "Hola", ago=60)
    hear(new, "Volví")
    partner = Partner.objects.create(contact=old.contact, number="S-1")
    officer = person("officer")
    url = f"/conversations/of-contact/{old.contact_id}/"
    assert f'hx-get="{url}?panel=1"' in words(browser(officer).get(partner.get_absolute_url()))
    text = words(browser(officer).get(f"{url}?panel=1", headers=HTMX))
    assert f'hx-get="{at("panel", new.pk)}"' in text and at("panel", old.pk) not in text
    assert text.count("<li>") == 2
    assert at("panel", new.pk) not in words(panel(officer, old.contact))
