"""What the page of one ticket shows, each part asked for only when a template does."""

from __future__ import annotations

from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Model, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from crm.conversations import outreach, window
from crm.conversations.models import Conversation
from crm.desk.wording import exact_money
from crm.people.calendar import Calendar, calendar_of
from crm.people.models import Contact, User
from partners.models import Loan, Receipt
from tickets import canned, pulse, telling
from tickets.assignment import assignable, is_nobodys
from tickets.merging import thread
from tickets.models import CannedReply, Category, Priority, Ticket, TicketFile, TicketMessage
from tickets.pages.forms import new_name
from tickets.pages.history import Event, events
from tickets.pages.seen import News, Seen, news_since, seen_now
from tickets.pages.timing import Left, left
from tickets.presence import look

Row = TypeVar("Row", bound=Model)
SHOWN, SHOWN_AT_MOST = 40, 400  # entries of the thread, until one asks for all
MOST_CHANGES = 60
MOST_LINKS = 30
MOST_CANNED = 100
# What a reply may lead to at once.
THEN = (Ticket.Status.WAITING, Ticket.Status.RESOLVED)


class TicketPage:
    """`seen` is what a page that stands open has shown; None: it is drawn now."""

    def __init__(
        self, ticket: Ticket, user: User, *, seen: Seen | None = None, whole: bool = False
    ) -> None:
        self.ticket = ticket
        self.user = user
        self.seen = seen or seen_now(ticket)
        self.is_whole = whole
        self.most = SHOWN_AT_MOST if whole else SHOWN
        self.may_change = user.has_perm("tickets.change_ticket")
        key = f"{pulse.ONE}{ticket.pk}"
        self.pulse = pulse.pulse(user, [key])[key]
        self.form = new_name()  # what one writes next is sent once
        self.statuses = Ticket.Status.choices
        self.priorities = Priority.choices
        self.categories = Category.choices
        # What was typed and could not be sent, and why.
        self.text, self.kind, self.error = "", "", ""
        self.asks = False

    @property
    def may_act(self) -> bool:
        """A part of another ticket is only read."""
        return self.may_change and self.ticket.merged_into_id is None

    @property
    def may_answer(self) -> bool:
        open_here = self.may_act and not self.ticket.is_done
        return open_here and self.place is not None and not self.is_unreadable

    @property
    def then(self) -> list[tuple[str, str]]:
        return [(one.value, str(one.label)) for one in THEN if one != self.ticket.status]

    # --- The thread ---------------------------------------------------------------------------

    @cached_property
    def _latest(self) -> list[TicketMessage]:
        rows = thread(self.ticket).order_by("-created_at", "-id")
        return list(rows[: self.most + 1])

    @property
    def entries(self) -> list[TicketMessage]:
        return self._latest[: self.most][::-1]

    @property
    def more_entries(self) -> bool:
        return len(self._latest) > self.most

    @cached_property
    def first_files(self) -> list[TicketFile]:
        """Those of the description."""
        return list(self.ticket.files.filter(entry=None).select_related("attachment"))

    @cached_property
    def news(self) -> News:
        return news_since(self.ticket, self.seen, self.user)

    @property
    def news_events(self) -> list[Event]:
        return events(self.news.changes)

    @cached_property
    def newest(self) -> Seen:
        return seen_now(self.ticket)

    @property
    def has_news(self) -> bool:
        fresh = self.seen.version != self.ticket.version
        return fresh and bool(self.news.entries or self.news.changes)

    # --- Where an answer goes ------------------------------------------------------------------

    @cached_property
    def place(self) -> Conversation | None:
        return telling.where(self.ticket)

    @property
    def is_unreadable(self) -> bool:
        """Whether its partner cannot log in any more to read an answer."""
        return telling.is_unreadable(self.ticket)

    @cached_property
    def is_known(self) -> bool:
        """Whether the person gets the words of an answer, or only hears that there is one."""
        return self.place is not None and telling.is_known(self.ticket, self.place)

    @cached_property
    def is_late(self) -> bool:
        """Whether they have not written for so long that free words are not taken there."""
        return self.place is not None and not window.is_open(self.place)

    @cached_property
    def is_kept(self) -> bool:
        """Whether an answer waits until they write again: no template may stand in for it."""
        return self.place is not None and not outreach.would_go(
            self.place,
            purpose=telling.PURPOSE,
            text=self.text or "…",
            values=telling.values_of(self.ticket),
        )

    @property
    def is_unproven(self) -> bool:
        """Whether it came from a partner's phone, but whoever wrote did not prove who they are."""
        origin = self.ticket.origin
        return self.ticket.partner_id is not None and origin is not None and not origin.is_private

    @cached_property
    def may_open_conversation(self) -> bool:
        key = self.ticket.conversation_id
        if key is None:
            return False
        return Conversation.objects.visible_to(self.user).filter(pk=key).exists()

    @cached_property
    def canned(self) -> list[CannedReply]:
        if not self.user.has_perm("tickets.view_cannedreply"):
            return []
        return list(canned.offered(self.ticket)[:MOST_CANNED])

    @cached_property
    def others(self) -> list[User]:
        """Who else has it open now; this person has, too."""
        return look(ticket=self.ticket, user=self.user)

    # --- How far it is, and whose ----------------------------------------------------------------

    @cached_property
    def _calendar(self) -> Calendar:
        return calendar_of(self.ticket.agency)

    @cached_property
    def response(self) -> Left | None:
        return left(self.ticket, "response", self._calendar, timezone.now())

    @cached_property
    def resolution(self) -> Left | None:
        return left(self.ticket, "resolution", self._calendar, timezone.now())

    @cached_property
    def assignees(self) -> list[User]:
        """Whom this person may give the ticket to."""
        may = self.user.has_perm("tickets.assign_ticket") or self.ticket.assignee == self.user
        people = list(assignable()) if may and self.may_act else []
        holder = self.ticket.assignee
        return people if holder is None or not people or holder in people else [*people, holder]

    @property
    def may_take(self) -> bool:
        return self.may_act and is_nobodys(self.ticket)

    @cached_property
    def may_open_contact(self) -> bool:
        visible = Contact.objects.visible_to(self.user).filter(pk=self.ticket.contact_id)
        return self.user.has_perm("people.view_contact") and visible.exists()

    @cached_property
    def loans(self) -> list[Loan]:
        """Of its partner, to be linked."""
        rows = Loan.objects.visible_to(self.user).filter(partner=self.ticket.partner_id)
        if not self.ticket.partner_id:
            return []
        return _with(self.ticket.loan, rows.order_by("-id")[:MOST_LINKS])

    @cached_property
    def receipts(self) -> list[tuple[int, str]]:
        """Of its partner, to be linked: keys and words."""
        if not self.ticket.partner_id:
            return []
        rows = Receipt.objects.visible_to(self.user).filter(partner=self.ticket.partner_id)
        found = rows.select_related("loan").order_by("-id")[:MOST_LINKS]
        return [(one.pk, receipt_words(one)) for one in _with(self.ticket.receipt, found)]

    @cached_property
    def parts(self) -> list[Ticket]:
        """With no other files than those of their descriptions."""
        described = TicketFile.objects.filter(entry=None).select_related("attachment")
        files: Any = Prefetch("files", described)
        return list(self.ticket.merged.prefetch_related(files).order_by("id")[:MOST_LINKS])

    @cached_property
    def openable(self) -> set[int]:
        """The keys of those this one is tied to that this person may open themselves."""
        keys = [self.ticket.merged_into_id, self.ticket.follows_id, *(one.pk for one in self.parts)]
        tied = [key for key in keys if key is not None]
        visible = Ticket.objects.visible_to(self.user)
        return set(visible.filter(pk__in=tied).values_list("pk", flat=True)) if tied else set()

    @cached_property
    def siblings(self) -> list[Ticket]:
        """Other tickets of the person, which this one could be merged into."""
        rows = Ticket.objects.visible_to(self.user).standing()
        others = rows.filter(contact=self.ticket.contact_id).exclude(pk=self.ticket.pk)
        if self.ticket.partner_id:
            others = others.filter(Q(partner=None) | Q(partner=self.ticket.partner_id))
        done = (Ticket.Status.CLOSED,) if self.ticket.is_done else Ticket.DONE
        return list(others.exclude(status__in=done).order_by("-id")[:MOST_LINKS])

    @cached_property
    def _changes(self) -> list[Event]:
        rows = self.ticket.changes.select_related("actor")
        return events(list(rows[: MOST_CHANGES + 1]))

    @property
    def history(self) -> list[Event]:
        return self._changes[: MOST_CHANGES if self.is_whole else 12]

    @property
    def more_history(self) -> bool:
        return len(self._changes) > len(self.history) and not self.is_whole


def _with(linked: Row | None, latest: QuerySet[Row]) -> list[Row]:
    """The latest, and the one that is linked: what a form does not show it would take away."""
    found = list(latest)
    return found if linked is None or linked in found else [linked, *found]


def receipt_words(receipt: Receipt) -> str:
    """ "No. 12 · S/ 250.50 · Pending"."""
    parts = [_("No. %(number)s") % {"number": receipt.pk}]
    if receipt.amount is not None:
        currency = receipt.loan.currency if receipt.loan else settings.CURRENCY
        parts.append(exact_money(receipt.amount, currency))
    return " · ".join([*parts, str(receipt.get_status_display())])
