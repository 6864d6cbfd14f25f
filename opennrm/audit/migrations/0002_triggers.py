"""From here on the database itself refuses to change or remove an entry or a checkpoint."""

from django.db import migrations

from opennrm.audit.triggers import install, remove


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_trail")]
    operations = [migrations.RunPython(install, remove)]
