"""What a file is, by its bytes alone."""

import io
import wave
import zipfile

import pytest
from PIL import Image

from chatbot.inbox.media import INLINE
from chatbot.sniffing import FOLDERS, SAMPLE, sniff, sniff_file


def picture(kind):
    out = io.BytesIO()
    Image.new("RGB", (6, 4), "red").save(out, kind)
    return out.getvalue()


def sound():
    out = io.BytesIO()
    with wave.open(out, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(8000)
        made.writeframes(b"\0" * 800)
    return out.getvalue()


def archive(*names, filler=0):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("[Content_Types].xml", b"x" * filler)
        for name in names:
            made.writestr(name, "x")
    return out.getvalue()


def film(brand):
    return b"\0\0\0\x20ftyp" + brand + b"\0\0\x02\0isomiso2" + b"\0" * 200


OGG = b"OggS\0\x02" + b"\0" * 20 + b"\x01\x13OpusHead\x01" + b"\0" * 50


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (picture("JPEG"), "image/jpeg"),
        (picture("PNG"), "image/png"),
        (picture("WEBP"), "image/webp"),
        (picture("GIF"), "image/gif"),
        (film(b"heic"), "image/heic"),
        (film(b"mif1"), "image/heic"),
        (film(b"avif"), "image/avif"),
        (film(b"isom"), "video/mp4"),
        (film(b"iso5"), "video/mp4"),
        (film(b"mp42"), "video/mp4"),
        (film(b"3gp4"), "video/3gpp"),
        (film(b"qt  "), "video/quicktime"),
        (film(b"M4A "), "audio/mp4"),
        (OGG, "audio/ogg"),
        (b"ID3\x03" + b"\0" * 60, "audio/mpeg"),
        (b"\xff\xfb\x90\x64" + b"\0" * 400, "audio/mpeg"),
        (b"#!AMR\n" + b"\0" * 60, "audio/amr"),
        (sound(), "audio/wav"),
        (b"%PDF-1.4\n%\xe2\xe3\n1 0 obj\n" + b"x" * 99 + b"\n%%EOF\n", "application/pdf"),
        (archive("word/document.xml"), FOLDERS[b"word/"]),
        (archive("xl/workbook.xml"), FOLDERS[b"xl/"]),
        (archive("fotos/a.txt"), "application/zip"),
        ("Hola, ¿qué tal?".encode(), ""),
        (b"<script>alert(1)</script>", ""),
        (b"", ""),
    ],
)
def test_the_bytes_say_what_it_is(content, mime):
    assert sniff(content) == mime
    assert sniff_file(io.BytesIO(content)) == mime


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><html><script>alert(1)</script></html>",
        b"<script>alert(1)</script>",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
        archive("word/document.xml"),
    ],
)
def test_what_could_run_is_never_shown_in_place(content):
    assert sniff(content) not in INLINE


@pytest.mark.parametrize(
    "content", [OGG, film(b"M4A "), film(b"isom"), sound(), b"ID3" + b"\0" * 9]
)
def test_what_people_record_is_played_in_place(content):
    assert sniff(content) in INLINE


def test_of_a_large_file_beginning_and_end_are_enough():
    large = io.BytesIO(archive("xl/workbook.xml", filler=4 * SAMPLE))
    large.seek(10)
    assert sniff_file(large).endswith("spreadsheetml.sheet")
    assert large.tell() == 0
