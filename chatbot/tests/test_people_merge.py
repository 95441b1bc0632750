"""One person is one thread on a channel, by whatever they are known; and never somebody else's."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chatbot import lanes
from chatbot.channels import directory
from chatbot.inbox import answering
from chatbot.models import InboundEvent
from chatbot.tests import desk, dialects, people_known
from chatbot.tests.events import apply
from chatbot.tests.graph_stub import message_body
from chatbot.tests.people_known import ANA, NEW, USER, addresses, merged, thread_of
from chatbot.work import work_off
from crm.conversations import outreach, ownership
from crm.conversations.models import (
    ChannelIdentity,
    Conversation,
    Episode,
    Message,
)
from crm.people.models import Contact, ContactPoint
from leads.models import Lead

pytestmark = pytest.mark.django_db

tell = people_known.tell
twice = people_known.twice


@pytest.fixture
def change(post):
    """change(ANA, NEW) -> Meta says that whoever had the first number has the second one now."""

    def send(old, new, *, at=None):
        moment = int((at or timezone.now()).timestamp())
        system = {"type": "user_changed_number", "wa_id": new, "body": "…"}
        element = {"from": old, "id": f"wamid.{old}-{new}-{moment}", "timestamp": str(moment)}
        post(message_body({**element, "type": "system", "system": system}))
        work_off()

    return send


# --- A number changes --------------------------------------------------------------------------


def test_a_changed_number_is_written_to_from_then_on(tell, change, graph):
    tell("Hola", number=ANA)
    change(ANA, NEW)
    tell("Soy yo", number=NEW)
    assert thread_of("Hola") == thread_of("Soy yo")
    assert addresses(thread_of("Hola")) == [NEW]
    assert graph.sent[-1]["to"] == NEW


def test_who_is_given_an_old_number_has_a_thread_of_their_own(tell, change, graph):
    tell("Soy Ana", number=ANA)
    change(ANA, NEW)
    tell("Soy Beto y estreno este número", number=ANA)
    assert thread_of("Soy Ana") != thread_of("Soy Beto y estreno este número")
    assert Contact.objects.filter(merged_into=None).count() == 2
    assert graph.sent[-1]["to"] == ANA


def test_a_number_changed_and_changed_back_is_the_first_again(tell, change, graph):
    tell("Hola", number=ANA)
    change(ANA, NEW)
    change(NEW, ANA)
    tell("De nuevo", number=ANA)
    assert Conversation.objects.count() == 1
    assert graph.sent[-1]["to"] == ANA


def test_a_changed_number_is_the_contacts_own(tell, change):
    tell("Hola", number=ANA)
    change(ANA, NEW)
    point = ContactPoint.objects.get()
    assert (point.value, point.primary) == (f"+{NEW}", True)
    assert point.verified_at is not None


def test_who_wrote_from_the_new_number_first_is_the_same_person(tell, change):
    tell("Hola", number=ANA)
    tell("Soy yo, con otro número", number=NEW)
    change(ANA, NEW)
    assert Conversation.objects.count() == 1
    assert thread_of("Hola") == thread_of("Soy yo, con otro número")
    assert Contact.objects.get(merged_into=None).phone == f"+{NEW}"


def test_whoever_had_the_new_number_long_ago_was_somebody_else(tell, change):
    long_ago = timezone.now() - timedelta(days=100)
    tell("Soy Beto", number=NEW)
    Conversation.objects.update(last_message_at=long_ago)
    tell("Soy Ana", number=ANA)
    change(ANA, NEW)
    tell("Ana con su número nuevo", number=NEW)
    assert thread_of("Ana con su número nuevo") == thread_of("Soy Ana")
    assert thread_of("Soy Beto") != thread_of("Soy Ana")
    assert addresses(thread_of("Soy Beto")) == []
    assert thread_of("Soy Ana").contact.phone == f"+{NEW}"


def test_what_was_written_before_the_change_and_comes_late_is_still_theirs(tell, change):
    before = timezone.now() - timedelta(hours=1)
    tell("Hola", number=ANA)
    change(ANA, NEW)
    tell("Soy Beto", number=ANA)
    tell("Lo de antes", number=ANA, at=before)
    assert thread_of("Lo de antes") == thread_of("Hola") != thread_of("Soy Beto")
    assert addresses(thread_of("Hola")) == [NEW]


def test_a_change_told_again_when_the_old_number_is_somebody_elses(tell, change):
    at = timezone.now() - timedelta(minutes=9)
    tell("Soy Ana", number=ANA)
    change(ANA, NEW, at=at)
    tell("Soy Beto", number=ANA)
    InboundEvent.objects.filter(payload__contains="user_changed").update(state="pending")
    work_off()
    change(ANA, NEW, at=at - timedelta(seconds=1))
    assert thread_of("Soy Ana") != thread_of("Soy Beto")
    assert (addresses(thread_of("Soy Ana")), addresses(thread_of("Soy Beto"))) == ([NEW], [ANA])


def test_two_changes_that_come_the_wrong_way_round(tell, change):
    now = timezone.now()
    tell("Hola", number=ANA)
    Conversation.objects.update(created_at=now - timedelta(days=9))
    change(NEW, ANA, at=now - timedelta(minutes=1))
    change(ANA, NEW, at=now - timedelta(minutes=2))
    assert addresses(thread_of("Hola")) == [ANA]
    assert thread_of("Hola").contact.phone == f"+{ANA}"


def test_a_change_of_the_user_id_leads_to_the_same_thread(tell, post):
    tell("Hola", user=USER)
    system = {"type": "user_changed_user_id", "user_id": "PE.2002", "previous_user_id": USER}
    element = {"id": "wamid.S", "type": "system", "system": system, "from_user_id": "PE.2002"}
    post(message_body({**element, "timestamp": "1790000000"}))
    tell("Otra vez", user="PE.2002")
    assert thread_of("Hola") == thread_of("Otra vez")
    assert addresses(thread_of("Hola")) == ["PE.2002"]


# --- One person, known twice -------------------------------------------------------------------


def test_an_event_that_carries_both_keys_makes_two_threads_one(tell):
    tell("Por id", user=USER)
    tell("Por número", number=ANA)
    assert thread_of("Por id") != thread_of("Por número")
    tell("Por los dos", number=ANA, user=USER)
    tell("Otra vez por id", user=USER)
    texts = ("Por id", "Por número", "Por los dos", "Otra vez por id")
    assert len({thread_of(text).pk for text in texts}) == 1
    assert Conversation.objects.count() == ChannelIdentity.objects.count() == 1
    assert Contact.objects.get(merged_into=None).phone == f"+{ANA}"


def test_the_new_key_of_somebody_known_is_their_telephone_as_well(tell):
    tell("Por id", user=USER)
    tell("Por los dos", number=ANA, user=USER)
    assert thread_of("Por id").contact.phone == f"+{ANA}"


def test_a_hidden_number_of_maytapi_and_the_number_are_one(settings):
    maytapi = dialects.MaytapiDialect()
    channel = maytapi.channel()
    directory.forget()

    def said(text, *, chat, phone):
        body = maytapi.text(f"false_{chat}_{text}", ANA)
        body["user"] |= {"id": chat, "phone": phone}
        body["conversation"], body["message"]["text"] = chat, text
        for event in lanes.provider_for(channel).parse(body):
            apply(channel, lanes.provider_for(channel).understand(event.kind, event.payload))

    said("uno", chat="77788899900@lid", phone="")
    said("dos", chat=f"{ANA}@c.us", phone=ANA)
    said("tres", chat="77788899900@lid", phone=ANA)
    said("cuatro", chat="77788899900@lid", phone="")
    assert len({thread_of(text).pk for text in ("uno", "dos", "tres", "cuatro")}) == 1


def test_the_older_thread_knows_who_waits_and_what_was_said_last(channel, twice):
    older, newer = twice
    ago = timezone.now() - timedelta(minutes=9)
    Conversation.objects.filter(pk=newer.pk).update(waiting_since=ago)
    newer.refresh_from_db()
    kept = merged(channel)
    assert kept.pk == older.pk
    assert kept.waiting_since == ago
    for name in ("last_text", "last_message_at", "last_shown_at", "last_inbound_at"):
        assert getattr(kept, name) == getattr(newer, name), name
    assert kept.messages.count() == Message.objects.count()


@pytest.mark.parametrize("where", ["older", "newer"])
def test_who_answers_goes_on_answering_and_the_bot_is_silent(channel, twice, agent, where):
    taken = twice[where == "newer"]
    ownership.claim(conversation=taken, user=agent)
    said = outreach.send(conversation=twice[where == "older"], text="Soy un robot", author="bot")
    kept = merged(channel)
    assert (kept.episode.owner, kept.episode.human) == ("human", agent)
    assert Episode.objects.get(closed_at=None).pk == kept.episode_id
    assert Episode.objects.exclude(closed_at=None).get().outcome == "merged"
    said.refresh_from_db()
    assert said.state == "cancelled"


def test_a_message_under_way_arrives_where_it_went(channel, twice, graph, agent):
    ownership.claim(conversation=twice[1], user=agent)
    sent = outreach.send(conversation=twice[1], text="Buenas", author="colleague", user=agent)
    kept = merged(channel)
    work_off()
    sent.refresh_from_db()
    assert (sent.state, sent.conversation_id) == ("sent", kept.pk)


def test_their_number_is_that_of_their_last_words(channel, twice, graph):
    """Whatever was known first: an older number of theirs is not written to."""
    merged(channel, number="51911000077")
    kept = merged(channel, number=ANA)
    numbers = kept.identity.addresses.filter(kind="wa_id").values_list("value", flat=True)
    assert list(numbers) == ["51911000077", ANA]


def test_pages_of_a_thread_that_is_no_more_show_the_one_it_is_in(channel, twice, manager):
    kept = merged(channel)
    page = desk.browser(manager).get(desk.at("detail", twice[1].pk))
    assert page.status_code == 200
    assert page.context["conversation"].pk == kept.pk
    answer = desk.browser(manager).post(desk.at("reply", twice[1].pk), {"text": "Buenas"})
    assert answer.status_code in (200, 302)
    assert kept.messages.filter(text="Buenas").exists()


def test_who_answers_while_two_threads_become_one_answers_in_the_one(channel, twice, agent):
    stale = twice[1]
    kept = merged(channel)
    message = answering.reply(conversation=stale, user=agent, text="Buenas", token="")
    assert message.conversation_id == kept.pk


def test_a_page_of_a_thread_merged_twice_shows_the_last(channel, twice, manager, tell):
    merged(channel)
    tell("Por tercera vez", number="51911000055")
    third = thread_of("Por tercera vez")
    kept = merged(channel, number="51911000055")
    for former in (twice[1].pk, third.pk):
        page = desk.browser(manager).get(desk.at("detail", former))
        assert page.context["conversation"].pk == kept.pk


def test_two_contacts_with_a_history_stay_two_and_a_note_says_so(tell, channel):
    tell("Me interesa una casa", user=USER)
    tell("Quiero información de un terreno", number=ANA)
    assert Lead.objects.count() == 2
    tell("Soy la misma", number=ANA, user=USER)
    assert Conversation.objects.count() == 1
    people = Contact.objects.filter(merged_into=None)
    assert people.count() == 2
    assert all(one.notes.count() == 1 for one in people)


def test_the_contact_with_a_lead_is_the_one_that_stays(tell, channel):
    tell("zzz", user=USER)
    Contact.objects.update(opted_out_at=timezone.now())
    tell("Me interesa una casa", number=ANA)
    tell("Soy la misma", number=ANA, user=USER)
    kept = Contact.objects.get(merged_into=None)
    assert kept == Lead.objects.get().contact == Conversation.objects.get().contact
    assert kept.opted_out_at is not None
    assert kept.phone == f"+{ANA}"


def test_somebody_known_costs_no_more_queries(channel, twice, django_assert_num_queries):
    merged(channel)
    with django_assert_num_queries(4):  # two of them a savepoint's
        talk = merged(channel)
        assert (talk.contact.name, talk.identity.pk) == ("Ana Ficticia", talk.identity_id)
        assert (talk.channel.provider, talk.episode.human) == ("meta", None)
