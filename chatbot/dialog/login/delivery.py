"""The code on its way: by a message to the registered phone, else by mail. Done by a job.

The code is made here and kept nowhere but in what carries it, until it is over.
"""

from __future__ import annotations

import logging
import secrets
from datetime import datetime, timedelta

from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from chatbot.dialog.locking import lock_talk
from chatbot.dialog.login import masking
from chatbot.dialog.login.knowing import known_by
from chatbot.dialog.login.requests import digest_of, still_asks
from chatbot.dialog.login.telling import tell
from chatbot.dialog.replies import words, words_for
from chatbot.models import LoginRequest
from crm.conversations import outreach, window, wording
from crm.conversations.models import Channel, Conversation, Message
from crm.people.models import Contact, ContactPoint
from crm.people.phones import from_provider
from partners.identity import registered
from partners.models import Partner

log = logging.getLogger(__name__)
PURPOSE = "login_code"
NAME = "login_code_message"
# So many codes of one partner's are sent, whoever asks for them.
MOST_AN_HOUR, MOST_A_DAY = 5, 12
MOST_TALKS = 5
AT_ONCE = 500
WAITING = (Message.State.QUEUED, Message.State.HELD)


def deliver(pk: int) -> None:
    """Job: make the request's code and send it, once; nothing where it asks for nobody's.

    An officer can let in whom no code reaches.
    """
    with transaction.atomic():
        _lock_talks(pk)
        rows = LoginRequest.objects.select_for_update(of=("self",))
        request = rows.select_related("partner", "conversation").filter(pk=pk).first()
        if request is None or not _may_be_sent(request, timezone.now()):
            return
        assert request.partner is not None
        contact = Contact.objects.prefetch_related("points").get(pk=request.partner.contact_id)
        code = f"{secrets.randbelow(1_000_000):06d}"
        request.message = _by_message(request, contact, code)
        address = "" if request.message else registered(contact, ContactPoint.Kind.EMAIL)
        if request.message is None and not address:
            return
        now = timezone.now()
        request.digest, request.sent_at = digest_of(request.pk, code), now
        request.expires_at = now + LoginRequest.CODE_LASTS
        request.save(update_fields=["digest", "sent_at", "expires_at", "message"])
    if address:
        _by_mail(contact, address, code)


def _lock_talks(pk: int) -> None:
    """Where the code may be told: locked before the request, as who handles a message locks."""
    request = LoginRequest.objects.select_related("partner").filter(pk=pk).first()
    if request is None or request.partner is None:
        return
    contact = Contact.objects.prefetch_related("points").get(pk=request.partner.contact_id)
    talks = _talks_of_phone(registered(contact), besides=request.conversation_id)
    for talk in sorted(talks, key=lambda one: one.identity_id):
        lock_talk(talk.pk)


def _may_be_sent(request: LoginRequest, now: datetime) -> bool:
    if not request.wants_code or request.partner is None or request.digest:
        return False
    if request.approved is not None:
        return False
    in_time = request.expires_at is not None and now < request.expires_at
    open_ = request.closed_at is None and in_time and still_asks(request)
    return open_ and not _too_many(request.partner, now)


def _too_many(partner: Partner, now: datetime) -> bool:
    """Two requests at once may both pass, each with three tries; the next does not."""
    sent = LoginRequest.objects.filter(partner=partner)
    hour = sent.filter(sent_at__gt=now - timedelta(hours=1)).count()
    day = sent.filter(sent_at__gt=now - timedelta(days=1)).count()
    return hour >= MOST_AN_HOUR or day >= MOST_A_DAY


def _by_message(request: LoginRequest, contact: Contact, code: str) -> Message | None:
    values = {"code": code}
    talks = _talks_of_phone(registered(contact), besides=request.conversation_id)
    talk = next((one for one in talks if _takes_it(one, values, contact.spoken)), None)
    if talk is None:
        return None
    return tell(
        talk,
        NAME,
        values,
        language=contact.spoken,
        purpose=PURPOSE,
        kept=values,
    )


def _talks_of_phone(number: str, *, besides: int) -> list[Conversation]:
    """Where the registered phone can be written to, the one last used first."""
    if not number:
        return []
    by_address = Q(
        identity__addresses__kind="wa_id", identity__addresses__value=number.removeprefix("+")
    )
    rows = Conversation.objects.filter(
        by_address | Q(identity__proven_phone=number),
        is_group=False,
        identity__unreachable_at=None,
        channel__is_active=True,
        channel__stopped_at=None,
        channel__mode=Channel.Mode.LIVE,
    ).exclude(pk=besides)
    newest = rows.order_by("-last_inbound_at", "-id").distinct().with_people()
    return [one for one in newest[:MOST_TALKS] if _is_nobody_elses(one, number)]


def _is_nobody_elses(conversation: Conversation, number: str) -> bool:
    """Whether what is sent there goes to this number: no other one is known of who writes there."""
    kinds = known_by(conversation)
    numbers = {from_provider(value) for kind, value in kinds if kind == "wa_id"}
    return numbers <= {number}


def _takes_it(talk: Conversation, values: dict[str, str], language: str) -> bool:
    """Whether the code would go there now: one that is kept is over before they write."""
    if window.is_open(talk):
        return True
    text = words_for(talk, NAME, values, language)
    return outreach.would_go(talk, purpose=PURPOSE, text=text, values=values)


def _by_mail(contact: Contact, address: str, code: str) -> None:
    subject = words("login_code_subject", contact.spoken, {})
    said = words(NAME, contact.spoken, {"code": code})
    try:
        send_mail(subject, wording.without_marks(said), None, [address])
    except (OSError, ValueError) as error:
        # Whoever waits asks again; neither address nor code goes into the log.
        log.error("A code could not be mailed: %s", type(error).__name__)


def strike_out_codes() -> int:
    """Job: codes that are over are struck out of what carried them, or not sent any more."""
    over = Q(closed_at__isnull=False) | Q(expires_at__lte=timezone.now()) | Q(approved=False)
    rows = LoginRequest.objects.filter(over, message__isnull=False).order_by("id")
    return sum(_strike_out(pk) for pk in rows.values_list("pk", flat=True)[:AT_ONCE])


def _strike_out(pk: int) -> bool:
    with transaction.atomic():
        rows = LoginRequest.objects.select_for_update(skip_locked=True, of=("self",))
        request = rows.select_related("message").filter(pk=pk, message__isnull=False).first()
        if request is None or request.message is None:
            return False
        message = Message.objects.select_for_update().get(pk=request.message.pk)
        if message.state in WAITING:
            message.state = Message.State.CANCELLED
        elif message.state == Message.State.SENDING:
            return False
        message.text, message.values = masking.mask_code(message.text), {}
        message.save(update_fields=["text", "values", "state"])
        request.message = None
        request.save(update_fields=["message"])
    return True
