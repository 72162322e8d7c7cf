"""Conditions over words: phrases, patterns, likeness, entities, the agent's number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recorder.types import Role
from scoring.rules.judging.prepared import Match, Prepared, Sheet, time_in
from scoring.rules.judging.program import Program, Sitting, Table
from scoring.rules.language.nodes import (
    AgentNumber,
    Entity,
    EntityKind,
    Manner,
    Pattern,
    Phrase,
    Similar,
    Who,
)
from scoring.rules.sound import plain, sound
from transcribe.types import Hit, Utterance

_BEFORE, _AFTER = 12, 8
"""Characters before and after a match in which an `unless` expression takes it back."""
_NUMERALS = {
    ord(han): digit for han, digit in zip("零〇一幺二两三四五六七八九", "0011223456789", strict=True)
}
_HIDDEN = "\N{ARABIC-INDIC DIGIT ZERO}"
"""Stands for a masked digit: to an expression it is a digit, and no speaker's digit is written so."""
_ENTITIES: dict[EntityKind, re.Pattern[str]] = {
    EntityKind.CARD: re.compile(r"(?<!\d)\d{15,19}(?!\d)"),
    EntityKind.PHONE: re.compile(rf"(?<!\d)(?:1[3-9]\d{{9}}|{_HIDDEN}{{11}})(?!\d)"),
    EntityKind.ID_NUMBER: re.compile(r"(?<!\d)\d{17}[\dx](?!\d)"),
    EntityKind.AMOUNT: re.compile(r"[\d一二两三四五六七八九十百千万亿点.]+(?:块|元|万)"),
    EntityKind.ANY_PII: re.compile(rf"(?<!\d)(?:1[3-9]\d{{9}}|{_HIDDEN}{{11}}|\d{{15,19}}|\d{{17}}x)(?!\d)"),
}
_NUMBER_AFTER = re.compile(r"(?:工号|公号|功号|工好|编号)(?:是|为)?(\d{2,8})|(\d{3,6})号?(?:很高兴)?为您")


def phrases(node: Phrase, prepared: Prepared, program: Program) -> Iterator[Match]:
    """Hits of the scanner in the groups and phrases asked for."""
    guard = program.guard(node)
    for hit in _hits(node, prepared):
        if guard is not None and _hit_taken_back(guard, hit, prepared):
            continue
        certain = _hit_certain(node, hit, prepared)
        if certain is not None:
            yield Match(
                hit.start_s, hit.end_s, hit.role, hit.heard, f"phrase:{hit.group}", hit.utterance, certain
            )


def phrase_names(node: Phrase, prepared: Prepared) -> int:
    """How many different groups and phrases asked for were surely found."""
    return len({hit.group if hit.group in node.groups else hit.phrase for hit in _hits(node, prepared)})


def _hit_taken_back(guard: re.Pattern[str], hit: Hit, prepared: Prepared) -> bool:
    utterance = prepared.position.get(hit.utterance)
    if utterance is None:
        return False
    start = len(plain(utterance.heard[: hit.start_char]))
    end = start + len(plain(hit.heard))
    return guard.search(sound(plain(utterance.heard)), max(0, start - _BEFORE), end + _AFTER) is not None


def _hits(node: Phrase, prepared: Prepared) -> list[Hit]:
    return [
        hit
        for hit in prepared.hits(groups=node.groups, phrases=node.phrases)
        if (node.negated or not hit.negated) and hit.score >= node.min_score
    ]


def _hit_certain(node: Phrase, hit: Hit, prepared: Prepared) -> bool | None:
    if node.role is Who.ANYONE:
        return True
    spoken_by = prepared.position[hit.utterance].role if hit.utterance in prepared.position else hit.role
    if node.self_evident and not prepared.roles_certain:
        return True
    if spoken_by not in (node.role.role, Role.UNKNOWN):
        return None
    return prepared.roles_certain and spoken_by is node.role.role


def _sheet(node: Pattern | Similar, prepared: Prepared) -> Sheet:
    """Words that speak for themselves are looked for in everybody's speech where roles are unsure."""
    loose = node.self_evident and not prepared.roles_certain
    return prepared.sheet(Who.ANYONE if loose else node.role)


def patterns(node: Pattern, prepared: Prepared, program: Program) -> Iterator[Match]:
    """Places where one of the expressions matches, by character first, then by sound."""
    compiled = program.pattern(node)
    sheet = _sheet(node, prepared)
    taken: list[tuple[int, int]] = []
    for expression, text in ((compiled.words, sheet.text), (compiled.sounds, sheet.sound)):
        if expression is None:
            continue
        for found in expression.finditer(text):
            start, end = found.span()
            if start == end or any(start < b and a < end for a, b in taken):
                continue
            if compiled.unless is not None and _taken_back(compiled.unless, sheet.sound, start, end):
                continue
            taken.append((start, end))
            yield _at(sheet, start, end, node, prepared)


