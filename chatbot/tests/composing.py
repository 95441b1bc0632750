"""What tests of the composer share: files by their first bytes, closed windows, templates."""

from datetime import timedelta

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from chatbot.tests.desk import HTMX, at
from crm.conversations.models import Conversation, MessageTemplate

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\0" * 32
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF"
MP4 = b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + b"\0" * 32
MOV = b"\0\0\0\x18ftypqt  \0\0\0\0qt  " + b"\0" * 32
MP3 = b"ID3\x03\0\0\0\0\0\0" + b"\0" * 32
OGG = b"OggS\0\x02" + b"\0" * 32 + b"OpusHead"
WAV = b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 32
WEBP = b"RIFF\x24\0\0\0WEBPVP8 " + b"\0" * 32
DOCX = b"PK\x03\x04\x14\0\0\0\0\0" + b"word/document.xml" + b"\0" * 32
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"


def file(content=PNG, name="foto.png", said="image/png"):
    """A file as a browser sends it: what it says of its type proves nothing."""
    return SimpleUploadedFile(name, content, said)


def send(client, talk, *files, text="", token="t", headers=HTMX):
    fields = {"text": text, "token": token, "files": list(files)}
    return client.post(at("reply", talk.pk), fields, headers=headers)


def on_disk():
    """The files that lie in the media folder."""
    return [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


def close_window(talk, hours=25):
    """The person's last word is too long ago for free text."""
    then = timezone.now() - timedelta(hours=hours)
    Conversation.objects.filter(pk=talk.pk).update(last_inbound_at=then)
    talk.refresh_from_db()


def template(channel, name="aviso", body="Hola {{1}}, soy {{2}}.", *more, **fields):
    """An approved template; `more` are its other parts."""
    fields = {"language": "es", "status": "APPROVED", "category": "UTILITY", **fields}
    parts = [{"type": "BODY", "text": body}, *more]
    return MessageTemplate.objects.create(channel=channel, name=name, components=parts, **fields)
