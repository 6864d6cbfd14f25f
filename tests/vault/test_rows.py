"""Rows written in short SQL are what the ORM would have written."""

import pytest
from django.db import IntegrityError

from opennrm.access.models import Agency, Grant, GrantedClass, Receipt
from opennrm.parties.models import Identity
from opennrm.vault.rows import delete, insert, update
from tests.factories import a_screening, staff

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def a_receipt(key, subject="x"):
    return Receipt(device="a device", key=key, digest="d", subject=subject)


def test_insert_writes_every_column_and_says_the_keys_that_the_database_counted():
    made = insert(a_receipt(key) for key in ("one", "two"))

    found = {one.pk: one for one in Receipt.objects.all()}
    assert [found[one.pk].key for one in made] == ["one", "two"]
    assert found[made[0].pk].received_at == made[0].received_at
    assert not made[0]._state.adding


def test_insert_of_nothing_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert insert([]) == []


def test_insert_seals_what_is_sealed():
    person = a_screening(staff("labour_inspector", "i")).person

    insert([Identity(person=person, name="Primer Primerović")])

    assert Identity.objects.get(person=person).name == "Primer Primerović"
    assert "Primer" not in repr(Identity.objects.filter(person=person).values_list())


def test_insert_leaves_out_what_is_there_only_where_it_is_told_to():
    insert([a_receipt("one", "first")])

    insert([a_receipt("one", "second"), a_receipt("two")], unless_there=True)

    assert dict(Receipt.objects.values_list("key", "subject")) == {"one": "first", "two": "x"}
    with pytest.raises(IntegrityError):
        insert([a_receipt("one", "third")])


def test_update_writes_the_named_fields_and_no_others():
    agency = Agency.objects.create(kind="centre", name="A")
    agency.name, agency.place = "B", "Bor"

    update(agency, ["name"])
    update(agency, [])

    agency.refresh_from_db()
    assert (agency.name, agency.place) == ("B", "")


def test_update_says_that_the_row_is_gone():
    agency = Agency.objects.create(kind="centre")
    Agency.objects.filter(pk=agency.pk).delete()

    with pytest.raises(Agency.DoesNotExist):
        update(agency, ["name"])


def test_delete_removes_the_rows_of_one_owner():
    account = staff("labour_inspector", "i")
    mine, other = (
        Grant.objects.create(file_code=code, account=account, purpose="case", given_by="system") for code in "ab"
    )
    insert(GrantedClass(grant=grant, data_class="x") for grant in (mine, other))

    delete(GrantedClass, "grant", mine)

    assert [one.grant_id for one in GrantedClass.objects.all()] == [other.pk]
