"""Message -> provider. One thread owns the database, a pool of threads owns HTTP.

A message is claimed (state "sending", an open DeliveryAttempt) in one transaction, sent outside
of any, and settled in another. Whoever dies in between leaves the claim behind; `recover` turns
it back into "queued" where the request certainly never left, and into "unknown" where it may
have. Unknown is never sent again by itself.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from operator import attrgetter

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from chatbot import admission, alarms, echoes, journal, links, moves, pacing, patience
from chatbot.channels.base import Outgoing, OutgoingFile, OutgoingTemplate
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import Address
from chatbot.channels.reading import LONGEST_CODE, plain
from chatbot.channels.registry import acting_for
from chatbot.due import due_ids
from chatbot.models import DeliveryAttempt
from chatbot.statuses import note_refusal, note_template
from chatbot.turns import turn
from crm.conversations import templates
from crm.conversations.models import Attachment, Channel, Conversation, Message
from crm.conversations.rules import rules_of

log = logging.getLogger(__name__)
State = Message.State
Outcome = DeliveryAttempt.Outcome
UPLOAD = 600  # seconds
# How long a message that may have been sent holds back those behind it.
UNKNOWN_HOLDS = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Claim:
    """One message in hand, with everything its sending needs."""

    channel: Channel
    message: Outgoing
    tries: int
    # Not earlier: see chatbot/pacing.py.
    leaves_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Result:
    claim: Claim
    provider_id: str = ""
    error: ChannelError | None = None


def claim(book: journal.Journal, limit: int, ahead: timedelta = pacing.AHEAD) -> list[Claim]:
    """Take up to `limit` due messages: at most one of each conversation, the earliest.

    Of each channel, as many as may leave within `ahead`.
    """
    if connection.vendor == "sqlite" and not due_ids(limit):
        return []  # looked first, because there a transaction is everybody's
    with turn():
        now = timezone.now()
        rows = _locked(due_ids(limit, pacing.spent(now, ahead)))
        allowances = pacing.lock([row.channel_id for row in rows], now, ahead)
        taken = [one for row in rows if (one := _take(row, allowances, book, now)) is not None]
        pacing.settle(allowances.values())
        pacing.note_heard([attempt.message for attempt, _claim in taken], now)
        DeliveryAttempt.objects.bulk_create([attempt for attempt, _claim in taken])
        ids = [claim.message.message_id for _attempt, claim in taken]
        Message.objects.filter(pk__in=ids).update(state=State.SENDING)
        return [claim for _attempt, claim in taken]


def _locked(ids: Sequence[int]) -> list[Message]:
    """These messages with all that is asked about them, in order.

    A conversation that somebody else writes in just now is left out: whether a message may go is
    decided there, and who holds that row may be waiting for the message's.
    """
    if not ids:
        return []
    skip = connection.features.has_select_for_update_skip_locked
    rows = Message.objects.filter(pk__in=ids).select_related(
        "channel", "conversation__identity", "conversation__contact", "conversation__episode"
    )
    rows = rows.select_related("template").prefetch_related(
        "conversation__identity__addresses", "attachments", "attempts"
    )
    if skip:
        rows = rows.select_for_update(of=("conversation",), skip_locked=True, no_key=True)
    return sorted(rows.order_by(), key=attrgetter("pk"))  # cheaper with so many columns


def _take(
    row: Message, allowances: Mapping[int, pacing.Allowance], book: journal.Journal, now: datetime
) -> tuple[DeliveryAttempt, Claim] | None:
    """The claim on one message and its attempt, not saved yet; None: it does not go now.

    One that cannot be made ready fails, and is in nobody's way.
    """
    try:
        with transaction.atomic():
            leaves_at = _may_leave(row, allowances, now)
            if leaves_at is None:
                return None
            attempt = DeliveryAttempt(
                message=row, worker=book.worker, started_at=now, lease_until=now + _lease(row)
            )
            message = _outgoing(row, attempt, book)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("Message %s cannot be made ready", row.pk)
        Message.objects.filter(pk=row.pk).update(
            state=State.FAILED, failed_at=now, error_code="bug", error_text=type(error).__name__
        )
        return None
    return attempt, Claim(row.channel, message, patience.tries(row.attempts.all()), leaves_at)


def _lease(row: Message) -> timedelta:
    """How long a sending may take before its worker counts as dead; a file has its own way."""
    seconds = sum(settings.PROVIDER_TIMEOUT) + 30
    return timedelta(seconds=seconds + (UPLOAD if row.attachments.all() else 0))


def _may_leave(
    row: Message, allowances: Mapping[int, pacing.Allowance], now: datetime
) -> datetime | None:
    """When it may, by the provider's window and rates; None: it was put off, held or cancelled."""
    rules = rules_of(row.channel.provider)
    if not admission.admit(row, rules, now):
        return None
    later = pacing.may_hear(rules, row.conversation, now)
    if later is not None:
        Message.objects.filter(pk=row.pk).update(due_at=later)
        return None
    allowance = allowances.get(row.channel_id)
    return allowance.take() if allowance else None


