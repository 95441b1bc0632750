"""A stranger's PDF, looked into by a process that has nothing to lose: run as a program.

The PDF comes in on standard input. Out comes one line of JSON, {"refused": why} or {"pages": how
many, "sizes": [bytes of each picture]}, and behind it the JPEGs of the first pages. It knows
nothing of Django and gets no secrets; what breaks it, or takes it too long, is no receipt.
"""

import io
import json
import resource
import sys
from collections.abc import Iterator
from typing import Any

import pypdf
import pypdfium2
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

SECONDS = 8
MEMORY = 512 * 1024 * 1024
MOST_OBJECTS = 20_000
MOST_PAGES = 50
LONGEST_SIDE = 2000  # pixels
QUALITY = 85

# What starts something, or brings something along, by the names PDF has for it.
SCRIPTS = {"/JavaScript", "/JS"}
ACTIONS = {
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/GoToE",
    "/Rendition",
    "/Movie",
    "/Sound",
    "/RichMediaExecute",
}
ATTACHED = {"/EmbeddedFile", "/EmbeddedFiles", "/FileAttachment", "/RichMedia", "/EF", "/XFA"}


def refusal(reader: pypdf.PdfReader) -> str:
    """What speaks against it, as `receipt_files.REFUSED_PDF` names it; "": it only shows pages."""
    if reader.is_encrypted:
        return "password"
    if len(reader.xref_objStm) + sum(len(one) for one in reader.xref.values()) > MOST_OBJECTS:
        return "large"
    for one in objects(reader):
        names = {str(name) for name in one}
        kinds = {str(one.raw_get(name)) for name in ("/S", "/Type", "/Subtype") if name in names}
        if names & SCRIPTS or kinds & (SCRIPTS | ACTIONS):
            return "active"
        if (names | kinds) & ATTACHED:
            return "attached"
    if not len(reader.pages):
        return "empty"
    return "large" if len(reader.pages) > MOST_PAGES else ""


def objects(reader: pypdf.PdfReader) -> Iterator[DictionaryObject]:
    """Every dictionary of the file, those in compressed object streams and nested ones too."""
    yield from dictionaries(reader.trailer)
    keys = [(key, 0) for key in reader.xref_objStm]
    keys += [(key, generation) for generation, one in reader.xref.items() for key in one]
    for key, generation in keys:
        yield from dictionaries(reader.get_object(IndirectObject(key, generation, reader)))


def dictionaries(top: Any) -> Iterator[DictionaryObject]:
    waiting = [top]
    while waiting:
        one = waiting.pop()
        if isinstance(one, DictionaryObject | StreamObject):
            yield one
            waiting += [one.raw_get(name) for name in one]
        elif isinstance(one, ArrayObject):
            waiting += list(one)


def pictures(content: bytes, most: int) -> tuple[int, list[bytes]]:
    """How many pages there are, and the first ones as JPEGs."""
    document = pypdfium2.PdfDocument(content)
    drawn = []
    for number in range(min(len(document), most)):
        page = document[number]
        scale = LONGEST_SIDE / max(*page.get_size(), 1)
        out = io.BytesIO()
        page.render(scale=scale).to_pil().convert("RGB").save(out, "JPEG", quality=QUALITY)
        drawn.append(out.getvalue())
    return len(document), drawn


def look(content: bytes, most: int) -> tuple[dict[str, Any], list[bytes]]:
    refused = refusal(pypdf.PdfReader(io.BytesIO(content)))
    if refused:
        return {"refused": refused}, []
    pages, drawn = pictures(content, most)
    return {"pages": pages, "sizes": [len(one) for one in drawn]}, drawn


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer, drawn = look(sys.stdin.buffer.read(), int(sys.argv[1]))
    out = sys.stdout.buffer
    out.write(json.dumps(answer).encode() + b"\n" + b"".join(drawn))
    out.flush()


if __name__ == "__main__":
    main()
