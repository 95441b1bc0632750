"""What is struck out of what is kept, for any words somebody may write."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.dialog.login.masking import (
    GIVEN,
    mask,
    mask_code,
    mask_payload,
    mask_told,
    secrets_of,
    secrets_told,
)
from chatbot.dialog.login.naming import names_document, names_somebody
from chatbot.intents.hearing.papers import find_papers
from chatbot.intents.hearing.words import plain

pytestmark = pytest.mark.once

documents = st.from_regex(r"[0-9]{8}", fullmatch=True)
years = st.integers(min_value=1920, max_value=2010).map(str)
between = st.sampled_from([" ", ", ", "-", " año ", " y naci en ", "\n", ": "])
before = st.sampled_from(["", "DNI ", "mi dni es ", "hola, soy Ana, "])


def spelled(document, dots):
    return f"{document[:2]}.{document[2:5]}.{document[5:]}" if dots else document


@settings(deadline=None)
@given(before, documents, between, years, st.booleans(), st.booleans())
def test_no_digit_of_a_document_or_a_year_stays(before, document, between, year, dots, turned):
    words = [spelled(document, dots), year]
    text = before + between.join(words[::-1] if turned else words)
    masked = mask(text)
    assert not any(sign.isdigit() for sign in masked)
    assert masked.startswith(before)
    payload = {"id": "wamid.1", "at": 1790000001, "text": {"body": text}, "list": [text, None]}
    kept = mask_payload(payload, secrets_of(text))
    assert (kept.pop("id"), kept.pop("at")) == ("wamid.1", 1790000001)
    # As it is: "•" escaped has digits of its own.
    shown = json.dumps(kept, ensure_ascii=False)
    assert year not in shown and document not in shown
    assert document[2:5] + "." not in shown


@settings(deadline=None)
@given(before, documents, between, years)
def test_what_another_event_repeats_of_it_is_found_without_being_told(
    before, document, between, year
):
    quoted = {"context": {"quoted": {"text": f"{before}{document}{between}{year}"}}}
    assert GIVEN.search(json.dumps(quoted))
    kept = json.dumps(mask_payload(quoted), ensure_ascii=False)
    assert document not in kept and year not in kept


def digits(least, most=None):
    return st.from_regex(rf"[0-9]{{{least},{most or least}}}", fullmatch=True)


def spaced(shape):
    """`shape` with its marks replaced: "12 345 678", "12-345-678", "12.345.678"."""
    marks = st.sampled_from(". -")
    return st.builds(lambda written, mark: written.replace("_", mark), shape, marks)


papers = st.one_of(
    st.builds("DNI {}".format, digits(8)),
    st.builds("{} es mi dni".format, digits(8)),
    st.builds("soy {}".format, digits(8)),
    spaced(st.from_regex(r"mi documento es [0-9]{2}_[0-9]{3}_[0-9]{3}", fullmatch=True)),
    spaced(st.from_regex(r"D\.N\.I\. [0-9]{4}_[0-9]{4}", fullmatch=True)),
    st.from_regex(r"dni [0-9]{2} [0-9]{2} [0-9]{2} [0-9]{2}", fullmatch=True),
    st.from_regex(r"RUC (10|20)[0-9]{9}", fullmatch=True),
    st.builds("C.E. {}".format, digits(9)),
    st.builds("pasaporte {}{}".format, st.sampled_from(["AB", "A", "PE", ""]), digits(7, 9)),
)
born = st.builds("{} {}".format, st.sampled_from(["nací en", "año", "del"]), years)
others = st.one_of(
    st.sampled_from(
        [
            "Desde 2024 me cobran de más",
            "saldo de 1.500.000 soles",
            "Llámenme al 987654321",
            "S/ 250",
            "el 03/02/2025",
            "P-000005",
            "mi celular 51 987 654 321",
            "operación 00123456",
            "12",
            "me deben 1500",
        ]
    ),
    digits(1, 12),
)


@settings(deadline=None)
@given(papers, born, st.lists(others, max_size=3), st.lists(others, max_size=3), st.data())
def test_whatever_numbers_stand_around_it_no_digit_of_who_they_are_stays(
    paper, year, before, behind, data
):
    them = data.draw(st.permutations([paper, year]))
    between = data.draw(st.sampled_from([", ", " ", "\n", ". ", " y "]))
    text = between.join([*before, *them, *behind])
    start = len(between.join([*before, ""]))
    end = start + len(between.join(them))
    assert names_somebody(text) or all(find_papers(plain(text), 2026))
    kept = mask_payload({"body": text, "at": "1790000001"}, secrets_told(text))
    assert kept["at"] == "1790000001"
    for masked in (mask_told(text), kept["body"]):
        assert len(masked) == len(text)
        assert not any(sign.isdigit() for sign in masked[start:end])


@pytest.mark.parametrize(
    "figure",
    [
        "S/ 250",
        "S/. 1,500.00",
        "US$ 99.90",
        "1.500.000 soles",
        *("R$ 150.000,00", "USD 150000", "U$S 1'500.00", "€ 500000", "150000 nuevos soles"),
        *("P000005", "préstamo N.º 000005"),
        "el 03/02/2025",
        "el 3-2-25",
        "2025-02-03",
        "el 3 de febrero de 2025",
        "15-ene-26",
        "P-000005",
        "T-12",
        "me deben 1500",
        "3 veces, 12 cuotas",
        "la 3ra cuota",
    ],
)
def test_figures_stay_beside_who_they_are(figure):
    assert mask_told(f"{figure}, soy DNI 12345678, nacido en 1990, {figure}") == (
        f"{figure}, soy DNI ••••••••, nacido en ••••, {figure}"
    )


@pytest.mark.parametrize(
    "birth",
    [
        *("17/05/1990", "17/5/90", "7-5-90", "1990-05-17", "12/03/45", "7-may-90"),
        *("17 de mayo del 90", "17 DE MAYO DE 1990", "el 17 mayo 1990", "１９９０"),
    ],
)
def test_a_day_of_birth_is_no_figure(birth):
    masked = mask_told(f"Soy de ese día: {birth}. DNI 12345678, desde 2019")
    assert not any(sign.isdigit() for sign in masked)


@pytest.mark.parametrize(
    "words",
    [
        "Deposité en el Banco de la Nación, operación 00123456, 20 de noviembre de 2026",
        "Quiero visitar la casa, mi celular es 987654321. ¿El documento de propiedad es del 2019?",
        "presupuesto 1500 - 1800, 2000 máximo",
        "presupuesto 1500 – 1800, 2000 máximo",
        "Llámame al 987654321, 2026",
        "mi id es para la operación 00123456 de 2024",
    ],
)
def test_numbers_of_who_does_not_say_who_they_are_stay(words):
    assert not names_somebody(words)


@pytest.mark.parametrize(
    "words",
    [
        "mi documento de identidad es el 12345678 y nací en 1990",
        "12345678 es mi DNI, del año 1990",
        "nacido el 17/05/1990, 12345678",
        "12345678 1990",
        "D.N.I. 1234 2020, del 1990, mi celular 51 987 654 321",
        "DNI 12,345,678, nacido en 1990",
        "mi documento es 1234\n5678, del 17 de mayo del 90",
        "12345678, nacida el 17/05/90",
        "pasaporte AB-123456, 17-may-90",
        "soy 12–345–678, nací en 1990",
        "１２３４５６７８ １９９０",
    ],
)
def test_who_says_who_they_are_is_heard_among_other_words(words):
    assert names_somebody(words)


SPELLED = (
    *("12345678", "12,345,678", "1234/5678", "1234\n5678", "12‑345‑678", "12\u200b345678"),
    *("１２３４５６７８", "①②③④⑤⑥⑦⑧", "1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣", "AB-123456", "XDB 123456", "1 2 3 4 5 6 7 8"),
)


@pytest.mark.parametrize(
    "words",
    [
        "mi DNI es {}",
        "mi documento de identidad: {}",
        "carné de extranjería N.º {}",
        "{} es mi dni",
        "meu CPF é {}",
        "my passport is {}",
        "x " * 400 + "mi dni es {}, " + "x " * 400,
    ],
)
def test_a_document_is_heard_and_masked_however_it_is_written(words):
    for paper in SPELLED:
        text = words.format(paper)
        assert names_document(text), text
        kept = mask_payload({"body": text}, secrets_told(text))["body"]
        for masked in (mask(text), mask_told(text), kept):
            assert not any(sign.isdigit() for sign in masked), masked


@pytest.mark.parametrize(
    "words",
    [
        "Mi reclamo: *DNI:* *12345678*, me cobraron doble",
        "reclamo dni_12345678",
        "Ana Prueba, 12345678 (DNI), reclama el cobro",
        "el DNI de mi esposa es 12345678, no puede entrar",
        "dni de mi mamá Rosa Prueba: 12345678, no puede entrar",
        "pasaporte peruano 123456789, me cobraron doble",
        "soy Ana Prueba 12345678, me cobraron de más",
        "Soy Ana María de la Cruz, 12.345.678, me cobraron de más",
        "me llamo Ana Prueba, 12345678, y quiero reclamar",
        "meu nome é Ana Prueba 12345678",
        "12345678, dni. Quiero mi saldo",
        "mi DNI, por si acaso, 12345678, cuánto debo?",
        "12345678 es el dni de mi esposa, cuánto debe?",
        "12345678 é o cpf de minha esposa",
        "documento de mi esposa: 12345678, cuánto debe?",
        "el préstamo está a nombre de Ana Prueba 12345678",
        *("a nombre de Juan Pérez 12345678", "la deuda está a nombre de Ana Prueba 12345678"),
        "mi deuda está a nombre de mi esposo Juan Pérez 12345678",
        "el préstamo lo sacamos a nombre de Juan Pérez, 12345678",
        "pagué el préstamo que figura a nombre de Juan Pérez 12345678",
        "agende la visita a nombre de Juan Pérez 12345678",
        "quiero el estado de cuenta a nombre de Juan Pérez 12345678",
        "soy Ana Prueba, quiero un préstamo, 12345678",
        "soy Ana Prueba, tengo una consulta, 12345678",
        *("soy Ana, tengo una consulta 12345678", "soy Ana, busco casa en Lima 12345678"),
        "soy Ana quiero mi constancia porfa 12345678",
        "soy Ana necesito constancia por favor 12345678",
        *("soy el agente Luis Soto 12345678", "soy Luis Paz agente inmobiliario 12345678"),
        "la boleta a nombre de Ana Soto Paz, 12345678",
        "emitan la factura a nombre de Ana Soto, 12345678",
        "mi cuenta está a nombre de mi esposa Rosa Paz 12345678",
        "pagué la cuota a nombre de Luis Paz 12345678",
        "transferí a la cuenta a nombre de Luis Paz 12345678",
    ],
)
def test_a_document_is_heard_in_other_words_too(words):
    assert names_document(words)
    assert not any(sign.isdigit() for sign in mask_told(words))


@pytest.mark.parametrize(
    "words",
    [
        "soy Ana 987654321, llámenme por favor",
        "soy Luis 987 654 321, quiero mi devolución",
        "soy Ana, pagué con la operación 00123456",
        "soy Ana, mi celular es 98765432",
        "soy Ana de la cuenta 12345678",
        "la operación ID 12345678 no sale",
        "no llevo mi dni, la operación es 00123456",
        "con mi dni y la operación 00123456",
        "mi operación es 00123456",
        "pagué S/ 250 con el documento de la operación 00123456",
        "soy del 2015, P-000005",
        "el documento, 12/11/2026",
        "mi celular 987 654 321",
        "soy Ana, boleta 00123456",
        "soy Ana Prueba, comprobante 00123456",
        "soy de Lima, factura 12345678",
        "soy Ana, pagué con yape 00123456",
        "no tengo dni pero el comprobante es 00123456",
        "soy Ana, fecha 20261103",
        "soy Ana, llámenme al 45678901",
        *("soy Ana, constancia 12345678", "soy Ana tengo 25000000 para invertir"),
        *("soy Ana, préstamo 12345678", "soy Ana precio 10.000.000"),
        "soy Ana, tengo unos 25000000 para comprar",
        *("soy Ana, la constancia dice 12345678", "soy Ana agente BCP 12345678"),
        "soy Ana, mi préstamo es el 12345678",
        "soy Ana, mi fijo es 45678901",
        "deposité a nombre de Ventanilla SAC 12345678",
        "ya pagué, transferí a nombre de la empresa 19312345",
        "boleta a nombre de Juan Pérez, 00123456, no figura mi pago",
        "transferí a la cuenta a nombre de Juan Pérez, operación 19312345",
        "00123456 es el documento de pago",
        "documento de mi compra: 00123456, no sale",
        "la operación es 00123456, dni no llevo",
    ],
)
def test_other_numbers_are_no_document(words):
    assert not names_document(words)


@pytest.mark.parametrize(
    "words", ["dni 12345678 1990 " + "a" * 60_000, "dni 12345678 1990 " + "7 " * 30_000]
)
def test_a_very_long_text_is_masked_as_fast_as_a_short_one(words):
    """Minutes, if words or numbers were searched from each of their letters."""
    assert "12345678" not in mask_told(words) and "12345678" not in mask(words)
    many = "dni 12345678 1990 " + " ".join(map(str, range(10**7, 10**7 + 3_000)))
    assert "12345678" not in mask_payload({"text": many}, secrets_told(many))["text"]


@pytest.mark.parametrize("whole", ["{}\u0000", "cita: {}"])
def test_many_numbers_are_struck_out_at_once_where_the_text_is_not_found_as_it_was(whole):
    """Ten seconds, if each was looked for by itself."""
    numbers = [str(one) for one in range(1000, 63_000, 7)]
    secrets = secrets_told("dni 12345678 " + " ".join(numbers))
    repeated = whole.format(" ".join(["(12345678)", *reversed(numbers)]))
    before = time.process_time()
    kept = mask_payload({"id": "wamid.100", "text": repeated}, secrets)
    assert time.process_time() - before < 4
    assert kept["id"] == "wamid.100" and len(kept["text"]) == len(repeated)
    assert not any(sign.isdigit() for sign in kept["text"])


def test_a_short_answer_is_struck_out_only_where_it_is_all_that_is_said():
    payload = {"id": "wamid.22", "at": "2026-11-03T15:22:00Z", "text": {"body": " 22 "}}
    assert mask_payload(payload, secrets_of("22")) == payload | {"text": {"body": " •• "}}


@settings(deadline=None)
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


@settings(deadline=None)
@given(json_values, st.dictionaries(st.text(min_size=4, max_size=20), st.text(), max_size=3))
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
