"""How long people have to answer before somebody else does: an administrator's to say."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

A_MONTH = 60 * 24 * 30


class AnsweringRules(models.Model):
    """One row, or none: then the defaults hold. Minutes are working minutes; 0: without end."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    queue_minutes = models.PositiveIntegerField(
        _("Nobody takes it: minutes until the bot serves again"),
        default=60,
        validators=[MaxValueValidator(A_MONTH)],
        help_text=_("It says so to the person, and goes on counting them as waiting."),
    )
    person_minutes = models.PositiveIntegerField(
        _("Whoever took it does not answer: minutes until it is in the queue again"),
        default=240,
        validators=[MaxValueValidator(A_MONTH)],
    )
    idle_minutes = models.PositiveIntegerField(
        _("Answered, and nothing more is said: minutes until the bot serves again"),
        default=480,
        validators=[MaxValueValidator(A_MONTH)],
    )
    close_days = models.PositiveSmallIntegerField(
        _("Nobody waits, and nothing is said: days until the conversation counts as finished"),
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="answering_rules_are_one_row"),
        ]
        verbose_name = _("rules of answering")
        verbose_name_plural = _("rules of answering")

    def __str__(self) -> str:
        return str(_("rules of answering"))

    @classmethod
    def current(cls) -> AnsweringRules:
        """What holds now; not saved where nobody has changed anything."""
        return cls.objects.filter(pk=cls.ONLY).first() or cls()
