"""What a ticket is about, guessed from its words; a colleague puts it right."""

from __future__ import annotations

import unicodedata

from tickets.models import Category

# Beginnings of words, without accents; the first kind of which one stands there is it.
WORDS: tuple[tuple[Category, tuple[str, ...]], ...] = (
    (
        Category.COMPLAINT,
        ("reclam", "quej", "denunci", "maltrat", "estaf", "complain", "reclama", "queix"),
    ),
    (
        Category.PAYMENT,
        (
            "pago", "pagu", "pagar", "pague", "abono", "abone", "deposit", "transfer", "yape",
            "plin", "voucher", "comprobante", "boleta", "recib", "cobr", "pagament", "payment",
            "paid", "pix",
        ),
    ),
    (
        Category.LOAN,
        (
            "prestamo", "credito", "cuota", "saldo", "deuda", "mora", "interes", "cronograma",
            "refinanci", "desembols", "loan", "emprestimo", "parcela", "divida", "juros",
        ),
    ),
    (
        Category.DATA,
        (
            "dato", "telefono", "celular", "correo", "email", "direccion", "dni", "documento",
            "apellido", "nombre", "telefone", "endereco", "address", "phone",
        ),
    ),
    (
        Category.PROPERTY,
        (
            "propiedad", "departamento", "depa", "casa", "terreno", "alquiler", "inmueble",
            "visita", "imovel", "apartamento", "property", "rent",
        ),
    ),
)  # fmt: skip


def guess(text: str) -> Category:
    words = plain(text).split()
    for category, beginnings in WORDS:
        if any(word.startswith(beginnings) for word in words):
            return category
    return Category.OTHER


def plain(text: str) -> str:
    """Lower case, without accents, anything but letters and digits a space."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign if sign.isalnum() else " " for sign in bare if not _is_accent(sign))


def _is_accent(sign: str) -> bool:
    return unicodedata.category(sign) == "Mn"
