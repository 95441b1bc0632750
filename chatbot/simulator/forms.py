"""What the phone may ask to have put into a webhook body."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django import forms

from chatbot.simulator import media, payloads, reading, voice
from chatbot.simulator.payloads import Json, Person
from chatbot.simulator.reading import ARRIVED, arrived, conversation_of
from crm.conversations.models import Channel, Message

MOST_STATUSES = 60
# The meeting point of a made-up visit: the lighthouse park of Miraflores.
PLACE = (-12.126111, -77.036944, "Parque del Faro", "Miraflores, Lima")
CARD = ("Pedro Ficticio", "51900000777")
NOTE_SECONDS = 3
# Longer ago than any provider's window is open.
YESTERDAY = timedelta(hours=25)
Ours, Theirs = Message.Direction.OUT, Message.Direction.IN


class ElementForm(forms.Form):
    """`compose` gives the body to post and the id of the message in it ("" for statuses).

    message    the message it is about: tapped, reacted to, edited, deleted
    quoted     the message it answers
    option     what was tapped
    yesterday  it says that it was written so long ago that the window has closed
    """

    kind = forms.CharField(max_length=20)
    text = forms.CharField(max_length=20_000, required=False, strip=False)
    file = forms.FileField(required=False, allow_empty_file=True)
    message = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    quoted = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    option = forms.CharField(max_length=256, required=False)
    emoji = forms.CharField(max_length=16, required=False)
    yesterday = forms.BooleanField(required=False)
    ids = forms.CharField(max_length=2_000, required=False)

    def compose(self, channel: Channel, person: Person) -> tuple[str, str]:
        """Raises DeskError for a file that is refused, ValueError for what makes no sense."""
        self.channel, self.person = channel, person
        kind = self.cleaned_data["kind"]
        if kind in ("delivered", "read"):
            return self._statuses(kind), ""
        if change := CHANGES.get(kind):
            return payloads.message_body(channel, person, change(self))
        if kind not in ELEMENTS:
            raise ValueError(kind)
        element = ELEMENTS[kind](self)
        if quoted := self.cleaned_data["quoted"]:
            element = payloads.quoting(element, about=self._one(quoted).provider_id)
        ago = YESTERDAY if self.cleaned_data["yesterday"] else timedelta()
        return payloads.message_body(channel, person, element, ago)

    # --- What is said ------------------------------------------------------------------------

    def _text(self) -> Json:
        return payloads.text(self._words())

    def _image(self) -> Json:
        return payloads.image(self._file("image"), self._caption())

    def _document(self) -> Json:
        return payloads.document(self._file("document"), self._caption())

    def _audio(self) -> Json:
        return payloads.audio(self._file("audio"), voice=False)

    def _voice(self) -> Json:
        note = media.keep(voice.note(NOTE_SECONDS), "audio/ogg; codecs=opus")
        return payloads.audio(note, voice=True)

    def _location(self) -> Json:
        return payloads.location(*PLACE)

    def _contacts(self) -> Json:
        return payloads.contacts(*CARD)

    def _choice(self) -> Json:
        wanted, message = self.cleaned_data["option"], self._about(direction=Ours)
        titles = {str(one.get("id")): str(one.get("title", "")) for one in message.options}
        if wanted not in titles:
            raise ValueError("no such answer")
        return payloads.choice(
            wanted, titles[wanted], about=message.provider_id, of=len(message.options)
        )

    def _button(self) -> Json:
        wanted, message = self.cleaned_data["option"], self._about(direction=Ours)
        card = reading.card_of(message)
        if card is None or wanted not in [one.title for one in card.buttons if one.answers]:
            raise ValueError("no such button")
        return payloads.button(wanted, about=message.provider_id)

    # --- What is done to something said before -----------------------------------------------

    def _reaction(self) -> Json:
        about = self._about(direction=Ours).provider_id
        return payloads.reaction(self.cleaned_data["emoji"], about=about)

    def _edit(self) -> Json:
        mine = self._mine()
        return payloads.edit(self._words(), about=mine.provider_id, kind=mine.kind)

    def _deletion(self) -> Json:
        return payloads.revoke(about=self._mine().provider_id)

    def _statuses(self, state: str) -> str:
        given = self.cleaned_data["ids"].split(",")[:MOST_STATUSES]
        wanted = [int(one) for one in given if one.isascii() and one.isdigit() and len(one) < 19]
        rows = self._messages(wanted, direction=Ours, state__in=ARRIVED)
        ids = [message.provider_id for message in rows]
        states = ["sent", "delivered"] if state == "delivered" else ["read"]
        return payloads.statuses_body(self.channel, self.person, ids, states)

    # --- What was entered --------------------------------------------------------------------

    def _words(self) -> str:
        words = self._caption()
        if not words:
            raise ValueError("empty")
        return words

    def _caption(self) -> str:
        return str(self.cleaned_data["text"]).strip()

    def _file(self, kind: str) -> payloads.Media:
        file = self.cleaned_data["file"]
        if not file:
            raise ValueError("no file")
        return media.store(file, kind)

    def _about(self, **wanted: object) -> Message:
        return self._one(self.cleaned_data["message"] or 0, **wanted)

    def _mine(self) -> Message:
        """Nobody changes what somebody else said."""
        message = self._about(direction=Theirs)
        if not reading.is_mine(message, self.person):
            raise ValueError("somebody else's")
        return message

    def _one(self, pk: int, **wanted: object) -> Message:
        return self._messages([pk], **wanted)[0]

    def _messages(self, pks: list[int], **wanted: object) -> list[Message]:
        """Messages that stand on this phone, and on no other."""
        conversation = conversation_of(self.channel, self.person)
        if conversation is None:
            raise ValueError("nothing was said yet")
        rows = arrived(conversation).filter(pk__in=pks, deleted_at=None, **wanted)
        found = list(rows.exclude(provider_id="").select_related("template"))
        if not found:
            raise ValueError("no such message")
        return found


ELEMENTS: dict[str, Callable[[ElementForm], Json]] = {
    "text": ElementForm._text,
    "image": ElementForm._image,
    "document": ElementForm._document,
    "audio": ElementForm._audio,
    "voice": ElementForm._voice,
    "location": ElementForm._location,
    "contacts": ElementForm._contacts,
    "choice": ElementForm._choice,
    "button": ElementForm._button,
}
CHANGES: dict[str, Callable[[ElementForm], Json]] = {
    "reaction": ElementForm._reaction,
    "edit": ElementForm._edit,
    "deletion": ElementForm._deletion,
}
