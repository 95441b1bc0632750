"""A thread as it is read: bubbles, pages of it, news of it."""

import re
from html import unescape

import pytest
from django.utils import timezone

from chatbot.models import DeliveryAttempt
from chatbot.tests.desk import HTMX, at, browser, conversation, hear, person, say, words
from crm.conversations import ownership
from crm.conversations.models import Message

pytestmark = [pytest.mark.once, pytest.mark.django_db]


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
        for page in (client.get(at("detail", talk.pk)), client.get("/conversations/")):
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


def test_a_reaction_stands_by_a_message_of_another_page(talk, agent):
    ours = say(talk, "El primero", ago=500)
    for number in range(55):
        hear(talk, f"Hola {number}", ago=400 - number)
    hear(talk, "👍", kind="reaction", reply_to=ours.provider_id, ago=1)
    page = browser(agent)
    shown = page.get(at("detail", talk.pk)).context["thread"]
    assert not any(one.message.kind == "reaction" for one in shown.bubbles)
    earlier = page.get(f"{at('live', talk.pk)}?before={shown.first_pk}").context["thread"].bubbles
    assert [one.reactions for one in earlier if one.message == ours] == [["👍"]]


def test_each_attempt_is_told_below_what_did_not_go_out(talk, agent):
    ours = say(talk, "Hola", state="failed", error_text="No existe")
    for outcome, detail in (("retry", "Más tarde"), ("failed", "<b>No existe</b>")):
        DeliveryAttempt.objects.create(
            message=ours, worker="w", lease_until=timezone.now(), outcome=outcome, detail=detail
        )
    html = browser(agent).get(at("detail", talk.pk)).content.decode()
    assert html.index("Más tarde") < html.index("&lt;b&gt;No existe&lt;/b&gt;")
    assert "2 intentos" in html and "<b>No existe" not in html


def test_an_attempt_shows_the_providers_number_and_no_word_of_ours(talk, agent):
    message = say(talk, "Hola", state="failed")
    for code in ("131026", "timeout"):
        DeliveryAttempt.objects.create(
            message=message, worker="w", lease_until=timezone.now(), outcome="failed", code=code
        )
    page = words(browser(agent).get(at("detail", talk.pk)))
    assert "(131026)" in page and "timeout" not in page


@pytest.mark.usefixtures("in_english")
def test_who_reacted_to_what_is_not_here_is_named(channel, agent):
    talk = conversation(channel, "Rosa <i>Ficticia")
    hear(talk, "👍", kind="reaction", reply_to="wamid.GONE", ago=3)
    hear(talk, "", kind="reaction", reply_to="wamid.GONE", ago=2)
    say(talk, "🎉", author="phone_app", kind="reaction", reply_to="wamid.GONE", ago=1)
    page = words(browser(agent).get(at("detail", talk.pk)))
    assert "Rosa &lt;i&gt;Ficticia reacted with 👍 to an earlier message" in page
    assert "Rosa &lt;i&gt;Ficticia took back a reaction" in page
    assert "A colleague reacted with 🎉 to an earlier message" in page


@pytest.mark.usefixtures("in_english")
def test_an_administrator_files_what_was_misunderstood_from_where_it_was_said(talk, agent):
    hear(talk, "quiero <b>ver</b> la casita")
    hear(talk, "debo mucho", is_private=True)
    say(talk, "¡Hola!")
    assert "misunderstood" not in words(browser(agent).get(at("detail", talk.pk)))
    admin = browser(person("administrator"))
    html = words(admin.get(at("detail", talk.pk)))
    (text,) = re.findall(r'name="text" value="(quiero[^"]*|debo[^"]*|¡Hola[^"]*)"', html)
    page = words(admin.post("/intents/", {"text": unescape(text)}))
    assert "Understood as" in page and 'value="quiero &lt;b&gt;ver&lt;/b&gt; la casita"' in page
