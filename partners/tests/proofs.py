"""Made-up files that somebody may send as proof of a payment, good and bad ones."""

import io
import zipfile
import zlib

import pypdf
from PIL import Image
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    EncodedStreamObject,
    NameObject,
    NumberObject,
    TextStringObject,
)


def picture(kind="JPEG", colour="white", size=(60, 80), **said):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **said)
    return out.getvalue()


def with_place():
    """A photograph that says where it was taken, and lies on its side."""
    notes = Image.Exif()
    notes[0x0112] = 6  # turn it by a quarter
    notes.get_ifd(0x8825).update({1: "S", 2: (12.0, 3.0, 4.0)})
    return picture(exif=notes, comment=b"mi casa")


def with_broken_notes(kind):
    """A good picture on its side whose camera noted a number where its name should stand."""
    notes = Image.Exif()
    notes[0x0112], notes[0x011A] = 6, 72.5
    return picture(kind, exif=notes.tobytes().replace(b"\x01\x1a", b"\x01\x10"))


def of_pixels(kind, width, height, **said):
    out = io.BytesIO()
    said |= {"method": 0} if kind == "WEBP" else {}
    Image.new("L", (width, height)).save(out, kind, **said)
    return out.getvalue()


def of_scans(count):
    """A progressive JPEG whose last layer comes so often."""
    content = of_pixels("JPEG", 60, 80, progressive=True)
    scan = content.rindex(b"\xff\xda")
    return content[:scan] + content[scan:-2] * count + content[-2:]


def of_hidden_scans(count):
    """The same; each ends in what looks like a part of some length, and is thrown away where a
    restart should stand."""
    content = of_pixels("JPEG", 60, 80, progressive=True)
    scan = content.rindex(b"\xff\xda")
    restarts = b"\xff\xdd\0\4\0\1"
    return content[:scan] + restarts + (content[scan:-2] + b"\xff\2") * count + content[-2:]


def bomb():
    """A PNG of 60,000 by 60,000 that says so in its head, in a hundred bytes."""
    head = (60_000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"

    def chunk(kind, data):
        body = kind + data
        return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")

    start = b"\x89PNG\r\n\x1a\n"
    return start + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def with_archive():
    """A JPEG that is a ZIP as well."""
    out = io.BytesIO()
    out.write(picture())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("x.html", "<p>hola</p>")
    return out.getvalue()


def pdf(pages=1, change=lambda writer: None):
    writer = pypdf.PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(width=300, height=400)
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def with_script():
    """A script that is called by the document's list of names."""
    script = DictionaryObject(
        {
            NameObject("/S"): NameObject("/JavaScript"),
            NameObject("/JS"): TextStringObject("app.alert(1)"),
        }
    )
    listed = ArrayObject([TextStringObject("uno"), script])
    names = DictionaryObject(
        {NameObject("/JavaScript"): DictionaryObject({NameObject("/Names"): listed})}
    )
    return pdf(change=lambda writer: writer.root_object.update({NameObject("/Names"): names}))


def with_launch():
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("cmd.exe")}
    )
    return pdf(change=lambda writer: writer.root_object.update({NameObject("/OpenAction"): action}))


def with_file():
    return pdf(change=lambda writer: writer.add_attachment("x.exe", b"MZ"))


def with_button():
    """A button on the page that sends a form away."""
    action = DictionaryObject({NameObject("/S"): NameObject("/SubmitForm")})
    button = DictionaryObject(
        {
            NameObject("/Subtype"): NameObject("/Widget"),
            NameObject("/Rect"): ArrayObject([NumberObject(0)] * 4),
            NameObject("/AA"): DictionaryObject({NameObject("/U"): action}),
        }
    )

    def put(writer):
        writer.pages[0][NameObject("/Annots")] = ArrayObject([button])

    return pdf(change=put)


def unpacked_too_large():
    """A few megabytes that say to draw six hundred."""
    packer = zlib.compressobj(1)
    packed = b"".join([packer.compress(bytes(10_000_000)) for _ in range(60)] + [packer.flush()])

    def put(writer):
        drawing = EncodedStreamObject()
        drawing._data = packed
        drawing[NameObject("/Filter")] = NameObject("/FlateDecode")
        writer.pages[0][NameObject("/Contents")] = writer._add_object(drawing)

    return pdf(change=put)


def with_password(word):
    return pdf(change=lambda writer: writer.encrypt(word, "owner", algorithm="RC4-128"))


def with_hidden_script():
    """The script stands in a compressed object stream, its name spelled otherwise."""
    inner = [
        (1, b"<< /Type /Catalog /Pages 2 0 R /OpenAction 4 0 R >>"),
        (2, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"),
        (3, b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>"),
        (4, b"<< /S /Java#53cript /#4AS (app.alert(1)) >>"),
    ]
    heads, body = b"", b""
    for number, text in inner:
        heads += b"%d %d " % (number, len(body))
        body += text + b" "
    packed = zlib.compress(heads + body)
    out = b"%PDF-1.5\n"
    stream_at = len(out)
    out += b"5 0 obj << /Type /ObjStm /N %d /First %d /Filter /FlateDecode /Length %d >>\n" % (
        len(inner),
        len(heads),
        len(packed),
    )
    out += b"stream\n" + packed + b"\nendstream endobj\n"
    table_at = len(out)
    rows = [
        (0, 0, 255),
        *((2, 5, place) for place in range(4)),
        (1, stream_at, 0),
        (1, table_at, 0),
    ]
    table = b"".join(
        kind.to_bytes(1, "big") + where.to_bytes(4, "big") + place.to_bytes(1, "big")
        for kind, where, place in rows
    )
    out += b"6 0 obj << /Type /XRef /Size 7 /W [1 4 1] /Root 1 0 R /Length %d >>\n" % len(table)
    out += b"stream\n" + table + b"\nendstream endobj\n"
    return out + b"startxref\n%d\n%%%%EOF\n" % table_at
