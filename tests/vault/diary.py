"""Two tables with sealed columns, for tests only: no migration makes them and no app lists them."""

from uuid import uuid4

from django.db import connection, models

from opennrm.vault.fields import SealedJSON, SealedText

CANARY = "Zlatokosa Kanarinković"


class Writer(models.Model):
    code = models.CharField(max_length=20)

    class Meta:
        app_label = "vault_tests"


class Page(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    writer = models.ForeignKey(Writer, models.CASCADE)
    words = SealedText(owner="writer.code", holds="own_submissions", at_least=256)
    place = SealedText(owner="writer.code", holds="own_submissions", null=True)
    marks = SealedJSON(owner="writer.code", holds="own_submissions", null=True)
    title = models.CharField(max_length=40, default="")

    class Meta:
        app_label = "vault_tests"


def a_writer(code="ana"):
    from opennrm.vault.keys import new_key

    new_key(code)
    return Writer.objects.create(code=code)


def a_page(writer=None, words=CANARY, **columns):
    return Page.objects.create(writer=writer or a_writer(), words=words, **columns)


def make_tables():
    with connection.schema_editor() as editor:
        editor.create_model(Writer)
        editor.create_model(Page)


def raw(page, column="words"):
    """The bytes of a column as they lie in the database."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM vault_tests_page WHERE id = %s", [_key(page)])
        return bytes(cursor.fetchone()[0])


def overwrite(page, blob, column="words"):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE vault_tests_page SET {column} = %s WHERE id = %s", [blob, _key(page)])


def fresh(page):
    return Page.objects.get(pk=page.pk)


def _key(page):
    return page.pk.hex if connection.vendor == "sqlite" else page.pk
