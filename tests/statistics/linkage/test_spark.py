from pathlib import Path

import numpy as np
import pytest

from opennrm.statistics.linkage.link import link
from opennrm.statistics.linkage.model import standard_model
from opennrm.statistics.linkage.registers import Registers, find_sources, read

SMALL = Path(__file__).parent / "data" / "small"


@pytest.mark.spark
def test_link_gives_on_spark_what_it_gives_on_duckdb():
    from opennrm.statistics.linkage.backends import spark_session

    whole = read(find_sources(SMALL))
    registers = Registers({name: table.slice(0, 120) for name, table in whole.tables.items()}, ())
    here = link(registers, model=standard_model(), train=False)
    session = spark_session(memory="2g")
    try:
        there = link(registers, model=standard_model(), train=False, spark=session)
    finally:
        session.stop()

    first = {(int(a), int(b)): w for a, b, w in zip(here.left, here.right, here.weight, strict=True)}
    second = {(int(a), int(b)): w for a, b, w in zip(there.left, there.right, there.weight, strict=True)}
    shared = first.keys() & second.keys()
    assert len(shared) / max(len(first), len(second)) > 0.99
    assert np.mean([abs(first[pair] - second[pair]) < 0.01 for pair in shared]) > 0.99
    assert abs(here.counts.linked - there.counts.linked) <= 3