def _outgoing(row: Message, attempt: DeliveryAttempt, book: journal.Journal) -> Outgoing:
    addresses = row.conversation.identity.addresses.all()
    numbered = rules_of(row.channel.provider).answers_as(len(row.options)) == "numbers"
    return Outgoing(
        message_id=row.pk,
        attempt=str(attempt.pk),
        to=tuple(Address(address.kind, address.value) for address in addresses),
        text=row.text,
        kind=row.kind,
        language=row.conversation.contact.spoken,
        options=()
        if numbered
        else tuple(
            (str(o.get("id", "")), str(o.get("title", ""))) for o in row.options if "url" not in o
        ),
        link=next(((o["title"], o["url"]) for o in row.options if "url" in o), None),
        marked=row.author in (Message.Author.BOT, Message.Author.SYSTEM),
        reply_to=row.reply_to,
        file=next((_file(one) for one in row.attachments.all()), None),
        template=_template(row),
        leaving=partial(_leave, book, attempt),
    )


def _leave(book: journal.Journal, attempt: DeliveryAttempt) -> None:
    """Its request leaves now, unless others have long taken us for dead and may have settled it."""
    if timezone.now() >= attempt.lease_until:
        raise ChannelError(
            _("It was this message's turn too long ago."), permanent=False, code="late"
        )
    book.leaving(str(attempt.pk))


def _file(attachment: Attachment) -> OutgoingFile:
    def read() -> bytes:
        with attachment.file.open("rb") as stored:
            return bytes(stored.read())

    return OutgoingFile(
        name=attachment.name or attachment.file.name.rsplit("/", 1)[-1],
        mime=attachment.mime,
        size=attachment.size or 0,
        read=read,
        link=partial(links.link_to, attachment.pk),
    )


def _template(row: Message) -> OutgoingTemplate | None:
    if row.template is None:
        return None
    filled = templates.components(row.template, row.values)
    return OutgoingTemplate(row.template.name, row.template.language, filled)


def send(claimed: Claim) -> Result:
    """Hand one message to its provider. Runs in a pool thread; touches no database."""
    if claimed.leaves_at is not None:
        time.sleep(max(0.0, (claimed.leaves_at - timezone.now()).total_seconds()))
    try:
        return Result(claimed, provider_id=acting_for(claimed.channel).send(claimed.message))
    except ChannelError as error:
        error.args = (acting_for(claimed.channel).without_secrets(str(error)),)
        return Result(claimed, error=error)
    except Exception as error:
        # A bug of ours must not leave a claim open, nor send twice.
        log.exception("Sending message %s failed", claimed.message.message_id)
        text = type(error).__name__
        return Result(
            claimed, error=ChannelError(text, permanent=False, code="bug", unconfirmed=True)
        )


def settle(results: Sequence[Result]) -> None:
    """Write down what became of each, in one transaction.

    Where one of them cannot be written (its id is taken, say), each has a transaction of its own.
    One that cannot be written at all is dropped, so that it holds up nobody: its claim runs out.
    """
    try:
        _settle_together(results)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        if len(results) > 1:
            for result in results:
                settle([result])
            return
        try:
            _settle_otherwise(results[0], error)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("What became of message %s is lost", results[0].claim.message.message_id)


def _settle_otherwise(result: Result, error: Exception) -> None:
    """As much as can be written of what could not be written as it is."""
    if _was_its_echo(result):
        return
    if isinstance(error, IntegrityError) and result.provider_id:
        # It went out all the same; only nobody can tell its statuses from the other's.
        alarms.warn(result.claim.channel.pk, _("Two messages have the same id."))
        _settle_together([replace(result, provider_id="")])
        return
    log.error("Message %s cannot be settled", result.claim.message.message_id, exc_info=error)
    text = type(error).__name__
    unclear = ChannelError(text, permanent=False, code="bug", unconfirmed=True)
    _settle_together([Result(result.claim, error=unclear)])


def _was_its_echo(result: Result) -> bool:
    """Whether only its own echo stood in its way: then all is written down now."""
    with turn():
        if not result.provider_id or not echoes.absorb(
            result.claim.message.message_id, result.provider_id
        ):
            return False
        _settle_together([result])
    return True


def _settle_together(results: Sequence[Result]) -> None:
    with turn():
        now = timezone.now()
        for result in results:
            if result.error is None:
                _settle_sent(result, now)
            else:
                _settle_error(result, result.error, now)
        ids = [result.claim.message.message_id for result in results]
        touched = Conversation.objects.filter(messages__pk__in=ids).values("pk")
        Conversation.objects.filter(pk__in=list(touched.values_list("pk", flat=True))).update(
            changed_at=now
        )


