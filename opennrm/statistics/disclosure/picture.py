"""The price preview as an accessible picture: every planned number one equal square, so that no bar leaks a value."""

from collections.abc import Sequence
from html import escape

from opennrm.statistics.disclosure.price import Offer, PlanPrice, TablePrice
from opennrm.statistics.disclosure.words import say, word

INK, INK_2, PETROL, LINE, EDGE, SURFACE = "#1B2428", "#465157", "#17505F", "#D9D5CB", "#7A766C", "#FFFFFF"
WIDTH, LEFT, TITLES, GRID, RIGHT = 1000, 24, 190, 420, 976
SQUARE, STEP = 14, 18
MOST_ACROSS = 24
BAR_LEFT, BAR_WIDTH = 330, 330


def draw(this: PlanPrice, offers: Sequence[Offer], language: str) -> str:
    """The picture as SVG text: title the finding, description its extremes, text as text, no inline style."""
    body: list[str] = []
    y = 40
    body.append(_text(LEFT, y, word("price title", language), size=22, weight=650))
    y += 30
    body.append(_text(LEFT, y, finding(this, language), size=16, fill=INK_2))
    y += 22
    rhythm = ""
    for table in this.tables:
        y = _line(body, y)
        if table.every != rhythm:
            rhythm = table.every
            body.append(_text(LEFT, y + 24, word(f"every {rhythm}", language), size=14, fill=INK_2))
        body.append(_text(TITLES, y + 24, say(table.title, language, table.id), size=15, weight=600))
        body.append(_text(TITLES, y + 44, table.shape, size=14, fill=INK_2))
        bottom = _squares(body, table, y + 12)
        body.append(_text(RIGHT, y + 24, _counts(table.printed, len(table.numbers), language), size=15, anchor="end"))
        y = max(bottom, y + 56) + 8
    y = _line(body, y)
    body.append(_text(LEFT, y + 26, word("together", language), size=15, weight=600))
    body.append(_text(RIGHT, y + 26, _counts(this.printed, this.planned, language), size=15, weight=650, anchor="end"))
    y = _line(body, y + 42)
    y = _key(body, y, language)
    if offers:
        y = _offers(body, this, offers, y + 30, language)
    body.append(_text(LEFT, y + 20, word("preview", language), size=14, fill=INK_2))
    height = y + 44
    title, about = escape(finding(this, language)), escape(description(this, offers, language))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-labelledby="price-title price-about" lang="{language}" '
        "font-family=\"'Source Sans 3', 'Noto Sans', sans-serif\">\n"
        f'<title id="price-title">{title}</title>\n<desc id="price-about">{about}</desc>\n'
        f'<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="6" height="6" fill="{SURFACE}"/><path d="M0 0V6" stroke="{EDGE}" stroke-width="2"/></pattern>'
        f'</defs>\n<rect width="{WIDTH}" height="{height}" fill="{SURFACE}"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def finding(this: PlanPrice, language: str) -> str:
    """The first sentence: how many of the planned numbers can be printed."""
    if this.reason:
        return word("price refused", language, planned=this.planned, why=this.reason)
    return word("price finding", language, planned=this.planned, printed=this.printed, withheld=this.withheld)


def description(this: PlanPrice, offers: Sequence[Offer], language: str) -> str:
    """The picture in words: each table's count, then each alternative's."""
    tables = [f"{say(t.title, language, t.id)}: {_counts(t.printed, len(t.numbers), language)}" for t in this.tables]
    others = [
        f"{name(offer, language)}: {_counts(offer.price.printed, offer.price.planned, language)}" for offer in offers
    ]
    return ". ".join([*tables, *others]) + "."


def name(offer: Offer, language: str) -> str:
    """What an alternative is called."""
    if offer.price.id == f"k = {offer.price.k}":
        return word("threshold", language, k=offer.price.k)
    return say(offer.price.title, language, offer.price.id)


