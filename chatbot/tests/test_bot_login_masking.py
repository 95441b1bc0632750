"""What is struck out of what is kept, for any words somebody may write."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.dialog.login.masking import GIVEN, mask, mask_code, mask_payload, secrets_of

pytestmark = pytest.mark.once

documents = st.from_regex(r"[0-9]{8}", fullmatch=True)
years = st.integers(min_value=1920, max_value=2010).map(str)
between = st.sampled_from([" ", ", ", "-", " año ", " y naci en ", "\n", ": "])
before = st.sampled_from(["", "DNI ", "mi dni es ", "hola, soy Ana, "])


def spelled(document, dots):
    return f"{document[:2]}.{document[2:5]}.{document[5:]}" if dots else document


@given(before, documents, between, years, st.booleans(), st.booleans())
def test_no_digit_of_a_document_or_a_year_stays(before, document, between, year, dots, turned):
    words = [spelled(document, dots), year]
    text = before + between.join(words[::-1] if turned else words)
    masked = mask(text)
    assert not any(sign.isdigit() for sign in masked)
    assert masked.startswith(before)
    payload = {"id": "wamid.1", "at": 1790000001, "text": {"body": text}, "list": [text, None]}
    kept = mask_payload(payload, secrets_of(text))
    assert (kept["id"], kept["at"]) == ("wamid.1", 1790000001)
    # As it is: "•" escaped has digits of its own.
    shown = json.dumps(kept, ensure_ascii=False)
    assert year not in shown and document not in shown
    assert document[2:5] + "." not in shown


@given(before, documents, between, years)
def test_what_another_event_repeats_of_it_is_found_without_being_told(
    before, document, between, year
):
    quoted = {"context": {"quoted": {"text": f"{before}{document}{between}{year}"}}}
    assert GIVEN.search(json.dumps(quoted))
    kept = json.dumps(mask_payload(quoted), ensure_ascii=False)
    assert document not in kept and year not in kept


@given(st.text(max_size=200))
def test_any_text_can_be_masked_and_what_has_no_digit_stays(text):
    masked = mask(text)
    assert len(masked) == len(text)
    if not any(sign.isdigit() for sign in text):
        assert masked == text


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)


@given(json_values, st.lists(st.text(min_size=4, max_size=20), max_size=3))
def test_a_masked_element_keeps_its_shape(payload, secrets):
    def shape(value):
        if isinstance(value, dict):
            return {key: shape(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [shape(inner) for inner in value]
        return "" if isinstance(value, str) else value

    assert shape(mask_payload(payload, secrets)) == shape(payload)


def test_a_code_is_struck_out_and_other_numbers_stay():
    assert mask_code("Tu código es *482913*. Vence en 5 minutos.") == (
        "Tu código es *••••••*. Vence en 5 minutos."
    )
