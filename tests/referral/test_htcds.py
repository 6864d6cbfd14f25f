"""Referrals as files of the HTCDS: out and in again the same, every quirk of the standard met, every fault named."""

import csv
import io
from datetime import date

import pytest
from openpyxl import Workbook, load_workbook

from opennrm.access.country import current_profile
from opennrm.audit.models import Entry
from opennrm.kernel.codes import Answer
from opennrm.kernel.errors import NotAllowed, SourceProblem
from opennrm.parties.models import Attributes
from opennrm.parties.queries import attributes
from opennrm.referral.actions import acknowledge
from opennrm.referral.htcds.actions import export_referrals, import_referrals, known_here
from opennrm.referral.htcds.files import as_csv, as_xlsx, read_table
from opennrm.referral.htcds.rules import columns, guarded, read
from opennrm.referral.models import Brought, Referral
from opennrm.referral.sending import Agreement, submit
from opennrm.screening.models import GivenAnswer, Screening
from tests.factories import a_letter, a_referral, a_screening

pytestmark = [pytest.mark.django_db, pytest.mark.both]

NAME = "Primer Thi Ogled"
LEAST = {"onrm_AgeBand": "adult", "con_Consent": "true", "vic_MethodsOfControl": "WithholdsDocuments"}


def table(*rows):
    names = list(dict.fromkeys(name for row in rows for name in row))
    return [names, *([row.get(name, "") for name in names] for row in rows)]


def taken(office, *rows):
    return import_referrals(table(*rows), by=office.inspector)[0]


def kept(**cells):
    """What is read of one row with these cells beside the least that a row needs."""
    sheet = read(table(LEAST | cells), known_here())
    assert sheet.faults == ()
    return sheet.rows[0].fields


def faults(office, *rows):
    with pytest.raises(SourceProblem) as refusal:
        taken(office, *rows)
    assert Screening.unscoped.count() == Referral.unscoped.count() == 0
    assert "Primer" not in str(refusal.value) + "".join(map(str, refusal.value.problems))
    return tuple(map(str, refusal.value.problems))


def exported(office, **how):
    for waiting in Referral.unscoped.filter(state="received"):
        acknowledge(waiting, by=office.duty)
    return export_referrals(by=office.duty, purpose="exchange", **how)


def saved(tmp_path, content, name="file.csv"):
    path = tmp_path / name
    path.write_bytes(content)
    return path


# --- the quirks of the standard, each by its name


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Threats", "PhysicalThreats"),
        ("ThreatOfLawEnforcement", "ThreatsLawEnforcement"),
        ("UsesChildren", "ThreatensChildrenFamily"),
    ],
)
def test_quirk_a_code_that_the_definitions_call_otherwise(written, meant):
    assert kept(vic_MethodsOfControl=f"{written}; DebtBondage")["vic_MethodsOfControl"].split("; ")[0] == meant


def test_quirk_restricts_movement_is_defined_and_missing_from_the_pick_list(office):
    (referral,) = taken(office, LEAST | {"vic_MethodsOfControl": "RestrictsMovement"})

    assert GivenAnswer.objects.get(screening=referral.screening).indicator == "ILO11-03"


def test_quirk_the_old_tick_box_of_consent_is_the_new_one():
    old = {"con_Consent": "", "vic_AgreementToManagePersonalData": "1"}

    assert kept(**old)["con_Consent"] == "true"


def test_quirk_both_boxes_of_consent_that_disagree_are_refused(office):
    found = faults(office, LEAST | {"vic_AgreementToManagePersonalData": "no"})

    assert [one.partition(":")[0] for one in found] == ["row 2, vic_AgreementToManagePersonalData"]


def test_quirk_retired_vulnerabilities_are_left_aside_by_name(office):
    row = LEAST | {"vic_Vulnerabilities": "Poverty", "vic_DetailsOfVulnerabilities": NAME}

    _, aside = import_referrals(table(row), by=office.inspector)

    assert [str(one).partition(":")[0] for one in aside] == ["vic_Vulnerabilities", "vic_DetailsOfVulnerabilities"]
    assert Brought.objects.select_related("referral").get().fields.keys().isdisjoint(row.keys() - LEAST.keys())


