import copy
import pickle
import traceback
from uuid import uuid4

import pytest
from django.core import serializers
from django.core.exceptions import FieldError
from django.db import connection, models, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opennrm.vault import keys
from opennrm.vault.fields import Opened, Sealed, SealedJSON, SealedText
from opennrm.vault.rules import Erased, Unreadable, VaultProblem
from tests.vault.diary import CANARY, Page, Writer, a_page, a_writer, fresh, overwrite, raw

both = pytest.mark.both

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet=st.characters(), max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@both
def test_a_value_comes_back_as_it_was(diary):
    page = a_page(place="улица 1", marks={"seen": [1, None, "č"]})

    back = fresh(page)

    assert (back.words, back.place, back.marks) == (CANARY, "улица 1", {"seen": [1, None, "č"]})
    assert fresh(a_page(a_writer("vera"))).place is None


@both
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(alphabet=st.characters(), max_size=300), marks=JSON)
def test_any_text_and_any_json_come_back(diary, words, marks):
    writer = Writer.objects.first() or a_writer()
    page = a_page(writer, words, marks=marks)

    back = fresh(page)

    assert (back.words, back.marks) == (words, marks)


@both
def test_half_a_character_from_a_broken_phone_is_kept(diary):
    page = a_page(words="a\ud83d\x00", marks=["\ud83d"])

    assert (fresh(page).words, fresh(page).marks) == ("a\ud83d\x00", ["\ud83d"])


@both
def test_the_column_holds_suite_and_key_id_and_nothing_to_read(diary):
    page = a_page()

    blob = raw(page)

    assert blob[0] == 1
    assert blob[1:17] == keys.key_for("ana").id.bytes
    assert CANARY.encode() not in blob


@both
def test_lengths_tell_nothing_below_the_least(diary):
    writer = a_writer()
    pages = [a_page(writer, words) for words in ("", "не", "x" * 250)]

    assert len({len(raw(page)) for page in pages}) == 1


