from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0002_what_a_change_touched"),
    ]

    operations = [
        migrations.AddField(
            model_name="ticketmessage",
            name="form",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=40
            ),
        ),
        migrations.AddConstraint(
            model_name="ticketmessage",
            constraint=models.UniqueConstraint(
                condition=models.Q(("form", ""), _negated=True),
                fields=("ticket", "form"),
                name="ticket_form_sent_once",
            ),
        ),
    ]