def test_quirk_a_field_without_type_is_left_aside_by_name(office):
    _, aside = import_referrals(table(LEAST | {"per_Organisation": NAME}), by=office.inspector)

    assert list(map(str, aside)) == ["per_Organisation: the standard gives it no type."]
    assert "per_Organisation" not in columns()


def test_quirk_citizenship_was_called_nationality():
    assert kept(prs_Nationality="rs; ba")["prs_Citizenship"] == "RS; BA"


def test_quirk_organisation_is_spelled_in_two_ways():
    assert kept(cas_ReferringOrganization="NGO Primer")["cas_ReferringOrganisation"] == "NGO Primer"


def test_quirk_languages_have_three_letters_or_two():
    row = kept(prs_PrimaryLanguage="vi", prs_SecondaryLanguage="ENG")

    assert (row["prs_PrimaryLanguage"], row["prs_SecondaryLanguage"]) == ("vi", "eng")


def test_quirk_a_country_is_a_code_in_one_place_and_a_text_in_another():
    row = kept(prs_MailingCountry="rs", hte_Country="Srbija", org_ShippingCountry="Serbia")

    assert (row["prs_MailingCountry"], row["hte_Country"]) == ("RS", "Srbija")


@pytest.mark.parametrize("written", ["F", "F43", "F_Construction", "F4390"])
def test_quirk_an_industry_may_stand_by_its_letter_or_a_finer_tier(written):
    assert kept(vic_ForcedLabourIndustry=written)["vic_ForcedLabourIndustry"] == "F_Construction"


def test_quirk_the_second_name_is_the_family_name_and_the_title_a_post(office):
    names = {"prs_FirstName": "Primer", "prs_MiddleName": "Thi", "prs_SecondName": "Ogled", "prs_Title": "Cook"}

    (referral,) = taken(office, LEAST | names)

    assert referral.person.identity.name == NAME


def test_quirk_the_incoming_date_is_the_day_of_acceptance_not_of_sending(office):
    sent = a_referral(office.inspector)
    acknowledge(sent, by=office.duty)

    row = exported(office)[0]

    day = current_profile().calendar.day(sent.acknowledged_at).isoformat()
    assert row["cas_IncomingReferralDate"] == row["cas_OutgoingReferralDate"] == day
    assert kept(cas_IncomingReferralDate="31.3.2026.")["cas_IncomingReferralDate"] == "2026-03-31"


@pytest.mark.parametrize(
    ("written", "number"), [("+381 60/123-4567", "+381601234567"), ("381601234567", "381601234567")]
)
def test_quirk_a_telephone_may_lack_its_plus(written, number):
    assert kept(prs_MobilePhone=written)["prs_MobilePhone"] == number


@pytest.mark.parametrize("sex", ["Feminine", "TransgenderFeminine", "NonConforming", "NonSpecifiedUnknown"])
def test_quirk_gender_holds_more_than_sex_and_comes_back_as_it_came(office, sex):
    taken(office, LEAST | {"prs_Gender": sex})

    assert exported(office)[0]["prs_Gender"] == sex


def test_quirk_example_questions_have_no_field():
    assert not any("no field name" in name for name in columns())


# --- out


def test_export_names_nobody_and_says_what_it_withholds(office):
    sent = submit(
        a_screening(office.inspector, notes=NAME), a_letter(name=NAME, contact="+381601234567"), by=office.inspector
    )

    (row,) = exported(office)

    assert "Primer" not in as_csv([row]).decode()
    assert "601234567" not in as_csv([row]).decode()
    assert "cas_OutgoingReferralDetails" in row["onrm_Withheld"]
    assert "prs_Citizenship" in row["onrm_NotKnown"]
    assert "hte_City" not in row["onrm_NotKnown"] + row["onrm_Withheld"], "never asked here: neither"
    assert row["vic_TraffickingStatus"] == "PossibleVictimOfTrafficking"
    assert row["vic_MethodsOfControl"] == "WithholdsDocuments"
    assert Entry.objects.filter(verb="referral.export", subject=sent.ref, by=office.duty.ref).count() == 1


