"""Files to import, made by the tests, and an import carried through as the pages do it."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from crm.imports import verbs, work
from crm.imports.guessing import guess_columns
from crm.imports.workbook import letters, packed


def csv_bytes(*lines, encoding="utf-8"):
    return "\r\n".join(lines).encode(encoding)


def sheet(*rows):
    """A workbook: texts as text, numbers as numbers, ("date", serial) as a cell shown as a date,
    ("percent", share) as one shown as percent."""
    out = []
    for number, row in enumerate(rows, 1):
        cells = "".join(_cell(f"{letters(place)}{number}", one) for place, one in enumerate(row))
        out.append(f'<row r="{number}">{cells}</row>')
    return packed(f"<sheetData>{''.join(out)}</sheetData>")


def _cell(place, value):
    if isinstance(value, tuple):
        style = {"date": 2, "percent": 3}[value[0]]
        return f'<c r="{place}" s="{style}"><v>{value[1]}</v></c>'
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def uploaded(kind, content, by, name="tabla.csv"):
    """As it stands after the file was read."""
    content = content.encode() if isinstance(content, str) else content
    one = verbs.upload(kind=kind, file=SimpleUploadedFile(name, content), by=by)
    work.go_on(one.pk)
    one.refresh_from_db()
    return one


def checked(kind, content, by, **said):
    """As it stands after the check, its columns as they are guessed."""
    one = uploaded(kind, content, by)
    mapping = said.pop("mapping", None) or guess_columns(one.importer.columns, one.headings)
    verbs.name_columns(one=one, mapping=mapping, **said)
    work.go_on(one.pk)
    one.refresh_from_db()
    return one


def ran(kind, content, by, **said):
    """Imported: all that is good."""
    one = checked(kind, content, by, **said)
    verbs.run(one=one, only_good=True)
    work.go_on(one.pk)
    one.refresh_from_db()
    return one


def problems(one):
    """(row, column, words) of each."""
    return list(one.problems.values_list("row", "column", "words"))


def begun(one):
    """Queued, but nobody has worked at it yet."""
    with transaction.atomic():
        verbs.run(one=one, only_good=True)
    one.refresh_from_db()
    return one


def people(count, start=1):
    """A file of so many good rows."""
    rows = [
        f"S-{n:03},Persona Ficticia {n},{40000000 + n},E-{n}" for n in range(start, start + count)
    ]
    return "\n".join(["Nro socio,Nombre,DNI,Id", *rows])
