import json
import subprocess
import sys
from pathlib import Path

DATA = Path(__file__).parent.parent / "statistics" / "consistency" / "data"


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "opennrm", "check", *map(str, arguments)], capture_output=True, text=True
    )


def test_check_prints_json_with_levels_figures_and_every_language():
    done = run(DATA / "serbia_2024_figures.csv", "--json", "--lang", "sr-Cyrl")

    document = json.loads(done.stdout)
    first = document["findings"][0]
    assert done.returncode == 0
    assert document["counts"] == {"error": 4, "warning": 5, "info": 2}
    assert set(first) == {"rule", "level", "figures", "sentence", "sentences"}
    assert first["sentence"] == first["sentences"]["sr-Cyrl"]


def test_check_prints_a_summary_and_can_fail():
    done = run(DATA / "serbia_2024_figures.csv", "--fail-on", "error", "--lang", "sr-Latn")

    assert done.returncode == 1
    assert "GREŠKA  base_conflict  [F043, F045]" in done.stdout
    assert run(DATA / "albania_2017_2019.csv", "--fail-on", "error").returncode == 0


def test_check_lists_the_rules_it_applies_or_takes_others(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('extends = "2026-1"\n[[rule]]\nid = "restated"\nlevel = "off"\n', encoding="utf-8")

    listed = run(DATA / "uk_nrm_2022.csv", "--rules", "--json")
    chosen = run("--rules", own, DATA / "uk_nrm_2022.csv", "--json")

    assert {"rule": "restated", "level": "warning"} in json.loads(listed.stdout)["rule_list"]
    assert json.loads(listed.stdout)["counts"]["warning"] == 1
    assert json.loads(chosen.stdout)["counts"]["warning"] == 0
    assert "  error    parts_over" in run("--rules", DATA / "uk_nrm_2022.csv").stdout


def test_check_refuses_in_plain_words(tmp_path):
    for arguments in [
        (tmp_path / "none.csv",),
        (DATA / "albania_2017_2019.csv", "--lang", "de"),
        (DATA / "albania_2017_2019.csv", "--fail-on", "never ever"),
        (DATA / "albania_2017_2019.csv", "--rules", tmp_path / "none.toml"),
        (tmp_path,),
    ]:
        done = run(*arguments)
        assert done.returncode == 2
        assert done.stderr
        assert "Traceback" not in done.stderr


def test_check_starts_without_django():
    code = "import sys, opennrm.console.check, opennrm.statistics.consistency.check; print('django' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert done.stdout.strip() == "False"
