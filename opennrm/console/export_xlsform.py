"""`opennrm export-xlsform`: lists of signs as forms for Kobo, ODK and others. Needs no server and no database."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opennrm.kernel.errors import SourceProblem
from opennrm.profile.loading import country_folder, load

if TYPE_CHECKING:
    from opennrm.profile.instruments import IndicatorSet
    from opennrm.profile.model import Language, Profile

ALL = "all"
List = Annotated[
    str, typer.Argument(help="A list (ilo-11), a version of it (ilo-11.2026-1), or all.", show_default=False)
]
Out = Annotated[Path, typer.Option("--out", help="The .xlsx file; for all lists a folder.", show_default=False)]
Lang = Annotated[list[str] | None, typer.Option("--lang", help="A language of the form, again for more. Default: all.")]
Country = Annotated[str, typer.Option("--country", help="A country that comes with OpenNRM, or a folder.")]


def export_xlsform(list_name: List, out: Out, lang: Lang = None, country: Country = "rs") -> None:
    """Write the form of a list, or of every list, as XLSForm: questions, answers and notes, and no result."""
    profile = load(country_folder(country))
    chosen = _chosen(profile, list_name)
    asked = [(used, _languages(used, profile, lang or [])) for used in chosen]
    files = [out] if list_name != ALL else [out / f"{used.key}.xlsx" for used in chosen]
    if list_name != ALL and out.suffix.lower() != ".xlsx":
        raise SourceProblem(f"{out.name} is no .xlsx file.", where="--out", remedy="Give a name that ends in .xlsx.")
    from opennrm.screening.xlsform import as_sheets, as_workbook

    written = [as_workbook(as_sheets(used, profile, languages=languages)) for used, languages in asked]
    try:
        if list_name == ALL:
            out.mkdir(parents=True, exist_ok=True)
        for file, content in zip(files, written, strict=True):
            file.write_bytes(content)
    except OSError as error:
        raise SourceProblem(
            f"It cannot be written: {error.strerror}.", where=str(out), remedy="Choose another place."
        ) from None
    for file, (used, languages) in zip(files, asked, strict=True):
        typer.echo(f"{file}: {len(used.indicators)} questions in {', '.join(one.code for one in languages)}")


def _chosen(profile: "Profile", name: str) -> "list[IndicatorSet]":
    ids = dict.fromkeys(s.id for s in profile.all_indicator_sets if s.is_for_screening)
    if name == ALL:
        return [profile.indicator_set(list_id) for list_id in ids]
    found = [s for s in profile.all_indicator_sets if name in (s.id, s.key)]
    if not found:
        raise SourceProblem(
            f"There is no list “{name}”.",
            where=profile.code,
            remedy=f"One of: {', '.join(ids)}; or all of them: {ALL}.",
        )
    return [profile.indicator_set(name)]


def _languages(used: "IndicatorSet", profile: "Profile", wanted: list[str]) -> "list[Language]":
    from opennrm.screening.xlsform import form_languages

    known = {language.code.lower(): language for language in form_languages(used, profile)}
    unknown = [code for code in wanted if code.lower() not in known]
    if unknown:
        raise SourceProblem(
            f"The list {used.id} cannot be asked in “{unknown[0]}”.",
            where="--lang",
            remedy=f"One of: {', '.join(language.code for language in known.values())}.",
        )
    return [known[code.lower()] for code in dict.fromkeys(wanted)] or list(known.values())
