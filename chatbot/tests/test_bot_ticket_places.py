"""Whose ticket gets what is said: made at the desk, in a session, while a colleague speaks."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from chatbot.tests import desk, tickets_known
from chatbot.tests.self_service import MOST_QUERIES, jpeg, make_partner
from chatbot.tests.tickets_known import BESIDE, answered, fresh
from chatbot.work import work_off
from crm.conversations import ownership
from crm.conversations.models import Message
from partners.models import Partner
from tickets.files import stored
from tickets.models import Ticket
from tickets.opening import open_ticket
from tickets.standing import resolve, set_status

pytestmark = [pytest.mark.once, pytest.mark.django_db]
clara, made, done = tickets_known.clara, tickets_known.made, tickets_known.done
prospects, stranger = tickets_known.prospects, tickets_known.stranger


@pytest.fixture
def at_desk(ask, ana, clara):
    """Ana called."""
    return open_ticket(contact=ana.contact, partner=ana, by=clara, subject="Llamada",
                       description="Llamó", is_private=True)  # fmt: skip


def heard_on(ticket):
    return list(ticket.messages.filter(kind="person").values_list("text", flat=True))


def quote(chat, message, words):
    context = {"id": message.provider_id}
    return chat.element({"type": "text", "text": {"body": words}, "context": context})


def test_what_was_made_at_the_desk_hears_the_answer(at_desk, ask, clara, each):
    answered(ask, at_desk, clara, "¿Pagaste en la agencia?")
    set_status(ticket=fresh(at_desk), status="waiting", by=clara)
    for words in each(["Fue en la agencia del centro, el martes", "sí"]):
        ask(words)
        now = fresh(at_desk)
        assert heard_on(now) == [words] and (now.status, now.paused_at) == ("open", None)


def test_what_was_made_at_the_desk_is_opened_again_by_a_word(at_desk, ask, clara):
    resolve(ticket=fresh(at_desk), by=clara)
    work_off()
    (said,) = ask(BESIDE)
    assert at_desk.number in said


def test_that_it_is_not_resolved_counts_while_a_colleague_speaks(done, ask, clara):
    ownership.claim(conversation=ask.talk, user=clara)
    assert ask.tap(f"ticket_reopen:{done.pk}", title="No está resuelto") == []
    assert fresh(done).status == "open" and heard_on(done) == ["No está resuelto"]


def test_which_it_was_about_counts_while_a_colleague_speaks(done, ask, clara):
    ask(BESIDE)
    ((id_, _title), *_rest) = ask.options
    ownership.claim(conversation=ask.talk, user=clara)
    assert ask.tap(id_) == []
    assert heard_on(done) == [BESIDE]


def waits(chat, ticket, by, way):
    """A colleague asked; of what is no answer to it only what nobody waits for is asked of."""
    answered(chat, ticket, by, "¿Qué día fue?")
    if way != "about":
        set_status(ticket=fresh(ticket), status="waiting", by=by)
    return Message.objects.latest("pk")


def say_about(chat, ticket, way, asked, by):
    if way in ("more", "reopen", "picture"):
        chat.tap(f"ticket_{way}:{ticket.pk}")
    if way == "overheard":
        ownership.claim(conversation=chat.talk, user=by)
        chat.tap(f"ticket_reopen:{ticket.pk}", title=BESIDE)
    elif way == "picture":
        chat.picture(jpeg(), caption=BESIDE)
    elif way == "quoted":
        quote(chat, asked, BESIDE)
    else:
        chat(BESIDE)
    if way == "about":
        chat.tap(f"ticket_about:{ticket.pk}.{Message.objects.get(text=BESIDE).pk}")


WAYS = ("written", "quoted", "more", "reopen", "picture", "about", "overheard")


def test_what_is_said_in_a_session_is_no_ticket_that_others_read(
    prospects, stranger, clara, ana, each
):
    alice = desk.person("agent", username="alice")
    type(prospects.contact).objects.filter(pk=prospects.contact_id).update(owner=alice)
    for way in each(WAYS):
        asked = waits(stranger, prospects, clara, way)
        stranger.log_in(ana)
        say_about(stranger, prospects, way, asked, clara)
        assert Message.objects.get(text=BESIDE).is_private
        assert heard_on(prospects) == [] and prospects in Ticket.objects.visible_to(alice)


def test_in_a_session_a_ticket_made_here_without_one_gets_its_mark(
    prospects, stranger, clara, ana, each
):
    resolve(ticket=prospects, by=clara)
    work_off()
    stranger.log_in(ana)
    for is_overheard in each([False, True]):
        if is_overheard:
            ownership.claim(conversation=stranger.talk, user=clara)
        said = stranger.tap(f"ticket_rating:{prospects.pk}.5")
        assert fresh(prospects).satisfaction == 5 and ("Gracias" in str(said)) != is_overheard


def test_in_a_session_it_hears_no_words_and_they_hear_why(prospects, stranger, clara, ana, each):
    for way in each(["written", "more", "reopen", "picture", "about"]):
        waits(stranger, prospects, clara, way)
        if way == "about":
            stranger(BESIDE)
        stranger.log_in(ana)
        if way == "written":
            said = stranger(BESIDE)
            assert len(stranger.queries) <= MOST_QUERIES
        else:
            more = f".{Message.objects.get(text=BESIDE).pk}" if way == "about" else ""
            said = stranger.tap(f"ticket_{way}:{prospects.pk}{more}")
        assert "cierra primero tu sesión" in said[0] and prospects.number in said[0]
        assert heard_on(prospects) == []
        stranger.tap(stranger.options[0][0])
        if way == "written":
            stranger(BESIDE)
            assert heard_on(prospects) == [BESIDE]


def test_in_a_session_anothers_ticket_is_not_listed(prospects, stranger, ana):
    assert prospects.number in stranger("mis tickets")[0]
    stranger.log_in(ana)
    assert prospects.number not in str(stranger("mis tickets"))
    assert prospects.number not in str(stranger.tap(f"ticket:{prospects.pk}"))


@pytest.fixture
def alice(ana):
    one = desk.person("agent", username="alice")
    type(ana.contact).objects.filter(pk=ana.contact_id).update(owner=one)
    return one


@pytest.fixture
def before(ask, ana, clara, alice):
    """Made before Ana was registered; an agent has it."""
    return open_ticket(contact=ana.contact, conversation=ask.talk, subject="Visita",
                       description="Nadie vino", assignee=alice)  # fmt: skip


def test_what_was_made_before_they_were_a_partner_hears_them_and_is_theirs(
    before, ask, clara, ana, alice, each
):
    for way in each(WAYS):
        asked = waits(ask, before, clara, way)
        assert before in Ticket.objects.visible_to(alice)
        say_about(ask, before, way, asked, clara)
        now = fresh(before)
        assert heard_on(now) == [BESIDE] and now.status == "open"
        assert (now.partner, now.is_private, now.assignee) == (ana, True, clara)
        assert now not in Ticket.objects.visible_to(alice)
        # Once in a ticket's life: the calendar is read, it goes to somebody else, and its file
        # besides.
        assert len(ask.queries) <= MOST_QUERIES + 8


def test_what_was_made_before_is_added_to_outside_a_session_and_stays_as_it_was(
    before, ask, clara, alice
):
    waits(ask, before, clara, "written")
    ask("cerrar sesión")
    ask(BESIDE)
    assert heard_on(before) == [BESIDE] and fresh(before) in Ticket.objects.visible_to(alice)


def test_what_was_said_in_a_session_is_not_added_by_a_tap_after_it(before, ask, clara, alice):
    waits(ask, before, clara, "about")
    ask(BESIDE)
    ((id_, _title), *_rest) = ask.options
    ask("cerrar sesión")
    ask.tap(id_)
    assert heard_on(before) == [] and fresh(before).partner is None


@pytest.fixture
def while_gone(ask, ana, clara, alice):
    """Made at the desk while Ana was deregistered, so answered like anybody's; an agent has it."""
    Partner.objects.update(status="cancelled")
    ana.refresh_from_db()
    made = open_ticket(contact=ana.contact, partner=ana, by=clara, subject="Carta", is_private=True,
                       description="Pide su carta", assignee=alice)  # fmt: skip
    Partner.objects.update(status="active")
    assert not made.is_private
    return made


