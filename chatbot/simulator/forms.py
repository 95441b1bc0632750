"""What the phone may ask to have put into a webhook body."""

from django import forms

from chatbot.simulator import media, payloads
from chatbot.simulator.payloads import Json, Person
from chatbot.simulator.reading import ARRIVED, arrived, conversation_of
from crm.conversations.models import Channel, Message

KINDS = [(kind, kind) for kind in ("text", "image", "location", "choice", "delivered", "read")]
MOST_STATUSES = 60
# The meeting point of a made-up visit: the lighthouse park of Miraflores.
PLACE = (-12.126111, -77.036944, "Parque del Faro", "Miraflores, Lima")


class ElementForm(forms.Form):
    """`compose` gives the body to post and the id of the message in it ("" for statuses)."""

    kind = forms.ChoiceField(choices=KINDS)
    text = forms.CharField(max_length=20_000, required=False, strip=False)
    picture = forms.FileField(required=False)
    message = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    option = forms.CharField(max_length=256, required=False)
    ids = forms.CharField(max_length=2_000, required=False)

    def compose(self, channel: Channel, person: Person) -> tuple[str, str]:
        """Raises DeskError for what is no picture, ValueError for what makes no sense."""
        kind = self.cleaned_data["kind"]
        if kind in ("delivered", "read"):
            return self._statuses(channel, person, kind), ""
        return payloads.message_body(channel, person, self._element(kind, channel, person))

    def _element(self, kind: str, channel: Channel, person: Person) -> Json:
        if kind == "image":
            return self._image()
        if kind == "choice":
            return self._choice(channel, person)
        return payloads.location(*PLACE) if kind == "location" else self._text()

    def _text(self) -> Json:
        words = str(self.cleaned_data["text"]).strip()
        if not words:
            raise ValueError("empty")
        return payloads.text(words)

    def _image(self) -> Json:
        picture = self.cleaned_data["picture"]
        if picture is None:
            raise ValueError("no picture")
        media_id = media.store(picture)
        content, mime = media.open_media(media_id)
        return payloads.image(media_id, content, mime, str(self.cleaned_data["text"]).strip())

    def _choice(self, channel: Channel, person: Person) -> Json:
        wanted = self.cleaned_data["option"]
        message = self._ours(channel, person, [self.cleaned_data["message"] or 0])[0]
        titles = {str(one.get("id")): str(one.get("title", "")) for one in message.options}
        if wanted not in titles:
            raise ValueError("no such answer")
        return payloads.choice(
            wanted, titles[wanted], about=message.provider_id, of=len(message.options)
        )

    def _statuses(self, channel: Channel, person: Person, state: str) -> str:
        given = self.cleaned_data["ids"].split(",")[:MOST_STATUSES]
        wanted = [int(one) for one in given if one.isascii() and one.isdigit() and len(one) < 19]
        ids = [message.provider_id for message in self._ours(channel, person, wanted)]
        states = ["sent", "delivered"] if state == "delivered" else ["read"]
        return payloads.statuses_body(channel, person, ids, states)

    def _ours(self, channel: Channel, person: Person, wanted: list[int]) -> list[Message]:
        """Messages of ours on this phone, and on no other."""
        conversation = conversation_of(channel, person.phone)
        if conversation is None:
            raise ValueError("nothing was said yet")
        rows = arrived(conversation).filter(
            pk__in=wanted, direction=Message.Direction.OUT, state__in=ARRIVED
        )
        found = list(rows.exclude(provider_id=""))
        if not found:
            raise ValueError("no such message")
        return found
