import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import crm.fields


class Migration(migrations.Migration):
    dependencies = [
        ("chatbot", "0007_login"),
        ("conversations", "0010_sender_address"),
        ("partners", "0006_form_tokens"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConfirmedReceipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", crm.fields.MoneyField(null=True, verbose_name="amount")),
                ("paid_on", models.DateField(null=True, verbose_name="paid on")),
                (
                    "confirmed_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="confirmed"
                    ),
                ),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "attachment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="confirmed_receipt",
                        to="conversations.attachment",
                    ),
                ),
                (
                    "loan",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="partners.loan",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="confirmed_receipts",
                        to="partners.partner",
                    ),
                ),
                (
                    "receipt",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="partners.receipt",
                    ),
                ),
            ],
            options={
                "verbose_name": "confirmed receipt",
                "verbose_name_plural": "confirmed receipts",
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("settled_at__isnull", True)),
                        fields=["due_at"],
                        name="confirmed_due",
                    ),
                ],
            },
        ),
    ]
