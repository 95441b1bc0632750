"""Marta edits properties, Alice only looks at them, Charlie has no role."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from crm.catalog.models import Property


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def marta(colleague):
    return colleague("marketer", username="marta")


@pytest.fixture
def alice(colleague):
    return colleague("agent", username="alice")


@pytest.fixture
def charlie(colleague):
    return colleague("", username="charlie")


@pytest.fixture
def make_property(db):
    def make(title="Villa Marina", code=None, **fields):
        fields.setdefault("operation", "sale")
        code = code or f"P-{Property.objects.count() + 1}"
        return Property.objects.create(title=title, code=code, **fields)

    return make


def picture(form="JPEG", size=(60, 40), name=None, **save):
    """A picture as a browser uploads it."""
    out = io.BytesIO()
    Image.new(save.pop("mode", "RGB"), size, save.pop("colour", "teal")).save(out, form, **save)
    return SimpleUploadedFile(name or f"foto.{form.lower()}", out.getvalue())
