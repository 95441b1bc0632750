"""The picture sent just before the log-in: the one meant after it, unless they said otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from chatbot.dialog.contract import Turn
from chatbot.intents import paid, receipt_mending
from chatbot.intents.detecting import detect
from crm.conversations.models import Attachment, Message

FILES = (Message.Kind.IMAGE, Message.Kind.DOCUMENT)
# So long before the log-in a picture may have been sent that is still the one meant after it.
FRESH = timedelta(minutes=30)
MOST = 10
# What says that a picture is no receipt: to a visitor's question, and in a session.
NO, STOP = "no", "stop"
# What says that a picture is given up, and those before it with it.
LEAVE = "leave"


def newest(turn: Turn) -> Attachment | None:
    """What they sent just before they logged in, if it was not handed in already and they have not
    said that it is no receipt."""
    assert turn.session is not None
    opened = turn.session.opened_at
    if turn.now - opened > FRESH:
        return None
    rows = Attachment.objects.filter(
        message__conversation=turn.conversation,
        message__direction=Message.Direction.IN,
        message__kind__in=FILES,
        message__created_at__range=(opened - FRESH, opened),
        confirmed_receipt=None,
    )
    found = list(rows.select_related("message").order_by("-id")[:MOST])
    refused = _refused(turn, found) if found else set()
    return next((one for one in found if one.pk not in refused), None)


def then(turn: Turn, before: Attachment) -> Turn:
    """As if the words beside it were said now; "ayer" as of then."""
    sent_on = timezone.localdate(before.message.created_at)
    text = before.message.text
    heard = detect(text, today=sent_on)
    return replace(turn, heard=heard, inbound=replace(turn.inbound, text=text, choice=""))


def note_no(turn: Turn, pk: int) -> None:
    """Keep a no in words like one that was tapped: logging in forgets what was spoken of."""
    if not turn.choice:
        options = [{"id": _tapped(NO, pk)}]
        Message.objects.filter(pk=turn.message.pk).update(options=options)


def note_left(turn: Turn) -> None:
    """A cancel in words gives up whatever picture came lately: it is nobody's next payment. Not
    what may say that it was paid, or that they will look."""
    if turn.choice or paid.may_have_cancelled(turn) or receipt_mending.goes_on(turn):
        return
    lately = Attachment.objects.filter(
        message__conversation=turn.conversation,
        message__direction=Message.Direction.IN,
        message__kind__in=FILES,
        # As old as one may be that is still taken, at the end of FRESH after the log-in.
        message__created_at__gte=turn.now - 2 * FRESH,
        confirmed_receipt=None,
    )
    pk = lately.order_by("-id").values_list("pk", flat=True).first()
    if pk:
        options = [{"id": _tapped(LEAVE, pk)}]
        Message.objects.filter(pk=turn.message.pk).update(options=options)


def _refused(turn: Turn, found: Sequence[Attachment]) -> set[int]:
    answers = (NO, STOP, LEAVE)
    wanted = {_tapped(answer, one.pk): (answer, one.pk) for one in found for answer in answers}
    said = Message.objects.filter(
        conversation=turn.conversation,
        direction=Message.Direction.IN,
        options__0__id__in=list(wanted),
        pk__gt=found[-1].message_id,
    )
    told = [wanted[options[0]["id"]] for options in said.values_list("options", flat=True)]
    left = max((pk for answer, pk in told if answer == LEAVE), default=0)
    return {pk for _answer, pk in told} | {one.pk for one in found if one.pk <= left}


def _tapped(answer: str, pk: int) -> str:
    return f"receipt:{answer}.{pk}"
