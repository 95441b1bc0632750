"""What is said about a ticket, what was changed of it, and who looks at it now."""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import PurePath

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.conversations.models import Attachment, Message
from tickets.models.ticket import Ticket

_State = Message.State
TROUBLE = (_State.FAILED, _State.CANCELLED, _State.UNKNOWN, _State.HELD)
WORST_FIRST = (
    *TROUBLE, _State.QUEUED, _State.SENDING, _State.SENT, _State.DELIVERED, _State.READ,
    _State.RECEIVED,
)  # fmt: skip


class TicketMessage(models.Model):
    """One entry of a ticket's thread. Its description stands on the ticket, not here."""

    class Kind(models.TextChoices):
        PUBLIC = "public", _("Answer")
        NOTE = "note", _("Internal note")
        PERSON = "person", _("Message of the person")
        NOTICE = "notice", _("Notice to the person")

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="messages", db_index=False)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("who"),
    )
    text = models.TextField(_("text"), max_length=5000, blank=True)
    # As it came in or went out by chat; null: a note, or nobody could be reached.
    message = models.ForeignKey(
        Message, models.SET_NULL, null=True, related_name="ticket_entries", editable=False
    )
    # All that went out of it: files, and the portions of long words, `message` being the last.
    sent = models.ManyToManyField(Message, related_name="+", editable=False)
    # Outside a session the person only heard that there is an answer; since when they have read it.
    is_veiled = models.BooleanField(default=False, editable=False)
    read_at = models.DateTimeField(_("read"), null=True, editable=False)
    # Since when its files are owed to who has read it; null: it has none, or they went.
    files_owed_since = models.DateTimeField(null=True, editable=False)
    # The form it was written in, each of which is sent once; blank: none.
    form = models.CharField(max_length=40, blank=True, default="", db_default="", editable=False)
    created_at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "form"],
                condition=~models.Q(form=""),
                name="ticket_form_sent_once",
            ),
            # The same word of the person is heard once, whatever is done twice.
            models.UniqueConstraint(
                fields=["ticket", "message"],
                condition=models.Q(kind="person", message__isnull=False),
                name="ticket_message_heard_once",
            ),
        ]
        indexes = [
            models.Index(fields=["ticket", "id"], name="ticket_message_thread"),
            models.Index(
                fields=["files_owed_since"],
                name="ticket_files_owed",
                condition=models.Q(files_owed_since__isnull=False),
            ),
        ]
        verbose_name = _("ticket message")
        verbose_name_plural = _("ticket messages")

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def fate(self) -> Message | None:
        """Of what went out of it that which fared worst; None: nothing did. Portions of long words
        that a template took the place of do not count."""
        sent = list(self.sent.all()) or ([self.message] if self.message else [])
        replaced = {one.created_at for one in sent if one.template_id}
        counted = [
            one
            for one in sent
            if one.state != Message.State.CANCELLED or one.created_at not in replaced
        ]
        return min(counted, key=lambda one: WORST_FIRST.index(one.state), default=None)

    @property
    def is_in_trouble(self) -> bool:
        fate = self.fate
        return fate is not None and fate.state in TROUBLE


def file_path(file: TicketFile, filename: str) -> str:
    """A name nobody guesses, whatever the file was called."""
    return f"tickets/{secrets.token_urlsafe(24)}{PurePath(filename).suffix.lower()[:6]}"


class TicketFile(models.Model):
    """A file of an entry, or of the description (`entry` null): one of the chat's, or its own."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="files")
    entry = models.ForeignKey(TicketMessage, models.CASCADE, null=True, related_name="files")
    attachment = models.ForeignKey(Attachment, models.CASCADE, null=True, related_name="+")
    own = models.FileField(upload_to=file_path, max_length=200, blank=True)
    own_name = models.CharField(max_length=200, blank=True)
    own_mime = models.CharField(max_length=100, blank=True)
    own_size = models.PositiveBigIntegerField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "attachment"], name="ticket_file_once"),
        ]
        verbose_name = _("ticket's file")
        verbose_name_plural = _("tickets' files")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.attachment.name if self.attachment else self.own_name

    @property
    def mime(self) -> str:
        return self.attachment.mime if self.attachment else self.own_mime

    @property
    def size(self) -> int | None:
        return self.attachment.size if self.attachment else self.own_size

    @property
    def is_here(self) -> bool:
        """Whether it can be given out: what came by chat is fetched first."""
        ready = self.attachment is None or self.attachment.state == Attachment.State.READY
        return ready and bool(self.stored)

    @property
    def stored(self) -> models.fields.files.FieldFile:
        """The stored file itself, falsy while there is none."""
        file: models.fields.files.FieldFile = self.own
        return self.attachment.file if self.attachment else file


class TicketChange(models.Model):
    """Who changed what of a ticket, and when. Written by the verbs, never edited.

    `field` is the column, or "warned" and "breached" ("response", "resolution") for what the
    clock noted; `old` and `new` are stored values (keys of rows, values of choices). `kept` are the
    columns of the ticket that it touched, as they were before (tickets.changes.TOUCHED).
    """

    ticket = models.ForeignKey(
        Ticket, models.CASCADE, related_name="changes", db_index=False, verbose_name=_("ticket")
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("changed by"),
    )
    field = models.CharField(_("field"), max_length=30)
    old = models.CharField(_("before"), max_length=200, blank=True)
    new = models.CharField(_("after"), max_length=200, blank=True)
    kept = models.JSONField(default=dict, editable=False)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["ticket", "-id"], name="ticketchange_ticket")]
        verbose_name = _("ticket change")
        verbose_name_plural = _("ticket changes")

    def __str__(self) -> str:
        return self.field


class TicketPresence(models.Model):
    """Who has a ticket's page open, and when it last said so."""

    STAYS = timedelta(seconds=8)

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="presences", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "user"], name="ticket_presence_once"),
        ]
        verbose_name = _("ticket's reader")
        verbose_name_plural = _("tickets' readers")

    def __str__(self) -> str:
        return str(self.user)
