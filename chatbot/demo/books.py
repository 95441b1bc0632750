"""Taking the demo's partners away: their loans, payments and receipts, and what the log says."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from functools import partial
from typing import cast

from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import ManyToOneRel, ProtectedError, Q, QuerySet

from chatbot.demo.complaints import remove_tickets
from chatbot.demo.lending import OPTIONS, PRODUCTS
from chatbot.demo.members import PEOPLE
from crm.audit.models import AuditEntry
from crm.imports.models import Import
from crm.people.models import Contact, User
from partners.models import Charge, Loan, LoanProduct, Partner, Payment, PaymentOption, Receipt


def partners_of(people: QuerySet[Contact]) -> QuerySet[Partner]:
    """The demo's partners: of these people, or still as they were seeded."""
    seeded = Q(pk__in=[])
    for person in PEOPLE:
        seeded |= Q(
            number=person.number,
            contact__name=person.name,
            contact__document_number=person.document,
        )
    return Partner.objects.filter(Q(contact__in=people.values("pk")) | seeded)


def loans_of(people: QuerySet[Contact]) -> QuerySet[Loan]:
    return Loan.objects.filter(partner__in=partners_of(people).values("pk"))


def remove_books(people: QuerySet[Contact]) -> None:
    """In the order in which one row holds another; the people themselves stay for now."""
    partners = list(partners_of(people))
    contacts = [*people.values_list("pk", flat=True), *(one.contact_id for one in partners)]
    loans = list(Loan.objects.filter(partner__in=partners))
    receipts = Receipt.objects.filter(partner__in=partners)
    payments = Payment.objects.filter(loan__in=loans)
    products = LoanProduct.objects.filter(_as_seeded(PRODUCTS, "code", "name"))
    options = PaymentOption.objects.filter(_as_seeded(OPTIONS, "kind", "name", "number"))
    remove_tickets(people, partners)
    _forget(Contact, contacts)
    for rows in (receipts, payments, products, options):
        _forget(rows.model, rows.values_list("pk", flat=True))
    _forget(Loan, [one.pk for one in loans])
    _forget(Partner, [one.pk for one in partners])
    _drop_files_later(receipts)
    receipts.delete()
    payments.delete()
    Charge.objects.filter(loan__in=loans).delete()
    Loan.objects.filter(pk__in=[one.pk for one in loans]).delete()
    Partner.objects.filter(pk__in=[one.pk for one in partners]).delete()
    options.delete()
    for product in products:
        _remove_unless_used(product)


def let_go_of(colleagues: QuerySet[User]) -> None:
    """Nothing that stays is held by them; the log names in its words whom it no longer can link.
    Of what they imported the rows stay, and not the files."""
    _remove_imports(Import.objects.filter(by__in=colleagues))
    for user in colleagues:
        entries = AuditEntry.objects.filter(actor=user)
        for entry in entries:
            entry.reason = f"{user}: {entry.reason}".rstrip(": ")[:500]
        AuditEntry.objects.bulk_update(entries, ["reason"], batch_size=200)
    for relation in User._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ManyToOneRel) or relation.on_delete is not models.PROTECT:
            continue
        if relation.field.null:
            name = relation.field.name
            model = cast(type[models.Model], relation.related_model)
            model._base_manager.filter(**{f"{name}__in": colleagues}).update(**{name: None})


def _remove_imports(imports: QuerySet[Import]) -> None:
    for one in imports:
        transaction.on_commit(partial(shutil.rmtree, one.folder, ignore_errors=True))
    imports.delete()


def _as_seeded(rows: Iterable[dict[str, object]], *names: str) -> Q:
    seeded = Q(pk__in=[])
    for row in rows:
        seeded |= Q(**{name: row.get(name, "") for name in names})
    return seeded


def _forget(model: type[models.Model], keys: Iterable[int]) -> None:
    kind = ContentType.objects.get_for_model(model)
    AuditEntry.objects.filter(subject_type=kind, subject_id__in=list(keys)).delete()


def _remove_unless_used(product: LoanProduct) -> None:
    try:
        with transaction.atomic():
            product.delete()
    except ProtectedError:
        return


def _drop_files_later(receipts: QuerySet[Receipt]) -> None:
    names = [
        name
        for receipt in receipts
        for name in (receipt.file.name, *map(receipt.picture, receipt.pictures))
    ]

    def drop() -> None:
        for name in names:
            default_storage.delete(str(name))

    transaction.on_commit(drop)
