"""What people keep of the desk itself: lists as they like to see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from crm.people.models import User


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: User) -> SavedViewQuerySet:
        """One's own, and those that colleagues share."""
        return self.filter(Q(owner=user) | Q(is_shared=True))

    def deletable_by(self, user: User) -> SavedViewQuerySet:
        """One's own; managers tidy up the shared ones too."""
        mine = Q(owner=user)
        return self.filter(mine | Q(is_shared=True) if user.sees_all() else mine)


class SavedView(models.Model):
    """Filters and order of a list under a name. `page` is the list's `ListPage.saved`, `query`
    what stands behind its "?"."""

    page = models.SlugField(_("list"), max_length=40)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("filters"), max_length=1000, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="saved_views",
        db_index=False,
        verbose_name=_("whose"),
    )
    is_shared = models.BooleanField(_("shared with colleagues"), default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "page", "name"], name="saved_view_name"),
        ]
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")

    def __str__(self) -> str:
        return self.name
