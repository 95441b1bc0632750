"""The stock administration speaks Spanish too: columns, filters, and the fields of one row."""

import pytest
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, get_fields_from_path, label_for_field
from django.test import RequestFactory
from django.utils.translation import override

from crm.people.models import User

pytestmark = pytest.mark.once

# Names of others' tables, which are written in English in their packages.
OTHERS = {"django_q", "mfa"}
# Written alike in both languages.
ALIKE = {"CCI", "ID", "error"}
PAGES = sorted(
    (page for page in admin.site._registry.values() if page.opts.app_label not in OTHERS),
    key=lambda page: page.opts.label,
)


def asked():
    request = RequestFactory().get("/admin/")
    request.user = User(username="ada", is_superuser=True, is_staff=True)
    return request


def filter_label(page, entry):
    entry = entry[0] if isinstance(entry, tuple) else entry
    if isinstance(entry, str):
        return get_fields_from_path(page.model, entry)[-1].verbose_name
    return entry.title


def labels(page, language):
    """Each name and what the page calls it: {"column kind": "tipo"}."""
    request, one = asked(), page.model()
    with override(language):
        every = {f"column {n}": label_for_field(n, page.model, page) for n in page.list_display}
        every |= {f"filter {f}": filter_label(page, f) for f in page.list_filter}
        for of in [page, *page.get_inline_instances(request, one)]:
            for name in flatten_fieldsets(of.get_fieldsets(request, one)):
                every[f"{of.opts.model_name} {name}"] = label_for_field(name, of.model, of)
        return {name: str(label) for name, label in every.items()}


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.opts.label)
def test_every_label_is_translated(page):
    english, spanish = labels(page, "en"), labels(page, "es")
    same = {name: label for name, label in english.items() if spanish[name] == label}
    assert {name: label for name, label in same.items() if label not in ALIKE} == {}


def test_the_pages_of_this_house_are_among_them():
    assert {page.opts.app_label for page in PAGES} >= {
        "catalog", "chatbot", "conversations", "leads", "people",
    }  # fmt: skip
