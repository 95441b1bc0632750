"""When a channel fails: its health, its queue, and a word to those who can mend it."""

from __future__ import annotations

import logging
import re
from dataclasses import replace

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from chatbot import pacing
from chatbot.channels import directory
from chatbot.channels.events import AccountNews
from chatbot.channels.whatsapp_web import PASSING
from crm.conversations.models import Channel, MessageTemplate
from crm.jobs.queue import enqueue
from crm.people.models import User

log = logging.getLogger(__name__)
NOT_RED = ~Q(health=Channel.Health.RED)
# How an event of a template or an account is called: "PAUSED", while errors have numbers.
_EVENT = r"[A-Z][A-Z0-9_]+"
# What such an event said; that the credentials work does not end it.
TOLD = Q(last_error__regex=rf"\({_EVENT}\)$")
# What was said of a template, not of the account.
TEMPLATE_TOLD = Q(last_error__regex=r"\(TEMPLATE_[A-Z]+\)$")
NO_LONGER_SENT = (MessageTemplate.Status.PAUSED, MessageTemplate.Status.DISABLED)
# Stopped by nothing but the phone's own state.
PHONE_DOWN = Q(*(Q(last_error__endswith=f"({word})") for word in PASSING), _connector=Q.OR)


def note_account(channel: Channel, news: AccountNews) -> None:
    """What the provider says of our account. Good news clears the light, not a stop: somebody
    resumes a stopped channel by hand, unless a phone was down and is back."""
    if news.stops:
        stop(channel, news.text, news.code)
        return
    news = _of_another_template(channel, news) or news
    good = news.health == Channel.Health.GREEN
    if good and not news.replaces:
        _phone_is_back(channel)
    now = timezone.now()
    if news.pause:
        pacing.slow_down(channel.pk, news.pause, now)
    error = {"last_error": "", "last_error_at": None} if good else _error(news.text, news.code)
    rows = Channel.objects.filter(_concerned(news), pk=channel.pk)
    turned_red = news.health == Channel.Health.RED and rows.exclude(health=news.health).exists()
    rows.update(health=news.health, checked_at=now, **error)
    if turned_red:
        enqueue("chatbot.alarms.tell_administrators", channel.pk)


def _of_another_template(channel: Channel, news: AccountNews) -> AccountNews | None:
    """Where one template is well again and another is not, the light goes on speaking of that."""
    if not news.template or news.health != Channel.Health.GREEN:
        return None
    rows = MessageTemplate.objects.filter(channel=channel, status__in=NO_LONGER_SENT)
    other = rows.exclude(name=news.template).order_by("-changed_at", "-pk").first()
    if other is None:
        return None
    text = _("The template %(name)s is not sent now.") % {"name": other.name}
    code = f"TEMPLATE_{other.status}"
    return replace(news, health=Channel.Health.RED, text=text, code=code)


def _concerned(news: AccountNews) -> Q:
    """Which state of a channel gives way to these news."""
    same = Q(*(Q(last_error__contains=word) for word in news.replaces))
    if news.health == Channel.Health.GREEN:
        return same & Q(stopped_at=None)
    if news.health == Channel.Health.YELLOW:
        return NOT_RED | same if news.replaces else NOT_RED
    if news.template:
        return Q(stopped_at=None) & (same if news.replaces else NOT_RED | TEMPLATE_TOLD)
    return Q()


def _phone_is_back(channel: Channel) -> None:
    """What waited goes out. Any other stop stays: a phone tells nothing of the account."""
    stopped = Channel.objects.filter(PHONE_DOWN, pk=channel.pk, stopped_at__isnull=False)
    if stopped.update(stopped_at=None):
        directory.forget()


def warn(channel_id: int, text: str) -> None:
    """Somebody should have a look; what does not work at all is not hidden by it."""
    rows = Channel.objects.filter(NOT_RED, pk=channel_id).exclude(last_error=text[:500])
    rows.update(health=Channel.Health.YELLOW, **_error(text, ""))


def stop(channel: Channel, text: str, code: str = "") -> None:
    """The account is refused: the queue is kept, and administrators are told, once."""
    log.error("Channel %s stopped by its provider: code %s", channel.pk, code)
    rows = Channel.objects.filter(pk=channel.pk)
    first = rows.filter(stopped_at=None).update(stopped_at=timezone.now())
    if not first and code in PASSING:
        rows = rows.filter(PHONE_DOWN)  # a worse reason is not hidden by the phone's
    rows.update(health=Channel.Health.RED, **_error(text, code))
    directory.forget()
    if first:
        enqueue("chatbot.alarms.tell_administrators", channel.pk)


def _error(text: str, code: str) -> dict[str, object]:
    named = code not in text or re.fullmatch(_EVENT, code)
    tail = f" ({code})" if code and named else ""
    said = text[: 500 - len(tail)] + tail
    return {"last_error": said, "last_error_at": timezone.now()}


def tell_administrators(channel_id: int) -> None:
    """Job: a mail to each administrator who has an address. Fails only if nobody could be told."""
    channel = Channel.objects.get(pk=channel_id)
    people = User.objects.filter(groups__name="administrator", is_active=True).exclude(email="")
    told, trouble = 0, None
    for person in people.distinct():
        try:
            _tell(person, channel)
            told += 1
        except (OSError, ValueError) as error:  # one bad address keeps it from nobody else
            log.error("User %s was not told of channel %s", person.pk, channel.pk)
            trouble = error
    if trouble is not None and not told:
        raise trouble


def _tell(person: User, channel: Channel) -> None:
    with override(person.language or settings.LANGUAGE_CODE):
        subject = _("%(channel)s does not work") % {"channel": channel.name}
        lines = [
            _("The provider says: %(error)s") % {"error": channel.last_error},
            _("What was written waits until somebody mends it and resumes the channel:"),
            f"{settings.BASE_URL}/channels/{channel.pk}/",
        ]
    send_mail(" ".join(subject.split()), "\n\n".join(lines), None, [person.email])
