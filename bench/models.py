"""The one row the floor inserts."""

from typing import Any, ClassVar

from django.db import models


class FloorRow(models.Model):
    body = models.TextField()

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        app_label = "bench"

    def __str__(self) -> str:
        return f"#{self.pk}"
