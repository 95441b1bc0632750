"""The pages of a ticket: the ticket, making one, what hangs on others' pages."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.conversations.models import Conversation
from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import tell
from crm.errors import DeskError
from crm.people.finding import contact_ids
from crm.people.models import Contact, User
from tickets import canned, presence
from tickets.models import Ticket
from tickets.opening import open_ticket
from tickets.pages.forms import TicketForm, name_of, new_name, person_of
from tickets.pages.guards import get_ticket_for, losing_is_told
from tickets.pages.record import TicketPage
from tickets.pages.seen import parsed
from tickets.pages.tables import with_names
from tickets.pages.timing import next_dues

# What htmx may ask to renew of the page, by the id it is put in.
PARTS = ("steps", "thread", "history")
LARGEST_KEY = 10**18 - 1
SHOWN_OF_CONTACT, MOST_OF_CONTACT = 6, 100
MOST_FOUND = 12


@require_GET
@permitted("tickets.view_ticket")
@losing_is_told
def detail(request: DeskRequest, pk: int) -> HttpResponse:
    """`?seen=` says what an open page has shown, `?all=1` asks for the whole thread."""
    ticket = get_ticket_for(request.user, pk)
    seen = parsed(request.GET.get("seen", ""))
    page = TicketPage(ticket, request.user, seen=seen, whole="all" in request.GET)
    target = request.headers.get("HX-Target", "") if request.htmx else ""
    response = show(request, page, target if target in PARTS else "")
    response["Vary"] = "HX-Request, HX-Target"
    return response


def show(request: DeskRequest, page: TicketPage, part: str = "", status: int = 200) -> HttpResponse:
    """The page, or the part of it that has that id."""
    template = f"tickets/detail.html#{part}" if part else "tickets/detail.html"
    context = {"page": page, "ticket": page.ticket}
    return render(request, template, context, status=status)


@require_POST
@permitted("tickets.view_ticket")
@losing_is_told
def here(request: DeskRequest, pk: int) -> HttpResponse:
    """The page is open (every two seconds), or was left (`?left=1`); who else has it open."""
    ticket = get_ticket_for(request.user, pk)
    if "left" in request.GET:
        presence.leave(ticket=ticket, user=request.user)
        return HttpResponse(status=204)
    context = {"people": presence.look(ticket=ticket, user=request.user)}
    return render(request, "tickets/_here.html", context)


@require_GET
@permitted("tickets.view_ticket", "tickets.view_cannedreply")
@losing_is_told
def filled(request: DeskRequest, pk: int, reply: int) -> HttpResponse:
    """A canned reply's words for this ticket, as plain text."""
    ticket = get_ticket_for(request.user, pk)
    chosen = get_object_or_404(canned.offered(ticket), pk=reply)
    text = canned.fill(reply=chosen, ticket=ticket, user=request.user)
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_http_methods(["GET", "POST"])
@permitted("tickets.add_ticket")
def create(request: DeskRequest) -> HttpResponse:
    """For `?contact=`, or for the person of `?conversation=`; without either one looks for them.
    `form` names the form, which makes one ticket however often it comes."""
    talk = _conversation(request)
    contact = talk.contact if talk else _contact(request)
    if contact is None:
        return _ask_who(request)
    partner = person_of(contact)
    form = TicketForm(request.POST or None, user=request.user, partner=partner)
    if request.method == "POST" and form.is_valid():
        try:
            made = open_ticket(
                contact=contact,
                partner=partner,
                conversation=talk,
                by=request.user,
                # What is a partner's is spoken of in full only in a session of theirs.
                is_private=partner is not None,
                form=name_of(request),
                **form.cleaned_data,
            )
        except DeskError as error:
            form.add_error(None, str(error))
        else:
            return _made(request, made)
    context = {"form": form, "contact": contact, "partner": partner, "conversation": talk}
    context["form_name"] = name_of(request) or new_name()
    return render(request, "tickets/form.html", context)


def _made(request: DeskRequest, made: Ticket) -> HttpResponse:
    who = made.assignee or _("nobody yet")
    words = _("Ticket %(number)s was made. It is assigned to: %(person)s.")
    tell(request, words % {"number": made.number, "person": who})
    seen = Ticket.objects.visible_to(request.user).filter(pk=made.pk).exists()
    return redirect(made if seen else "tickets:list")


def _ask_who(request: DeskRequest) -> HttpResponse:
    asked = request.GET.get("who", "").strip()[:100]
    people: list[Contact] = []
    if len(asked) > 1:
        visible = Contact.objects.visible_to(request.user).standing()
        found = visible.filter(pk__in=contact_ids(asked, MOST_FOUND * 4))
        people = list(found.select_related("partner").prefetch_related("points")[: MOST_FOUND + 1])
    context = {"asked": asked, "people": people[:MOST_FOUND], "more": len(people) > MOST_FOUND}
    found_only = request.htmx and request.headers.get("HX-Target") == "found"
    return render(request, f"tickets/who.html{'#found' if found_only else ''}", context)


def _contact(request: DeskRequest) -> Contact | None:
    key = _key(request, "contact")
    if key is None:
        return None
    rows = Contact.objects.visible_to(request.user).standing().select_related("partner")
    return get_object_or_404(rows, pk=key)


def _conversation(request: DeskRequest) -> Conversation | None:
    key = _key(request, "conversation")
    if key is None:
        return None
    rows = Conversation.objects.visible_to(request.user).filter(is_group=False)
    return get_object_or_404(rows.select_related("contact__partner", "channel"), pk=key)


def _key(request: DeskRequest, name: str) -> int | None:
    value = request.GET.get(name, "")
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        raise Http404
    return int(value)


@require_GET
@permitted("tickets.view_ticket")
def of_contact(request: DeskRequest, pk: int) -> HttpResponse:
    """A person's tickets that this colleague may see, for others' pages; `?all=1`: a hundred.
    A new one is made from `?conversation=`, where the page is that of one."""
    if pk > LARGEST_KEY:
        raise Http404
    talk = _key(request, "conversation")
    most = MOST_OF_CONTACT if "all" in request.GET else SHOWN_OF_CONTACT
    rows = with_names(Ticket.objects.visible_to(request.user).filter(contact=pk)).order_by("-id")
    found = list(rows[: most + 1])
    shown = found[:most]
    dues = next_dues(one for one in shown if not one.is_done)
    context = {
        "contact": pk,
        "tickets": [(one, dues.get(one.pk)) for one in shown],
        "more": len(found) > most,
        "made_for": f"conversation={talk}" if talk else f"contact={pk}",
        "may_make": may_make_for(request.user, pk),
    }
    return render(request, "tickets/of_contact.html", context)


def may_make_for(user: User, contact: int) -> bool:
    visible = Contact.objects.visible_to(user).standing().filter(pk=contact)
    return user.has_perm("tickets.add_ticket") and visible.exists()
