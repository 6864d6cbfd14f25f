import pytest

from opennrm.kernel.errors import SourceProblem
from opennrm.statistics.linkage.mapping import Source
from opennrm.statistics.linkage.registers import decode, find_sources, read

HEADER = "record_id,event_no,subject_no,role,event_date,given_name,family_name,birth_date,document_no"
ROW = "1,KU-1,1,suspect,2024-03-18,Милица,Ђурђевић,1990-05-04,"


def write(folder, text, name="police.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def read_text(folder, text, encoding="utf-8", **options):
    return read([Source("police", write(folder, text, encoding=encoding), **options)])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1251"])
def test_read_knows_the_encodings_of_cyrillic_files(tmp_path, encoding):
    found = read_text(tmp_path, f"{HEADER}\n" + f"{ROW}\n" * 1, encoding)

    assert found.tables["police"]["family_name"].to_pylist() == ["Ђурђевић"]


def test_read_knows_cp1250_from_cp1251(tmp_path):
    row = "1,KU-1,1,suspect,2024-03-18,Živka,Đorđević,1990-05-04,"

    found = read_text(tmp_path, f"{HEADER}\n{row}\n", "cp1250")

    assert found.tables["police"]["family_name"].to_pylist() == ["Đorđević"]
    assert any("cp1250" in note for note in found.notes)


def test_decode_takes_the_stated_encoding(tmp_path):
    path = write(tmp_path, "Č", encoding="cp1250")

    assert decode(path, "cp1250") == ("Č", "cp1250")
    with pytest.raises(SourceProblem, match="not in utf-8"):
        decode(path, "utf-8")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_read_finds_the_delimiter(tmp_path, delimiter):
    found = read_text(tmp_path, f"{HEADER}\n{ROW}\n".replace(",", delimiter))

    assert found.rows == 1


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("18.03.2024", "2024-03-18"),
        ("18. 3. 2024.", "2024-03-18"),
        ("2024-03-18", "2024-03-18"),
        ("18/03/2024", "2024-03-18"),
    ],
)
def test_read_knows_the_usual_dates(tmp_path, written, iso):
    found = read_text(tmp_path, f"{HEADER}\n{ROW.replace('2024-03-18', written)}\n")

    assert found.tables["police"]["event_date"].to_pylist() == [iso]


def test_read_mixes_iso_and_dotted_dates(tmp_path):
    rows = ROW + "\n" + ROW.replace("1,KU-1", "2,KU-2").replace("2024-03-18", "19.03.2024.")

    found = read_text(tmp_path, f"{HEADER}\n{rows}\n")

    assert found.tables["police"]["event_date"].to_pylist() == ["2024-03-18", "2024-03-19"]


@pytest.mark.parametrize(
    ("dates", "sentence"),
    [
        (("31/12/2023", "12/31/2023"), "mixes day/month/year and month/day/year"),
        (("03/04/2024", "05/06/2024"), "can be read in two ways"),
        (("31.02.2024.", "2024-01-01"), "no dates: 31.02.2024."),
        (("yesterday", "2024-01-01"), "no dates: what stands in line 2"),
    ],
)
def test_read_refuses_dates_it_cannot_trust(tmp_path, dates, sentence):
    rows = "\n".join(
        ROW.replace("1,KU-1", f"{n},KU-{n}").replace("2024-03-18", date) for n, date in enumerate(dates, 1)
    )

    with pytest.raises(SourceProblem) as refused:
        read_text(tmp_path, f"{HEADER}\n{rows}\n")

    assert any(sentence in line for line in refused.value.problems)


