"""The list of conversations, a thread, and what one may do in it."""

import threading

import pytest
from django.db import connection
from django.urls import reverse

from chatbot.tests.desk import HTMX, browser, conversation, events, hear, person, say, words
from crm.conversations import ownership
from crm.conversations.models import Conversation, Episode, Message
from crm.people.models import Contact
from leads.models import Lead

pytestmark = pytest.mark.django_db

LIST = "/conversations/"


@pytest.fixture
def agent():
    return person("agent", first_name="María", last_name="Quispe")


@pytest.fixture
def colleague():
    return person("agent", first_name="Julio", last_name="Paredes")


@pytest.fixture
def manager():
    return person("manager", first_name="Elena")


@pytest.fixture
def talk(channel):
    made = conversation(channel)
    hear(made, "Hola, ¿sigue en venta?", ago=12)
    return made


def at(name, pk):
    return reverse(f"inbox:{name}", args=[pk])


def owner(talk):
    episode = Episode.objects.get(conversation=talk)
    return episode.owner, episode.human


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


# --- A thread --------------------------------------------------------------------------------


def test_what_people_write_stays_words(channel, agent):
    nasty = '<script>alert(1)</script> "><img src=x onerror=alert(2)> javascript:alert(3)'
    talk = conversation(channel, f"Eva {nasty}")
    hear(talk, f"{nasty} https://ejemplo.test/?a=1&b=<i>")
    say(talk, nasty, author="colleague", state="failed", error_text=nasty)
    hear(talk, nasty, kind="contacts")
    hear(talk, f"{nasty}\n-12.1, -77.0", kind="location")
    hear(talk, "", kind="unsupported", raw='{"x": "<script>alert(4)</script>"}')
    admin = person("administrator")
    for client in (browser(agent), browser(admin)):
        for page in (client.get(at("detail", talk.pk)), client.get(LIST)):
            html = words(page)
            assert "<script>alert" not in html
            assert "<img src=x" not in html
            assert 'href="javascript:' not in html
    assert 'rel="nofollow noopener noreferrer"' in words(browser(agent).get(at("detail", talk.pk)))


def test_only_administrators_unfold_what_we_could_not_read(talk, agent):
    hear(talk, "", kind="unsupported", raw='{"type": "ephemeral"}')
    assert "ephemeral" not in words(browser(agent).get(at("detail", talk.pk)))
    assert "ephemeral" in words(browser(person("administrator")).get(at("detail", talk.pk)))


def test_states_are_words_too(talk, agent):
    states = ("queued", "sending", "sent", "delivered", "read", "failed", "unknown", "cancelled")
    made = [say(talk, state, state=state) for state in states]
    html = words(browser(agent).get(at("detail", talk.pk)))
    for message in made:
        assert f">{message.get_state_display()}</span>" in html


def test_long_text_is_folded_and_nothing_of_it_lost(talk, agent):
    hear(talk, "palabra " * 2_000 + "FIN")
    html = words(browser(agent).get(at("detail", talk.pk)))
    assert "<details>" in html
    assert "FIN" in html


def test_a_page_holds_fifty_and_leads_to_the_earlier_ones(channel, agent):
    talk = conversation(channel)
    made = [hear(talk, f"número {index:03d}", ago=200 - index) for index in range(120)]
    client = browser(agent)
    page = client.get(at("detail", talk.pk))
    shown = page.context["thread"].bubbles
    assert [bubble.message for bubble in shown] == made[70:]
    earlier = client.get(at("live", talk.pk), {"before": made[70].pk}, headers=HTMX)
    assert [bubble.message for bubble in earlier.context["thread"].bubbles] == made[20:70]
    first = client.get(at("live", talk.pk), {"before": made[20].pk}, headers=HTMX)
    assert [bubble.message for bubble in first.context["thread"].bubbles] == made[:20]
    assert not first.context["thread"].earlier


def test_messages_of_one_moment_are_neither_lost_nor_shown_twice(channel, agent):
    talk = conversation(channel)
    made = [hear(talk, f"número {index}") for index in range(60)]
    Message.objects.filter(conversation=talk).update(shown_at=made[0].shown_at)
    client = browser(agent)
    last = client.get(at("detail", talk.pk)).context["thread"].bubbles
    first = client.get(at("live", talk.pk), {"before": last[0].message.pk}, headers=HTMX)
    both = [bubble.message.pk for bubble in [*first.context["thread"].bubbles, *last]]
    assert both == [message.pk for message in made]


def test_a_renewal_begins_where_the_page_began(channel, agent):
    talk = conversation(channel)
    made = [hear(talk, f"número {index:03d}", ago=200 - index) for index in range(60)]
    client = browser(agent)
    begun = client.get(at("detail", talk.pk)).context["thread"].first_pk
    new = hear(talk, "recién llegado")
    live = client.get(at("live", talk.pk), {"from": begun}, headers=HTMX)
    bubbles = [bubble.message for bubble in live.context["thread"].bubbles]
    assert bubbles == [*made[10:], new]
    assert "composer" not in words(live)


