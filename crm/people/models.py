"""People: those who work here, and those who write in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.people.documents import DocumentType
from crm.people.folding import folded
from crm.people.followups import FollowUp as FollowUp
from crm.people.hours import OpeningHours as OpeningHours
from crm.people.hours import SpecialDay as SpecialDay

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

MANAGING_ROLES = ("manager", "administrator")


class Agency(models.Model):
    """A branch of the business."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    city = models.CharField(_("city"), max_length=120, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    name = models.CharField(_("name"), max_length=120)
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="teams",
        verbose_name=_("agency"),
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "name"], name="team_name_once_per_agency")
        ]
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """Somebody who works at the desk. What one may do comes from one's groups (the roles)."""

    phone = models.CharField(_("phone"), max_length=32, blank=True)
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=_("agency"),
    )
    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, related_name="people", verbose_name=_("team")
    )
    # What they chose, taken up at log-in; "": they never chose. In between a cookie says it.
    language = models.CharField(_("language"), max_length=8, blank=True, editable=False)
    is_demo = models.BooleanField(_("demo log-in"), default=False, editable=False)

    class Meta(AbstractUser.Meta):  # type: ignore[name-defined]  # AbstractUser.Meta is untyped
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @property
    def roles(self) -> set[str]:
        """Names of the groups this person is in, read once per request."""
        if not hasattr(self, "_roles"):
            self._roles = set(self.groups.values_list("name", flat=True))
        return self._roles

    def note_roles(self, names: set[str]) -> None:
        """They have been read already."""
        self._roles = names

    def sees_all(self) -> bool:
        """Managers and administrators see everybody's rows; others their own and free ones."""
        return self.is_superuser or not self.roles.isdisjoint(MANAGING_ROLES)


class Tag(models.Model):
    name = models.CharField(_("name"), max_length=60, unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("tag")
        verbose_name_plural = _("tags")

    def __str__(self) -> str:
        return self.name


class ContactQuerySet(models.QuerySet["Contact"]):
    def visible_to(self, user: User | AnonymousUser) -> ContactQuerySet:
        if not isinstance(user, User):
            return self.none()
        if user.sees_all():
            return self
        return self.filter(Q(owner=user) | Q(owner=None))

    def standing(self) -> ContactQuerySet:
        """People: without those that were merged into another, and without group chats."""
        return self.filter(merged_into=None, is_group=False)


# Where a person is written to in Portuguese, unless they want otherwise.
PORTUGUESE = ("BR", "PT", "AO", "MZ", "CV")
WRITES = {
    "es": _("writes in Spanish"),
    "pt": _("writes in Portuguese"),
    "en": _("writes in English"),
}


class Contact(models.Model):
    """A person who writes in, by whatever channel. A person without a phone is possible."""

    name = models.CharField(_("name"), max_length=200, blank=True)
    document_type = models.CharField(
        _("kind of document"), max_length=10, choices=DocumentType, blank=True
    )
    document_number = models.CharField(
        _("document number"), max_length=20, blank=True, help_text=_("DNI or another document")
    )
    birthday = models.DateField(_("birthday"), null=True, blank=True)
    region = models.CharField(_("region"), max_length=2, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    # What they last plainly wrote in: one of settings.CHAT_LANGUAGES, where nobody chose one.
    heard_language = models.CharField(
        max_length=2, blank=True, default="", db_default="", editable=False
    )
    tags = models.ManyToManyField(Tag, blank=True, related_name="contacts", verbose_name=_("tags"))
    opted_out_at = models.DateTimeField(_("opted out of marketing"), null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="contacts",
        verbose_name=_("owner"),
    )
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="contacts",
        verbose_name=_("agency"),
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", editable=False
    )
    # A group chat has a conversation, and so a contact in whose name it stands.
    is_group = models.BooleanField(_("group"), default=False, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    # What the search box compares with; the database keeps it, so that no bulk insert misses it.
    search_name = models.GeneratedField(
        expression=folded("name"),
        output_field=models.CharField(max_length=200),
        db_persist=True,
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        permissions = [("view_document", "Can see a whole document number")]
        constraints = [
            # Once its kind is known, a document is one person's.
            models.UniqueConstraint(
                fields=["document_type", "document_number"],
                condition=Q(merged_into=None) & ~Q(document_type="") & ~Q(document_number=""),
                name="contact_document_once",
            ),
        ]
        indexes = [
            models.Index(fields=["name"], name="contact_name"),
            models.Index(
                fields=["document_number"],
                name="contact_document",
                condition=~Q(document_number=""),
            ),
        ]
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")

    def __str__(self) -> str:
        return self.name or str(_("Contact without a name"))

    @property
    def spoken(self) -> str:
        """The language we write to them in: the one chosen for them, or Spanish if the bot lacks
        it; where none was chosen the one they write, else their country's."""
        own = self.language.replace("_", "-").partition("-")[0]
        if own in settings.CHAT_LANGUAGES:
            return own
        if own:
            return "es"
        return self.heard_language or ("pt" if self.region in PORTUGUESE else "es")

    @property
    def writes_in(self) -> str:
        """What they are followed in, in words; "" where it was chosen for them, or never told."""
        return "" if self.language else str(WRITES.get(self.heard_language, ""))

    @property
    def phone(self) -> str:
        """The primary phone in E.164, or an empty string."""
        return next((p.value for p in self.points.all() if p.kind == ContactPoint.Kind.PHONE), "")

    @property
    def first_name(self) -> str:
        return self.name.split(" ")[0] if self.name else ""


class ContactPoint(models.Model):
    """A way to reach a contact. Several people may share one until it is verified."""

    class Kind(models.TextChoices):
        PHONE = "phone", _("Phone")
        EMAIL = "email", _("E-mail")
        USERNAME = "username", _("User name")

    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="points", verbose_name=_("contact")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    value = models.CharField(_("value"), max_length=254, help_text=_("Phones in E.164"))
    raw = models.CharField(_("as it came"), max_length=254, blank=True)
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    primary = models.BooleanField(_("primary"), default=False)

    class Meta:
        ordering = ["-primary", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "kind", "value"], name="point_once_per_contact"
            ),
            models.UniqueConstraint(
                fields=["kind", "value"],
                condition=Q(verified_at__isnull=False),
                name="point_unique_where_verified",
            ),
            models.UniqueConstraint(
                fields=["contact", "kind"],
                condition=Q(primary=True),
                name="point_one_primary_per_kind",
            ),
        ]
        indexes = [models.Index(fields=["kind", "value"], name="point_kind_value")]
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")

    def __str__(self) -> str:
        return self.value


class Note(models.Model):
    """What a colleague wrote down about a contact; never sent to anybody."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="notes"
    )
    text = models.TextField(_("text"), max_length=5000)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["contact", "-created_at"], name="note_contact_created")]
        verbose_name = _("note")
        verbose_name_plural = _("notes")

    def __str__(self) -> str:
        return self.text[:60]
