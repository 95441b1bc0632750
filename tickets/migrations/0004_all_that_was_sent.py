from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0003_forms_are_sent_once"),
    ]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="form",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=40
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.UniqueConstraint(
                condition=models.Q(("form", ""), _negated=True),
                fields=("contact", "form"),
                name="ticket_made_once_by_form",
            ),
        ),
        migrations.AddField(
            model_name="ticketmessage",
            name="sent",
            field=models.ManyToManyField(
                editable=False, related_name="+", to="conversations.message"
            ),
        ),
        # Of what went out before only the last message is known.
        migrations.RunSQL(
            "INSERT INTO tickets_ticketmessage_sent (ticketmessage_id, message_id)"
            " SELECT id, message_id FROM tickets_ticketmessage"
            " WHERE kind IN ('public', 'notice') AND message_id IS NOT NULL",
            migrations.RunSQL.noop,
        ),
    ]
