"""The list of conversations: who may see it, and what it says."""

import pytest

from chatbot.tests.desk import at, browser, conversation, hear, person, say, words
from crm.conversations import ownership
from crm.conversations.models import Message
from crm.people.models import Contact
from leads.models import Lead

pytestmark = [pytest.mark.once, pytest.mark.django_db]

LIST = "/conversations/"


# --- Who may see -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["detail", "panel", "live", "card"])
def test_a_stranger_is_sent_to_log_in(talk, name):
    answer = browser().get(at(name, talk.pk))
    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/login/")


@pytest.mark.parametrize("role", ["", "marketer"])
def test_who_has_nothing_to_do_with_conversations_sees_none(talk, role):
    client = browser(person(role))
    assert client.get(LIST).status_code == 403
    assert client.get(at("detail", talk.pk)).status_code == 403


def test_an_agent_sees_free_conversations_and_not_a_colleagues(talk, agent, colleague):
    client = browser(agent)
    assert client.get(at("detail", talk.pk)).status_code == 200
    ownership.claim(conversation=talk, user=colleague)
    for name in ("detail", "panel", "live", "card"):
        assert client.get(at(name, talk.pk)).status_code == 404
    for name in ("reply", "claim", "give_back"):
        assert client.post(at(name, talk.pk), {"text": "Hola"}).status_code == 404
    assert "Rosa Ficticia" not in words(client.get(LIST))


def test_a_manager_sees_them_all(talk, manager, colleague):
    ownership.claim(conversation=talk, user=colleague)
    client = browser(manager)
    assert "Julio Paredes" in words(client.get(LIST))
    assert client.get(at("detail", talk.pk)).status_code == 200


def test_a_lead_of_mine_opens_its_contacts_conversation(talk, agent, colleague):
    ownership.claim(conversation=talk, user=colleague)
    Lead.objects.create(contact=talk.contact, assigned_to=agent)
    client = browser(agent)
    page = client.get(at("detail", talk.pk))
    assert page.status_code == 200
    assert not page.context["may_reply"]
    assert "Rosa Ficticia" in words(client.get(LIST))


def test_another_agents_message_cannot_be_sent_again(talk, agent, colleague):
    failed = say(talk, state="failed")
    ownership.claim(conversation=talk, user=colleague)
    assert browser(agent).post(at("retry", failed.pk)).status_code == 404
    failed.refresh_from_db()
    assert failed.state == "failed"


def test_what_writes_wants_post_and_a_token(talk, agent):
    client = browser(agent, enforce_csrf_checks=True)
    for name in ("reply", "claim", "give_back"):
        assert client.get(at(name, talk.pk)).status_code == 405
        assert client.post(at(name, talk.pk), {"text": "Hola"}).status_code == 403
    assert not Message.objects.filter(direction="out").exists()


def test_a_colleagues_contact_is_not_talked_to_behind_their_back(channel, agent, colleague):
    theirs = conversation(channel, "De Bob")
    hear(theirs)
    Contact.objects.filter(pk=theirs.contact_id).update(owner=colleague)
    address = f"{LIST}{theirs.pk}/"
    assert browser(agent).get(address).status_code == 404
    assert browser(agent).post(f"{address}reply/", {"text": "Hola"}).status_code == 404
    assert browser(colleague).get(address).status_code == 200


# --- The list --------------------------------------------------------------------------------


def test_the_list_says_who_waits_how_long_and_for_whom(talk, agent):
    ownership.hand_to_queue(conversation=talk)
    page = words(browser(agent).get(LIST))
    assert "Rosa Ficticia" in page
    assert "Hola, ¿sigue en venta?" in page
    assert "12 min" in page
    assert at("detail", talk.pk) in page


def test_tabs_show_mine_the_queue_and_the_bots(channel, agent):
    mine, queued, bots = (conversation(channel, name) for name in ("Mía Uno", "Cola Dos", "Bot Tr"))
    for one in (mine, queued, bots):
        hear(one)
    ownership.claim(conversation=mine, user=agent)
    ownership.hand_to_queue(conversation=queued)
    client = browser(agent)

    def shown(**query):
        return [row.record for row in client.get(LIST, query).context["table"].page.object_list]

    assert shown(owner="mine") == [mine]
    # Whom only the bot has answered waits for somebody as well.
    assert set(shown(owner="queue")) == {queued, bots}
    assert shown(owner="bot") == [bots]
    assert len(shown()) == 3


def test_the_queue_begins_with_who_has_waited_longest(channel, agent):
    late, early, answered = (conversation(channel, name) for name in ("Tarde", "Antes", "Nadie"))
    hear(answered, ago=90)
    say(answered, author="colleague", ago=80)
    hear(late, ago=5)
    hear(early, ago=50)
    for one in (late, early, answered):
        ownership.hand_to_queue(conversation=one)
    rows = browser(agent).get(LIST, {"owner": "queue"}).context["table"].page.object_list
    assert [row.record for row in rows] == [early, late, answered]
    page = browser(agent).get(LIST, {"sort": "waiting_since"})
    assert [row.record for row in page.context["table"].page.object_list] == [early, late, answered]


def test_searching_by_name_number_and_last_words(channel, agent):
    talk = conversation(channel, "Carmen Inventada", "51911222333")
    hear(talk, "Busco un terreno")
    hear(conversation(channel, "Otra Persona", "51944555666"), "Hola")
    client = browser(agent)
    for query in ("carmen", "911 222 333", "terreno"):
        page = client.get(LIST, {"q": query})
        assert [row.record for row in page.context["table"].page.object_list] == [talk], query
    assert client.get(LIST, {"q": "zzz\x00"}).status_code == 200


def test_what_did_not_go_out_is_marked_and_can_be_listed(channel, agent):
    good, bad = conversation(channel, "Bien"), conversation(channel, "Mal Llegado")
    say(good, state="read")
    say(bad, state="failed")
    page = browser(agent).get(LIST, {"sending": "trouble"})
    assert [row.record for row in page.context["table"].page.object_list] == [bad]
    assert "talk-trouble" in words(page)


def test_a_full_list_costs_no_more_queries_than_a_short_one(
    channel, agent, django_assert_max_num_queries
):
    client = browser(agent)
    for index in range(25):
        hear(conversation(channel, f"Persona {index}"))
    client.get(LIST)
    with django_assert_max_num_queries(12):
        client.get(LIST)


def test_an_empty_list_says_what_will_appear(agent):
    assert "empty-state" in words(browser(agent).get(LIST))


# --- On the dashboard ------------------------------------------------------------------------


def test_the_dashboard_counts_what_waits_and_leads_there(channel, agent, colleague):
    queued, mine, theirs = (conversation(channel) for _ in range(3))
    for one in (queued, mine, theirs):
        hear(one)
    ownership.hand_to_queue(conversation=queued)
    ownership.claim(conversation=mine, user=agent)
    ownership.claim(conversation=theirs, user=colleague)
    say(mine, state="failed")
    hear(mine)
    client = browser(agent)
    cards = [c for c in client.get("/").context["cards"] if c.url.startswith(LIST)]
    assert [card.value for card in cards] == [1, 1, 1]
    for card in cards:
        rows = client.get(card.url).context["table"].page.object_list
        assert len(rows) == card.value, card.url
