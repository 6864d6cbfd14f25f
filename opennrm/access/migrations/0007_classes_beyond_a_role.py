"""A class of data that was opened to somebody although the role does not include it."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column."""

    dependencies: ClassVar = [("access", "0006_lifted_blocks")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="grantedclass",
            name="is_beyond",
            field=models.BooleanField(default=False),
        ),
    ]
