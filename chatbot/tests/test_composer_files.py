"""Files a colleague sends: what goes as what, what is refused, and that nothing is left behind."""

import pytest
from django.urls import reverse

from chatbot.inbox.uploads import MOST_FILES
from chatbot.tests.composing import (
    DOCX,
    HTML,
    JPEG,
    MOV,
    MP3,
    MP4,
    OGG,
    PDF,
    PNG,
    WAV,
    WEBP,
    close_window,
    file,
    on_disk,
    send,
)
from chatbot.tests.desk import at, browser, conversation, hear, owner, words
from chatbot.work import work_off
from crm.conversations.models import Attachment, Channel, Message

pytestmark = [pytest.mark.once, pytest.mark.django_db]
MB = 1024 * 1024


@pytest.fixture(autouse=True)
def media_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def client_of_agent(agent):
    return browser(agent)


def ours():
    return list(Message.objects.filter(direction="out").order_by("id"))


# --- What goes as what -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name", "kind", "mime"),
    [
        (PNG, "foto.png", "image", "image/png"),
        (JPEG, "foto.jpg", "image", "image/jpeg"),
        (MP4, "vídeo.mp4", "video", "video/mp4"),
        (MP3, "canción.mp3", "audio", "audio/mpeg"),
        (OGG, "nota.ogg", "audio", "audio/ogg"),
        (PDF, "estado.pdf", "document", "application/pdf"),
        (b"uno;dos\n1;2\n", "lista.csv", "document", "text/csv"),
        (b"hola", "nota.txt", "document", "text/plain"),
        (b"\x01\x02\x03", "datos.xyz", "document", "application/octet-stream"),
        # What the provider does not take as such goes as a document.
        (MOV, "vídeo.mov", "document", "video/quicktime"),
        (WAV, "sonido.wav", "document", "audio/wav"),
        (WEBP, "foto.webp", "document", "image/webp"),
    ],
    ids=["png", "jpg", "mp4", "mp3", "ogg", "pdf", "csv", "txt", "bytes", "mov", "wav", "webp"],
)
def test_the_bytes_say_what_it_goes_as(talk, client_of_agent, content, name, kind, mime):
    answer = send(client_of_agent, talk, file(content, name, "application/x-anything"))
    assert answer.status_code == 204, words(answer)
    (message,) = ours()
    attachment = message.attachments.get()
    assert (message.kind, attachment.mime, attachment.name) == (kind, mime, name)
    assert (attachment.state, attachment.size) == ("ready", len(content))
    with attachment.file.open() as stored:
        assert stored.read() == content


def test_an_office_document_keeps_its_type(talk, client_of_agent):
    send(client_of_agent, talk, file(DOCX, "contrato.docx"))
    assert Attachment.objects.get().mime.endswith("wordprocessingml.document")
    assert Attachment.objects.get().file.name.endswith(".docx")


def test_a_page_called_a_picture_is_none(talk, client_of_agent):
    send(client_of_agent, talk, file(HTML, "foto.jpg", "image/jpeg"))
    (message,) = ours()
    attachment = message.attachments.get()
    assert message.kind == "document"
    assert not attachment.mime.startswith("image/")
    assert not attachment.file.name.endswith((".html", ".htm"))
    got = client_of_agent.get(reverse("inbox:media", args=[attachment.pk]))
    assert got["Content-Disposition"].startswith("attachment")
    assert got["Content-Type"] == "application/octet-stream"
    assert b"".join(got.streaming_content) == HTML


def test_words_stand_beside_the_last_file(talk, client_of_agent):
    answer = send(client_of_agent, talk, file(), file(PDF, "ficha.pdf"), text="Mira la ficha")
    assert answer.status_code == 204
    assert [(m.kind, m.text) for m in ours()] == [("image", ""), ("document", "Mira la ficha")]


def test_words_no_file_carries_go_below_it(talk, client_of_agent):
    send(client_of_agent, talk, file(MP3, "nota.mp3"), text="Escúchala")
    send(client_of_agent, talk, file(), text="larga " * 300, token="t2")
    assert [m.kind for m in ours()] == ["audio", "text", "image", "text"]
    assert ours()[0].text == ""
    assert ours()[1].text == "Escúchala"


def test_it_leaves_for_the_provider_as_a_file(graph, talk, client_of_agent):
    send(client_of_agent, talk, file(PDF, "ficha.pdf"), text="La ficha")
    work_off()
    (sent,) = graph.sent
    assert (graph.uploads[0]["bytes"], graph.uploads[0]["type"]) == (PDF, "application/pdf")
    assert sent["document"]["filename"] == "ficha.pdf"
    assert sent["document"]["caption"] == "La ficha"
    assert ours()[0].state == "sent"


# --- What is refused -------------------------------------------------------------------------