@pytest.mark.parametrize("query", ["before=x", "before=99999999999999999999", "from=-1", "from="])
def test_senseless_places_in_the_address_do_no_harm(talk, agent, query):
    assert browser(agent).get(f"{at('live', talk.pk)}?{query}").status_code == 200


def test_quotes_and_reactions_stand_by_what_they_are_about(talk, agent):
    ours = say(talk, "Nos vemos el sábado", ago=5)
    hear(talk, "Perfecto", reply_to=ours.provider_id, ago=4)
    hear(talk, "👍", kind="reaction", reply_to=ours.provider_id, ago=3)
    hear(talk, "¿Y esto?", reply_to="wamid.GONE", ago=2)
    bubbles = browser(agent).get(at("detail", talk.pk)).context["thread"].bubbles
    by_text = {bubble.message.text: bubble for bubble in bubbles}
    assert by_text["Perfecto"].quoted == ours
    assert by_text["Nos vemos el sábado"].reactions == ["👍"]
    assert "👍" not in by_text
    assert by_text["¿Y esto?"].quoted_is_gone


def test_a_withdrawn_reaction_is_gone(talk, agent):
    ours = say(talk, "Hola", ago=5)
    hear(talk, "👍", kind="reaction", reply_to=ours.provider_id, ago=4)
    hear(talk, "", kind="reaction", reply_to=ours.provider_id, ago=3)
    bubbles = browser(agent).get(at("detail", talk.pk)).context["thread"].bubbles
    assert [bubble.reactions for bubble in bubbles if bubble.message == ours] == [[]]


def test_a_thread_costs_the_same_however_much_it_quotes(
    channel, agent, django_assert_max_num_queries
):
    talk = conversation(channel)
    for _ in range(40):
        ours = say(talk)
        hear(talk, reply_to=ours.provider_id)
    client = browser(agent)
    client.get(at("live", talk.pk), headers=HTMX)
    with django_assert_max_num_queries(12):
        client.get(at("live", talk.pk), headers=HTMX)


# --- News ------------------------------------------------------------------------------------


def test_the_pulse_tells_of_news_to_who_may_see_it(talk, agent, colleague):
    client = browser(agent)
    key = f"conversation:{talk.pk}"
    before = client.get("/pulse/", {key: "", "conversations": ""}).json()
    assert client.get("/pulse/", before).status_code == 204
    hear(talk, "¿Hola?")
    after = client.get("/pulse/", before).json()
    assert set(after) == {key, "conversations"}
    ownership.claim(conversation=talk, user=colleague)
    hidden = client.get("/pulse/", {key: ""})
    hear(talk, "¿Hay alguien?")
    assert client.get("/pulse/", {key: ""}).content == hidden.content


# --- Answering -------------------------------------------------------------------------------


def test_who_answers_takes_the_conversation_and_its_lead(talk, agent):
    lead = Lead.objects.create(contact=talk.contact)
    waiting = say(talk, "El bot quería decir algo", state="queued")
    answer = browser(agent).post(
        at("reply", talk.pk), {"text": " Sí, sigue en venta. ", "token": "t1"}, headers=HTMX
    )
    assert answer.status_code == 204
    assert set(events(answer)) >= {"talk-refresh", "talk-replied"}
    sent = Message.objects.get(author="colleague")
    assert (sent.text, sent.state, sent.user) == ("Sí, sigue en venta.", "queued", agent)
    assert owner(talk) == ("human", agent)
    lead.refresh_from_db()
    assert (lead.assigned_to, lead.status) == (agent, "contacted")
    assert lead.first_response_at == sent.created_at
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
    assert Conversation.objects.get(pk=talk.pk).waiting_since is None


def test_the_card_shows_leads_one_may_see_and_follows_an_answer(talk, agent, colleague):
    mine = Lead.objects.create(contact=talk.contact)
    client = browser(agent)
    client.post(at("reply", talk.pk), {"text": "Hola", "token": "t"}, headers=HTMX)
    card = words(client.get(at("card", talk.pk), headers=HTMX))
    assert mine.get_absolute_url() in card
    assert "María Quispe" in card
    Lead.objects.update(assigned_to=colleague)
    assert mine.get_absolute_url() not in words(client.get(at("card", talk.pk), headers=HTMX))


def test_without_htmx_one_comes_back_to_the_page(talk, agent):
    answer = browser(agent).post(at("reply", talk.pk), {"text": "Hola", "token": "t1"})
    assert (answer.status_code, answer.url) == (302, at("detail", talk.pk))


