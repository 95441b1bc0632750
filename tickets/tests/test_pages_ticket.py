"""The page of one ticket: who sees it, and what it shows."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tickets import answering, triage
from tickets.files import stored
from tickets.merging import merge
from tickets.models import CannedReply, Ticket, TicketMessage
from tickets.opening import open_ticket
from tickets.tests.ticket_pages import HTMX, PNG, at, seen_on

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


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


def test_colleagues_on_one_ticket_read_each_others_names(browser, clara, dora, ticket):
    browser(clara).get(ticket.get_absolute_url())
    page = browser(dora).get(ticket.get_absolute_url()).content.decode()
    assert "Also here:" in page and "Clara" in page
    here = browser(clara).post(at("here", ticket.pk), headers=HTMX).content.decode()
    assert "Dora" in here and "Clara" not in here
    browser(dora).post(at("here", ticket.pk) + "?left=1")
    assert "Dora" not in browser(clara).post(at("here", ticket.pk), headers=HTMX).content.decode()


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
