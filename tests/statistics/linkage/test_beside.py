"""The second process gives what one process gives, and its loss changes nothing."""

from pathlib import Path

import pytest

from opennrm.statistics.linkage import beside, engine, output, registers
from opennrm.statistics.linkage.beside import helper
from opennrm.statistics.linkage.link import link
from opennrm.statistics.linkage.mentions import key_table

DATA = Path(__file__).parent / "data" / "small"
NAMES = [
    ("Милан", "", "Петровић", "SRB"),
    ("Milan", "", "Petrovic", "SRB"),
    ("Xiaoming", "", "Wang", "CHN"),
    ("Văn", "Minh", "Nguyễn", "VNM"),
]


@pytest.fixture
def two_cores(monkeypatch):
    monkeypatch.setattr(beside, "FROM_ROWS", 0)
    monkeypatch.setattr(beside.os, "cpu_count", lambda: 2)


def test_a_job_gives_there_what_it_gives_here(two_cores):
    with helper(1) as other:
        assert other.there
        found = other.start(key_table, NAMES)()
        again = other.start(key_table, NAMES[:2])()
        assert other.there
    assert found.equals(key_table(NAMES))
    assert again.column("parts").to_pylist() == [["milan", "petrovic"]] * 2


@pytest.mark.parametrize("when", ["before the job", "during the job"])
def test_a_lost_process_is_replaced_by_this_one(two_cores, when):
    with helper(1) as other:
        if when == "before the job":
            other.child.kill()
            other.child.wait()
        wait = other.start(key_table, NAMES)
        if when == "during the job":
            other.child.kill()
            other.child.wait()
        assert wait().equals(key_table(NAMES))
        assert other.start(len, NAMES)() == 4


def test_small_inputs_and_systems_without_children_stay_in_one_process(monkeypatch):
    with helper(beside.FROM_ROWS - 1) as other:
        assert not other.there
        assert other.start(len, NAMES)() == 4
    monkeypatch.setattr(beside.subprocess, "Popen", _refused)
    monkeypatch.setattr(beside.os, "cpu_count", lambda: 2)
    with helper(beside.FROM_ROWS) as other:
        assert not other.there


def _refused(*_, **__):
    raise OSError


def test_two_processes_and_two_threads_link_as_one_does(two_cores, monkeypatch, tmp_path):
    read = registers.read(registers.find_sources(DATA))
    monkeypatch.setattr(engine, "_BESIDE", 0)
    output.write(link(read), tmp_path / "two")
    monkeypatch.undo()
    output.write(link(read), tmp_path / "one")
    for name in ("links.csv", "persons.csv", "quality.json", "model.json"):
        assert (tmp_path / "two" / name).read_bytes() == (tmp_path / "one" / name).read_bytes()
