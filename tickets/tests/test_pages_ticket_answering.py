"""Answers and notes written on a ticket's page, and what the person sends meanwhile."""

import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from crm.conversations.models import Attachment, Message, MessageTemplate, TemplatePurpose
from tickets import answering, triage
from tickets.hearing import hear
from tickets.models import CannedReply, TicketMessage
from tickets.tests.test_hearing import say as from_them
from tickets.tests.ticket_pages import HTMX, PNG, at, seen_on
from tickets.watching import watch

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def test_an_answer_goes_out_on_the_channel_it_came_from_and_a_note_does_not(
    browser, clara, open_one
):
    page = browser(clara).get(open_one.get_absolute_url())
    answer = {"kind": "public", "text": "Vamos mañana", "seen": seen_on(page)}
    said = browser(clara).post(at("say", open_one.pk), answer, headers=HTMX)
    assert said.status_code == 200 and "Vamos mañana" in said.content.decode()
    (sent,) = Message.objects.filter(direction="out", text__contains="Vamos mañana")
    assert sent.conversation == open_one.conversation and sent.author == "colleague"
    seen = re.search(r'data-seen="([\d.]+)"', said.content.decode())[1]
    note = {"kind": "note", "text": "Cliente difícil", "seen": seen}
    noted = browser(clara).post(at("say", open_one.pk), note, headers=HTMX)
    assert "entry-note" in noted.content.decode()
    assert not Message.objects.filter(text__contains="Cliente difícil").exists()


@pytest.mark.parametrize("kind", ["public", "note"])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_form_that_comes_twice_is_sent_once(browser, clara, dora, open_one, kind, headers):
    page = browser(clara).get(open_one.get_absolute_url())
    form = re.search(r'name="form" value="([\w-]+)"', page.content.decode())[1]
    body = {"kind": kind, "text": "Vamos mañana", "seen": seen_on(page), "form": form}
    picture = SimpleUploadedFile("foto.png", PNG, "image/png")
    first = browser(clara).post(at("say", open_one.pk), body | {"files": picture}, headers=headers)
    answering.add_note(ticket=open_one, by=dora, text="Ojo")
    picture.seek(0)
    again = browser(clara).post(at("say", open_one.pk), body | {"files": picture}, headers=headers)
    assert again.status_code == first.status_code
    said = open_one.messages.filter(text="Vamos mañana")
    assert said.count() == 1 and open_one.files.count() == 1
    if headers:
        assert "This was sent already" in again["HX-Trigger"] and "Ojo" in again.content.decode()
        assert form not in again.content.decode()
    # Who goes back to the page and writes something else is heard.
    other = body | {
        "text": "Mejor el lunes",
        "seen": seen_on(browser(clara).get(open_one.get_absolute_url())),
    }
    browser(clara).post(at("say", open_one.pk), other, headers=headers)
    assert open_one.messages.filter(text="Mejor el lunes").count() == 1


@pytest.mark.parametrize("kind", [None, "", "person", "notice", "PUBLIC"])
def test_what_is_neither_answer_nor_note_goes_nowhere(browser, clara, open_one, kind):
    page = browser(clara).get(open_one.get_absolute_url())
    body = {"text": "Cliente difícil", "seen": seen_on(page)} | ({"kind": kind} if kind else {})
    refused = browser(clara).post(at("say", open_one.pk), body, headers=HTMX)
    assert "an answer or a note" in refused.content.decode()
    refused = browser(clara).post(at("say", open_one.pk), body)
    assert refused.status_code == 422 and "Cliente difícil</textarea>" in refused.content.decode()
    assert not open_one.messages.exists() and not Message.objects.filter(direction="out").exists()


def quiet_for_two_days(ticket):
    """Their channel takes free words for a day after they wrote; that is over."""
    talk = ticket.conversation
    talk.channel.provider = "meta"
    talk.channel.save()
    talk.last_inbound_at = timezone.now() - timedelta(days=2)
    talk.save()


def test_what_is_kept_until_they_write_is_no_answer_before(browser, clara, open_one):
    quiet_for_two_days(open_one)
    page = browser(clara).get(open_one.get_absolute_url())
    assert "kept until they write again" in page.content.decode()
    body = {"kind": "public", "text": "Vamos mañana", "seen": seen_on(page)}
    said = browser(clara).post(at("say", open_one.pk), body, headers=HTMX)
    assert "The answer is kept" in said["HX-Trigger"]
    Message.objects.filter(direction="out").update(state="held")
    watch()
    open_one.refresh_from_db()
    assert (open_one.status, open_one.first_response_at) == ("open", None)
    gone = timezone.now()
    Message.objects.filter(direction="out").update(state="sent", sent_at=gone)
    watch()
    open_one.refresh_from_db()
    assert open_one.first_response_at == gone and open_one.response_breached_at is None