def effect(offer: Offer, language: str) -> str:
    """What an alternative buys or costs, or why it is not offered."""
    if offer.price.reason:
        return offer.price.reason
    if not offer.is_offered:
        return word("too few", language, survive=offer.survive, of=offer.of)
    if offer.fewer_withheld > 0:
        return word("fewer", language, n=offer.fewer_withheld)
    if offer.fewer_withheld < 0:
        return word("more", language, n=-offer.fewer_withheld)
    return word("same", language)


def _counts(printed: int, planned: int, language: str) -> str:
    return word("of", language, printed=printed, planned=planned)


def _squares(body: list[str], table: TablePrice, top: int) -> int:
    across = min(max(table.columns, 1), MOST_ACROSS)
    for i, is_printed in enumerate(table.numbers):
        x, y = GRID + STEP * (i % across), top + STEP * (i // across)
        fill = PETROL if is_printed else "url(#hatch)"
        stroke = PETROL if is_printed else EDGE
        body.append(
            f'<rect x="{x}" y="{y}" width="{SQUARE}" height="{SQUARE}" rx="2" fill="{fill}" stroke="{stroke}"/>'
        )
    return top + STEP * -(-len(table.numbers) // across)


def _key(body: list[str], y: int, language: str) -> int:
    body.append(f'<rect x="{LEFT}" y="{y + 14}" width="{SQUARE}" height="{SQUARE}" rx="2" fill="{PETROL}"/>')
    body.append(_text(LEFT + 22, y + 26, word("printed", language), size=14, fill=INK_2))
    x = 150
    body.append(
        f'<rect x="{x}" y="{y + 14}" width="{SQUARE}" height="{SQUARE}" rx="2" fill="url(#hatch)" stroke="{EDGE}"/>'
    )
    body.append(_text(x + 22, y + 26, word("legend", language), size=14, fill=INK_2))
    return y + 36


def _offers(body: list[str], this: PlanPrice, offers: Sequence[Offer], y: int, language: str) -> int:
    body.append(_text(LEFT, y + 20, word("choices", language), size=18, weight=650))
    body.append(_text(LEFT, y + 44, word("choices note", language), size=14, fill=INK_2))
    y = _line(body, y + 58)
    scale = BAR_WIDTH / max([this.planned, *(offer.price.planned for offer in offers), 1])
    rows = [(word("this plan", language), this, word("now", language), True)]
    rows += [(name(offer, language), offer.price, effect(offer, language), offer.is_offered) for offer in offers]
    for label, plan, says, offered in rows:
        body.append(_text(LEFT, y + 26, label, size=15, weight=600))
        if offered and not plan.reason:
            solid, hatched = plan.printed * scale, plan.withheld * scale
            body.append(f'<rect x="{BAR_LEFT}" y="{y + 12}" width="{solid:.1f}" height="20" fill="{PETROL}"/>')
            body.append(
                f'<rect x="{BAR_LEFT + solid + 2:.1f}" y="{y + 12}" width="{hatched:.1f}" height="20" '
                f'fill="url(#hatch)" stroke="{EDGE}"/>'
            )
            text = f"{_counts(plan.printed, plan.planned, language)} · {says}"
            body.append(_text(BAR_LEFT + 2 + int(solid + hatched) + 10, y + 27, text, size=14, fill=INK_2))
        else:
            first, dot, rest = f"{word('not offered', language)}: {says}".partition(". ")
            body.append(_text(BAR_LEFT, y + 18, first + dot.strip(), size=14, fill=INK_2))
            body.append(_text(BAR_LEFT, y + 36, rest, size=14, fill=INK_2))
        y = _line(body, y + 42)
    return y


def _line(body: list[str], y: int) -> int:
    body.append(f'<path d="M{LEFT} {y}H{RIGHT}" stroke="{LINE}"/>')
    return y


def _text(x: int, y: int, text: str, *, size: int, weight: int = 400, fill: str = INK, anchor: str = "start") -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{fill}" text-anchor="{anchor}">'
        f"{escape(text)}</text>"
    )
