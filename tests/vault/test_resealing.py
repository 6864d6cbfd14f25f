"""Values of an earlier suite stay readable, and are sealed anew by saving or by going through all of them."""

import pytest

from opennrm.vault import cipher, keys, rules
from opennrm.vault.models import Deployment, Key
from opennrm.vault.resealing import reseal, sealed_columns, waiting
from opennrm.vault.rules import CHACHA20_POLY1305, CURRENT_SUITE
from tests.vault.diary import CANARY, Page, a_page, a_writer, fresh, overwrite, raw

pytestmark = pytest.mark.both


@pytest.fixture
def earlier(diary, monkeypatch):
    """Seal as a version would that wrote the other suite."""

    def page(*arguments, **columns):
        real = cipher.encrypt.__kwdefaults__
        with monkeypatch.context() as patch:
            patch.setattr(cipher.encrypt, "__kwdefaults__", real | {"suite": CHACHA20_POLY1305})
            return a_page(*arguments, **columns)

    return page


def test_an_earlier_suite_is_read(earlier):
    page = earlier(marks={"a": [1]})

    assert raw(page)[0] == CHACHA20_POLY1305
    assert (fresh(page).words, fresh(page).marks) == (CANARY, {"a": [1]})


def test_saving_a_record_seals_it_with_todays_suite(earlier):
    page = fresh(earlier())
    page.save()

    assert raw(page)[0] == CURRENT_SUITE
    assert fresh(page).words == CANARY


def test_an_erased_record_of_an_earlier_suite_may_still_change(earlier):
    page = earlier()
    keys.destroy_key("ana")
    page = fresh(page)
    page.title = "coarse"
    page.save()

    assert fresh(page).title == "coarse"
    assert raw(page)[0] == CHACHA20_POLY1305


def test_reseal_goes_through_all_and_keeps_every_value(earlier):
    writer = a_writer()
    new = a_page(writer, "new")
    untouched = raw(new)
    old = [earlier(writer, f"old {n}", place="here", marks=[n]) for n in range(5)]
    told = []

    done = reseal(lambda *where: told.append(where), tables=[Page], batch=2)

    assert (done.count, done.erased, done.unreadable) == (15, 0, ())
    assert waiting([Page]) == 0
    assert raw(new) == untouched
    for n, page in enumerate(old):
        assert {raw(page, column)[0] for column in ("words", "place", "marks")} == {CURRENT_SUITE}
        assert (fresh(page).words, fresh(page).place, fresh(page).marks) == (f"old {n}", "here", [n])
        assert raw(page)[1:17] == raw(new)[1:17]
        assert len(raw(page)) == len(raw(new))
    assert ("vault_tests_page.words", 5, 5) in told
    assert reseal(tables=[Page]).count == 0


def test_reseal_leaves_the_erased_and_names_the_damaged(earlier):
    gone, damaged, unknown = earlier(a_writer("gone")), earlier(a_writer("ana")), earlier(a_writer("vera"))
    keys.destroy_key("gone")
    overwrite(damaged, raw(damaged)[:-1] + bytes([raw(damaged)[-1] ^ 1]))
    overwrite(unknown, b"\7" + raw(unknown)[1:])

    done = reseal(tables=[Page])

    assert (done.count, done.erased) == (0, 1)
    assert sorted(done.unreadable) == sorted(f"vault_tests_page.words, row {page.pk}" for page in (damaged, unknown))
    assert raw(gone)[0] == CHACHA20_POLY1305


def test_reseal_wraps_keys_of_an_earlier_suite_anew(earlier, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(cipher.encrypt, "__kwdefaults__", {"at_least": 0, "suite": CHACHA20_POLY1305})
        keys.new_key("ana")
    assert Key.objects.get(owner="ana").suite == CHACHA20_POLY1305
    before = keys.key_for("ana").for_purpose("test")

    assert reseal(tables=[], batch=1).keys == 1

    assert Key.objects.get(owner="ana").suite == CURRENT_SUITE
    assert keys.key_for("ana").for_purpose("test") == before
    assert Key.objects.get(owner="ana").deployment_key == Deployment.objects.get()


def test_every_sealed_column_of_the_house_is_found():
    found = {f"{model._meta.db_table}.{one.column}" for model, one in sealed_columns()}

    assert {"parties_identity.name", "parties_contactrule.never"} <= found
    assert len(found) > 40


def test_the_suites_are_those_that_the_cipher_knows():
    assert set(rules.SUITES) == set(cipher._AEADS)
