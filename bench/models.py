"""The one row the floor inserts."""

from django.db import models


class FloorRow(models.Model):
    body = models.TextField()

    objects = models.Manager["FloorRow"]()

    class Meta:
        app_label = "bench"

    def __str__(self) -> str:
        return f"#{self.pk}"