def test_export_with_names_opens_each_one_and_records_it(office):
    submit(a_screening(office.inspector, notes="Seen."), a_letter(name=NAME), by=office.inspector)

    (row,) = exported(office, names=True)

    assert (row["onrm_Name"], row["cas_OutgoingReferralDetails"]) == (NAME, "Seen.")
    assert Entry.objects.filter(verb="identity.reveal").count() == 1


def test_export_is_for_those_whose_role_includes_it_and_of_files_they_may_read(office):
    a_referral(office.inspector)

    with pytest.raises(NotAllowed):
        export_referrals(by=office.inspector, purpose="exchange")
    assert export_referrals(by=office.duty, purpose="exchange") == [], "nobody took it over yet"
    assert export_referrals(by=office.lead, purpose="exchange") == []


@pytest.mark.parametrize("text", ["=1+1", "+381", "-1", "@SUM(A1)", "\tx", "'quoted"])
def test_no_cell_runs_as_a_formula_and_each_comes_back(tmp_path, text):
    row = dict.fromkeys(columns(), "") | {"org_Name": text}

    first = next(csv.reader(io.StringIO(as_csv([row]).decode("utf-8-sig").split("\r\n", 1)[1])))
    sheet = load_workbook(io.BytesIO(as_xlsx([row]))).active
    cells = {cell.value: cell.data_type for line in sheet.iter_rows(min_row=2) for cell in line if cell.value}

    assert first[columns().index("org_Name")] == f"'{text}" == guarded(text)
    assert set(cells.values()) == {"s"}
    sheet = read(read_table(saved(tmp_path, as_csv([row | LEAST]))), known_here())
    assert sheet.rows[0].get("org_Name") == text


# --- out and in


def everything(office):
    """A waiting referral of each kind, and one that came from a file with all that the standard has."""
    a_referral(office.inspector)
    reason = a_letter(
        name=NAME, agreement=Agreement(duty="immediate_danger", told="yes"), reason="A neighbour said so."
    )
    submit(a_screening(office.inspector, yes=()), reason, by=office.inspector)
    full = LEAST | {"prs_Gender": "TransgenderMasculine", "prs_Citizenship": "BA; RS", "prs_FirstName": "Primer"}
    full |= {"cas_Status": "FollowUp", "cas_OutgoingReferralDate": "2026-01-31", "prs_NumberOfChildren": "2"}
    full |= {"vic_TypeOfExploitation": "ForcedLabour; ForcedBegging", "onrm_SafeTonight": "no", "onrm_Place": "street"}
    taken(office, full)


@pytest.mark.parametrize(("write", "name"), [(as_csv, "x.csv"), (as_xlsx, "x.xlsx")])
@pytest.mark.parametrize("names", [False, True])
def test_export_import_export_gives_the_same_file(office, tmp_path, write, name, names):
    everything(office)
    first = exported(office, names=names)

    again = read_table(saved(tmp_path, write(first), name))
    Referral.unscoped.update(opened_at="2020-01-01T00:00:00Z")  # what is taken in now is the later
    arrived, aside = import_referrals(again, by=office.stranger)
    for one in arrived:
        acknowledge(one, by=office.duty)
    second = export_referrals(by=office.duty, purpose="exchange", names=names)[len(first) :]

    assert (len(first), aside) == (3, ())
    by_reference = [sorted(rows, key=lambda row: row["onrm_Reference"]) for rows in (first, second)]
    assert as_csv(by_reference[0]) == as_csv(by_reference[1])


def test_a_file_that_is_taken_twice_arrives_once(office):
    for _ in range(2):
        taken(office, LEAST, LEAST | {"onrm_AgeBand": "child"}, LEAST | {"onrm_Reference": "their-own-0001"})

    assert Referral.unscoped.count() == Brought.objects.count() == 3


# --- in