@both
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.integers(0, 10**6))
def test_a_flipped_bit_is_noticed(diary, where):
    writer = Writer.objects.first() or a_writer()
    page = a_page(writer)
    blob = bytearray(raw(page))
    blob[where // 8 % len(blob)] ^= 1 << where % 8
    overwrite(page, bytes(blob))

    with pytest.raises(Unreadable):
        _ = fresh(page).words


@both
@pytest.mark.parametrize("kept", [0, 1, 17, 29, 45, 100, -1])
def test_a_cut_value_is_noticed(diary, kept):
    page = a_page()
    overwrite(page, raw(page)[:kept])

    with pytest.raises(Unreadable):
        _ = fresh(page).words


@both
def test_values_swapped_between_rows_or_columns_are_noticed(diary):
    writer = a_writer()
    one, other = a_page(writer, "one", place="here"), a_page(writer, "other", place="there")
    overwrite(other, raw(one))
    overwrite(one, raw(one, "place"))

    with pytest.raises(Unreadable, match="was not sealed"):
        _ = fresh(other).words
    with pytest.raises(Unreadable, match="was not sealed"):
        _ = fresh(one).words
    assert fresh(one).place == "here"


@both
def test_a_column_cannot_be_opened_with_the_key_of_another_person(diary):
    ana, vera = a_page(a_writer("ana"), "ana"), a_page(a_writer("vera"), "vera")
    overwrite(ana, raw(vera)[:17] + raw(ana)[17:])

    with pytest.raises(Unreadable):
        _ = fresh(ana).words


@both
def test_an_erased_person_cannot_be_read_and_the_others_can(diary):
    ana, vera = a_page(a_writer("ana"), "ana"), a_page(a_writer("vera"), "vera")

    keys.destroy_key("ana")

    with pytest.raises(Erased):
        _ = fresh(ana).words
    assert fresh(vera).words == "vera"


@both
def test_the_rest_of_an_erased_record_may_still_change(diary):
    page = a_page(place="here")
    keys.destroy_key("ana")

    erased = fresh(page)
    erased.title = "coarse"
    erased.place = None
    erased.save()

    assert fresh(page).title == "coarse"
    assert fresh(page).place is None
    page.title = "still in memory"
    page.save()
    erased.words = "new words"
    with pytest.raises(Erased):
        erased.save()


def test_nothing_is_sealed_without_a_key(diary):
    with pytest.raises(VaultProblem, match="no key"):
        a_page(Writer.objects.create(code="keyless"))


def test_reading_a_record_opens_nothing(diary):
    page = fresh(a_page())

    assert isinstance(vars(page)["words"], Sealed)
    assert isinstance(Page.objects.values_list("words", flat=True).get(), Sealed)
    assert page.words == CANARY
    assert isinstance(vars(page)["words"], Opened)


def test_saving_writes_the_same_bytes_for_what_did_not_change(diary):
    page = a_page(marks=[1])
    before = raw(page), raw(page, "marks")

    unread = fresh(page)
    unread.save()
    read = fresh(page)
    assert (read.words, read.marks) == (CANARY, [1])
    read.save()
    page.save()

    assert (raw(page), raw(page, "marks")) == before


def test_saving_seals_what_was_changed_even_in_place(diary):
    page = a_page(marks={"a": 1})
    before = raw(page), raw(page, "marks")

    page.words = "other"
    page.marks["b"] = 2
    page.save()

    assert (fresh(page).words, fresh(page).marks) == ("other", {"a": 1, "b": 2})
    assert raw(page) != before[0]
    assert raw(page, "marks") != before[1]


def test_a_record_that_goes_to_another_person_is_sealed_with_her_key(diary):
    page = fresh(a_page())
    page.writer = a_writer("vera")
    page.save()

    assert raw(page)[1:17] == keys.key_for("vera").id.bytes
    assert fresh(page).words == CANARY


def test_a_copied_record_is_sealed_for_its_own_row(diary):
    page = fresh(a_page())
    assert page.words == CANARY
    page.pk = uuid4()
    page._state.adding = True
    page.save()

    assert fresh(page).words == CANARY


def test_a_copy_of_what_was_never_opened_is_refused(diary):
    page = fresh(a_page())
    page.pk = uuid4()
    page._state.adding = True

    with pytest.raises(Unreadable):
        page.save()


def test_a_record_gets_its_id_before_it_is_sealed(diary):
    page = Page(id=None, writer=a_writer(), words="x")
    page.save()
    as_text = a_page(page.writer, "y", id=str(uuid4()))

    assert fresh(page).words == "x"
    assert fresh(as_text).words == "y"


def test_bulk_create_seals(diary):
    writer = a_writer()
    pages = Page.objects.bulk_create([Page(writer=writer, words=f"page {n}") for n in range(3)])

    assert [fresh(page).words for page in pages] == ["page 0", "page 1", "page 2"]


def test_a_deferred_column_is_read_when_it_is_asked_for(diary):
    page = Page.objects.defer("words").get(pk=a_page().pk)

    assert "words" not in vars(page)
    assert page.words == CANARY


def test_refresh_from_db_gives_the_new_value(diary):
    page = a_page()
    Page.objects.get(pk=page.pk)
    other = fresh(page)
    other.words = "newer"
    other.save()

    page.refresh_from_db()

    assert page.words == "newer"


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: Page.objects.filter(words=CANARY),
        lambda: Page.objects.filter(words__contains=CANARY),
        lambda: Page.objects.filter(marks__name=CANARY),
        lambda: Page.objects.update(words=CANARY),
        lambda: Page.objects.bulk_update([a_page()], ["words"]),
        lambda: serializers.serialize("json", [a_page()]),
        lambda: pickle.dumps(a_page()),
    ],
    ids=["filter", "contains", "json path", "update", "bulk_update", "dump", "pickle"],
)
def test_what_would_betray_or_lose_a_value_is_refused(diary, attempt):
    with pytest.raises((FieldError, VaultProblem, TypeError)) as refused:
        attempt()
    assert CANARY not in str(refused.value)