def refused(client, talk, *files, **fields):
    """The reason; nothing is queued, nobody took the conversation, nothing lies on the disk."""
    answer = send(client, talk, *files, **fields)
    assert answer.status_code == 422
    assert not Message.objects.filter(direction="out").exists()
    assert not Attachment.objects.exists()
    assert owner(talk) == ("bot", None)
    assert on_disk() == []
    return words(answer)


def test_an_empty_file_is_refused(talk, client_of_agent):
    assert "vacía.png" in refused(client_of_agent, talk, file(b"", "vacía.png"))


def test_what_is_too_large_for_the_provider_is_refused_with_the_limit(talk, client_of_agent):
    told = refused(client_of_agent, talk, file(PNG + b"\0" * (5 * MB), "enorme.png"))
    assert "enorme.png" in told
    assert "5" in told and "MB" in told


def test_what_is_too_large_for_the_desk_is_refused(talk, client_of_agent, settings):
    settings.MEDIA_MAX_BYTES = 1000
    assert "ficha.pdf" in refused(client_of_agent, talk, file(PDF + b"\0" * 2000, "ficha.pdf"))


def test_one_bad_file_keeps_all_of_them_back(talk, client_of_agent):
    refused(client_of_agent, talk, file(), file(b"", "vacía.png"), file(PDF, "ficha.pdf"))


def test_too_many_at_once_are_refused(talk, client_of_agent):
    told = refused(client_of_agent, talk, *[file(name=f"{n}.png") for n in range(MOST_FILES + 1)])
    assert str(MOST_FILES) in told
    many = [file(name=f"{n}.png") for n in range(MOST_FILES)]
    assert send(client_of_agent, talk, *many).status_code == 204
    assert len(ours()) == MOST_FILES


@pytest.mark.parametrize("provider", ["instagram"])
def test_a_type_the_provider_does_not_take_is_refused(channel, client_of_agent, provider):
    Channel.objects.filter(pk=channel.pk).update(provider=provider)
    talk = conversation(Channel.objects.get())
    hear(talk)
    told = refused(client_of_agent, talk, file(PDF, "ficha.pdf"))
    assert "ficha.pdf" in told
    assert "PNG" in told


def test_endless_words_leave_no_file_behind(talk, client_of_agent):
    refused(client_of_agent, talk, file(), text="a" * 20_001)


def test_a_closed_window_leaves_no_file_behind(talk, client_of_agent):
    close_window(talk)
    refused(client_of_agent, talk, file(), text="Hola")


def test_a_redelivered_form_sends_its_files_once(talk, client_of_agent):
    for _ in range(2):
        answer = send(client_of_agent, talk, file(), file(PDF, "ficha.pdf"), text="Hola")
        assert answer.status_code == 204
    assert len(ours()) == 2
    assert len(on_disk()) == 2
    assert send(client_of_agent, talk, file(), token="other").status_code == 204
    assert len(ours()) == 3


def test_all_files_together_have_a_limit_of_their_own(talk, client_of_agent, settings):
    settings.UPLOADS_MAX_BYTES = 2000
    answer = send(client_of_agent, talk, file(PDF + b"\0" * 3000, "ficha.pdf"))
    assert answer.status_code == 413
    assert "2" in words(answer) and "<" not in words(answer)
    page = send(client_of_agent, talk, file(PDF + b"\0" * 3000, "ficha.pdf"), headers={})
    assert page.status_code == 413
    assert "empty-state" in words(page)
    assert ours() == [] and on_disk() == []


def test_a_form_without_files_knows_no_such_limit(talk, client_of_agent, settings):
    settings.UPLOADS_MAX_BYTES = 10
    plain = "application/x-www-form-urlencoded"
    answer = client_of_agent.post(at("reply", talk.pk), "text=Hola&token=t", plain)
    assert answer.status_code == 302
    assert [message.text for message in ours()] == ["Hola"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("<script>alert(1)</script>.pdf", "script&gt;.pdf"),
        ("C:\\temp\\ficha.pdf", "ficha.pdf"),
        ("‮fdp.exe", "fdp.exe"),
        (f"{'a' * 300}.pdf", "a" * 120),
    ],
    ids=["tags", "path", "mirrored", "long"],
)
def test_the_name_is_only_a_name(talk, client_of_agent, given, shown):
    assert send(client_of_agent, talk, file(PDF, given)).status_code == 204
    html = words(client_of_agent.get(at("detail", talk.pk)))
    assert "<script>alert" not in html
    assert shown in html
    assert "‮" not in html


def test_the_page_tells_the_browser_what_may_come(talk, client_of_agent, settings):
    html = words(client_of_agent.get(at("detail", talk.pk)))
    assert f'data-most="{MOST_FILES}"' in html
    assert f'data-bytes="{settings.MEDIA_MAX_BYTES}"' in html
    assert f'data-together="{settings.UPLOADS_MAX_BYTES}"' in html
