"""The codebook as pages for people who do not read YAML: a page a code, its rules in words, their error."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from nlp.audit.wording import class_words, classes_of, in_words
from nlp.codebook import Code, Codebook, Rule
from nlp.evaluation.scores import Evaluation
from nlp.evaluation.tables import figure

__all__ = ["codebook_pages"]

INDEX, HISTORY = "index", "history"
_MARKUP = re.compile(r"([\\`*_\[\]<>#|${}~^@!])")
_ORIENTATIONS = {
    "victim-credibility": "Testing the victim's credibility",
    "suspect-focus": "Investigating the suspect",
    "other": "Everything else",
}
_WORDS_SHOWN = 40
_Figures = Mapping[str, Mapping[Hashable, Any]]


def codebook_pages(
    codebook: Codebook, measured: Evaluation, by_rule: pd.DataFrame, *, history: str
) -> dict[str, str]:
    """Write the codebook as Markdown pages.

    Parameters
    ----------
    codebook
        The codebook.
    measured
        Its rules against coded corpora.
    by_rule
        How right each rule is there, as `precision_of_rules` gives it.
    history
        The codebook's changelog: Markdown with a heading of level two for each version.

    Returns
    -------
    dict of str to str
        Pages by name: "index", one for each code, and "history". The same input gives the same text.
    """
    counted = measured.codes[measured.codes["view"] == "counted"]
    figures = {str(row["code"]): row for row in counted.to_dict("records")}
    rules = {str(row["rule_id"]): row for row in by_rule.reset_index().to_dict("records")}
    pages = {INDEX: _index(codebook, figures)}
    for code in codebook.codes:
        pages[code.id] = _page(code, codebook, figures, rules, history)
    _, mark, versions = history.partition("## ")
    pages[HISTORY] = _joined([*_head("History of the codebook", codebook), mark + versions])
    return pages


def _index(codebook: Codebook, figures: _Figures) -> str:
    lines = [*_head(codebook.title, codebook), _plain(codebook.measures), f"**{_plain(codebook.not_for)}**"]
    lines += ["## Conventions", _items(codebook.conventions)]
    for orientation, heading in _ORIENTATIONS.items():
        codes = [code for code in codebook.codes if code.orientation == orientation]
        rows = [
            f"| [{_plain(code.title)}]({code.id}.html) | `{code.id}` "
            f"| {len(code.rules)} | {_f1(code.id, figures)} |"
            for code in codes
        ]
        table = ["| code | id | rules | F1 of the rules |", "|---|---|--:|---|", *rows]
        lines += [f"## {_plain(heading)}", "\n".join(table)]
    lines.append(
        "F1, with its 95% interval, is that of the rules alone, of what counts, on the coded corpora."
    )
    return _joined(lines)


def _page(code: Code, codebook: Codebook, figures: _Figures, by_rule: _Figures, history: str) -> str:
    lines = [*_head(code.title, codebook), f"`{code.id}`, {code.orientation}", _plain(code.definition)]
    lines += ["## Include", _items(code.include), "## Exclude", _items(code.exclude)]
    lines += ["## Grounding", _plain(code.grounding)]
    lines += [
        "## Examples",
        *(_example(one.text, one.kind, [each.code for each in one.codes]) for one in code.examples),
    ]
    lines += ["## Measured error", _error(code.id, figures), "## Rules"]
    for rule in code.rules:
        lines += _rule(rule, codebook, by_rule)
    told = list(_history_of(code.id, history))
    return _joined([*lines, "## History", *(told or ["Not named in the history of the codebook."])])


def _head(title: str, codebook: Codebook) -> list[str]:
    front = title.replace("\\", "\\\\").replace('"', '\\"')
    return [
        f'---\ntitle: "{front}"\n---',
        f"[All codes]({INDEX}.html) · [History]({HISTORY}.html) · Codebook {_plain(codebook.version)}, "
        f"fingerprint `{codebook.hash[:12]}`",
    ]


def _example(text: str, kind: str, codes: list[str]) -> str:
    links = ", ".join(f"[{code}]({code}.html)" for code in codes) or "no code"
    return f"> {_plain(text)}\n>\n> {kind}: {links}"


def _error(code: str, figures: _Figures) -> str:
    if code not in figures:
        return "Codes that never count towards an orientation are not measured by themselves."
    row = figures[code]
    return (
        f"The rules alone, on {int(row['gold'])} units of coded corpora that count for this code: precision "
        f"{figure(row['precision'])}, recall {figure(row['recall'])}, F1 {_f1(code, figures)}. "
        f"{int(row['predicted'])} units found, {int(row['right'])} right."
    )


def _f1(code: str, figures: _Figures) -> str:
    return figure(*(figures[code][name] for name in ("f1", "low", "high"))) if code in figures else "n/a"


def _rule(rule: Rule, codebook: Codebook, by_rule: _Figures) -> Iterator[str]:
    yield f"### {rule.id} {{#{rule.id}}}"
    yield f"**{_plain(rule.says)}** {_plain(' '.join(in_words(rule)))}"
    yield "As written: " + ", ".join(f"`` {pattern.written} ``" for pattern in rule.find)
    words = [_class(codebook, name) for name in classes_of(rule)]
    if words:
        yield "\n".join(words)
    examples = [f"- matches: {_plain(one.text)}" for one in rule.match]
    yield "\n".join([*examples, *(f"- does not match: {_plain(one.text)}" for one in rule.reject)])
    row = by_rule.get(rule.id)
    if row and row["audited"]:
        yield f"On coded corpora: {row['audited']} units counted by it, {row['wrong']} of them wrongly."
    else:
        yield "On coded corpora: nothing counted by it."


def _class(codebook: Codebook, name: str) -> str:
    words = class_words(codebook, name)
    more = f" and {len(words) - _WORDS_SHOWN} more" if len(words) > _WORDS_SHOWN else ""
    listed = ", ".join(words[:_WORDS_SHOWN])
    called = "{" + name.split(":")[-1] + "}"
    return f"- {_plain(called)}: {_plain(codebook.words[name].says)} {_plain(listed)}{more}"


def _history_of(code: str, history: str) -> Iterator[str]:
    """What the changelog says of a code: the items that name it, below their version."""
    for part in history.split("\n## ")[1:]:
        version, _, text = part.partition("\n")
        items = [" ".join(item.split()) for item in re.split(r"\n- ", "\n" + text)[1:]]
        if named := [item for item in items if f"`{code}`" in item]:
            yield f"**{_plain(version.strip())}**\n\n" + "\n".join(f"- {item}" for item in named)


def _items(texts: Iterable[str]) -> str:
    return "\n".join(f"- {_plain(text)}" for text in texts)


def _plain(text: str) -> str:
    """Text as text, whatever it holds that Markdown would take for markup."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"
