"""A file of ours, for the provider that must fetch it: ten minutes, one file, nothing else."""

import itertools

import pytest
from django.core import signing
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from chatbot import links
from chatbot.tests.desk import hear
from crm.conversations.models import Attachment, Message

pytestmark = [pytest.mark.once, pytest.mark.django_db]

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
names = itertools.count(1)


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def attach(talk):
    def made(content=PNG, mime="image/png", name="casa.png", **fields):
        message = hear(talk, f"Foto {next(names)}")
        attachment = Attachment(message=message, mime=mime, name=name, state="ready", **fields)
        attachment.file.save("x.png", ContentFile(content), save=False)
        attachment.save()
        return attachment

    return made


def path_of(attachment):
    return "/files/" + links.link_to(attachment.pk).rsplit("/files/", 1)[1]


def test_who_has_the_link_gets_the_file_without_logging_in(attach):
    answer = Client().get(path_of(attach()))
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == PNG
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "casa.png" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    assert "sandbox" in answer["Content-Security-Policy"]


def test_what_could_run_in_a_browser_is_only_downloaded(attach):
    page = attach(b"<script>alert(1)</script>", "text/html", "x.html")
    answer = Client().get(path_of(page))
    assert answer["Content-Disposition"].startswith("attachment")


def test_the_link_lives_ten_minutes(attach, monkeypatch):
    path = path_of(attach())
    now = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + 599)
    assert Client().get(path).status_code == 200
    monkeypatch.setattr(signing.time, "time", lambda: now + 601)
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("change", ["another file", "no signature", "a letter", "nothing"])
def test_a_link_that_was_altered_is_none(attach, change):
    mine, other = attach(), attach()
    token = path_of(mine).removeprefix("/files/")
    pk, rest = token.split(".", 1)
    altered = {
        "another file": f"{other.pk}.{rest}",
        "no signature": pk,
        "a letter": token[:-1] + ("A" if token[-1] != "A" else "B"),
        "nothing": "-",
    }[change]
    assert Client().get(f"/files/{altered}").status_code == 404


def test_a_signature_made_for_something_else_is_none(attach):
    token = signing.TimestampSigner(sep=".", salt="another").sign(str(attach().pk))
    assert Client().get(f"/files/{token}").status_code == 404


def test_what_was_taken_back_or_never_came_is_not_given(attach):
    deleted, pending = attach(), attach()
    Message.objects.filter(pk=deleted.message_id).update(deleted_at=timezone.now())
    Attachment.objects.filter(pk=pending.pk).update(state="pending")
    gone = attach()
    gone.file.delete(save=False)
    for one in (deleted, pending, gone):
        assert Client().get(path_of(one)).status_code == 404


def test_it_is_read_only(attach):
    path = path_of(attach())
    assert Client().head(path).status_code == 200
    assert Client().post(path).status_code == 405