def _taken_back(unless: re.Pattern[str], text: str, start: int, end: int) -> bool:
    low = max(text.rfind("\n", 0, start) + 1, start - _BEFORE)
    stop = text.find("\n", end)
    high = min(len(text) if stop < 0 else stop, end + _AFTER)
    return unless.search(text, low, high) is not None


def _at(sheet: Sheet, start: int, end: int, node: Pattern, prepared: Prepared) -> Match:
    utterance = sheet.utterances[sheet.utterance_at(start)]
    start_s, end_s = sheet.times(start, end)
    sure = node.self_evident or prepared.is_certain(utterance, node.role)
    text = sheet.text[start:end].replace("\n", "")
    return Match(start_s, max(start_s, end_s), utterance.role, text, "pattern", utterance.index, sure)


def alike(node: Similar | Manner, prepared: Prepared, program: Program, sitting: Sitting) -> Iterator[Match]:
    """For each utterance the piece most like the examples, where it reaches the threshold."""
    table = sitting.table(node)
    if table is None or not (near := sitting.near(table, node.threshold)):
        return
    loose = isinstance(node, Similar) and node.self_evident and not prepared.roles_certain
    guard = program.guard(node) if isinstance(node, Manner) else None
    for place, utterance in enumerate(prepared.utterances):
        pieces = table.cut.pieces[utterance.text or utterance.heard]
        if near.isdisjoint(pieces) or not (loose or prepared.counts_for(utterance, node.role)):
            continue
        best = _best_clause(node, [piece for piece in pieces if piece in near], table)
        if best is None or (guard is not None and guard.search(prepared.sounds[place])):
            continue
        sure = loose or prepared.is_certain(utterance, node.role)
        yield _clause(utterance, prepared.plain[place], best, node, certain=sure)


def _best_clause(node: Similar | Manner, pieces: list[str], table: Table) -> tuple[float, str, str] | None:
    """Score, clause and nearest example of the clause that counts most, of those near enough."""
    least = node.min_chars if isinstance(node, Manner) else 1
    scored = [(table.score(piece), piece) for piece in pieces if len(piece) >= least]
    for score, piece in sorted(scored, reverse=True):
        likeness = table.likeness(piece)
        if isinstance(node, Similar) and score - likeness.against < node.margin:
            continue
        return score, piece, likeness.example
    return None


def _clause(
    utterance: Utterance,
    text: str,
    best: tuple[float, str, str],
    node: Similar | Manner,
    *,
    certain: bool,
) -> Match:
    score, piece, example = best
    start = max(0, text.find(piece))
    name = "similar" if isinstance(node, Similar) else "manner"
    length = max(1, len(text))
    return Match(
        time_in(utterance, start / length),
        time_in(utterance, min(1.0, (start + len(piece)) / length)),
        utterance.role,
        piece,
        f"{name}:{example}:{score:.2f}",
        utterance.index,
        certain,
    )


def digits_of(text: str) -> str:
    """Plain text with spoken numerals as digits; masked ones are `_HIDDEN`."""
    return plain(text.replace("*", _HIDDEN)).translate(_NUMERALS)


def entities(node: Entity, prepared: Prepared) -> Iterator[Match]:
    """Numbers of the asked kind in the speaker's utterances."""
    expression = _ENTITIES[node.kind]
    for utterance in prepared.utterances:
        if not prepared.counts_for(utterance, node.role):
            continue
        text = digits_of(utterance.text or utterance.heard)
        for found in expression.finditer(text):
            length = max(1, len(text))
            yield Match(
                time_in(utterance, found.start() / length),
                time_in(utterance, found.end() / length),
                utterance.role,
                found.group().replace(_HIDDEN, "*"),
                f"entity:{node.kind.value}",
                utterance.index,
                prepared.is_certain(utterance, node.role),
            )


def agent_numbers(node: AgentNumber, prepared: Prepared) -> Iterator[Match]:
    """Numbers given as the agent's that equal (or, with `equal` false, differ from) the call data's."""
    roster = prepared.conversation.call_data.get("agent_no", "").strip()
    if not roster:
        return
    for utterance in prepared.utterances:
        if not prepared.counts_for(utterance, node.role):
            continue
        text = digits_of(utterance.text or utterance.heard)
        for found in _NUMBER_AFTER.finditer(text):
            given = found.group(1) or found.group(2)
            if (given == roster) is node.equal:
                yield Match(
                    utterance.start_s,
                    utterance.end_s,
                    utterance.role,
                    found.group(),
                    "agent_number",
                    utterance.index,
                    True,
                )