def test_import_makes_a_referral_with_its_answers_and_decides_nothing(office):
    row = LEAST | {"vic_TraffickingStatus": "ActualVictimOfTrafficking", "prs_Citizenship": "VN"}

    (referral,) = taken(office, row)

    assert (referral.state, referral.basis, referral.screening.advice) == ("received", "consent", "refer_now")
    given = GivenAnswer.objects.get(screening=referral.screening)
    assert (given.indicator, given.answer) == ("ILO11-07", Answer.YES)
    assert attributes(referral.person).citizenship == "VN"
    exported(office)
    assert exported(office)[0]["vic_TraffickingStatus"] == "ActualVictimOfTrafficking", "theirs, carried and not used"
    assert Entry.objects.filter(verb="referral.import").count() == 1


def test_citizenship_changes_no_result(office):
    rows = [LEAST | {"prs_Citizenship": code, "onrm_Reference": f"person-{code}"} for code in ("RS", "VN", "BA")]

    read = {(one.screening.advice, one.to_agency_id) for one in taken(office, *rows)}

    assert len(read) == 1
    assert Attributes.objects.filter(superseded_at=None).values("citizenship").distinct().count() == 3


def test_every_fault_is_named_by_row_and_column_and_nothing_is_taken(office):
    found = faults(
        office,
        LEAST,
        LEAST | {"prs_Gender": NAME, "prs_Birthdate": "31.2.2009", "colour": "x", NAME: "x"},
        {"onrm_AgeBand": "old", "con_Consent": "no", "prs_MobilePhone": NAME, "prs_NumberOfChildren": NAME},
        {"onrm_Basis": "child", "onrm_AgeBand": "child", "onrm_Answers": "ILO11-07=yes"},
    )

    assert {one.partition(": ")[0] for one in found} == {
        "row 1, colour",
        "row 1, column 7",
        "row 3, prs_Gender",
        "row 3, prs_Birthdate",
        "row 4, onrm_AgeBand",
        "row 4, con_Consent",
        "row 4, prs_MobilePhone",
        "row 4, prs_NumberOfChildren",
        "row 5, onrm_Told",
        "row 5, onrm_List",
    }


def test_a_row_that_the_rules_refuse_keeps_the_whole_file_out(office):
    nothing_seen = {"onrm_AgeBand": "adult", "con_Consent": "true"}
    too_young = LEAST | {"onrm_AgeBand": "child", "onrm_List": "ilo-ec-adult-labour.2026-1", "vic_MethodsOfControl": ""}

    found = faults(office, LEAST, nothing_seen, too_young)

    assert [one.partition(":")[0] for one in found] == ["row 3", "row 4"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1250", "cp1251"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_separators_are_recognised(tmp_path, encoding, delimiter):
    words = (
        "Документа су код газде, Ћирић их држи"
        if encoding in {"utf-8", "cp1251"}
        else "Dokumenta su kod gazde, Ćirić ih drži"
    )
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(table(LEAST | {"cas_OutgoingReferralDetails": words}))

    sheet = read(read_table(saved(tmp_path, out.getvalue().encode(encoding))), known_here())

    assert sheet.faults == ()
    assert sheet.rows[0].get("cas_OutgoingReferralDetails") == words


def test_dates_and_formulas_of_a_workbook(office, tmp_path):
    book = Workbook()
    book.active.append([*LEAST, "cas_OutgoingReferralDate", "prs_NumberOfChildren", "org_Name"])
    book.active.append([*LEAST.values(), date(2026, 1, 31), 2, "=1+1"])
    book.save(tmp_path / "x.xlsx")

    found = faults(office, *_rows(read_table(tmp_path / "x.xlsx")))

    assert [one.partition(":")[0] for one in found] == ["row 2, org_Name"]
    assert kept(cas_OutgoingReferralDate="2026-01-31", prs_NumberOfChildren="2")


def _rows(lines):
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


@pytest.mark.parametrize(
    "content",
    [b"", b"PK broken", b"\0\0\0\0", b'a,b\n"x', b"\xff\xfe\x00"],
    ids=["empty", "zip", "zeros", "quote", "odd"],
)
def test_what_is_no_table_is_refused(office, tmp_path, content):
    with pytest.raises(SourceProblem):
        import_referrals(read_table(saved(tmp_path, content)), by=office.inspector)

    assert Screening.unscoped.count() == 0
