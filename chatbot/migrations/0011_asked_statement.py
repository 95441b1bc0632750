import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chatbot", "0010_reply_wording"),
        ("conversations", "0010_sender_address"),
        ("partners", "0006_form_tokens"),
    ]

    operations = [
        migrations.CreateModel(
            name="AskedStatement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "asking",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="asked_statement",
                        to="conversations.message",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="asked_statements",
                        to="partners.partner",
                    ),
                ),
            ],
            options={
                "verbose_name": "asked statement",
                "verbose_name_plural": "asked statements",
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("settled_at__isnull", True)),
                        fields=["due_at"],
                        name="statement_due",
                    )
                ],
            },
        ),
    ]
