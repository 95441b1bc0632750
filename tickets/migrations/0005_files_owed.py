from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0004_all_that_was_sent"),
    ]

    operations = [
        migrations.AddField(
            model_name="ticketmessage",
            name="files_owed_since",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="ticketmessage",
            index=models.Index(
                condition=models.Q(("files_owed_since__isnull", False)),
                fields=["files_owed_since"],
                name="ticket_files_owed",
            ),
        ),
    ]
