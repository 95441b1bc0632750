"""Imports in small portions, and their files of errors."""

import csv
import io

import pytest

from crm.imports import errors_file, work


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


HEAD = "Nro socio,Nombre,DNI,Fecha de nacimiento"


@pytest.fixture
def small(monkeypatch):
    """Ten rows a portion."""
    monkeypatch.setattr(work, "PORTION", 10)
    monkeypatch.setattr(work, "PORTION_ON_SQLITE", 10)


def error_rows(one):
    text = (one.folder / errors_file.NAME).read_bytes()[: one.errors_size].decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def _raise(error):
    def call(*args, **kwargs):
        raise error

    return call
