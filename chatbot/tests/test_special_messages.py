"""Groups, old messages, echoes, numbers for answers, proven phones, advertisements."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from chatbot.channels.events import Address, Group, Referral
from chatbot.dialog.waiting import close_finished, serve_again
from chatbot.tests.desk import browser, words
from chatbot.tests.events import apply, echoed, heard
from chatbot.waiting import NotYet
from chatbot.work import work_off
from crm.conversations import outreach, ownership
from crm.conversations.models import Conversation, Episode, Message
from crm.people.models import Contact, ContactPoint
from leads.models import Lead

pytestmark = [pytest.mark.once, pytest.mark.django_db]

FAMILY = Group(Address("group", "120363000@g.us"), "Familia Ficticia")


def replies():
    return Message.objects.filter(author="bot")


# --- Groups ----------------------------------------------------------------------------------


def test_a_group_has_a_conversation_of_its_own_and_the_bot_is_silent(channel):
    apply(channel, heard("Quiero comprar Villa Marina", group=FAMILY, sender="51911000001"))
    apply(channel, heard("Yo también", group=FAMILY, sender="51911000002", name="Luis Ficticio"))
    talk = Conversation.objects.get()
    assert talk.is_group
    assert talk.waiting_since is None
    assert [one.sender for one in talk.messages.all()] == ["Ana Ficticia", "Luis Ficticio"]
    assert not replies().exists()
    assert not Lead.objects.exists()


def test_a_group_is_nobodys_contact(channel, manager):
    apply(channel, heard("Hola", group=FAMILY))
    assert str(Conversation.objects.get()) == "Familia Ficticia"
    assert not Contact.objects.standing().exists()
    assert "Familia" not in words(browser(manager).get("/people/"))


def test_who_writes_in_a_group_and_alone_has_two_conversations(channel):
    apply(channel, heard("Hola", group=FAMILY))
    apply(channel, heard("Hola"))
    assert Conversation.objects.count() == 2
    assert replies().get().conversation.is_group is False


# --- Old messages ----------------------------------------------------------------------------


def test_history_is_stored_without_bot_lead_or_waiting(channel):
    old = datetime.now(UTC) - timedelta(days=30)
    apply(channel, heard("¿Precio de Villa Marina?", historical=True, at=old))
    answer = echoed("S/ 100", historical=True, at=old + timedelta(minutes=1))
    apply(channel, replace(answer, state=Message.State.READ))
    talk = Conversation.objects.get()
    assert [one.text for one in talk.messages.all()] == ["¿Precio de Villa Marina?", "S/ 100"]
    assert talk.messages.last().state == "read"
    assert talk.waiting_since is None
    assert talk.last_text == "S/ 100"
    assert talk.last_inbound_at == old
    assert not talk.episodes.exists()
    assert not replies().exists()
    assert not Lead.objects.exists()


def test_history_that_comes_late_stands_where_it_was_said(channel):
    apply(channel, heard("Hoy"))
    old = datetime.now(UTC) - timedelta(days=30)
    apply(channel, heard("Hace un mes", historical=True, at=old))
    talk = Conversation.objects.get()
    assert talk.messages.first().text == "Hace un mes"
    assert talk.last_text != "Hace un mes"


# --- Echoes ----------------------------------------------------------------------------------


def test_an_echo_from_the_phone_silences_the_bot_and_opens_no_window(channel):
    apply(channel, echoed("Le marco en 5 min"))
    talk = Conversation.objects.get()
    assert talk.owner == "queue"
    assert talk.last_inbound_at is None
    assert talk.messages.get().author == "phone_app"


@pytest.mark.parametrize("asks", ["¿Sigue Villa Marina?", "asesor"])
def test_an_answer_from_the_phone_is_one(channel, asks):
    apply(channel, heard("Info de Villa Marina, por favor"))
    apply(channel, heard(asks))
    assert Conversation.objects.get().waiting_since is not None
    apply(channel, echoed("👍", kind=Message.Kind.REACTION, wakes=False))
    apply(channel, echoed("Buenas", historical=True, at=timezone.now() - timedelta(days=9)))
    lead = Lead.objects.get()
    assert (lead.status, lead.first_response_at) == ("new", None)
    assert Conversation.objects.get().episode.first_response_at is None
    for text in ("Le marco en 5 min", "Ya le marco"):
        apply(channel, echoed(text))
    at = Message.objects.get(text="Le marco en 5 min").created_at
    lead.refresh_from_db()
    assert (lead.status, lead.first_response_at, lead.assigned_to) == ("contacted", at, None)
    talk = Conversation.objects.get()
    assert (talk.waiting_since, talk.episode.first_response_at) == (None, at)
    Conversation.objects.update(last_message_at=timezone.now() - timedelta(days=30))
    assert close_finished() == 1
    assert Episode.objects.get().outcome == "answered"


@pytest.mark.parametrize("or_typed", [False, True])
def test_what_certainly_a_program_sent_silences_the_bot_and_is_no_answer(channel, graph, or_typed):
    apply(channel, heard("Info de Villa Marina, por favor"))
    apply(channel, echoed("Su cita es mañana", by_api=True, or_typed=or_typed))
    talk, lead = Conversation.objects.get(), Lead.objects.get()
    answered = talk.messages.get(author="phone_app").created_at if or_typed else None
    assert talk.owner == "queue"
    assert (talk.episode.first_response_at, lead.first_response_at) == (answered, answered)
    assert lead.status == ("contacted" if or_typed else "new")
    assert talk.episode.reason == ("phone" if or_typed else "program")
    # What the bot had said before is said all the same, unless somebody may have answered.
    work_off()
    assert replies().get().state == ("cancelled" if or_typed else "sent")


def test_an_answer_from_the_phone_behind_a_program_s_message_silences_the_bot(channel, graph):
    apply(channel, heard("Info de Villa Marina, por favor"))
    apply(channel, echoed("Su cita es mañana", by_api=True))
    before = Episode.objects.get()
    apply(channel, echoed("Ya le marco"))
    apply(channel, echoed("Su cita es hoy", by_api=True))
    episode = Episode.objects.get()
    assert (episode.owner, episode.reason) == ("queue", "phone")
    assert episode.owner_since > before.owner_since and episode.handed_at > before.handed_at
    work_off()
    assert replies().get().state == "cancelled"


@pytest.mark.parametrize("owner", ["queue", "human"])
def test_who_waits_for_a_person_waits_on_beside_a_program(channel, manager, owner):
    apply(channel, heard("asesor"))
    talk = Conversation.objects.get()
    if owner == "human":
        ownership.claim(conversation=talk, user=manager)
    apply(channel, echoed("Su cita es mañana", by_api=True))
    talk.refresh_from_db()
    assert (talk.owner, talk.episode.reason) == (owner, "asked")
    assert talk.waiting_since == talk.messages.get(direction="in").created_at


def long_ago():
    at = timezone.now() - timedelta(days=30)
    Episode.objects.update(owner_since=at)
    Conversation.objects.update(last_message_at=at)
    Conversation.objects.exclude(waiting_since=None).update(waiting_since=at)


@pytest.mark.parametrize(
    ("said_before", "serves_again", "answer", "outcome"),
    [
        ((), False, (), "program"),
        ((), True, (), "program"),
        (("Hola",), True, (), "bot"),
        ((), True, ("¿Cómo pago?",), "bot"),
        ((), False, ("¿A qué hora?", "¿Cómo pago?"), "unanswered"),
    ],
)
def test_where_a_program_alone_wrote_nobody_waited_in_vain(
    channel, said_before, serves_again, answer, outcome
):
    for one in said_before:
        apply(channel, heard(one))
    apply(channel, echoed("Su cita es mañana", by_api=True))
    if serves_again:
        long_ago()
        assert serve_again() == 1
    for one in answer:
        apply(channel, heard(one))
        long_ago()
        serve_again()
    long_ago()
    assert close_finished() == 1
    assert Episode.objects.get().outcome == outcome


def test_an_echo_of_our_own_sending_under_way_waits_for_it(channel, queue):
    (mine,) = queue("Hola")
    Message.objects.filter(pk=mine.pk).update(state="sending")
    echo = echoed("Hola", id="E1", by_api=True)
    with pytest.raises(NotYet):
        apply(channel, echo)
    Message.objects.filter(pk=mine.pk).update(state="sent", provider_id="E1")
    apply(channel, echo)
    assert Message.objects.get().pk == mine.pk


def test_an_echo_confirms_what_nobody_had_confirmed(channel, queue):
    first, second = queue("Hola", "¿Sigues ahí?")
    Message.objects.update(state="unknown")
    apply(channel, echoed("¿Sigues  ahí?", id="E2", by_api=True))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("unknown", "sent")
    assert second.provider_id == "E2"
    assert Message.objects.count() == 2


def test_what_another_program_sent_is_stored_once(channel):
    for _ in range(2):
        apply(channel, echoed("De otro sistema", id="E3", by_api=True))
    assert Message.objects.get().text == "De otro sistema"


# --- Numbers for answers ---------------------------------------------------------------------


def offer(channel, *titles, state="sent"):
    talk = Conversation.objects.get()
    options = [{"id": f"menu:{title}", "title": title} for title in titles]
    asked = outreach.send(
        conversation=talk, text="¿Cuál?", author=Message.Author.BOT, options=options
    )
    Message.objects.filter(pk=asked.pk).update(state=state)


def test_two_is_the_second_of_the_answers_last_offered(channel):
    apply(channel, heard("Hola"))
    offer(channel, "a", "b", "c")
    offer(channel, "saldo", "agente")
    apply(channel, heard("2", id="N1"))
    assert Message.objects.get(provider_id="N1").options == [{"id": "menu:agente"}]


@pytest.mark.parametrize("state", ["cancelled", "failed", "held", "queued"])
def test_two_is_not_of_answers_they_never_saw(channel, state):
    apply(channel, heard("Hola"))
    offer(channel, "saldo", "agente")
    offer(channel, "a", "b", state=state)
    apply(channel, heard("2", id="N1"))
    assert Message.objects.get(provider_id="N1").options == [{"id": "menu:agente"}]


def test_a_number_that_was_not_offered_is_only_a_number(channel):
    apply(channel, heard("Hola"))
    Message.objects.filter(author="bot").update(options=[])
    apply(channel, heard("2", id="N1"))
    offer(channel, "a")
    apply(channel, heard("2", id="N2"))
    assert Message.objects.get(provider_id="N1").options == []
    assert Message.objects.get(provider_id="N2").options == []


@pytest.mark.parametrize(("words", "chosen"), [("1", "saldo"), ("el segundo", "agente")])
def test_a_link_that_came_after_them_hides_no_answers(channel, words, chosen):
    apply(channel, heard("Hola"))
    offer(channel, "saldo", "agente")
    link = {"id": "link", "title": "Ver el mapa", "url": "https://x.example/"}
    talk = Conversation.objects.get()
    said = outreach.send(
        conversation=talk, text="Aquí es", author=Message.Author.BOT, options=[link]
    )
    assert said.options == [link]
    Message.objects.filter(pk=said.pk).update(state="sent")
    apply(channel, heard(words, id="N1"))
    assert Message.objects.get(provider_id="N1").options == [{"id": f"menu:{chosen}"}]


def test_a_link_is_no_answer(channel):
    apply(channel, heard("Hola"))
    Message.objects.filter(author="bot").update(
        options=[{"id": "link", "title": "Ver el mapa", "url": "https://x.example/"}]
    )
    apply(channel, heard("ver el mapa", id="N1"))
    assert Message.objects.get(provider_id="N1").options == []


# --- Proven phones ---------------------------------------------------------------------------


def test_a_proven_phone_is_written_down_as_verified(channel):
    apply(channel, replace(heard("Mi número"), addresses=(Address("chat_id", "7001"),)))
    card = replace(heard("", own_phone="51911000009"), addresses=(Address("chat_id", "7001"),))
    apply(channel, card)
    point = ContactPoint.objects.get()
    assert point.value == "+51911000009"
    assert point.verified_at is not None
    assert Conversation.objects.get().identity.proven_phone == "+51911000009"


def test_who_proves_a_number_we_know_is_that_person(channel):
    apply(channel, heard("Hola", sender="51911000009"))
    known = Contact.objects.get()
    card = heard("", own_phone="51911000009", historical=False, wakes=False)
    apply(channel, replace(card, addresses=(Address("chat_id", "7001"),)))
    assert {talk.contact for talk in Conversation.objects.all()} == {known}
    assert Contact.objects.standing().get() == known


def test_who_proves_a_number_of_somebody_without_a_history_takes_them_over(channel):
    apply(channel, heard("Hola", sender="51911000009"))
    there = (Address("chat_id", "7001"),)
    apply(channel, replace(heard("Quiero una casa"), addresses=there))
    apply(channel, replace(heard("", own_phone="51911000009"), addresses=there))
    assert {talk.contact for talk in Conversation.objects.all()} == {Lead.objects.get().contact}
    assert Contact.objects.standing().get().phone == "+51911000009"


def test_who_has_leads_of_their_own_stays_apart_until_somebody_looks(channel):
    apply(channel, heard("Quiero un terreno", sender="51911000009"))
    there = (Address("chat_id", "7001"),)
    apply(channel, replace(heard("Quiero una casa"), addresses=there))
    apply(channel, replace(heard("", own_phone="51911000009"), addresses=there))
    assert Contact.objects.standing().count() == 2
    proven = Conversation.objects.get(identity__addresses__value="7001").identity.proven_phone
    assert proven == "+51911000009"


# --- Where they came from --------------------------------------------------------------------


def test_an_advertisement_makes_a_lead_and_the_first_one_stays(channel):
    first = Referral("ad", id="120", click_id="ARA1", title="Crédito", url="https://fb.test/a")
    apply(channel, heard("Hola", referral=first))
    apply(channel, heard("Hola de nuevo", referral=replace(first, id="121", click_id="ARA2")))
    lead = Lead.objects.get()
    assert (lead.source, lead.ad_id, lead.click_id) == ("ad", "120", "ARA1")
    assert (lead.ad_title, lead.ad_url) == ("Crédito", "https://fb.test/a")


def test_a_link_that_was_handed_out_is_kept_with_the_lead(channel):
    apply(channel, heard("/start ad_17", referral=Referral("link", id="ad_17")))
    lead = Lead.objects.get()
    assert (lead.source, lead.click_id) == ("link", "ad_17")


# --- What is nobody's turn -------------------------------------------------------------------


def test_a_reaction_from_our_own_phone_is_no_answer(channel):
    apply(channel, heard("xyzzy"))
    apply(channel, echoed("👍", kind=Message.Kind.REACTION, reply_to="x", wakes=False))
    talk = Conversation.objects.get()
    assert talk.owner == "bot"
    assert talk.waiting_since is not None


def test_a_reaction_in_a_group_does_not_bring_it_to_the_top(channel):
    apply(channel, heard("Hola", group=FAMILY))
    before = Conversation.objects.get()
    apply(channel, heard("👍", group=FAMILY, kind=Message.Kind.REACTION, wakes=False))
    after = Conversation.objects.get()
    assert after.last_message_at == before.last_message_at
    assert after.last_text == "Hola"