def test_read_follows_the_mapping_on_doubtful_dates(tmp_path):
    found = read_text(tmp_path, f"{HEADER}\n{ROW.replace('2024-03-18', '03/04/2024')}\n", dates="month first")

    assert found.tables["police"]["event_date"].to_pylist() == ["2024-03-04"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "has not even a header"),
        ("record_id,event_no\n1,2\n", "Missing columns: role, event_date, given_name, family_name"),
        (f"{HEADER}\n{ROW}\n{ROW}\n", "`record_id` occurs more than once: 1"),
        (f"{HEADER}\n{ROW},extra\n", "fields instead of"),
        (f"{HEADER}\n{ROW.replace('suspect', 'culprit')}\n", "not what stands in line 2"),
        (f"{HEADER}\n{ROW.replace('1,KU-1', ',KU-1')}\n", "`record_id` is empty in line 2"),
    ],
)
def test_read_says_what_is_wrong(tmp_path, text, sentence):
    with pytest.raises(SourceProblem) as refused:
        read_text(tmp_path, text)

    assert any(sentence in line for line in refused.value.problems)


def test_read_lists_the_faults_of_every_file(tmp_path):
    sources = [
        Source("police", write(tmp_path, "record_id\n1\n")),
        Source("court", write(tmp_path, "", "court.csv")),
    ]

    with pytest.raises(SourceProblem) as refused:
        read(sources)

    assert any("police.csv" in line for line in refused.value.problems)
    assert any("court.csv" in line for line in refused.value.problems)


def test_read_goes_on_with_an_empty_register_and_one_without_names(tmp_path):
    write(tmp_path, f"{HEADER}\n", "court.csv")
    write(tmp_path, f"{HEADER}\n{ROW.replace('Милица,Ђурђевић', ',')}\n", "police.csv")

    found = read(find_sources(tmp_path))

    assert any("court.csv: the register is empty" in note for note in found.notes)
    assert any("police.csv: no row has a name" in note for note in found.notes)


def test_read_refuses_when_all_registers_are_empty(tmp_path):
    write(tmp_path, f"{HEADER}\n")

    with pytest.raises(SourceProblem, match="nothing to link"):
        read(find_sources(tmp_path))


@pytest.mark.parametrize(("word", "hidden"), [("Да", "yes"), ("x", "yes"), ("1", "yes"), ("Не", "no"), ("", None)])
def test_read_knows_the_words_for_protected(tmp_path, word, hidden):
    found = read_text(tmp_path, f"{HEADER},Protected\n{ROW},{word}\n")

    assert found.tables["police"]["protected"].to_pylist() == [hidden]


def test_read_refuses_a_word_for_protected_that_it_does_not_know(tmp_path):
    with pytest.raises(SourceProblem) as refused:
        read_text(tmp_path, f"{HEADER},protected\n{ROW},zaštićen\n")

    assert any(
        "`protected` is `yes`, `no` or empty, not what stands in line " in line for line in refused.value.problems
    )


def test_read_refuses_a_mapping_to_a_column_that_is_not_there(tmp_path):
    with pytest.raises(SourceProblem) as refused:
        read_text(tmp_path, f"{HEADER},zasticen\n{ROW},da\n", columns={"protected": "zaštićen"})

    assert any("Missing columns: zaštićen." in line for line in refused.value.problems)


def test_read_forgives_capitals_and_spaces_in_the_header(tmp_path):
    found = read_text(tmp_path, f"{HEADER.replace(',', ', ').upper()}\n{ROW}\n")

    assert found.tables["police"]["family_name"].to_pylist() == ["Ђурђевић"]


def test_find_sources_says_what_the_folder_lacks(tmp_path):
    with pytest.raises(SourceProblem, match="none of the registers"):
        find_sources(tmp_path)
    with pytest.raises(SourceProblem, match="no such folder"):
        find_sources(tmp_path / "absent")


