"""A channel's form, made from what its provider declares. Secrets go in and never come out."""

import json
import re
import secrets
from typing import Any
from urllib.parse import quote, unquote

from cryptography.fernet import InvalidToken
from django import forms
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chatbot.channels.base import CredentialField, Provider
from chatbot.channels.pages.words import family_name
from chatbot.middleware import OURS
from crm.conversations.models import Channel
from crm.fields import fernet

OWN_PATHS = (*OURS, "/chatbot/webhook/")
# What may stand in an address's path, by RFC 3986.
IN_PATHS = "/:@!$&'()*+,;="
_PATH = re.compile(r"(/([A-Za-z0-9._~:@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+)+/?")
# For how long (seconds) a secret typed into a rejected form is kept for the next try.
SEALED_FOR = 3600


class ChannelForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    is_default = forms.BooleanField(required=False)
    # What was typed into secret fields of a rejected form: ciphertext, for the next try.
    sealed = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Channel
        fields = [
            "name",
            "external_id",
            "mode",
            "agency",
            "per_second",
            "older_path",
            "is_active",
        ]

    def __init__(self, *args: Any, provider: type[Provider], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.provider = provider
        self.instance.provider = provider.slug
        self.family = provider.family
        self.has_invented = False  # once saved: whether a word was made up that nobody has seen
        self.fields["agency"].empty_label = "–"  # type: ignore[attr-defined]  # it has choices
        self.fields["name"].widget.attrs["autofocus"] = not self.instance.pk
        self._fit_provider()
        self.kept = {**self._stored(), **self._unsealed()}
        for declared in provider.fields:
            self.fields[_field(declared)] = self._credential(declared)
        self.order_fields(["name", "external_id", *map(_field, provider.fields)])

    def _fit_provider(self) -> None:
        """What this provider has no use for is not asked; what it has is called as it calls it."""
        if self.provider.external_id:
            self.fields["external_id"].label = str(self.provider.external_id)
            self.fields["external_id"].help_text = ""
        else:
            del self.fields["external_id"]
        if self.provider.is_simulated:
            del self.fields["mode"]
        if self.family:
            default, named = self.fields["is_default"], {"family": family_name(self.family)}
            default.label = gettext("Default %(family)s channel") % named
            default.help_text = gettext("The one behind %(path)s.") % {
                "path": reverse("default_webhook", args=[self.family]) + "/"
            }
            default.initial = self.instance.default_for == self.family
        else:
            del self.fields["is_default"]
        usual = gettext("Empty: as many as the provider usually takes, %(number)s.")
        number = f"{self.provider.rules.per_second:g}"
        self.fields["per_second"].help_text = usual % {"number": number}

    def _stored(self) -> dict[str, str]:
        known = {declared.name for declared in self.provider.fields}
        return {
            name: str(value)
            for name, value in self.instance.credentials.items()
            if name in known and value
        }

    def _unsealed(self) -> dict[str, str]:
        try:
            given = str(self.data.get("sealed", ""))
            opened = json.loads(fernet().decrypt(given.encode(), ttl=SEALED_FOR))
        except (InvalidToken, ValueError):
            return {}
        return dict(opened["secrets"]) if opened.get("for") == self._seal_of() else {}

    def _seal_of(self) -> str:
        return f"{self.provider.slug}:{self.instance.pk}"

    def _credential(self, declared: CredentialField) -> forms.CharField:
        kept = self.kept.get(declared.name, "")
        attrs = {"autocomplete": "off", "spellcheck": "false"}
        if declared.secret:
            attrs |= {"autocomplete": "new-password"}
            if kept:
                attrs["placeholder"] = str(_("Kept. Type to replace it."))
            elif declared.invented:
                attrs["placeholder"] = str(_("Leave it empty, and one is made up."))
        widget = forms.PasswordInput if declared.secret else forms.TextInput
        return forms.CharField(
            label=str(declared.label),
            help_text=str(declared.help),
            required=declared.required and not kept,
            initial="" if declared.secret else kept,
            widget=widget(attrs=attrs),
            max_length=2000,
        )

    def clean_external_id(self) -> str:
        given = str(self.cleaned_data["external_id"]).strip()
        if given and _has_twin(self.instance, given):
            raise forms.ValidationError(_("Another channel has this identifier."))
        return given

    def clean_older_path(self) -> str | None:
        typed = str(self.cleaned_data["older_path"] or "").strip()
        if not typed:
            return None
        path = _read(typed)
        if not path:
            raise forms.ValidationError(
                _("Enter a path such as /hooks/whatsapp, without address or question mark.")
            )
        if _is_ours(path):
            raise forms.ValidationError(_("Ventanilla uses this path itself."))
        # Written in one way only, so that no other channel has the same path in another.
        return quote(path, safe=IN_PATHS)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for declared in self.provider.fields:
            typed = str(cleaned.get(_field(declared)) or "").strip()
            # An empty secret means "leave it"; what is shown can be emptied.
            if typed or not declared.secret:
                self.kept[declared.name] = typed
        self._heed_provider(cleaned)
        return cleaned

    def _heed_provider(self, cleaned: dict[str, Any]) -> None:
        """What the provider itself says against it, field by field."""
        entered = self.provider(self._entered(cleaned))
        found = {**self._against_account(entered.identify()), **entered.objections()}
        stored = self._stored()
        for name, words in found.items():
            field = name if name in self.fields else f"credential_{name}"
            stands = name in stored and self.kept.get(name) == stored[name]
            if field not in self.errors and not stands:
                self.add_error(field, words)

    def _entered(self, cleaned: dict[str, Any]) -> Channel:
        """The channel as it would be kept; the row itself still says what was."""
        return Channel(
            pk=self.instance.pk,
            provider=self.provider.slug,
            older_path=cleaned.get("older_path"),
            credentials=dict(self.kept),
        )

    def _against_account(self, told: str) -> dict[str, str]:
        """Another account's messages would be taken for those of the one it began with."""
        named = self.provider.identified_by
        before = self.instance.external_id or self.provider(self.instance).identify()
        if not named or not told or told == before:
            return {}
        if _has_twin(self.instance, told):
            return {named: gettext("Another channel has this account.")}
        if before and self.instance.pk and self.instance.conversations.exists():
            words = gettext("This is another account: make a channel of its own for it.")
            return {named: words}
        return {}

    def focus_on_error(self) -> None:
        """Of a rejected form the first field that is wrong is the one to go on with."""
        wrong = next((name for name in self.fields if name in self.errors), "name")
        for name, field in self.fields.items():
            field.widget.attrs["autofocus"] = name == wrong

    def seal(self) -> None:
        """Carry secrets typed into a rejected form over to the next try, unreadable meanwhile;
        one that was itself refused is to be typed anew."""
        stored = self._stored()
        secret = {declared.name for declared in self.provider.fields if declared.secret}
        hidden = {name for name in secret if f"credential_{name}" not in self.errors}
        typed = {
            name: value
            for name, value in self.kept.items()
            if name in hidden and value != stored.get(name)
        }
        content = json.dumps({"for": self._seal_of(), "secrets": typed}).encode()
        given = {name: self.data[name] for name in self.data}
        sealed = fernet().encrypt(content).decode() if typed else ""
        self.data = given | {"sealed": sealed}
        for declared in self.provider.fields:
            if declared.secret and declared.name in typed:
                widget = self.fields[_field(declared)].widget
                widget.attrs["placeholder"] = str(_("Kept as you typed it. Type to replace it."))

    def save(self, commit: bool = True) -> Channel:
        channel = self.instance
        channel.credentials = {**_readable(channel.credentials), **self.kept}
        if self.provider.is_simulated:
            _invent_account(channel)
        for declared in self.provider.fields:
            if declared.invented and not channel.credentials.get(declared.name):
                channel.credentials[declared.name] = secrets.token_urlsafe(32)
                self.has_invented = True
        if told := self.provider(channel).identify():
            channel.external_id = told
        if self.family:
            self._set_default(channel)
        saved: Channel = super().save(commit)
        return saved

    def _set_default(self, channel: Channel) -> None:
        if self.cleaned_data.get("is_default"):
            others = Channel.objects.filter(default_for=self.family).exclude(pk=channel.pk)
            others.update(default_for=None)
            channel.default_for = self.family
        elif channel.default_for == self.family:
            channel.default_for = None


def _field(declared: CredentialField) -> str:
    return f"credential_{declared.name}"


def _readable(credentials: dict[str, Any]) -> dict[str, Any]:
    """Without the sign that they could not be decrypted: saving mends them."""
    return {name: value for name, value in credentials.items() if name != "unreadable"}


def _invent_account(channel: Channel) -> None:
    """What a real provider would have given: a number's identifier, and a secret to sign with."""
    channel.credentials.setdefault("app_secret", secrets.token_hex(24))
    channel.external_id = channel.external_id or f"9{secrets.randbelow(10**14):014d}"


def _has_twin(channel: Channel, external_id: str) -> bool:
    same = Channel.objects.filter(provider=channel.provider, external_id=external_id)
    return same.exclude(pk=channel.pk).exists()


def _read(typed: str) -> str:
    """The path as a request for it is read, "%20" as a space; "" if it is none."""
    try:
        path = unquote(typed, errors="strict").rstrip("/")
    except UnicodeDecodeError:
        return ""
    whole = _PATH.fullmatch(typed) and path.isprintable()
    return path if whole and not ("//" in path or "/.." in path) else ""


def _is_ours(path: str) -> bool:
    if f"{path}/".startswith(OWN_PATHS):
        return True
    for candidate in (path, f"{path}/"):
        try:
            resolve(candidate)
        except Resolver404:
            continue
        return True
    return False
