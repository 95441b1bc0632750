"""What a template asks for, how it reads, what is sent."""

import pytest

from crm.conversations import templates
from crm.conversations.models import MessageTemplate
from crm.errors import DeskError

REMINDER = MessageTemplate(
    name="recordatorio",
    language="es",
    components=[
        {
            "type": "HEADER",
            "format": "TEXT",
            "text": "Hola {{1}}",
            "example": {"header_text": ["Ana"]},
        },
        {
            "type": "BODY",
            "text": "Tu cuota de {{monto}} vence el {{fecha}}.",
            "example": {
                "body_text_named_params": [
                    {"param_name": "monto", "example": "S/ 100.00"},
                    {"param_name": "fecha", "example": "5 de enero"},
                ]
            },
        },
        {"type": "FOOTER", "text": "Oficina Demo"},
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "QUICK_REPLY", "text": "Ya pagué"},
                {"type": "URL", "text": "Ver", "url": "https://ejemplo.test/{{1}}"},
            ],
        },
    ],
)
VALUES = {"header.1": "Rosa", "body.monto": "S/ 50.00", "body.fecha": "hoy", "button1.1": "abc"}


def test_its_variables_in_reading_order_with_their_samples():
    assert [(one.key, one.sample) for one in templates.variables(REMINDER)] == [
        ("header.1", "Ana"),
        ("body.monto", "S/ 100.00"),
        ("body.fecha", "5 de enero"),
        ("button1.1", ""),
    ]


def test_a_preview_shows_samples_until_there_are_values():
    assert templates.preview(REMINDER).startswith("Hola Ana\n\nTu cuota de S/ 100.00")
    assert templates.preview(REMINDER, VALUES) == (
        "Hola Rosa\n\nTu cuota de S/ 50.00 vence el hoy.\n\nOficina Demo\n\n[Ya pagué] [Ver]"
    )


def test_named_and_numbered_values_are_sent_as_the_provider_takes_them():
    assert templates.components(REMINDER, VALUES) == (
        {"type": "header", "parameters": [{"type": "text", "text": "Rosa"}]},
        {
            "type": "body",
            "parameters": [
                {"type": "text", "text": "S/ 50.00", "parameter_name": "monto"},
                {"type": "text", "text": "hoy", "parameter_name": "fecha"},
            ],
        },
        {
            "type": "button",
            "sub_type": "url",
            "index": "1",
            "parameters": [{"type": "text", "text": "abc"}],
        },
    )


def test_a_missing_value_is_named():
    with pytest.raises(DeskError, match="monto"):
        templates.components(REMINDER, {**VALUES, "body.monto": " "})


def test_a_value_stays_on_one_line():
    sent = templates.components(REMINDER, {**VALUES, "body.fecha": "uno\n\tdos     tres"})
    assert sent[1]["parameters"][1]["text"] == "uno dos tres"


def test_a_value_is_refused_and_never_cut():
    most = templates.LONGEST_VALUE
    spaced = {**VALUES, "body.fecha": "x" * most + "  "}
    sent = templates.components(REMINDER, spaced)
    assert sent[1]["parameters"][1]["text"] == "x" * most
    with pytest.raises(DeskError, match=str(most)):
        templates.components(REMINDER, {**VALUES, "body.fecha": "x" * (most + 1)})
    assert "x" * (most + 1) in templates.preview(REMINDER, {"body.fecha": "x" * (most + 1)})


def test_positional_samples_are_counted_from_one():
    body = {"type": "BODY", "text": "{{1}} y {{2}}", "example": {"body_text": [["a", "b"]]}}
    found = templates.variables(MessageTemplate(name="x", language="es", components=[body]))
    assert [one.sample for one in found] == ["a", "b"]


@pytest.mark.parametrize("header", ["IMAGE", "VIDEO", "DOCUMENT"])
def test_a_header_may_want_a_file(header):
    one = MessageTemplate(components=[{"type": "HEADER", "format": header}])
    assert templates.header_file(one) == header.lower()
    assert templates.header_file(REMINDER) == ""


@pytest.mark.parametrize("strange", [None, {}, [None, 1, {"type": 3}], [{"type": "BODY"}]])
def test_strange_components_do_no_harm(strange):
    one = MessageTemplate(name="x", language="es", components=strange)
    assert templates.variables(one) == []
    assert templates.preview(one) == ""
