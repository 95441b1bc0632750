"""Files people sent: given out as harmless, and to nobody who may not see the conversation."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from chatbot.tests.desk import browser, conversation, hear, person, words
from crm.conversations import ownership
from crm.conversations.models import Attachment

pytestmark = [pytest.mark.once, pytest.mark.django_db]
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32


@pytest.fixture(autouse=True)
def media_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def talk(channel):
    return conversation(channel)


def attach(talk, content=PNG, mime="image/png", name="", kind="image", **fields):
    made = Attachment(
        message=hear(talk, "", kind=kind),
        mime=mime,
        name=name,
        size=len(content),
        **{"state": "ready", **fields},
    )
    if made.state == "ready":
        made.file.save("x.bin", ContentFile(content), save=False)
    made.save()
    return made


def url(attachment, name="media"):
    return reverse(f"inbox:{name}", args=[attachment.pk])


def test_a_picture_is_shown_in_place_and_may_do_nothing(talk):
    made = attach(talk)
    client = browser(person("agent"))
    answer = client.get(url(made))
    assert b"".join(answer.streaming_content) == PNG
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "private" in answer["Cache-Control"]
    assert url(made) in words(client.get(reverse("inbox:detail", args=[talk.pk])))


@pytest.mark.parametrize("mime", ["text/html", "image/svg+xml", "application/pdf", ""])
def test_what_could_run_is_only_downloaded(talk, mime):
    made = attach(talk, b"<script>alert(1)</script>", mime, "página.html", "document")
    answer = browser(person("agent")).get(url(made))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("estado de cuenta.pdf", 'filename="estado de cuenta.pdf"'),
        ("../../etc/passwd", 'filename="passwd"'),
        ("C:\\temp\\plano.pdf", 'filename="plano.pdf"'),
        ('a"b\r\nX-Bad: 1.pdf', 'filename="a\\"bX-Bad: 1.pdf"'),
        ("..", ".bin"),
    ],
)
def test_the_name_a_person_gave_is_made_safe(talk, given, shown):
    made = attach(talk, name=given, mime="application/pdf", kind="document")
    answer = browser(person("agent")).get(url(made))
    assert shown in answer["Content-Disposition"]
    assert "X-Bad" not in answer.headers


def test_nobody_else_gets_the_file(talk):
    made = attach(talk)
    assert browser().get(url(made)).status_code == 302
    assert browser(person("marketer")).get(url(made)).status_code == 403
    ownership.claim(conversation=talk, user=person("agent"))
    assert browser(person("agent")).get(url(made)).status_code == 404
    assert browser(person("agent")).post(url(made, "refetch")).status_code == 404


@pytest.mark.parametrize("state", ["pending", "failed"])
def test_what_is_not_here_is_not_served_and_said_so(talk, state):
    made = attach(talk, state=state, media_id="501", error="Media download error")
    client = browser(person("agent"))
    assert client.get(url(made)).status_code == 404
    page = words(client.get(reverse("inbox:detail", args=[talk.pk])))
    assert (url(made, "refetch") in page) == (state == "failed")


def test_a_lost_file_is_a_404(talk):
    made = attach(talk)
    made.file.storage.delete(made.file.name)
    assert browser(person("agent")).get(url(made)).status_code == 404


def test_a_failed_attachment_is_asked_for_again(talk):
    made = attach(talk, state="failed", media_id="501", error="no", attempts=5)
    browser(person("agent")).post(url(made, "refetch"))
    made.refresh_from_db()
    assert (made.state, made.attempts, made.error) == ("pending", 0, "")
