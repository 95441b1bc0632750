"""An import: a file, how it is read, how far it has come, and what is wrong in it."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.imports.contract import Importer, Reading
from crm.imports.registry import importers, importers_for
from crm.people.models import User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class ImportQuerySet(models.QuerySet["Import"]):
    def visible_to(self, user: User | AnonymousUser) -> ImportQuerySet:
        """One's own, managers everybody's; of the kinds one may import."""
        if not isinstance(user, User):
            return self.none()
        rows = self.filter(kind__in=list(importers_for(user)))
        return rows if user.sees_all() else rows.filter(by=user)

    def under_way(self) -> ImportQuerySet:
        return self.filter(state__in=Import.WORKING)


class Import(models.Model):
    class State(models.TextChoices):
        READING = "reading", _("Reading the file")
        UPLOADED = "uploaded", _("Columns to be named")
        CHECKING = "checking", _("Checking")
        CHECKED = "checked", _("Checked")
        RUNNING = "running", _("Importing")
        DONE = "done", _("Imported")
        FAILED = "failed", _("Stopped by an error")
        CANCELLED = "cancelled", _("Cancelled")

    # Something in the background has to go on with it.
    WORKING = (State.READING, State.CHECKING, State.RUNNING)
    # Nothing of it is in the database yet: it may be named and checked again.
    BEFORE = (State.UPLOADED, State.CHECKED)

    kind = models.CharField(_("what"), max_length=40)
    original_name = models.CharField(_("file"), max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,  # what was imported stays, and says in the audit log by whom
        related_name="imports",
        verbose_name=_("who"),
    )
    # Where its files lie, below the private media: upload, rows.jsonl, errors.csv.
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(_("status"), max_length=10, choices=State, default=State.READING)
    only_good = models.BooleanField(default=False)
    # Rows are or were being written, not only checked.
    is_run = models.BooleanField(default=False)
    headings = models.JSONField(default=list)
    sample = models.JSONField(default=list)
    # Names of columns -> their position in the file.
    mapping = models.JSONField(default=dict)
    month_first = models.BooleanField(default=False)
    decimal = models.CharField(max_length=1, blank=True)
    failure = models.CharField(max_length=300, blank=True)

    rows = models.PositiveIntegerField(_("rows"), default=0)
    # How far the present pass has come: rows, and bytes of rows.jsonl and errors.csv that count.
    position = models.PositiveIntegerField(default=0)
    offset = models.PositiveBigIntegerField(default=0)
    errors_size = models.PositiveBigIntegerField(default=0)
    made = models.PositiveIntegerField(_("new"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    same = models.PositiveIntegerField(_("already there"), default=0)
    bad = models.PositiveIntegerField(_("with problems"), default=0)
    # Labels of columns -> how many problems.
    problem_counts = models.JSONField(default=dict)

    created_at = models.DateTimeField(_("when"), auto_now_add=True)
    # When somebody began to read the file, then to check or import it.
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    heartbeat = models.DateTimeField(auto_now_add=True)
    # Jobs that took it up since it last came any further.
    tries = models.PositiveSmallIntegerField(default=0)
    cleared_at = models.DateTimeField(null=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["by", "-id"], name="import_by"),
            models.Index(fields=["state", "heartbeat"], name="import_state"),
        ]
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return self.original_name

    def get_absolute_url(self) -> str:
        return reverse("imports:detail", args=[self.pk])

    @property
    def folder(self) -> Path:
        return Path(settings.MEDIA_ROOT) / "imports" / str(self.token)

    @property
    def importer(self) -> Importer:
        return importers()[self.kind]

    @property
    def reading(self) -> Reading:
        return Reading(month_first=self.month_first, decimal=self.decimal)

    @property
    def good(self) -> int:
        return self.made + self.changed + self.same

    @property
    def is_working(self) -> bool:
        return self.state in self.WORKING

    @property
    def percent(self) -> int:
        return 100 * self.position // self.rows if self.rows else 0

    @property
    def may_resume(self) -> bool:
        """It was stopped in the middle of a pass: the next row is known. What a person stopped
        before it was run is discarded."""
        if self.cleared_at is not None or self.position >= self.rows:
            return False
        return self.state == self.State.FAILED or (
            self.state == self.State.CANCELLED and self.is_run
        )

    def shows_cells_to(self, user: User) -> bool:
        """What stands in the file (documents, too): to who brought it, and to who may see whole
        documents anyway."""
        return self.by_id == user.pk or user.has_perm("people.view_document")

    @property
    def has_errors_file(self) -> bool:
        return self.cleared_at is None and self.bad > 0

    def heading(self, name: str) -> str:
        """What the file calls a column, or what we call it; "" for the row as a whole."""
        position: Any = self.mapping.get(name)
        if position is not None and position < len(self.headings) and self.headings[position]:
            return str(self.headings[position])
        labels = {column.name: str(column.label) for column in self.importer.columns}
        return labels.get(name, "")


class ImportProblem(models.Model):
    """One of the first problems of the last pass; all of them stand in errors.csv."""

    run = models.ForeignKey(Import, models.CASCADE, related_name="problems")
    row = models.PositiveIntegerField(_("row"))
    column = models.CharField(_("column"), max_length=120, blank=True)
    cell = models.CharField(_("cell"), max_length=120, blank=True)
    words = models.CharField(_("problem"), max_length=400)

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        indexes = [models.Index(fields=["run", "column", "id"], name="import_problem_column")]
        verbose_name = _("problem of an import")
        verbose_name_plural = _("problems of imports")

    def __str__(self) -> str:
        return f"{self.row}: {self.words}"


class ImportKey(models.Model):
    """Which row of a file was the first to say something that may be said once only."""

    run = models.ForeignKey(Import, models.CASCADE, related_name="keys", db_index=False)
    key = models.BigIntegerField()
    row = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["run", "key"], name="import_key_once")]

    def __str__(self) -> str:
        return f"{self.row}"


class ImportRehearsal(models.Model):
    """What a portion of a check would have written, of a subject that portions after it may be
    about, too. `facts` are the importer's own; they go when the check ends."""

    run = models.ForeignKey(Import, models.CASCADE, related_name="+", db_index=False)
    subject = models.BigIntegerField()
    facts = models.JSONField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["run", "subject", "id"], name="import_rehearsal")]

    def __str__(self) -> str:
        return f"{self.subject}"