def test_what_was_made_while_they_were_no_partner_is_private_once_a_session_speaks_on_it(
    while_gone, ask, clara, ana, alice, each
):
    for way in each(["written", "quoted", "more", "about"]):
        asked = waits(ask, while_gone, clara, way)
        say_about(ask, while_gone, way, asked, clara)
        now = fresh(while_gone)
        assert heard_on(now) == [BESIDE]
        assert (now.partner, now.is_private, now.assignee) == (ana, True, clara)
        change = now.changes.get(field="is_private")
        assert (change.actor, change.kept["is_private"]) == (None, "False")
        ask("cerrar sesión")
        assert now.number not in str(ask("mis tickets"))
        (sent,) = answered(ask, now, clara, "Debes S/ 250.00")
        assert "250.00" not in str(sent)


def test_what_was_said_in_a_session_is_not_added_to_it_by_a_tap_after_it(while_gone, ask, clara):
    waits(ask, while_gone, clara, "about")
    ask(BESIDE)
    ((id_, _title), *_rest) = ask.options
    ask("cerrar sesión")
    ask.tap(id_)
    assert heard_on(while_gone) == [] and not fresh(while_gone).is_private


def test_after_a_week_the_new_one_is_theirs(before, ask, clara, ana):
    resolve(ticket=fresh(before), by=clara)
    long_ago = timezone.now() - timedelta(days=8)
    Ticket.objects.update(resolved_at=long_ago)
    ask.tap(f"ticket_more:{before.pk}")
    ask(BESIDE)
    anew = Ticket.objects.get(follows=before)
    assert (anew.partner, anew.is_private, anew.assignee) == (ana, True, clara)
    assert fresh(before).partner is None and heard_on(before) == []


def test_two_partners_in_one_thread_stay_two(made, ask, clara):
    """Ana's waits; her phone is lent to Carla, who logs in there."""
    answered(ask, made, clara)
    set_status(ticket=fresh(made), status="waiting", by=clara)
    ask.log_in(make_partner("Carla Inventada", "40000003", "51911000003"))
    ask(BESIDE)
    assert "No encontré" in ask.tap(f"ticket_more:{made.pk}")[0]
    assert "No encontré" in ask.tap(f"ticket_rating:{made.pk}.5")[0]
    ask(BESIDE)
    assert heard_on(made) == []


def test_who_quotes_the_picture_of_an_answer_speaks_of_its_ticket(made, ask, clara):
    with stored([SimpleUploadedFile("plano.jpg", jpeg())]) as files:
        answered(ask, made, clara, files=files)
    quote(ask, Message.objects.get(kind="image"), "Eso no cuadra con mi voucher")
    assert heard_on(made) == ["Eso no cuadra con mi voucher"]
