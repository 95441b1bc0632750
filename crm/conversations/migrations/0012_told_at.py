from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0011_handing_over"),
    ]

    operations = [
        migrations.AddField(
            model_name="channel",
            name="told_at",
            field=models.JSONField(blank=True, db_default={}, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="messagetemplate",
            name="status_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