def test_a_file_that_is_kept_is_no_answer_either(browser, clara, open_one):
    quiet_for_two_days(open_one)
    page = browser(clara).get(open_one.get_absolute_url())
    picture = SimpleUploadedFile("foto.png", PNG, "image/png")
    body = {"kind": "public", "text": "", "seen": seen_on(page), "files": picture}
    said = browser(clara).post(at("say", open_one.pk), body, headers=HTMX)
    assert "The answer is kept" in said["HX-Trigger"]
    open_one.refresh_from_db()
    assert open_one.first_response_at is None


def test_an_approved_template_goes_at_once_and_the_page_says_so(browser, clara, open_one):
    quiet_for_two_days(open_one)
    template = MessageTemplate.objects.create(
        channel=open_one.conversation.channel, name="respondido", language="es",
        status="APPROVED", components=[{"type": "BODY", "text": "Lee aquí"}],
    )  # fmt: skip
    TemplatePurpose.objects.create(
        channel=template.channel, purpose="ticket_answered", template=template
    )
    page = browser(clara).get(open_one.get_absolute_url())
    assert "instead of your words they get the approved template" in page.content.decode()
    body = {"kind": "public", "text": "Vamos mañana", "seen": seen_on(page)}
    said = browser(clara).post(at("say", open_one.pk), body, headers=HTMX)
    assert "The answer is sent." in said["HX-Trigger"]
    open_one.refresh_from_db()
    assert open_one.first_response_at is not None


@pytest.mark.parametrize("source", ["text", "code"], ids=["too long", "no such value"])
def test_an_answer_that_its_template_cannot_carry_is_kept_and_the_page_says_so(
    browser, clara, open_one, source
):
    quiet_for_two_days(open_one)
    template = MessageTemplate.objects.create(
        channel=open_one.conversation.channel, name="respondido", language="es",
        status="APPROVED", components=[{"type": "BODY", "text": "Respuesta: {{1}}"}],
    )  # fmt: skip
    TemplatePurpose.objects.create(
        channel=template.channel, purpose="ticket_answered", template=template,
        values={"body.1": source},
    )  # fmt: skip
    page = browser(clara).get(open_one.get_absolute_url())
    told = "kept until they write again" in page.content.decode()
    assert told is (source == "code"), "how long it will be nobody knows yet"
    body = {"kind": "public", "text": "x" * 700, "seen": seen_on(page)}
    said = browser(clara).post(at("say", open_one.pk), body, headers=HTMX)
    assert "The answer is kept" in said["HX-Trigger"]
    open_one.refresh_from_db()
    assert open_one.first_response_at is None


def test_without_scripts_it_is_sent_just_the_same(browser, clara, open_one):
    page = browser(clara).get(open_one.get_absolute_url())
    body = {"kind": "public", "text": "Hecho", "seen": seen_on(page), "then": "waiting"}
    said = browser(clara).post(at("say", open_one.pk), body)
    assert said.status_code == 302
    open_one.refresh_from_db()
    assert open_one.status == "waiting" and open_one.paused_at


def test_sending_on_a_thread_that_changed_asks_first_shows_what_is_new_and_keeps_the_text(
    browser, clara, dora, open_one
):
    page = browser(clara).get(open_one.get_absolute_url())
    answering.reply(ticket=open_one, by=dora, text="Ya le escribí yo")
    body = {"kind": "public", "text": "Mi respuesta", "seen": seen_on(page)}
    asked = browser(clara).post(at("say", open_one.pk), body, headers=HTMX)
    text = asked.content.decode()
    assert asked["HX-Retarget"] == "#say-ask"
    assert "Ya le escribí yo" in text and "Dora" in text and "Send all the same" in text
    whole = browser(clara).post(at("say", open_one.pk), body)
    assert whole.status_code == 422 and "Mi respuesta</textarea>" in whole.content.decode()
    assert not TicketMessage.objects.filter(text="Mi respuesta").exists()
    now = re.search(r'name="seen_now" value="([\d.]+)"', text)[1]
    browser(clara).post(at("say", open_one.pk), body | {"seen_now": now}, headers=HTMX)
    assert TicketMessage.objects.filter(text="Mi respuesta").count() == 1


