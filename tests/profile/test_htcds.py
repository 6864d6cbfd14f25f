"""The table of the exchange standard: complete, without contradictions, and tied to signs that exist."""

from opennrm.profile.htcds import htcds
from opennrm.profile.loading import country_folder, load

HOLDS = {
    "text", "long_text", "code", "codes", "date", "number", "yes_no", "telephone", "organisation", "staff", "nothing",
}  # fmt: skip


def test_every_field_of_the_standard_is_there_once_and_says_what_it_holds():
    fields = htcds().fields

    assert len(fields) == 84
    assert {field.holds for field in fields.values()} <= HOLDS
    assert [
        name
        for name, field in fields.items()
        if field.holds in {"code", "codes"} and not (field.codes or field.coded_by)
    ] == []


def test_other_names_and_codes_lead_to_those_of_the_standard():
    standard = htcds()

    assert set(standard.other_fields.values()) <= set(standard.fields)
    assert standard.other_fields.keys().isdisjoint(standard.fields)
    for (field, written), meant in standard.other_codes.items():
        assert meant in standard.codes(field)
        assert written not in standard.codes(field)
    assert all(standard.fields[name].is_retired for name in standard.retired)
    assert {field.name for field in standard.fields.values() if field.is_retired} == set(standard.retired)


def test_restriction_of_movement_is_a_code_although_the_pick_list_lacks_it():
    assert "RestrictsMovement" not in htcds().fields["vic_MethodsOfControl"].codes
    assert "RestrictsMovement" in htcds().codes("vic_MethodsOfControl")


def test_every_sign_that_says_a_code_is_on_a_list_and_every_code_it_says_exists():
    standard = htcds()
    profile = load(country_folder("rs"))
    known = {i.id for used in profile.all_indicator_sets for i in used.indicators}
    parts = {name.rpartition("-")[2] for name in known if name.startswith("DEL-")}

    for field, signs in standard.signs.items():
        assert set(signs.values()) <= set(standard.codes(field))
        assert set(signs) <= known | parts
    for field, answers in standard.answers.items():
        assert set(answers) <= set(standard.codes(field))
        assert set(answers.values()) <= known


def test_said_by_finds_a_sign_of_any_list_and_none_that_says_more():
    assert htcds().said_by("DEL-CS-D5-COE_DOCS") == ("vic_MethodsOfControl", "WithholdsDocuments")
    assert htcds().said_by("ILO11-07") == ("vic_MethodsOfControl", "WithholdsDocuments")
    assert htcds().said_by("ILO11-06") is None