def test_find_sources_follows_a_mapping(tmp_path):
    write(tmp_path, "Broj;Predmet;Uloga;Datum;Ime;Prezime\n7;K-1;okrivljeni;1.2.2024.;Ана;Илић\n", "sud.csv")
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        '[register.court]\nfile = "sud.csv"\n[register.court.columns]\nrecord_id = "Broj"\nevent_no = "Predmet"\n'
        'role = "Uloga"\nevent_date = "Datum"\ngiven_name = "Ime"\nfamily_name = "Prezime"\n'
        '[register.court.values.role]\nokrivljeni = "suspect"\n',
        encoding="utf-8",
    )

    table = read(find_sources(tmp_path, mapping)).tables["court"]

    assert table["role"].to_pylist() == ["suspect"]
    assert table["event_date"].to_pylist() == ["2024-02-01"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("not toml [", "not valid TOML"),
        ("", "names no register"),
        ("[register.court]\n", "cannot be used"),
        ('[register.court]\nfile = "absent.csv"\n', "cannot be used"),
        ('[register.court]\nfile = "x.csv"\n[register.court.columns]\nsurname = "X"\n', "cannot be used"),
    ],
)
def test_find_sources_says_what_is_wrong_with_a_mapping(tmp_path, text, sentence):
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(text, encoding="utf-8")

    with pytest.raises(SourceProblem, match=sentence):
        find_sources(tmp_path, mapping)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("[register.court.colums]\nrecord_id = 'Broj'\n", "`colums` is unknown"),
        ("encoding = 5\n", "encoding is a text"),
        ("delimiter = ';;'\n", "delimiter is one sign"),
        ("columns = 'x'\n", "a section of its own"),
        ("[register.court.columns]\nrecord_id = 3\n", "takes lines such as"),
        ("[register.court.values]\nrole = 'x'\n", "in a section per column"),
    ],
)
def test_find_sources_passes_over_no_misspelled_line_of_a_mapping(tmp_path, lines, sentence):
    (tmp_path / "x.csv").write_text("record_id\n", encoding="utf-8")
    mapping = tmp_path / "mapping.toml"
    mapping.write_text("[register.court]\nfile = 'x.csv'\n" + lines, encoding="utf-8")

    with pytest.raises(SourceProblem) as caught:
        find_sources(tmp_path, mapping)

    assert sentence in caught.value.problems[0]


def test_read_never_prints_a_name_or_a_document_where_a_row_has_slipped_by_a_cell(tmp_path):
    slipped = "2,KU-1,2,Петровић,Марко,2024-03-18,Шарчевић,Ђорђе,012345678"
    header = f"{HEADER},sex,age,protected"

    with pytest.raises(SourceProblem) as refused:
        read_text(tmp_path, f"{header}\n{ROW},F,34,no\n{slipped},Јована,012345678,Вера\n")

    said = " ".join(refused.value.problems)
    assert said.count("line 3") == 6
    assert not any(name in said for name in ("Петровић", "Марко", "Ђорђе", "Јована", "Вера", "012345678"))


def test_read_takes_a_file_without_a_header_for_one_and_prints_nobody(tmp_path):
    with pytest.raises(SourceProblem) as refused:
        read_text(tmp_path, f"7{ROW[1:]}x\n8{ROW[1:]}y\n")

    said = f"{refused.value} {' '.join(refused.value.problems)}"
    assert "names none of the columns" in said
    assert "Милица" not in said


def test_read_says_that_a_workbook_is_none_and_reads_lone_carriage_returns(tmp_path):
    with pytest.raises(SourceProblem) as refused:
        read_text(tmp_path, "PK\x03\x04 and so on\n")
    assert any("This is a workbook" in line for line in refused.value.problems)

    assert read_text(tmp_path, f"{HEADER}\r{ROW}\r").rows == 1


def test_read_refuses_births_that_cannot_be(tmp_path):
    with pytest.raises(SourceProblem) as refused:
        read_text(tmp_path, f"{HEADER}\n{ROW.replace('1990-05-04', '2990-05-04')}\n")

    assert any("between 1900 and 2100, unlike 2990-05-04 (line 2)" in line for line in refused.value.problems)
