"""A test message: a real one, to somebody who has written on this channel."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chatbot.inbox.answering import lock
from chatbot.inbox.visibility import conversations_for
from crm.conversations import outreach, window
from crm.conversations.models import Channel, ChannelAddress, Conversation, Message
from crm.conversations.rules import rules_of
from crm.people import phones
from crm.people.models import User

PURPOSE = "test"  # no template stands in for it
OFFERED = 30
# A second click within this time is the same message.
SAME = timedelta(seconds=5)


class TrialForm(forms.Form):
    """To whom, of those who may be written to now, and what."""

    prefix = "trial"
    person = forms.ChoiceField(label=_("To"), required=False)
    address = forms.CharField(
        label=_("Or to another number or address"),
        required=False,
        max_length=150,
        help_text=_("Of somebody who has written on this channel."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    text = forms.CharField(
        label=_("Message"),
        max_length=1000,
        initial=_("This is a test."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, channel: Channel, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.channel, self.user = channel, user
        self.known = {str(talk.pk): talk for talk in _reachable(channel, user)[:OFFERED]}
        self._offer([(pk, _called(talk)) for pk, talk in self.known.items()])

    def _offer(self, choices: list[tuple[str, str]]) -> None:
        person, address = self.fields["person"], self.fields["address"]
        if choices:
            person.choices = choices  # type: ignore[attr-defined]  # it is a ChoiceField
            # Who types an address need not choose as well.
            person.required = not self.data.get(self.add_prefix("address"), "").strip()
            return
        del self.fields["person"]
        address.label, address.required = _("Number or address"), True
        address.help_text = _("Nobody can be written to now: write to this channel first.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.channel.is_active or self.channel.stopped_at is not None:
            raise forms.ValidationError(_("Nothing goes out on this channel now."))
        typed = str(cleaned.get("address") or "").strip()
        if typed:
            cleaned["conversation"] = self._of(typed)
        elif cleaned.get("person"):
            cleaned["conversation"] = self.known[cleaned["person"]]
        return cleaned

    def _of(self, typed: str) -> Conversation | None:
        number = phones.e164(typed)
        values = {typed, typed.lstrip("@"), number.lstrip("+")} - {""}
        address = ChannelAddress.objects.filter(channel=self.channel, value__in=values)
        rows = _people(self.channel, self.user).filter(identity__addresses__in=address)
        found = rows.first()
        if found is None and number:
            points = {"contact__points__kind": "phone", "contact__points__value": number}
            found = _people(self.channel, self.user).filter(**points).first()
        if found is None:
            self.add_error("address", _("Nobody with this number or address has written here."))
        elif not window.is_open(found):
            self.add_error("address", _("This person wrote too long ago: ask them to write first."))
        return found


def _people(channel: Channel, user: User) -> QuerySet[Conversation]:
    rows = conversations_for(user).filter(channel=channel, is_group=False)
    heard = rows.filter(last_inbound_at__isnull=False)
    return heard.select_related("contact", "channel", "episode__human")


def _reachable(channel: Channel, user: User) -> QuerySet[Conversation]:
    """Whom the provider lets us write to now, who wrote or was written to last first."""
    rows = _people(channel, user).filter(identity__unreachable_at=None)
    if (open_for := rules_of(channel.provider).window) is not None:
        rows = rows.filter(last_inbound_at__gt=timezone.now() - open_for)
    return rows.prefetch_related("identity__addresses").order_by("-last_message_at")


def _called(talk: Conversation) -> str:
    """ "Rosa Ficticia · +51 900 000 001"."""
    addresses = list(talk.identity.addresses.all())
    value = addresses[0].value if addresses else ""
    number = phones.from_provider(value) if addresses and addresses[0].kind == "wa_id" else ""
    return " · ".join(word for word in (str(talk), phones.pretty(number) or value) if word)


def send(*, conversation: Conversation, user: User, text: str) -> Message:
    """Queue the test as the colleague's, who thereby takes nothing over. Raises DeskError."""
    with transaction.atomic():
        conversation = lock(conversation)
        lately = {"shown_at__gte": timezone.now() - SAME, "user": user, "purpose": PURPOSE}
        same = conversation.messages.filter(text=text.strip(), **lately).last()
        return same or outreach.send(
            conversation=conversation,
            text=text,
            author=Message.Author.COLLEAGUE,
            user=user,
            answers=False,
            purpose=PURPOSE,
        )
