"""The tokens of the design: contrast computed by the WCAG 2.2 formula; light and dark alike wherever they stand."""

import re

import pytest

from tests.desk.sources import STATIC

TOKENS = (STATIC / "tokens.css").read_text(encoding="utf-8")
BLOCKS = [
    dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6});", block))
    for block in re.findall(r"\{([^{}]*--page:[^{}]*)\}", TOKENS)
]
LIGHT, DARK = BLOCKS[0], BLOCKS[1]

TEXT, LARGE_OR_SHAPE = 4.5, 3.0
PAIRS = [
    *[("ink", ground, 7.0) for ground in ("page", "surface", "sunken")],
    *[("ink-2", ground, TEXT) for ground in ("page", "surface", "sunken")],
    *[("ink-3", ground, TEXT) for ground in ("page", "surface", "sunken")],
    *[("petrol", ground, TEXT) for ground in ("page", "surface", "petrol-wash")],
    *[("petrol-hover", ground, TEXT) for ground in ("page", "surface")],
    ("on-petrol", "petrol", TEXT),
    ("on-petrol", "petrol-hover", TEXT),
    ("on-close", "close", TEXT),
    *[(hue, f"{hue}-wash", TEXT) for hue in ("ochre", "oxide", "moss", "plum")],
    *[(hue, ground, TEXT) for hue in ("ochre", "oxide", "moss", "plum") for ground in ("page", "surface")],
    *[("ink", f"{hue}-wash", TEXT) for hue in ("petrol", "ochre", "oxide", "moss", "plum")],
    *[("edge", ground, LARGE_OR_SHAPE) for ground in ("page", "surface", "sunken")],
    *[("focus", ground, LARGE_OR_SHAPE) for ground in ("page", "surface", "sunken", "petrol-wash")],
    ("ochre-mark", "surface", LARGE_OR_SHAPE),
    *[(f"chart-{n}", "surface", LARGE_OR_SHAPE) for n in (1, 2, 3, 4)],
]


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "ground", "least"), PAIRS, ids=[f"{a}-on-{b}" for a, b, _ in PAIRS])
def test_contrast_is_enough(scheme, front, ground, least):
    assert contrast(scheme[front], scheme[ground]) >= least


def test_the_contrast_formula_gives_the_published_extremes():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_light_and_dark_are_the_same_wherever_they_are_written():
    assert len(BLOCKS) == 4
    assert BLOCKS[2] == LIGHT
    assert BLOCKS[3] == DARK
    assert LIGHT.keys() == DARK.keys()


def test_every_colour_of_the_styles_is_a_token():
    for sheet in STATIC.glob("*.css"):
        css = sheet.read_text(encoding="utf-8")
        used = set(re.findall(r"var\(--([\w-]+)", css))
        known = set(re.findall(r"--([\w-]+):", "".join(s.read_text(encoding="utf-8") for s in STATIC.glob("*.css"))))
        assert used <= known, sheet.name
        if sheet.name != "tokens.css":
            assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?!\")", css), sheet.name


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