def test_a_note_asks_too_and_what_one_did_oneself_is_no_news(browser, clara, dora, open_one):
    page = browser(clara).get(open_one.get_absolute_url())
    triage.prioritise(ticket=open_one, priority=1, by=clara)
    body = {"kind": "note", "text": "Apunte", "seen": seen_on(page)}
    browser(clara).post(at("say", open_one.pk), body, headers=HTMX)
    assert TicketMessage.objects.filter(text="Apunte").exists()
    triage.prioritise(ticket=open_one, priority=4, by=dora)
    asked = browser(clara).post(at("say", open_one.pk), body | {"text": "Otro"}, headers=HTMX)
    assert "Priority" in asked.content.decode() and "Low" in asked.content.decode()
    assert not TicketMessage.objects.filter(text="Otro").exists()


def test_a_page_that_says_nothing_of_what_it_has_shown_is_asked(browser, clara, dora, open_one):
    answering.add_note(ticket=open_one, by=dora, text="Ojo")
    asked = browser(clara).post(
        at("say", open_one.pk), {"kind": "note", "text": "X", "seen": "basura"}, headers=HTMX
    )
    assert "Ojo" in asked.content.decode()
    assert not TicketMessage.objects.filter(text="X").exists()


def test_what_cannot_be_sent_says_why_and_keeps_the_text(browser, clara, open_one):
    page = browser(clara).get(open_one.get_absolute_url())
    body = {"kind": "public", "text": "  ", "seen": seen_on(page)}
    refused = browser(clara).post(at("say", open_one.pk), body, headers=HTMX)
    assert "Write something first" in refused.content.decode()
    evil = SimpleUploadedFile("x.svg", b"<svg onload=alert(1)>", "image/svg+xml")
    refused = browser(clara).post(
        at("say", open_one.pk), body | {"text": "Mira", "files": evil}, headers=HTMX
    )
    assert "Send a picture" in refused.content.decode()
    assert not open_one.messages.exists()


def test_a_canned_reply_is_filled_in_for_the_ticket(browser, clara, ticket):
    reply = CannedReply.objects.create(title="Saludo", text="Hola {{ nombre }}: {{ ticket }}")
    hidden = CannedReply.objects.create(title="Vieja", text="No", is_active=False)
    assert "Saludo" in browser(clara).get(ticket.get_absolute_url()).content.decode()
    text = browser(clara).get(at("filled", ticket.pk, reply.pk)).content.decode()
    assert text == f"Hola Ana: {ticket.number}"
    assert browser(clara).get(at("filled", ticket.pk, hidden.pk)).status_code == 404


def test_what_the_person_sends_appears_with_its_picture_and_is_news_to_who_writes(
    browser, clara, open_one
):
    page = browser(clara).get(open_one.get_absolute_url())
    talk = open_one.conversation
    message = Message.objects.create(
        conversation=talk, channel=talk.channel, direction="in", author="person",
        state="received", text="Mira <b>esto</b>", shown_at=timezone.now(),
    )  # fmt: skip
    here = Attachment(message=message, name="casa.png", mime="image/png", state="ready")
    here.file.save("casa.png", ContentFile(PNG))
    Attachment.objects.create(message=message, name="lejos.pdf", mime="application/pdf")
    hear(ticket=open_one, message=message)
    body = {"kind": "public", "text": "Ya", "seen": seen_on(page)}
    asked = browser(clara).post(at("say", open_one.pk), body, headers=HTMX).content.decode()
    assert "Mira &lt;b&gt;esto&lt;/b&gt;" in asked and "lejos.pdf · not here yet" in asked
    near, far = open_one.files.order_by("pk")
    assert browser(clara).get(at("file", near.pk)).status_code == 200
    assert browser(clara).get(at("file", far.pk)).status_code == 404


def test_who_writes_just_then_is_not_waited_for(browser, clara, open_one, monkeypatch):
    real = answering.reply

    def and_they_write(**said):
        entry = real(**said)
        hear(ticket=open_one, message=from_them(open_one))
        return entry

    monkeypatch.setattr(answering, "reply", and_they_write)
    page = browser(clara)
    body = {"kind": "public", "text": "¿Qué día?", "then": "waiting"}
    body["seen"] = seen_on(page.get(open_one.get_absolute_url()))
    said = page.post(at("say", open_one.pk), body, headers=HTMX)
    assert "status was left" in said["HX-Trigger"]
    open_one.refresh_from_db()
    assert open_one.status == "open"
