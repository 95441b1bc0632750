"""The page of one ticket, and everything that is done there, through the browser's door."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from crm.conversations.models import Attachment, Message, MessageTemplate, TemplatePurpose
from partners.receipts import submit_receipt
from partners.tests import proofs
from partners.tests.conftest import make_loan, product  # noqa: F401  (fixture)
from tickets import answering, standing, triage
from tickets.files import stored
from tickets.hearing import hear
from tickets.merging import merge
from tickets.models import CannedReply, Ticket, TicketChange, TicketMessage
from tickets.opening import open_ticket
from tickets.tests.test_hearing import say as from_them
from tickets.watching import watch

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
HTMX = {"HX-Request": "true"}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360"
    "60606000000005000157a2d5c40000000049454e44ae426082"
)


def at(name, *args):
    return reverse(f"tickets:{name}", args=args)


def seen_on(page):
    return re.search(r'id="seen" name="seen" value="([\d.]+)"', page.content.decode())[1]


def urls_of(ticket, clara):
    change = triage.prioritise(ticket=ticket, priority=1, by=clara)
    reply = CannedReply.objects.create(title="Saludo", text="Hola")
    return [
        ("get", at("detail", ticket.pk)),
        ("post", at("here", ticket.pk)),
        ("post", at("say", ticket.pk)),
        ("get", at("filled", ticket.pk, reply.pk)),
        ("post", at("status", ticket.pk)),
        ("post", at("assign", ticket.pk)),
        ("post", at("priority", ticket.pk)),
        ("post", at("category", ticket.pk)),
        ("post", at("link", ticket.pk)),
        ("post", at("merge", ticket.pk)),
        ("post", at("unmerge", ticket.pk)),
        ("post", at("undo", change.pk)),
    ]


def test_a_partners_ticket_is_not_there_for_an_agent_at_any_address(browser, alice, clara, ticket):
    body = {"status": "closed", "to": alice.pk, "text": "hola", "kind": "note", "priority": 4}
    for method, url in urls_of(ticket, clara):
        assert getattr(browser(alice), method)(url, body).status_code == 404, url
        assert getattr(browser(alice), method)(url, body, headers=HTMX).status_code == 404, url
    ticket.refresh_from_db()
    assert (ticket.status, ticket.priority, ticket.messages.count()) == ("new", 1, 0)


def test_a_stranger_logs_in_first_and_a_roleless_colleague_is_refused(
    browser, colleague, clara, ticket
):
    nobody = colleague("marketer", username="marta")
    for method, url in urls_of(ticket, clara):
        assert getattr(browser(), method)(url).status_code == 302, url
        assert getattr(browser(nobody), method)(url).status_code == 403, url


def test_what_writes_wants_a_post(browser, clara, ticket):
    for method, url in urls_of(ticket, clara):
        if method == "post":
            assert browser(clara).get(url).status_code == 405, url


def test_the_page_shows_it_all_and_escapes_it(browser, clara, ana, talk_with):
    evil = "<img src=x onerror=alert(1)>"
    ana.contact.name = evil
    ana.contact.save()
    made = open_ticket(
        contact=ana.contact, partner=ana, conversation=talk_with(ana.contact),
        subject=evil, description=evil, is_private=True,
    )  # fmt: skip
    answering.add_note(ticket=made, by=clara, text=evil)
    text = browser(clara).get(made.get_absolute_url()).content.decode()
    assert evil not in text and "&lt;img src=x" in text
    assert "Internal note" in text and "First answer" in text and "None</dd>" not in text


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


def test_a_notes_file_is_given_to_who_may_see_the_ticket_and_to_nobody_else(
    browser, alice, clara, ticket
):
    page = browser(clara).get(ticket.get_absolute_url())
    picture = SimpleUploadedFile("foto.png", PNG, "image/png")
    body = {"kind": "note", "text": "", "seen": seen_on(page), "files": picture}
    said = browser(clara).post(at("say", ticket.pk), body, headers=HTMX)
    url = at("file", ticket.files.get().pk)
    assert url in said.content.decode()
    given = browser(clara).get(url)
    assert given["Content-Type"] == "image/png" and given["X-Content-Type-Options"] == "nosniff"
    assert b"".join(given.streaming_content) == PNG
    assert browser(alice).get(url).status_code == 404
    assert browser().get(url).status_code == 302


def test_steps_change_it_say_so_and_can_be_undone(browser, clara, dora, open_one):
    page = browser(clara)
    body = {"was": open_one.priority, "priority": 1}
    said = page.post(at("priority", open_one.pk), body, headers=HTMX)
    change = TicketChange.objects.filter(field="priority").get()
    assert at("undo", change.pk) in said["HX-Trigger"]
    page.post(at("undo", change.pk))
    body = {"was": open_one.assignee_id, "to": dora.pk}
    page.post(at("assign", open_one.pk), body, headers=HTMX)
    page.post(at("category", open_one.pk), {"was": open_one.category, "category": "data"})
    page.post(at("status", open_one.pk), {"was": "new", "status": "waiting"})
    open_one.refresh_from_db()
    found = open_one.priority, open_one.assignee, open_one.category, open_one.status
    assert found == (3, dora, "data", "waiting")
    text = page.get(open_one.get_absolute_url()).content.decode()
    assert "Waiting for the person" in text and "paused" in text


def test_what_a_colleague_had_who_is_gone_can_be_taken(browser, clara, alice, paula, open_one):
    paula.owner = alice
    paula.save()
    clara.is_active = False
    clara.save()
    page = browser(alice)
    assert "not here any more" in page.get(at("list")).content.decode()
    text = page.get(open_one.get_absolute_url()).content.decode()
    was = re.search(r'name="was" value="(\d+)"><input type="hidden" name="to"', text)[1]
    page.post(at("assign", open_one.pk), {"was": was, "to": alice.pk})
    open_one.refresh_from_db()
    assert open_one.assignee == alice


def test_nobody_decides_over_what_they_have_not_seen(browser, clara, dora, open_one):
    standing.set_status(ticket=open_one, status="open", by=dora)
    body = {"was": "new", "status": "closed"}
    said = browser(clara).post(at("status", open_one.pk), body, headers=HTMX)
    assert "Somebody has just changed" in said["HX-Trigger"]
    open_one.refresh_from_db()
    assert open_one.status == "open"


def test_resolving_tells_the_person_and_opening_again_is_one_button(browser, clara, open_one):
    page = browser(clara)
    page.post(at("status", open_one.pk), {"was": "new", "status": "resolved"})
    assert Message.objects.filter(direction="out", conversation=open_one.conversation).exists()
    text = page.get(open_one.get_absolute_url()).content.decode()
    assert "Open again" in text and "This ticket is done" in text
    page.post(at("status", open_one.pk), {"was": "resolved", "status": "open"})
    open_one.refresh_from_db()
    assert open_one.status == "open"


def test_merging_shows_both_threads_and_can_be_undone(browser, clara, paula, open_one):
    other = open_ticket(contact=paula, subject="Otra visita", description="Otra vez")
    answering.add_note(ticket=other, by=clara, text="Va junto")
    page = browser(clara)
    merged = page.post(at("merge", other.pk), {"into": open_one.pk}, follow=True)
    text = merged.content.decode()
    assert merged.redirect_chain[-1][0] == open_one.get_absolute_url()
    assert "Va junto" in text and "Otra vez" in text and at("unmerge", other.pk) in text
    part = page.get(other.get_absolute_url()).content.decode()
    assert "A part of" in part and 'id="say"' not in part
    page.post(at("unmerge", other.pk))
    other.refresh_from_db()
    assert other.merged_into is None and other.status == "new"


def test_another_persons_ticket_or_loan_is_refused(browser, clara, ticket, open_one):
    page = browser(clara)
    page.post(at("merge", ticket.pk), {"into": open_one.pk})
    page.post(at("merge", ticket.pk), {"into": "999999"})
    page.post(at("link", ticket.pk), {"loan": "999999", "receipt": "x"})
    ticket.refresh_from_db()
    assert ticket.merged_into is None and ticket.loan is None


def test_its_loan_and_its_receipt_are_chosen_and_shown(browser, alice, clara, ana, ticket, product):  # noqa: F811
    loan = make_loan(ana, product)
    pictures = [("uno.jpg", "white"), ("dos.jpg", "black")]
    files = [SimpleUploadedFile(name, proofs.picture(colour=hue)) for name, hue in pictures]
    said = {"amount": Decimal("150.50"), "paid_on": loan.disbursed_on}
    first, second = (
        submit_receipt(
            partner=ana, file=files[0], file_name="uno.jpg", by=clara, loan=loan, **said
        ),
        submit_receipt(partner=ana, file=files[1], file_name="dos.jpg", by=clara),
    )
    page = browser(clara)
    text = page.get(ticket.get_absolute_url()).content.decode()
    assert f"No. {first.pk} · S/ 150.50 · " in text and f"No. {second.pk} · Pending" in text
    page.post(at("link", ticket.pk), {"loan": loan.pk, "receipt": first.pk})
    ticket.refresh_from_db()
    assert (ticket.loan, ticket.receipt) == (loan, first)
    # Nonsense takes nothing away, nor does who is no judge of loans.
    page.post(at("link", ticket.pk), {"loan": "999999", "receipt": second.pk})
    triage.assign(ticket=ticket, to=alice, by=clara)
    browser(alice).post(at("link", ticket.pk), {"loan": "", "receipt": ""})
    ticket.refresh_from_db()
    assert (ticket.loan, ticket.receipt) == (loan, first)
    text = page.get(ticket.get_absolute_url()).content.decode()
    assert loan.get_absolute_url() in text and first.get_absolute_url() in text
    form = page.get(at("create"), {"contact": ana.contact_id}).content.decode()
    assert loan.number in form


def test_colleagues_on_one_ticket_read_each_others_names(browser, clara, dora, ticket):
    browser(clara).get(ticket.get_absolute_url())
    page = browser(dora).get(ticket.get_absolute_url()).content.decode()
    assert "Also here:" in page and "Clara" in page
    here = browser(clara).post(at("here", ticket.pk), headers=HTMX).content.decode()
    assert "Dora" in here and "Clara" not in here
    browser(dora).post(at("here", ticket.pk) + "?left=1")
    assert "Dora" not in browser(clara).post(at("here", ticket.pk), headers=HTMX).content.decode()


def test_a_canned_reply_is_filled_in_for_the_ticket(browser, clara, ticket):
    reply = CannedReply.objects.create(title="Saludo", text="Hola {{ nombre }}: {{ ticket }}")
    hidden = CannedReply.objects.create(title="Vieja", text="No", is_active=False)
    assert "Saludo" in browser(clara).get(ticket.get_absolute_url()).content.decode()
    text = browser(clara).get(at("filled", ticket.pk, reply.pk)).content.decode()
    assert text == f"Hola Ana: {ticket.number}"
    assert browser(clara).get(at("filled", ticket.pk, hidden.pk)).status_code == 404


def test_a_long_thread_costs_no_more_queries_than_a_short_one(
    browser, clara, dora, ticket, django_assert_max_num_queries
):
    TicketMessage.objects.bulk_create(
        TicketMessage(ticket=ticket, kind="note", author=dora, text=f"Nota {number}")
        for number in range(300)
    )
    page = browser(clara)
    with django_assert_max_num_queries(60):
        text = page.get(ticket.get_absolute_url()).content.decode()
    assert text.count("entry-note") < 60 and "Show what was said before" in text
    with django_assert_max_num_queries(60):
        whole = page.get(ticket.get_absolute_url() + "?all=1").content.decode()
    assert whole.count('class="entry entry-note"') == 300


def test_a_ticket_that_became_a_colleagues_leads_its_open_page_back_to_the_list(
    browser, alice, clara, paula
):
    made = open_ticket(contact=paula, subject="Visita", description="x", assignee=alice)
    paula.owner = clara
    paula.save()
    assert browser(alice).get(made.get_absolute_url()).status_code == 200
    Ticket.objects.filter(pk=made.pk).update(assignee=clara)
    lost = browser(alice).get(made.get_absolute_url(), headers=HTMX)
    assert lost.status_code == 404 and lost["HX-Redirect"] == at("list")


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


def test_closing_many_that_were_resolved_is_undone_as_one(browser, clara, open_one):
    standing.resolve(ticket=open_one, by=clara)
    page = browser(clara)
    body = {"ticket": [open_one.pk], "action": "close"}
    said = page.post(at("bulk"), body, follow=True).content.decode()
    assert "Undone" in page.post(re.search(r'/tickets/[^"]*changes=\d+', said)[0], follow=True).text
    open_one.refresh_from_db()
    assert open_one.status == "resolved"


def test_long_texts_are_folded_and_nothing_of_them_lost(browser, clara, paula, open_one):
    long = "palabra <b> " * 300
    part = open_ticket(contact=paula, subject="Otra visita", description=long + "FIN1")
    merge(ticket=part, into=open_one, by=clara)
    note = answering.add_note(ticket=open_one, by=clara, text=long + "FIN2")
    text = browser(clara).get(open_one.get_absolute_url()).content.decode()
    folds = re.findall(r'<details id="(rest-[^"]+)" hx-preserve>(.*?)</details>', text, re.S)
    assert [name for name, _ in folds] == [f"rest-{part.number}", f"rest-{note.pk}"]
    assert "FIN1" in folds[0][1] and "FIN2" in folds[1][1] and "palabra <b>" not in text


def test_who_has_the_whole_opens_the_files_of_its_parts_and_has_no_link_to_these(
    browser, clara, alice, open_one
):
    part = open_ticket(
        contact=open_one.contact, conversation=open_one.conversation, subject="Otra",
        description="Más", assignee=clara,
    )  # fmt: skip
    with stored([SimpleUploadedFile("plano.png", PNG)]) as files:
        answering.add_note(ticket=part, by=clara, text="Mira", files=files)
    triage.assign(ticket=open_one, to=alice, by=clara)
    merge(ticket=part, into=open_one, by=clara)
    page = browser(alice)
    text = page.get(open_one.get_absolute_url()).content.decode()
    file = at("file", part.files.get().pk)
    assert file in text and page.get(file).status_code == 200
    assert part.number in text and f'href="{part.get_absolute_url()}"' not in text
    assert f'href="{part.get_absolute_url()}"' in str(
        browser(clara).get(open_one.get_absolute_url()).content
    )


def test_a_new_ticket_sent_twice_is_one(browser, clara, paula):
    page, where = browser(clara), f"{at('create')}?contact={paula.pk}"
    name = re.search(r'name="form" value="([\w-]+)"', page.get(where).content.decode())[1]
    body = {"subject": "Pago", "description": "No puede", "priority": 3, "form": name}
    first, second = (page.post(where, body) for _ in range(2))
    assert first.url == second.url == Ticket.objects.get().get_absolute_url()
    # Who goes back and writes something else makes another one.
    page.post(where, body | {"description": "Otra cosa"})
    assert Ticket.objects.count() == 2


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
