"""Log-ins by chat on the home page of who may decide about them."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from chatbot.dialog.login import shown
from crm.desk.registry import Card
from crm.desk.wording import waiting
from crm.people.models import User


def cards(user: User) -> list[Card]:
    """One for who waits, and one as long as something is locked."""
    if not user.has_perm(shown.PERMISSION):
        return []
    page, now = reverse("logins:list"), timezone.now()
    first, asked = shown.waiting(now).first(), shown.count_waiting(user)
    hint = _("longest wait: %(time)s") % {"time": waiting(now - first.made_at)} if first else ""
    found = []
    if asked:
        found.append(Card(_("Partners to let in"), _many(asked), page, "user-question", hint))
    if locked := shown.locks(now).order_by()[: shown.MOST].count():
        hint = _("Too many tries to come in as a partner by chat")
        found.append(Card(_("Locked log-ins"), _many(locked), f"{page}#locks", "lock", hint))
    return found


def _many(number: int) -> int | str:
    return number if number < shown.MOST else f"{number}+"
