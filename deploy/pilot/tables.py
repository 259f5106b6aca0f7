"""The report in the terminal: per factory, per month with a chart, the nation beside what was published."""

from collections.abc import Iterator, Sequence

from rich import box
from rich.bar import Bar
from rich.console import RenderableType
from rich.table import Table

from deploy.pilot.reading import Totals
from deploy.pilot.story import Result

# The source gives no exact figures; these are its own words.
_PUBLISHED = {
    "enterprises_reporting": ("enterprises", "five"),
    "suggestions_submitted": ("suggestions", "more than 1,600"),
    "hazards_resolved": ("hazards resolved", "more than 1,000"),
    "savings_claimed_fen": (
        "saved, ¥",
        "about RMB 25 million, an estimate; US$3.8 million at the rate that implies",
    ),
}
_FACTORY = {
    "suggestions_submitted": "suggested",
    "suggestions_implemented": "in place",
    "hazards_reported": "hazards",
    "hazards_resolved": "resolved",
    "hazards_open": "open",
    "savings_claimed_fen": "claimed ¥",
    "savings_verified_fen": "verified ¥",
}
_BAR = 16  # four columns and two bars fit into a terminal of 80


def tables(result: Result) -> Iterator[RenderableType]:
    """Return what is shown of a result, in its order."""
    yield _factories(result)
    yield _months(result)
    yield _nation(result)
    yield _counted(result)


def _factories(result: Result) -> Table:
    names = {factory.uscc: factory for factory in result.plan.factories}
    table = _table("Per synthetic factory, 2015-11 to 2016-04", "factory", *_FACTORY.values())
    table.padding = 0  # or it would not fit into a terminal of 80
    for uscc, totals in result.reading.factories.items():
        table.add_row(names[uscc].name_en.removeprefix("Synthetic "), *_row(totals))
    table.add_section()
    for code, name in (("330503", "Nanxun, 330503"), ("CN", "Nation, CN")):
        table.add_row(name, *_row(result.reading.areas[code]), style="bold")
    return table


def _months(result: Result) -> Table:
    title = "Per month (which six they were is an assumption; Spring Festival: 7 to 13 Feb)"
    table = _table(title, "month", "suggested", "", "resolved", "", "claimed ¥")
    months = result.reading.months
    most = max(totals["suggestions_submitted"] or 0 for totals in months.values())
    for month, totals in months.items():
        suggested, resolved = totals["suggestions_submitted"] or 0, totals["hazards_resolved"] or 0
        table.add_row(
            month,
            f"{suggested:,}",
            Bar(most, 0, suggested, width=_BAR, color="cyan"),
            f"{resolved:,}",
            Bar(most, 0, resolved, width=_BAR, color="green"),
            _shown("savings_claimed_fen", totals),
        )
    return table


def _nation(result: Result) -> Table:
    table = _table("The nation", "", "planted", "reported", "published of the pilot in 2016")
    table.columns[3].justify = "left"
    targets = result.plan.targets
    planted = (targets.enterprises, targets.suggestions, targets.hazards_resolved, targets.savings_fen)
    nation = result.reading.areas["CN"]
    for (figure, (name, published)), number in zip(_PUBLISHED.items(), planted, strict=True):
        table.add_row(name, _shown(figure, {figure: number}), _shown(figure, nation), published)
    days = nation["days_to_resolve_median"], nation["days_to_resolve_p95"]
    table.add_row("days until half, 95 %", "", f"{days[0]}, {days[1]}", "not published")
    return table


def _counted(result: Result) -> Table:
    """Show what was sent against what was counted: a form sent twice is one fact."""
    table = _table("Sent and counted", "", "sent", "repeats", "late", "facts", "counted")
    nation = result.reading.areas["CN"]
    steps = (
        ("suggestions submitted", "suggestions", None, "suggestions_submitted"),
        ("suggestions rejected", "suggestions", "reject", "suggestions_rejected"),
        ("hazards reported", "hazards", None, "hazards_reported"),
        ("hazard resolutions", "hazards", "resolve", "hazards_resolutions"),
        ("hazards reopened", "hazards", "reopen", "hazards_reopened"),
        ("hazards dismissed", "hazards", "dismiss", "hazards_dismissed"),
        ("savings, counted in ¥", "savings", None, "savings_claimed_fen"),
        ("all requests", None, None, None),
    )
    for name, kind, action, figure in steps:
        mine = [each for each in result.plan.requests if kind in {None, each.kind}]
        mine = [each for each in mine if kind is None or each.action == action]
        facts = sum(not each.copy for each in mine)
        late = sum(each.late and not each.copy for each in mine)
        counted = _shown(figure, nation) if figure else ""
        row = (f"{number:,}" for number in (len(mine), len(mine) - facts, late, facts))
        table.add_row(name, *row, counted)
    return table


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, show_edge=False)
    table.add_column(first)
    for other in others:
        table.add_column(other, justify="right")
    return table


def _row(totals: Totals) -> Sequence[str]:
    return [_shown(figure, totals) for figure in _FACTORY]


def _shown(figure: str, totals: Totals) -> str:
    number = totals[figure]
    if number is None:
        return "unknown"
    if not figure.endswith("_fen"):
        return f"{number:,}"
    yuan, fen = divmod(number, 100)
    return f"{yuan:,}" + (f".{fen:02}" if fen else "")
