from django.db import migrations

import crm.fields

SUMS = [
    migrations.AlterField(
        "portfolioshare",
        "principal",
        crm.fields.MoneySumField(default=0, verbose_name="outstanding principal"),
    ),
    migrations.AlterField(
        "portfolioshare",
        "late",
        crm.fields.MoneySumField(default=0, verbose_name="principal of late loans"),
    ),
    migrations.AlterField(
        "portfolioshare",
        "par_30",
        crm.fields.MoneySumField(default=0),
    ),
    migrations.AlterField(
        "portfolioshare",
        "par_90",
        crm.fields.MoneySumField(default=0),
    ),
    migrations.AlterField(
        "portfolioshare",
        "due_week",
        crm.fields.MoneySumField(default=0, verbose_name="due this week"),
    ),
    migrations.AlterField(
        "portfolioshare",
        "open_week",
        crm.fields.MoneySumField(default=0, verbose_name="still to be paid of it"),
    ),
    migrations.AlterField(
        "portfolioshare",
        "due_month",
        crm.fields.MoneySumField(default=0, verbose_name="due this month so far"),
    ),
    migrations.AlterField(
        "portfolioshare",
        "collected",
        crm.fields.MoneySumField(default=0, verbose_name="collected this month"),
    ),
]


class Migration(migrations.Migration):
    """Larger sums are allowed; the columns are the same integers."""

    dependencies = [("partners", "0008_receipt_conversation")]

    operations = [migrations.SeparateDatabaseAndState(state_operations=SUMS)]
