"""The list of tickets, the board, many at once, views that are kept, what is set up once."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.audit.models import AuditEntry
from crm.desk.models import SavedView
from crm.people.hours import OpeningHours, SpecialDay
from crm.people.models import Agency, Contact
from leads.models import Lead
from partners.models import Partner
from tickets import standing, triage
from tickets.deadlines import minutes_of
from tickets.models import CannedReply, Ticket, TicketChange
from tickets.opening import open_ticket
from tickets.pages.menu import waiting
from tickets.watching import watch

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
HTMX = {"HX-Request": "true"}


def at(name, *args):
    return reverse(f"tickets:{name}", args=args)


@pytest.fixture
def some(clara, lima):
    """some(3): that many tickets, of a person each, given to Clara."""

    def make(count, **fields):
        people = [Contact.objects.create(name=f"Persona {n}", agency=lima) for n in range(count)]
        return [
            open_ticket(contact=one, subject=f"Asunto {n}", description="x", **fields)
            for n, one in enumerate(people)
        ]

    return make


def listed(browser, person, **asked):
    return browser(person).get(at("list"), asked).content.decode()


def test_each_sees_what_they_may_and_a_stranger_nothing(
    browser, colleague, alice, clara, ticket, open_one
):
    assert ticket.subject in listed(browser, clara)
    text = listed(browser, alice)
    assert ticket.subject not in text and open_one.subject not in text
    triage.assign(ticket=open_one, to=alice, by=clara)
    assert open_one.number in listed(browser, alice)
    for name in ("list", "board", "create"):
        assert browser().get(at(name)).status_code == 302
        assert browser(colleague("marketer", username=name)).get(at(name)).status_code == 403


def test_what_is_done_stays_away_until_asked_for(browser, clara, some):
    made = some(3)
    standing.close_many(tickets=made[:1], by=clara)
    assert made[0].number not in listed(browser, clara)
    assert made[0].number in listed(browser, clara, status="closed")
    assert made[0].number in listed(browser, clara, status="all")
    assert made[0].number in listed(browser, clara, q=made[0].number.lower())
    assert made[1].number not in listed(browser, clara, q=made[0].number)


def test_it_is_found_by_words_person_and_number(browser, clara, ana, ticket, open_one):
    for words in ("problema con", "ana fic", ticket.number, str(ticket.pk), "Ana"):
        text = listed(browser, clara, q=words)
        assert ticket.number in text and open_one.number not in text, words
    found = browser(clara).get(reverse("desk:search"), {"q": ticket.number}).content.decode()
    assert ticket.get_absolute_url() in found
    found = browser(clara).get(reverse("desk:search"), {"q": "nada así"}).content.decode()
    assert ticket.get_absolute_url() not in found


def test_overdue_is_red_and_has_a_filter_a_card_and_a_count(browser, clara, dora, some):
    late, soon, fine, free = some(4, assignee=clara)
    past, now = timezone.now() - timedelta(days=9), timezone.now()
    rows = Ticket.objects
    rows.filter(pk=late.pk).update(response_due_at=past, resolution_due_at=past)
    rows.filter(pk=soon.pk).update(response_warn_at=now - timedelta(minutes=1))
    triage.assign(ticket=free, to=None, by=clara)
    text = listed(browser, clara, due="late")
    assert late.number in text and fine.number not in text and soon.number not in text
    assert 'class="time-left bad"' in text
    text = listed(browser, clara, due="soon", assignee="mine")
    assert soon.number in text and late.number not in text
    text = listed(browser, clara, assignee="unassigned")
    assert free.number in text and fine.number not in text
    home = browser(clara).get(reverse("desk:dashboard")).content.decode()
    for address in ("?assignee=mine&amp;due=soon", "?due=late", "?assignee=unassigned"):
        assert f"{at('list')}{address}" in home
    assert (waiting(clara).count(), waiting(dora).count()) == (3, 0)


def test_before_time_is_over_whoever_has_it_is_warned_and_of_nobodys_the_managers(
    browser, clara, dora, greta, some
):
    mine, free, left, fine = some(4, assignee=clara)
    triage.assign(ticket=free, to=None, by=clara)
    triage.assign(ticket=left, to=dora, by=clara)
    soon = timezone.now() - timedelta(minutes=1)
    Ticket.objects.exclude(pk=fine.pk).update(response_warn_at=soon)
    assert "menu-presses" not in listed(browser, clara)
    watch()
    dora.is_active = False
    dora.save()
    for user, warned, others in ((clara, [mine], [free, left]), (greta, [free, left], [mine])):
        page = listed(browser, user)
        assert f"Due soon or late: </span>{len(warned)}</span>" in page
        assert "due soon or late." in page and f"{at('list')}?due=warned" in page
        shown = listed(browser, user, due="warned")
        assert all(one.number in shown for one in warned)
        assert not any(one.number in shown for one in [*others, fine])
    nobodys = listed(browser, clara, assignee="unassigned")
    assert free.number in nobodys and left.number in nobodys and mine.number not in nobodys
    standing.close(ticket=mine, by=clara)
    assert "menu-presses" not in listed(browser, clara)


@pytest.mark.parametrize(
    "asked",
    [
        {"assignee": "999999999999999999999"},
        {"status": "x", "priority": "9", "due": "x", "page": "zz", "sort": "x"},
        {"q": "\x00"},
        {"q": "%' OR 1=1 --" * 20},
    ],
)
def test_nonsense_in_the_address_breaks_nothing(browser, clara, ticket, asked):
    assert browser(clara).get(at("list"), asked).status_code == 200
    assert browser(clara).get(at("board"), asked).status_code == 200


def test_an_empty_list_says_what_comes_there(browser, clara):
    text = listed(browser, clara)
    assert "Nothing is open" in text and at("create") in text
    assert browser(clara).get(at("board")).content.decode().count("board-none") == 4


def test_a_thousand_cost_no_more_queries_than_ten(
    browser, clara, lima, some, django_assert_max_num_queries
):
    some(1)
    person, now = Contact.objects.first(), timezone.now()
    Ticket.objects.bulk_create(
        Ticket(
            contact=person, subject=f"Uno {n}", description="x", agency=lima, assignee=clara,
            response_due_at=now, resolution_due_at=now, status=("new", "open")[n % 2],
        )
        for n in range(1000)
    )  # fmt: skip
    page = browser(clara)
    for address in (at("list"), at("list") + "?status=all&page=20", at("board")):
        with django_assert_max_num_queries(45):
            text = page.get(address).content.decode()
    assert text.count('class="board-card"') == 30
    assert f"{at('list')}?status=open" in text


def test_many_agencies_with_hours_of_their_own_cost_no_more_queries(
    browser, clara, some, django_assert_max_num_queries
):
    for number, ticket in enumerate(some(15)):
        agency = Agency.objects.create(name=f"Agencia {number}")
        OpeningHours.objects.create(agency=agency, weekday=0, opens=time(8), closes=time(20))
        SpecialDay.objects.create(
            agency=agency, name="Feria", first=date(2026, 1, 2), last=date(2026, 1, 2)
        )
        Ticket.objects.filter(pk=ticket.pk).update(agency=agency)
    page = browser(clara)
    for address in (at("list"), at("board")):
        page.get(address)
        with django_assert_max_num_queries(25):
            page.get(address)


def test_a_person_that_cannot_be_has_no_tickets(browser, clara):
    for key in ("9" * 18, "9" * 19, "9" * 40):
        asked = browser(clara).get(f"/tickets/of-contact/{key}/")
        assert asked.status_code in (200, 404) and b"T-0" not in asked.content


def test_many_are_closed_given_away_and_made_urgent_at_once_and_it_is_undone_as_one(
    browser, clara, dora, some
):
    made = some(3, assignee=clara)
    page, keys = browser(clara), [one.pk for one in made]
    before = list(Ticket.objects.order_by("pk").values_list("status", "assignee", "priority"))
    for body in ({"action": "close"}, {"action": "assign", "to": dora.pk},
                 {"action": "priority", "priority": 1}):  # fmt: skip
        page.post(at("bulk"), {"ticket": keys, **body})
        changes = TicketChange.objects.order_by("-pk")[:3]
        now = list(Ticket.objects.order_by("pk").values_list("status", "assignee", "priority"))
        assert all(one != two for one, two in zip(before, now, strict=True)), body
        undo = f"{at('bulk_undo')}?changes={','.join(str(one.pk) for one in changes)}"
        page.post(undo)
        now = list(Ticket.objects.order_by("pk").values_list("status", "assignee", "priority"))
        assert now == before, body


def test_many_at_once_leave_alone_what_one_may_not_see_or_do(
    browser, alice, clara, ticket, open_one
):
    triage.assign(ticket=open_one, to=alice, by=clara)
    keys = [ticket.pk, open_one.pk]
    browser(alice).post(at("bulk"), {"ticket": keys, "action": "close"})
    ticket.refresh_from_db()
    open_one.refresh_from_db()
    assert (ticket.status, open_one.status) == ("new", "closed")
    change = TicketChange.objects.filter(field="status").get()
    browser(clara).post(f"{at('bulk_undo')}?changes={change.pk},x,")
    open_one.refresh_from_db()
    assert open_one.status == "closed"


@pytest.mark.parametrize(
    "body", [{}, {"action": "close"}, {"action": "explode"}, {"action": "assign", "to": "zz"}]
)
def test_many_at_once_without_sense_change_nothing(browser, clara, ticket, body):
    chosen = {"ticket": [ticket.pk]} if body.get("action") != "close" else {"ticket": ["x"]}
    said = browser(clara).post(at("bulk"), chosen | body)
    assert said.status_code == 302 and said["Location"] == at("list")
    ticket.refresh_from_db()
    assert ticket.status == "new" and ticket.assignee


def test_cards_move_on_the_board_by_a_button(browser, clara, some):
    (one,) = some(1)
    page = browser(clara)
    text = page.get(at("board")).content.decode()
    assert one.number in text and f'form="move-{one.pk}"' in text
    board = {**HTMX, "HX-Target": "board", "HX-Current-URL": f"http://testserver{at('board')}?q=zz"}
    moved = page.post(
        at("status", one.pk), {"was": "new", "status": "waiting"}, headers=board
    ).content.decode()
    assert moved.lstrip().startswith('<div id="board"') and one.number not in moved
    one.refresh_from_db()
    assert one.status == "waiting"
    # A board that renews itself is no new page to go back from; one with other filters is.
    board["HX-Current-URL"] = f"http://testserver{at('board')}"
    assert "HX-Push-Url" not in page.get(at("board"), headers=board)
    asked = page.get(at("board"), {"priority": "1"}, headers=board)
    assert asked["HX-Push-Url"] == f"{at('board')}?priority=1"


# --- Views that are kept ---


def test_a_view_is_kept_under_a_name_shared_or_not_and_deleted(browser, clara, dora, greta):
    save = reverse("desk:save_view", args=["tickets"])
    body = {"name": "Mis urgentes", "query": "?assignee=mine&priority=1&page=3&q=", "next": "/"}
    browser(clara).post(save, body)
    browser(clara).post(save, {**body, "name": "De todos", "shared": "on"})
    kept = SavedView.objects.get(name="Mis urgentes")
    assert kept.query == "assignee=mine&priority=1"
    mine = listed(browser, clara, assignee="mine", priority="1")
    assert "Mis urgentes" in mine and 'aria-current="true"' in mine
    theirs = listed(browser, dora)
    assert "Mis urgentes" not in theirs and "De todos" in theirs
    shared = SavedView.objects.get(name="De todos")
    for one in (kept, shared):
        url = reverse("desk:delete_view", args=[one.pk])
        assert browser(dora).post(url).status_code == 404
        assert browser().post(url).status_code == 302
    assert browser(greta).post(reverse("desk:delete_view", args=[kept.pk])).status_code == 404
    browser(greta).post(reverse("desk:delete_view", args=[shared.pk]))
    browser(clara).post(reverse("desk:delete_view", args=[kept.pk]))
    assert not SavedView.objects.exists()


def test_the_views_of_the_list_are_at_hand_on_the_board_and_kept_there(browser, clara, some):
    some(1)
    page, save = browser(clara), reverse("desk:save_view", args=["tickets"])
    kept = {"name": "Urgentes", "query": "?priority=1", "next": f"{at('board')}?priority=1"}
    saved = page.post(save, kept, follow=True)
    assert saved.redirect_chain[-1][0] == f"{at('board')}?priority=1"
    text = saved.content.decode()
    assert f'href="{at("board")}?priority=1" aria-current="true"' in text
    assert f'href="{at("list")}?priority=1"' in listed(browser, clara)
    fresh = page.get(at("board"), {"priority": "2"}, headers=HTMX | {"HX-Target": "board"})
    assert 'id="saved-views"' in fresh.content.decode() and b"aria-current" not in fresh.content


def test_a_views_name_is_escaped_and_the_same_name_replaces_it(browser, clara):
    save = reverse("desk:save_view", args=["tickets"])
    evil = "<script>x</script>"
    for query in ("?q=uno", "?q=dos"):
        browser(clara).post(save, {"name": evil, "query": query})
    browser(clara).post(save, {"name": " ", "query": "?q=tres"})
    browser(clara).post(save, {"name": "x" * 61, "query": "?q=tres"})
    assert [one.query for one in SavedView.objects.all()] == ["q=dos"]
    assert evil not in listed(browser, clara)


# --- Making one ---


def test_one_looks_for_the_person_and_makes_their_ticket(browser, clara, ana, talk_with):
    page = browser(clara)
    found = page.get(at("create"), {"who": "ana"}).content.decode()
    assert f"?contact={ana.contact_id}" in found and "S-001" in found
    form = page.get(at("create"), {"contact": ana.contact_id}).content.decode()
    assert "New ticket of Ana Ficticia" in form
    body = {"subject": "Pago doble", "description": "Pagué dos veces", "priority": 2}
    made = page.post(f"{at('create')}?contact={ana.contact_id}", body)
    ticket = Ticket.objects.get()
    assert made["Location"] == ticket.get_absolute_url()
    found = ticket.partner, ticket.is_private, ticket.category, ticket.assignee
    assert found == (ana, True, "payment", clara)
    talk = talk_with(ana.contact)
    page.post(f"{at('create')}?conversation={talk.pk}", body)
    assert Ticket.objects.latest("pk").conversation == talk


def test_it_is_made_for_nobody_one_may_not_see(browser, alice, clara, ana, talk_with):
    ana.contact.owner = clara
    ana.contact.save()
    talk = talk_with(ana.contact)
    body = {"subject": "X", "description": "x", "priority": 2}
    page = browser(alice)
    for asked in (f"contact={ana.contact_id}", f"conversation={talk.pk}", "contact=x", "contact=0"):
        assert page.get(f"{at('create')}?{asked}").status_code == 404, asked
        assert page.post(f"{at('create')}?{asked}", body).status_code == 404, asked
    found = page.get(at("create"), {"who": "Ana F"}).content.decode()
    assert f'?contact={ana.contact_id}"' not in found
    assert not Ticket.objects.exists()


def test_what_is_missing_is_said_beside_the_field(browser, clara, ana):
    said = browser(clara).post(f"{at('create')}?contact={ana.contact_id}", {"priority": 3})
    assert said.status_code == 200 and said.content.decode().count("field-error") == 2


def test_pages_of_the_person_show_their_tickets_and_a_way_to_make_one(
    browser, alice, clara, greta, ana, ticket
):
    panel = at("of_contact", ana.contact_id)
    text = browser(clara).get(panel).content.decode()
    assert ticket.subject in text and f"?contact={ana.contact_id}" in text
    text = browser(alice).get(panel).content.decode()
    assert ticket.subject not in text and "No tickets you may see" in text
    talk = ticket.conversation
    assert f"?conversation={talk.pk}" in (
        browser(clara).get(f"{panel}?conversation={talk.pk}").content.decode()
    )
    for page in (
        reverse("partners:detail", args=[Partner.objects.get().pk]),
        reverse("people:contact", args=[ana.contact_id]),
        reverse("inbox:detail", args=[talk.pk]),
    ):
        assert panel in browser(clara).get(page).content.decode(), page
    lead = Lead.objects.create(contact=ana.contact, last_message_at=timezone.now())
    assert panel in browser(greta).get(lead.get_absolute_url()).content.decode()


# --- What is set up once ---


def test_managers_keep_the_canned_replies_and_nobody_else(browser, clara, greta):
    page = browser(greta)
    assert "No canned replies yet" in page.get(at("canned")).content.decode()
    body = {"title": "Saludo", "text": "Hola {{ nombre }}", "is_active": "on"}
    page.post(at("canned_create"), body)
    reply = CannedReply.objects.get()
    wrong = page.post(at("canned_edit", reply.pk), body | {"text": "{{ clave }}"})
    assert "There is no such variable: clave" in wrong.content.decode()
    for name, args in (("canned", []), ("canned_create", []), ("canned_edit", [reply.pk]),
                       ("rules", [])):  # fmt: skip
        assert browser(clara).get(at(name, *args)).status_code == 403, name
    assert browser(clara).post(at("canned_delete", reply.pk)).status_code == 403
    page.post(at("canned_delete", reply.pk))
    assert not CannedReply.objects.exists()


def test_managers_set_the_deadlines_and_the_log_says_so(browser, greta):
    page = browser(greta)
    body = {f"p{key}-{name}": value for key in (1, 2, 3, 4)
            for name, value in (("response", 20), ("resolution", 200))}  # fmt: skip
    wrong = page.post(at("rules"), body | {"p1-response": 999})
    assert "answered before it is resolved" in wrong.content.decode()
    assert minutes_of(1) == (30, 240)
    page.post(at("rules"), body)
    assert minutes_of(1) == minutes_of(4) == (20, 200)
    assert AuditEntry.objects.filter(action="ticket_deadlines_changed", actor=greta).count() == 4
    page.post(at("rules"), {"usual": "1"})
    assert minutes_of(1) == (30, 240)