def test_whether_a_column_is_empty_can_be_asked(diary):
    a_page()

    assert Page.objects.filter(place__isnull=True).count() == 1
    assert Page.objects.filter(words__isnull=True).count() == 0


def test_no_repr_shows_the_value(diary):
    page = a_page()
    read = fresh(page)
    assert read.words == CANARY

    shown = [repr(page), repr(vars(page)), repr(vars(read)), repr(fresh(page).__dict__), repr(keys.key_for("ana"))]
    shown += [repr(Page.objects.values()), str(connection.queries_log)]

    assert not [text for text in shown if CANARY in text]
    assert copy.deepcopy(vars(read)["words"]).value == CANARY


@both
@pytest.mark.parametrize("fault", ["erased", "tampered"])
def test_no_exception_and_no_frame_of_the_vault_shows_the_value(diary, fault):
    page = a_page()
    if fault == "erased":
        page.words = CANARY + "!"
        keys.destroy_key("ana")
    else:
        overwrite(page, raw(page)[:-1] + b"?")

    with pytest.raises(VaultProblem) as refused:
        page.save() if fault == "erased" else fresh(page).words

    frames = [frame for frame, _ in traceback.walk_tb(refused.value.__traceback__)]
    ours = [
        frame for frame in frames if "vault" in frame.f_globals["__name__"] and "tests" not in frame.f_code.co_filename
    ]
    assert len(ours) >= 2
    assert not [frame for frame in ours if CANARY in repr(frame.f_locals)]
    assert CANARY not in str(refused.value)
    assert refused.value.__context__ is None or refused.value.__suppress_context__


def test_a_null_in_a_sealed_column_stays_null(diary):
    page = a_page(place=None)

    assert Page.objects.filter(pk=page.pk, place__isnull=True).exists()
    assert fresh(page).place is None


@pytest.mark.parametrize("kind", [SealedText, SealedJSON])
def test_migrations_can_write_the_field(kind):
    field = kind(owner="person.code", at_least=1024, null=True, blank=True)
    field.set_attributes_from_name("words")

    _, path, arguments, options = field.deconstruct()

    assert path == f"opennrm.vault.fields.{kind.__name__}"
    assert (options["owner"], options["at_least"], arguments) == ("person.code", 1024, [])
    assert "at_least" not in kind(owner="code").deconstruct()[3]
    assert kind(*arguments, **options).deconstruct()[3] == options


def test_forms_do_not_take_a_sealed_field_by_themselves():
    assert Page._meta.get_field("words").formfield() is None
    assert Page._meta.get_field("words").get_transform("lower") is None


def test_check_finds_a_model_that_cannot_bind_or_name_an_owner():
    class Wrong(models.Model):
        words = SealedText(owner="nobody")

        class Meta:
            app_label = "vault_tests"

    problems = {problem.id for problem in Wrong._meta.get_field("words").check()}

    assert problems == {"vault.E001", "vault.E002", "vault.E003"}


@pytest.mark.parametrize(("holds", "is_wrong"), [("", True), (".kind", True), (".marks", False), ("some_class", False)])
def test_check_finds_a_column_without_a_class_of_data(holds, is_wrong):
    class Held(models.Model):
        id = models.UUIDField(primary_key=True)
        marks = models.CharField(max_length=20)
        words = SealedText(owner="marks", holds=holds)

        class Meta:
            app_label = f"vault_held_{abs(hash(holds))}"

    problems = {problem.id for problem in Held._meta.get_field("words").check()}

    assert problems == ({"vault.E003"} if is_wrong else set())
    assert Page._meta.get_field("words").check() == []


@both
def test_a_record_whose_first_save_was_rolled_back_is_sealed_anew(own_diary):
    page = Page(words=CANARY)
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012 - all of it is rolled back
        page.writer = a_writer()
        page.save()
        raise ZeroDivisionError
    page.writer = a_writer()
    page._state.adding = True
    page.save()
    keys.forget()

    assert fresh(page).words == CANARY
