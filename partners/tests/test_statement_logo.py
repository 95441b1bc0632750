"""BUSINESS_LOGO is looked at when the desk starts."""

import struct
import zlib

import pytest
from django.core.checks import Error
from django.core.management import CommandError, call_command
from PIL import Image

from crm.checks import logo_is_a_picture
from crm.desk.logo import MOST_BYTES, logo_uri

pytestmark = pytest.mark.once


def chunk(kind, content):
    checked = kind + content
    return struct.pack("!I", len(content)) + checked + struct.pack("!I", zlib.crc32(checked))


@pytest.mark.parametrize(
    ("name", "kind"), [("logo.png", "png"), ("logo.jpg", "jpeg"), ("logo", "png")]
)
def test_a_picture_is_taken_whatever_it_is_called(settings, tmp_path, name, kind):
    Image.new("RGB", (20, 10), "teal").save(tmp_path / name, format=kind)
    settings.BUSINESS_LOGO = str(tmp_path / name)
    assert logo_is_a_picture(None) == []
    assert logo_uri().startswith(f"data:image/{kind};base64,")


def test_a_drawing_is_taken(settings, tmp_path):
    file = tmp_path / "logo.svg"
    file.write_text('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>')
    settings.BUSINESS_LOGO = str(file)
    assert logo_is_a_picture(None) == []
    assert logo_uri().startswith("data:image/svg+xml;base64,")


def test_without_a_logo_there_is_nothing_to_say(settings):
    settings.BUSINESS_LOGO = ""
    assert logo_is_a_picture(None) == [] and logo_uri() == ""


def bomb():
    head = struct.pack("!IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file"),
        (b"", "no PNG, JPEG or SVG"),
        (b"GIF89a", "no PNG, JPEG or SVG"),
        (b"%PDF-1.7", "no PNG, JPEG or SVG"),
        (bomb(), "no PNG, JPEG or SVG"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * MOST_BYTES, "larger than 1024 KB"),
    ],
    ids=["missing", "empty", "gif", "pdf", "bomb", "large"],
)
def test_what_is_no_logo_is_said_in_one_line(settings, tmp_path, content, words):
    file = tmp_path / "logo.png"
    if content is not None:
        file.write_bytes(content)
    settings.BUSINESS_LOGO = str(file)
    (said,) = logo_is_a_picture(None)
    assert isinstance(said, Error) and said.msg.startswith("BUSINESS_LOGO: ")
    assert words in said.msg and str(file) in said.msg and "\n" not in said.msg
    assert logo_uri() == ""


def test_a_folder_is_no_logo(settings, tmp_path):
    settings.BUSINESS_LOGO = str(tmp_path)
    assert [one.id for one in logo_is_a_picture(None)] == ["crm.E003"]


def test_manage_py_check_refuses_it(settings):
    settings.BUSINESS_LOGO = "/nowhere/logo.png"
    with pytest.raises(CommandError, match="BUSINESS_LOGO: /nowhere/logo"):
        call_command("check")
