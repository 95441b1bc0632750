"""Instagram messages, by Meta's Instagram API with Instagram log-in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chatbot.channels import http, instagram_messages
from chatbot.channels.base import CredentialField, Outgoing
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import Address, Event, Json, Understood
from chatbot.channels.reading import dicts, identifier, mapping, notice, plain
from chatbot.channels.signed import Signed
from crm.conversations.rules import MB, MediaRule, Rules

# What Meta's error codes ask for; those of 200 to 299 are missing permissions as well.
STOP_CODES = {10, 190, 368}
SLOW_CODES = {4, 17, 32, 613, 80002}
SLOW_SECONDS = 60
RETRY_CODES = {-1, 1, 2}
NO_CONSENT = 230
UNREACHABLE = {551, 1545041}
OUTSIDE_WINDOW = {2534022, 2018278}
# They come as 10, and yet are about one conversation: another app has it.
NOT_OURS = {2534037, 2018300}
FIELDS = "messages,messaging_postbacks,messaging_seen,message_reactions,messaging_referral,standby"


class Instagram(Signed):
    slug = "instagram"
    label: ClassVar[str | Promise] = _("Instagram")
    icon = "brand-instagram"
    external_id: ClassVar[str | Promise] = _("Instagram account ID")
    media_hosts = instagram_messages.FILE_HOSTS
    rules = Rules(
        longest_text=1000,
        unit="bytes",
        longest_caption=0,
        longest_question=1000,
        buttons=13,
        window=timedelta(hours=24),
        writes_first=False,
        media={
            "image": MediaRule(8 * MB, ("image/jpeg", "image/png")),
            "audio": MediaRule(
                25 * MB,
                ("audio/aac", "audio/mp4", "audio/x-m4a", "audio/wav", "audio/x-wav"),
            ),
            "video": MediaRule(
                25 * MB,
                ("video/mp4", "video/ogg", "video/x-msvideo", "video/quicktime", "video/webm"),
            ),
        },
    )
    fields: ClassVar[tuple[CredentialField, ...]] = (
        CredentialField(
            "app_secret",
            _("Instagram app secret"),
            help=_("Meta signs what it sends with it; without it nothing is accepted."),
        ),
        CredentialField("access_token", _("Access token")),
        CredentialField(
            "verify_token",
            _("Verify token"),
            help=_("A word of your choice, entered at Meta beside the webhook address."),
            invented=True,
        ),
    )
    steps: ClassVar[tuple[str | Promise, ...]] = (
        _("In your app at Meta open Instagram and its API setup with Instagram login."),
        _("Add the account there and generate its access token."),
        _("Under webhooks enter {url} and the verify token of this channel."),
        _(
            "Subscribe to messages, messaging_postbacks, messaging_seen, message_reactions, "
            "messaging_referral and standby."
        ),
        _("In the Instagram app, let connected tools access the messages."),
    )

    def parse(self, body: Json) -> list[Event]:
        entries = body.get("entry")
        entries = entries if isinstance(entries, list) else []
        events = [event for one in entries for event in instagram_messages.events_of(one)]
        return events or [notice(body)]

    def understand(self, kind: str, payload: Json) -> Understood | None:
        return instagram_messages.read(kind, payload)

    def send(self, message: Outgoing) -> str:
        data = payload(message)
        message.leaving()
        sent = identifier(self._call("POST", "me/messages", json=data).get("message_id"))
        if not sent:
            raise http.unclear()
        return sent

    def fetch_media(self, media_id: str, limit: int) -> tuple[bytes, str]:
        return self.download(media_id, limit)

    def mark_read(self, message_id: str, to: tuple[Address, ...]) -> None:
        self._act("mark_seen", to)

    def show_typing(self, message_id: str, to: tuple[Address, ...]) -> None:
        self._act("typing_on", to)

    def look_up(self, address: Address) -> str:
        try:
            path = quote(address.value, safe="")
            about = self._call("GET", path, params={"fields": "name,username"})
        except ChannelError as error:
            if error.code == str(NO_CONSENT):
                return ""
            raise
        names = (plain(about.get(key), 200).strip() for key in ("name", "username"))
        return next((name for name in names if name), "")

    def check(self) -> str:
        about = self._call("GET", "me", params={"fields": "user_id,username"})
        account, name = identifier(about.get("user_id")), plain(about.get("username"), 200)
        if account and self.channel.external_id and account != self.channel.external_id:
            text = _("This access token is of the account %(account)s.") % {"account": account}
            raise ChannelError(text, permanent=True, code="account")
        return " · ".join(word for word in (f"@{name}" if name else "", account) if word)

    def register(self, url: str) -> None:
        """Subscribe the account; the address itself can only be entered in the app at Meta."""
        self._call("POST", "me/subscribed_apps", params={"subscribed_fields": FIELDS})

    def on_record(self) -> str:
        body = self._call("GET", "me/subscribed_apps")
        fields = [app.get("subscribed_fields") for app in dicts(body.get("data"))]
        words = [plain(word, 60) for some in fields if isinstance(some, list) for word in some]
        return ", ".join(dict.fromkeys(word for word in words if word))

    def _act(self, action: str, to: tuple[Address, ...]) -> None:
        people = [address.value for address in to if address.kind == "igsid"]
        for person in people[:1]:
            data = {"recipient": {"id": person}, "sender_action": action}
            self._call("POST", "me/messages", json=data)

    def _call(self, method: str, path: str, **options: Any) -> Json:
        token = self.channel.secret("access_token")
        if not token:
            text = str(_("The access token is missing."))
            raise ChannelError(text, permanent=False, code="unconfigured", stop=True)
        answer = http.ask(
            method,
            f"{settings.INSTAGRAM_API_URL}/{settings.GRAPH_API_VERSION}/{path}",
            headers={"Authorization": f"Bearer {token}"},
            allow_redirects=False,
            **options,
        )
        body = http.json_of(answer)
        if answer.status_code >= 400 or "error" in body:
            raise refusal(answer.status_code, mapping(body.get("error")))
        return body


def payload(message: Outgoing) -> Json:
    """The body of `POST /me/messages`. ChannelError for what Instagram would cut or refuse."""
    person = message.address("igsid")
    if not person:
        raise ChannelError(str(_("No Instagram address is known.")), permanent=True, code="address")
    return {"recipient": {"id": person}, "message": _content(message)}


def _content(message: Outgoing) -> Json:
    longest = Instagram.rules.longest_text
    if message.file is not None:
        if message.text or message.kind not in Instagram.rules.media:
            text = str(_("Instagram takes pictures, audio and video, each without a text."))
            raise ChannelError(text, permanent=True, code="kind")
        return {"attachment": {"type": message.kind, "payload": {"url": message.file.link()}}}
    if len(message.text.encode()) > longest:
        text = _("Instagram takes %(longest)d bytes at most.") % {"longest": longest}
        raise ChannelError(text, permanent=True, code="length")
    content: Json = {"text": message.text}
    if message.options:
        content["quick_replies"] = [
            {"content_type": "text", "title": title[:20], "payload": id_[:1000]}
            for id_, title in message.options[: Instagram.rules.buttons]
        ]
    return content


def refusal(status: int, error: Json) -> ChannelError:
    """By `error.code` and its subcode; only without one by the HTTP status."""
    text = plain(error.get("error_user_msg") or error.get("message"), 500) or f"HTTP {status}"
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    if code is None:
        return http.refused(status, text)
    if subcode in OUTSIDE_WINDOW:
        text = str(_("Their last message is more than 24 hours old: nothing can be sent now."))
    one_person = subcode in OUTSIDE_WINDOW | NOT_OURS | UNREACHABLE or code == NO_CONSENT
    stop = (code in STOP_CODES or 200 <= code <= 299) and not one_person
    slow = code in SLOW_CODES
    again = slow or code in RETRY_CODES or error.get("is_transient") is True
    return ChannelError(
        text,
        permanent=not stop and (one_person or not again),
        code=str(code if subcode not in OUTSIDE_WINDOW | NOT_OURS else subcode),
        stop=stop,
        slow=slow,
        retry_after=SLOW_SECONDS if slow else 0,
        unreachable=code in UNREACHABLE or subcode in UNREACHABLE,
    )


def _number(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None
