"""When a channel fails: its health, its queue, and a word to those who can mend it."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Q, QuerySet
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
Health = Channel.Health
NOT_RED = ~Q(health=Health.RED)
# How an event of a template or an account is called: "PAUSED", while errors have numbers.
_EVENT = r"[A-Z][A-Z0-9_]+"
# What such an event said; that the credentials work does not end it.
TOLD = Q(last_error__regex=rf"\({_EVENT}\)$")
# What was said of a template, not of the account.
TEMPLATE_TOLD = re.compile(r"\(TEMPLATE_[A-Z]+\)$")
NO_LONGER_SENT_TOLD = re.compile(r"\(TEMPLATE_(PAUSED|DISABLED)\)$")
NO_LONGER_SENT = (MessageTemplate.Status.PAUSED, MessageTemplate.Status.DISABLED)
# Stopped by nothing but the phone's own state.
PHONE_DOWN = Q(*(Q(last_error__endswith=f"({word})") for word in PASSING), _connector=Q.OR)


def note_account(channel: Channel, news: AccountNews) -> None:
    """What the provider says of our account. Good news clears the light, not a stop: somebody
    resumes a stopped channel by hand, unless a phone was down and is back."""
    # Webhooks go on: who only points at the channel is not locked out.
    row = Channel.objects.select_for_update(no_key=True).get(pk=channel.pk)
    if _is_late(row, news):
        return
    if news.stops:
        stop(channel, news.text, news.code)
        return
    news = _of_another_template(channel, news) or news
    good = news.health == Health.GREEN
    if good and not news.replaces and _phone_is_back(channel):
        row.stopped_at = None
    now = timezone.now()
    if news.pause:
        pacing.slow_down(channel.pk, news.pause, now)
    after = _after(row, news)
    if after is None:
        return
    health, words, at = after
    Channel.objects.filter(pk=channel.pk).update(
        health=health, checked_at=now, last_error=words, last_error_at=at
    )
    if Health.RED == health != row.health:
        enqueue("chatbot.alarms.tell_administrators", channel.pk)


def _is_late(row: Channel, news: AccountNews) -> bool:
    """Whether something newer of the same was heard before: a provider tells again, for days,
    what could not be delivered. Else it is noted when this was told."""
    if news.at is None:
        return False
    if news.template:
        this = {"name": news.template[:512], "language": news.language[:12]}
        return row.templates.filter(**this, status_at__gt=news.at).exists()
    if not news.about:
        return False
    at = news.at.timestamp()
    if at < row.told_at.get(news.about, at):
        return True
    told_at = {**row.told_at, news.about: at}
    Channel.objects.filter(pk=row.pk).update(told_at=told_at)
    return False


def _of_another_template(channel: Channel, news: AccountNews) -> AccountNews | None:
    """Where one template is well again and another is not, the light goes on speaking of that."""
    if not news.template or news.health != Health.GREEN:
        return None
    this = {"name": news.template[:512]}
    if news.language:  # it goes again in that one; in others it may not
        this["language"] = news.language[:12]
    other = _no_longer_sent(channel).exclude(**this).first()
    if other is None:
        return None
    text, code = _of_paused(other)
    return replace(news, health=Health.RED, text=text, code=code)


def _no_longer_sent(channel: Channel) -> QuerySet[MessageTemplate]:
    rows = MessageTemplate.objects.filter(channel=channel, status__in=NO_LONGER_SENT)
    return rows.order_by("-changed_at", "-pk")


def _of_paused(template: MessageTemplate) -> tuple[str, str]:
    """What is said of it where its own news are long past: words and code."""
    text = _("The template %(name)s is not sent now.") % {"name": template.name}
    return text, f"TEMPLATE_{template.status}"


def light_of_templates(channel: Channel) -> dict[str, object]:
    """The light, where nothing but a template that is no longer sent is wrong; {}: none is."""
    template = _no_longer_sent(channel).first()
    return {"health": Health.RED, **_error(*_of_paused(template))} if template else {}


def hidden_light(row: Channel) -> dict[str, object]:
    """As `light_of_templates`, where what is wrong with the account has hidden it until now."""
    return light_of_templates(row) if _hides_templates(row) else {}


def _hides_templates(row: Channel) -> bool:
    _account, template = _apart(row.last_error)
    return row.health == Health.RED and not template


def _after(row: Channel, news: AccountNews) -> tuple[str, str, datetime | None] | None:
    """The light after these news, its words and since when; None where it does not give way."""
    account, template = _apart(row.last_error)
    account_red = _hides_templates(row)
    if news.template:
        if row.stopped_at or account_red or not _gives_way(row.health, template, news):
            return None
        good = news.health == Health.GREEN
        template = "" if good else _of_template(news.text, news.code, account)
    elif news.health == Health.RED:
        return Health.RED, _said(news.text, news.code), timezone.now()
    elif news.health == Health.GREEN:
        if row.stopped_at or not _is_of(account, news):
            return None
        account, template = "", template if news.replaces else ""
    elif account_red and not (news.replaces and _is_of(account, news)):
        return None
    else:
        account = _said(news.text, news.code)
    hidden = _no_longer_sent(row).first() if account_red else None
    if hidden is not None:
        template = _of_template(*_of_paused(hidden), account)
    words = "\n".join(filter(None, (_short(account) if template else account, template)))
    since = row.last_error_at if news.health == Health.GREEN else timezone.now()
    return _colour(account, template), words, since if words else None


def _apart(words: str) -> tuple[str, str]:
    """What is said of the account, and below it what is said of a template: each ends by itself.

    Where both are said, what is said of the account is a doubt; more than that hides templates.
    """
    account, _break, template = words.rpartition("\n")
    return (account, template) if TEMPLATE_TOLD.search(template) else (words, "")


def _gives_way(health: str, template: str, news: AccountNews) -> bool:
    """Whether what is said of a template is over by news of one, be it this one or any."""
    if news.replaces:
        return bool(template) and _is_of(template, news)
    return news.health == Health.RED or health != Health.RED


def _is_of(words: str, news: AccountNews) -> bool:
    return all(word in words for word in news.replaces)


def _colour(account: str, template: str) -> str:
    if NO_LONGER_SENT_TOLD.search(template):
        return Health.RED
    return Health.YELLOW if account or template else Health.GREEN


def _of_template(text: str, code: str, account: str) -> str:
    """One line, as long as there is room below what is said of the account."""
    return _said(" ".join(text.split()), code, 499 - len(_short(account)))


def _short(words: str) -> str:
    """Beginning and end, with the code; so that a template's words have room below them."""
    return words if len(words) <= 240 else f"{words[:180]}…{words[-59:]}"


