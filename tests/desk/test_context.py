"""The header's menu: what stands in its line, and what folds."""

import pytest

from opennrm.desk.context import MOST_IN_LINE, in_line


def items(n, current=None):
    return [{"url": f"/{place}", "is_current": place == current} for place in range(n)]


@pytest.mark.parametrize("n", range(MOST_IN_LINE + 1))
def test_a_menu_that_fits_is_not_folded(n):
    assert in_line(items(n)) == (items(n), [])


@pytest.mark.parametrize("current", [None, 0, 3, 4, 8])
def test_the_page_one_is_on_stands_in_the_line_and_nothing_is_lost(current):
    given = items(9, current)

    first, rest = in_line(given)

    assert len(first) == MOST_IN_LINE - 1
    assert sorted(item["url"] for item in [*first, *rest]) == [item["url"] for item in given]
    assert not any(item["is_current"] for item in rest)
