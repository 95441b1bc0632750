import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0010_sender_address"),
        ("partners", "0007_partner_words"),
    ]

    operations = [
        migrations.AddField(
            model_name="receipt",
            name="conversation",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="receipts",
                to="conversations.conversation",
            ),
        ),
    ]