def test_sending_the_same_form_twice_makes_one_message(talk, agent):
    client = browser(agent)
    for _ in range(2):
        client.post(at("reply", talk.pk), {"text": "Hola", "token": "t1"}, headers=HTMX)
    assert Message.objects.filter(author="colleague").count() == 1
    client.post(at("reply", talk.pk), {"text": "Hola", "token": "t2"}, headers=HTMX)
    assert Message.objects.filter(author="colleague").count() == 2


@pytest.mark.parametrize("text", ["", "   \n", "\x00", "a" * 20_001])
def test_what_cannot_be_sent_is_refused_and_kept(talk, agent, text):
    client = browser(agent)
    answer = client.post(at("reply", talk.pk), {"text": text, "token": "t"}, headers=HTMX)
    assert answer.status_code == 422
    assert words(answer)
    page = client.post(at("reply", talk.pk), {"text": text, "token": "t"})
    assert page.status_code == 422
    assert "composer" in words(page)
    assert not Message.objects.filter(direction="out").exists()
    assert owner(talk) == ("bot", None)


def test_a_colleagues_conversation_is_answered_only_by_taking_over(talk, agent, colleague, manager):
    ownership.claim(conversation=talk, user=colleague)
    Lead.objects.create(contact=talk.contact, assigned_to=agent)
    refused = browser(agent).post(at("reply", talk.pk), {"text": "Yo"}, headers=HTMX)
    assert refused.status_code == 422
    assert "Julio Paredes" in words(refused)
    assert (
        browser(manager).post(at("reply", talk.pk), {"text": "Yo"}, headers=HTMX).status_code == 204
    )
    assert owner(talk) == ("human", manager)


def test_taking_and_giving_back(talk, agent):
    client = browser(agent)
    client.post(at("claim", talk.pk))
    assert owner(talk) == ("human", agent)
    page = client.get(at("detail", talk.pk)).context
    assert page["is_mine"] and page["may_give_back"] and not page["may_take"]
    answer = client.post(at("give_back", talk.pk), headers=HTMX)
    assert "toasts" in events(answer)
    assert owner(talk) == ("bot", None)


def test_a_failed_message_is_tried_again_once(talk, agent):
    failed = say(talk, state="failed", error_code="131047", error_text="Demasiado tarde")
    client = browser(agent)
    answer = client.post(at("retry", failed.pk), headers=HTMX)
    assert answer.status_code == 204
    failed.refresh_from_db()
    assert (failed.state, failed.error_text, failed.provider_id) == ("queued", "", "")
    Message.objects.filter(pk=failed.pk).update(state="sent")
    client.post(at("retry", failed.pk), headers=HTMX)
    failed.refresh_from_db()
    assert failed.state == "sent"


def test_an_unconfirmed_message_is_sent_again_or_given_up(talk, agent):
    first, second = say(talk, state="unknown"), say(talk, state="unknown")
    client = browser(agent)
    assert "hx-confirm" in words(client.get(at("detail", talk.pk)))
    client.post(at("retry", first.pk))
    client.post(at("give_up", second.pk))
    client.post(at("give_up", first.pk))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("queued", "failed")


def test_what_the_person_wrote_cannot_be_sent(talk, agent):
    theirs = Message.objects.get()
    browser(agent).post(at("retry", theirs.pk))
    theirs.refresh_from_db()
    assert theirs.state == "received"


def at_once(*jobs):
    """Run the jobs side by side, each with a connection of its own; what they gave, in order."""
    ready = threading.Barrier(len(jobs))
    given = [None] * len(jobs)

    def run(index, job):
        ready.wait()
        try:
            given[index] = job()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return given


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_it_at_once_one_gets_it(channel):
    talk = conversation(channel)
    people = [person("agent"), person("agent")]
    clients = [browser(one) for one in people]
    at_once(*(lambda c=c: c.post(at("claim", talk.pk)).status_code for c in clients))
    kept = Episode.objects.get(conversation=talk)
    assert kept.owner == "human"
    assert kept.human in people
    loser = clients[1 - people.index(kept.human)]
    assert loser.get(at("detail", talk.pk)).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_message(channel):
    talk = conversation(channel)
    agent = person("agent")
    clients = [browser(agent) for _ in range(3)]
    form = {"text": "Hola", "token": "el-mismo"}
    codes = at_once(
        *(lambda c=c: c.post(at("reply", talk.pk), form, headers=HTMX).status_code for c in clients)
    )
    assert codes == [204, 204, 204]
    assert Message.objects.filter(author="colleague").count() == 1


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


def test_a_colleagues_contact_is_not_talked_to_behind_their_back(channel, agent, colleague):
    theirs = conversation(channel, "De Bob")
    hear(theirs)
    Contact.objects.filter(pk=theirs.contact_id).update(owner=colleague)
    address = f"{LIST}{theirs.pk}/"
    assert browser(agent).get(address).status_code == 404
    assert browser(agent).post(f"{address}reply/", {"text": "Hola"}).status_code == 404
    assert browser(colleague).get(address).status_code == 200