def _settle_sent(result: Result, now: datetime) -> None:
    _close(result.claim.message.attempt, Outcome.SENT, now)
    # A status may have been faster and lifted it further: then only what is missing is added. It
    # may also have told of a failure, after which the message waits for another try.
    ours = Q(state__in=[State.SENDING, State.UNKNOWN])
    rows = Message.objects.filter(pk=result.claim.message.message_id).exclude(state=State.QUEUED)
    rows.update(
        state=Case(When(ours, Value(State.SENT.value)), default="state"),
        error_code=Case(When(ours, Value("")), default="error_code"),
        error_text=Case(When(ours, Value("")), default="error_text"),
        provider_id=Case(
            When(provider_id="", then=Value(result.provider_id)), default="provider_id"
        ),
        sent_at=Coalesce("sent_at", now),
    )
    moves.note_soon(result.claim.channel, result.claim.message, result.provider_id)


def _settle_error(result: Result, error: ChannelError, now: datetime) -> None:
    outcome, changes = _verdict(result.claim, error, now)
    _close(result.claim.message.attempt, outcome, now, error)
    rows = Message.objects.filter(pk=result.claim.message.message_id)
    _concerned(rows, result).update(
        error_code=plain(error.code, LONGEST_CODE), error_text=str(error)[:500], **changes
    )
    channel = result.claim.channel
    if error.stop:
        alarms.stop(channel, str(error), error.code)
    if error.slow:
        pacing.slow_down(channel.pk, error.retry_after or 1, now)
    if (row := rows.first()) is not None:  # whoever takes data away may have taken it meanwhile
        _note_what_it_says(row, error)


def _concerned(rows: QuerySet[Message], result: Result) -> QuerySet[Message]:
    """The message, as long as this try is its last and decides what becomes of it.

    One that was taken for dead meanwhile left it unknown: a refusal settles that, however late.
    """
    attempts = DeliveryAttempt.objects.filter(message=result.claim.message.message_id)
    newest = attempts.order_by("-started_at").values_list("pk", flat=True).first()
    if str(newest) != result.claim.message.attempt:
        return rows.none()
    settled = result.error is not None and not result.error.unconfirmed
    undecided = (State.SENDING, State.UNKNOWN) if settled else (State.SENDING,)
    return rows.filter(state__in=undecided)


def _note_what_it_says(row: Message, error: ChannelError) -> None:
    """Of the person and of the template, beside the message itself."""
    if error.opted_out or error.unreachable:
        opted_out, unreachable = error.opted_out, error.unreachable
        note_refusal(row.conversation_id, opted_out=opted_out, unreachable=unreachable)
    if error.template or error.outdated:
        note_template(row.template_id, error.template, str(error))


def _verdict(
    claimed: Claim, error: ChannelError, now: datetime
) -> tuple[Outcome, dict[str, object]]:
    """What an error makes of the attempt and of the message."""
    if error.unconfirmed:
        return Outcome.UNKNOWN, {"state": State.UNKNOWN, "due_at": now + UNKNOWN_HOLDS}
    if error.stop:
        return Outcome.NOT_SENT, {"state": State.QUEUED, "due_at": now}
    if error.permanent or claimed.tries + 1 >= (error.tries or patience.MOST_ATTEMPTS):
        return Outcome.FAILED, {"state": State.FAILED, "failed_at": now}
    wait = patience.wait(claimed.tries, retry_after=error.retry_after, growth=error.growth)
    return Outcome.RETRY, {"state": State.QUEUED, "due_at": now + wait}


def _close(
    attempt: str, outcome: Outcome, now: datetime, error: ChannelError | None = None
) -> None:
    DeliveryAttempt.objects.filter(pk=attempt).update(
        outcome=outcome,
        finished_at=now,
        code=plain(error.code, LONGEST_CODE) if error else "",
        detail=str(error)[:500] if error else "",
    )


def recover() -> int:
    """Settle what dead workers had claimed; how many messages."""
    settled = 0
    for worker, begun in journal.dead_workers():
        settled += _abandon(DeliveryAttempt.objects.filter(worker=worker, outcome=""), begun)
        journal.forget(worker)
    late = DeliveryAttempt.objects.filter(outcome="", lease_until__lt=timezone.now())
    return settled + _abandon(late, None)


def _abandon(attempts: QuerySet[DeliveryAttempt], begun: set[str] | None) -> int:
    """`begun`: the attempts that may have left; None: nobody can tell, so all of them."""
    with turn():
        now = timezone.now()
        locked = attempts.select_for_update().order_by("pk")
        rows = list(locked.values_list("pk", "message_id"))
        for pk, message_id in rows:
            unknown = begun is None or str(pk) in begun
            _close(str(pk), Outcome.UNKNOWN if unknown else Outcome.NOT_SENT, now)
            held = now + UNKNOWN_HOLDS if unknown else now
            Message.objects.filter(pk=message_id, state=State.SENDING).update(
                state=State.UNKNOWN if unknown else State.QUEUED, due_at=held
            )
    return len(rows)
