"""From the bot to people: who is told what and when, and what colleagues read of it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from chatbot.dialog import handing, registry, sessions
from chatbot.dialog.replies import words as reply_words
from chatbot.models import Dialog, PartnerSession
from chatbot.tests import handing_known
from chatbot.tests.desk import at, browser, conversation, hear, words
from chatbot.tests.desk import person as colleague
from chatbot.tests.handing_known import the_episode, the_talk
from crm.conversations import ownership
from crm.conversations.models import Conversation, Episode
from crm.people.models import Agency, SpecialDay
from partners.models import Partner

# What is said on the desk is compared in English; the bot speaks the person's Spanish.
pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
always_open, shut = handing_known.always_open, handing_known.shut
Owner, Reason = Episode.Owner, Episode.Reason


@pytest.fixture
def officer():
    return colleague("officer")


# --- Asked for, upset, not understood, failed ------------------------------------------------


@pytest.mark.parametrize(
    "text", ["quiero hablar con un asesor", "asesor", "pásame con una persona"]
)
def test_who_asks_for_a_person_is_put_into_the_queue_and_told(graph, say, always_open, text):
    say(text)
    episode = the_episode()
    assert (episode.owner, episode.reason) == (Owner.QUEUE, Reason.ASKED)
    assert episode.handed_at is not None
    assert text in episode.summary and "Not a partner" in episode.summary
    last = graph.texts("51911000001")[-1]
    assert "asesor" in last and "lo antes posible" in last
    assert the_talk().waiting_since is not None


def test_outside_working_hours_they_hear_when_somebody_answers(graph, say, shut):
    say("quiero hablar con un asesor")
    last = graph.texts("51911000001")[-1]
    assert "fuera de horario" in last and "mañana desde las 9:00" in last


def test_the_hours_of_the_persons_agency_count(say, graph, always_open):
    say("Hola")
    closed = Agency.objects.create(name="Cusco")
    Conversation.objects.update(agency=closed)
    SpecialDay.objects.create(
        agency=closed, name="Mudanza", first=timezone.localdate(), last=timezone.localdate()
    )
    say("asesor por favor")
    assert "fuera de horario" in graph.texts("51911000001")[-1]


@pytest.mark.parametrize("language", ["es", "pt", "en"])
@pytest.mark.parametrize("reason", [*Reason.values, ""])
def test_what_is_told_is_whole_in_every_language_and_hour(settings, language, reason):
    settings.HOLIDAYS, settings.TIME_ZONE = "PE", "America/Lima"
    for day, hour in ((20, 10), (20, 20), (21, 12), (22, 10)):
        now = datetime(2026, 11, day, hour, tzinfo=ZoneInfo("America/Lima"))
        values = handing.when_people_answer(None, now, language)
        for name in ("handed", "nobody_answered"):
            told = reply_words(name, language, values | {"reason": reason})
            assert len(told) > 60 and "  " not in told and " ." not in told, told
            assert not set("{}%") & set(told)
            assert values["is_open"] or values["opening"] in told


def test_a_holiday_is_called_by_its_name(settings):
    settings.HOLIDAYS, settings.TIME_ZONE = "PE", "America/Lima"
    now = datetime(2026, 12, 8, 11, tzinfo=ZoneInfo("America/Lima"))
    values = handing.when_people_answer(None, now, "es")
    told = reply_words("handed", "es", values | {"reason": "asked"})
    assert "por feriado (Inmaculada Concepción)" in told and "el jueves desde las 9:00" in told


@pytest.mark.parametrize(
    ("text", "reason", "word"),
    [
        ("Son unos ladrones, me tienen harto", Reason.ANGER, "Lamento"),
        ("ESTOY MUY MOLESTA con ustedes!!!", Reason.ANGER, "Lamento"),
        ("hola, nadie me responde hace días", Reason.ANGER, "Lamento"),
        ("los voy a denunciar a Indecopi", Reason.LEGAL, "persona de nuestro equipo"),
        ("Mi abogado se comunicará con ustedes", Reason.LEGAL, "persona de nuestro equipo"),
        ("me llegó una notificación judicial", Reason.LEGAL, "persona de nuestro equipo"),
        ("Isso é um absurdo, vou ao Procon", Reason.LEGAL, "pessoa da nossa equipe"),
    ],
)
def test_anger_and_threats_go_to_a_person_at_once(say, graph, always_open, text, reason, word):
    say(text)
    assert (the_episode().owner, the_episode().reason) == (Owner.QUEUE, reason)
    assert len(graph.texts("51911000001")) == 1 and word in graph.texts("51911000001")[0]


def misunderstand(turn):
    from chatbot.dialog.contract import Outcome, Reply

    return Outcome((Reply("not_understood"),), misunderstood=True)


@pytest.fixture
def slow_of_understanding(monkeypatch):
    """A bot that understands nothing but a wish for a person."""
    known = registry.handlers()
    monkeypatch.setattr(
        registry,
        "handlers",
        lambda: {registry.REST: misunderstand, "talk_to_agent": known["talk_to_agent"]},
    )


def test_what_is_not_understood_three_times_in_a_row_is_handed_over(
    say, graph, always_open, slow_of_understanding
):
    for text in ("blablá uno", "blablá dos"):
        say(text)
        assert the_episode().owner == Owner.BOT
    say("blablá tres")
    episode = the_episode()
    assert (episode.owner, episode.reason) == (Owner.QUEUE, Reason.NOT_UNDERSTOOD)
    for text in ("blablá uno", "blablá dos", "blablá tres"):
        assert f"“{text}”" in episode.summary
    # The third is told once what happens, and not again that it was not understood.
    assert len(graph.texts("51911000001")) == 3
    assert "No logro entenderte" in graph.texts("51911000001")[-1]
    assert Dialog.objects.get().misunderstood == 0


def test_what_fails_shows_on_the_desk_and_twice_within_minutes_is_handed_over(
    say, graph, always_open, agent, monkeypatch
):
    def broken(turn):
        raise ZeroDivisionError

    monkeypatch.setattr(registry, "handlers", lambda: {registry.REST: broken})
    say("¿qué tal el clima?")
    assert the_episode().owner == Owner.BOT
    client = browser(agent)
    assert "talk-failed" in words(client.get(at("detail", the_talk().pk)))
    found = client.get("/conversations/", {"sending": "bot"}).context["table"].page.object_list
    assert [row.record for row in found] == [the_talk()]
    say("¿y ahora?")
    assert (the_episode().owner, the_episode().reason) == (Owner.QUEUE, Reason.FAILED)
    assert "volvió a fallar" in graph.texts("51911000001")[-1]


# --- What the colleague reads ----------------------------------------------------------------


@pytest.fixture
def partner(say):
    """Somebody who has said hello, is a partner, and logged in."""
    say("Hola")
    talk = the_talk()
    made = Partner.objects.create(contact=talk.contact, number="P-00077")
    sessions.open_session(
        conversation=talk, partner=made, way=PartnerSession.Way.PHONE, now=timezone.now()
    )
    return made


@pytest.fixture
def complaint(monkeypatch):
    """Somebody is asked for the text of a complaint, and has told what it is about."""
    from chatbot.dialog.contract import Outcome, Reply, Step

    def taken(turn, data):
        return Outcome((Reply("noted"),))

    def begin():
        step = {("complaint", "description"): Step(taken, takes_any=True)}
        monkeypatch.setattr(registry, "steps", lambda: step)
        Dialog.objects.update(
            name="complaint", step="description", data={"subject": "Cobro doble de S/ 350.00"},
            expires_at=timezone.now() + timedelta(minutes=9),
        )  # fmt: skip

    return begin


def test_an_angry_complaint_is_taken_down_before_it_is_handed_over(
    say, graph, always_open, complaint
):
    say("Hola")
    complaint()
    say("Son unos ladrones, me cobraron dos veces")
    assert (the_episode().owner, the_episode().reason) == (Owner.QUEUE, Reason.ANGER)
    taken, told = graph.texts("51911000001")[-2:]
    assert "Anotado" in taken and "Lamento" in told
    assert the_talk().waiting_since is not None
    assert "Cobro doble" in the_episode().summary


def test_a_complaint_half_told_is_in_the_summary_and_only_officers_read_it(
    say, partner, always_open, agent, officer, complaint
):
    complaint()
    say("asesor")
    episode = the_episode()
    assert episode.summary.startswith("Partner P-00077, logged in")
    assert "350" not in episode.summary and "asesor" not in episode.summary
    assert "Cobro doble de S/ 350.00" in episode.details
    page = words(browser(agent).get(at("detail", the_talk().pk)))
    assert "P-00077" in page and "Cobro doble" not in page
    assert "Cobro doble" in words(browser(officer).get(at("detail", the_talk().pk)))


def test_what_proves_who_somebody_is_is_in_no_summary(say, always_open):
    say("mi dni es 12345678 y nací en 1990")
    Dialog.objects.update(
        name="login", step="code", data={"document": "12345678", "year": 1990, "code": "424242"},
        expires_at=timezone.now() + timedelta(minutes=9),
    )  # fmt: skip
    say("los voy a denunciar")
    text = the_episode().summary + the_episode().details
    assert "los voy a denunciar" in text
    assert not any(secret in text for secret in ("12345678", "1990", "424242"))


def test_what_was_asked_before_is_named_in_words(say, always_open):
    say("Hola")
    episode = the_episode()
    handing.note_wish(episode, "account_statement")
    handing.note_wish(episode, "greeting")
    handing.note_wish(episode, "account_statement")
    handing.note_wish(episode, "settlement")
    assert episode.asked == "account_statement settlement"
    say("asesor")
    assert "their statement, how to pay off a loan" in the_episode().summary


# --- On the desk -----------------------------------------------------------------------------


def test_the_list_says_who_has_it_why_and_since_when(say, always_open, agent):
    say("los voy a denunciar")
    client = browser(agent)
    page = words(client.get("/conversations/"))
    assert "Queue" in page and "Legal matter" in page
    rows = client.get("/conversations/", {"owner": "queue", "reason": "legal"})
    assert [row.record for row in rows.context["table"].page.object_list] == [the_talk()]
    none = client.get("/conversations/", {"reason": "asked"})
    assert not none.context["table"].page.object_list.data


def test_the_thread_shows_why_what_and_how_long(say, always_open, agent):
    say("quiero hablar con un asesor")
    page = words(browser(agent).get(at("detail", the_talk().pk)))
    for word in ("In the queue", "Asked for a person", "Not a partner", "talk-waiting"):
        assert word in page, word
    browser(agent).post(at("give_back", the_talk().pk))
    assert "Asked for a person" not in words(browser(agent).get(at("detail", the_talk().pk)))


def test_who_has_answered_is_not_shown_the_summary_any_more(say, always_open, agent):
    say("quiero hablar con un asesor")
    client, address = browser(agent), at("detail", the_talk().pk)
    client.post(at("claim", the_talk().pk))
    assert "talk-handed" in words(client.get(address))
    client.post(at("reply", the_talk().pk), {"text": "Te ayudo yo", "token": "uno"})
    assert "talk-handed" not in words(client.get(address))


def test_in_the_queue_s_tab_who_was_handed_over_stands_above_the_bots(channel, agent):
    bots, queued = conversation(channel, "Del Bot"), conversation(channel, "En Cola")
    hear(bots, ago=90)
    hear(queued, ago=5)
    ownership.hand_to_queue(conversation=queued, reason=Reason.ASKED)
    rows = browser(agent).get("/conversations/", {"owner": "queue"})
    shown = [row.record for row in rows.context["table"].page.object_list]
    assert shown == [queued, bots]


def test_what_is_over_is_in_nobody_s_queue(talk, agent):
    ownership.hand_to_queue(conversation=talk, reason=Reason.ASKED)
    Conversation.objects.update(waiting_since=None)
    client = browser(agent)
    assert "Rosa Ficticia" in words(client.get("/conversations/", {"owner": "queue"}))
    Episode.objects.update(closed_at=timezone.now())
    for tab, shown in (("queue", False), ("mine", False), ("bot", True)):
        page = words(client.get("/conversations/", {"owner": tab}))
        assert ("Rosa Ficticia" in page) is shown, tab