def _phone_is_back(channel: Channel) -> bool:
    """Whether what waited goes out now. Any other stop stays: a phone tells nothing of the
    account."""
    stopped = Channel.objects.filter(PHONE_DOWN, pk=channel.pk, stopped_at__isnull=False)
    is_back = bool(stopped.update(stopped_at=None))
    if is_back:
        directory.forget()
    return is_back


def warn(channel_id: int, text: str) -> None:
    """Somebody should have a look; what does not work at all is not hidden by it."""
    rows = Channel.objects.filter(NOT_RED, pk=channel_id).exclude(last_error=text[:500])
    rows.update(health=Health.YELLOW, **_error(text, ""))


def stop(channel: Channel, text: str, code: str = "") -> None:
    """The account is refused: the queue is kept, and administrators are told, once."""
    log.error("Channel %s stopped by its provider: code %s", channel.pk, code)
    rows = Channel.objects.filter(pk=channel.pk)
    first = rows.filter(stopped_at=None).update(stopped_at=timezone.now())
    if not first and code in PASSING:
        rows = rows.filter(PHONE_DOWN)  # a worse reason is not hidden by the phone's
    rows.update(health=Health.RED, **_error(text, code))
    directory.forget()
    if first:
        enqueue("chatbot.alarms.tell_administrators", channel.pk)


def _error(text: str, code: str) -> dict[str, object]:
    return {"last_error": _said(text, code), "last_error_at": timezone.now()}


def _said(text: str, code: str, room: int = 500) -> str:
    named = code not in text or re.fullmatch(_EVENT, code)
    tail = f" ({code})" if code and named else ""
    return text[: room - len(tail)] + tail


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
