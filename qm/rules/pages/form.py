"""The rule form as it is posted: every field of the schema, under the path of its block."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from qm.rules.writes.form import APPLIES, BLOCKS_MOST, CONDITION, DEPTH, VERDICTS, Block, RuleForm
from qm.rules.writes.form_acts import NoRoom, NoSuchPart
from scoring.rules.language.schema import FIELDS, INSIDE, SEVERAL, FieldOf

Posted = MultiDict[str, str]
DATA_KEYS = ("queue", "direction", "team", "agent_no", "started_at", "caller")
"""Call data that every call has; attributes of the call may be named too."""


def posted_form(given: Posted, key: str | None) -> RuleForm:
    """The form as typed. Raises `NoSuchPart` and `NoRoom` for what no page of ours posts."""
    if sum(name.endswith(".is") for name in given) > BLOCKS_MOST:
        raise NoRoom
    said = {name: text for name in VERDICTS if (text := given.get(f"explain_{name}", "").strip())}
    return RuleForm(
        key=key or given.get("key", "").strip(),
        title=given.get("title", "").strip(),
        description=given.get("description", "").replace("\r\n", "\n").strip(),
        must=given.get("must", "1") == "1",
        version=given.get("version", "1").strip(),
        blind_s=given.get("blind_s", "").strip(),
        explain=said,
        slots=Block("rule", inside={name: _blocks(given, name, 0) for name in (CONDITION, APPLIES)}),
    )


def _blocks(given: Posted, path: str, depth: int) -> tuple[Block, ...]:
    if depth > DEPTH + 1:
        raise NoRoom
    found: list[Block] = []
    while (kind := given.get(f"{path}.{len(found)}.is")) is not None:
        found.append(_block(given, f"{path}.{len(found)}", kind, depth))
    return tuple(found)


def _block(given: Posted, path: str, kind: str, depth: int) -> Block:
    if kind not in FIELDS:
        raise NoSuchPart
    typed, inside = {}, {}
    for item in FIELDS[kind]:
        at = f"{path}.{item.name}"
        if item.form in INSIDE:
            inside[item.name] = _blocks(given, at, depth + 1)
        else:
            typed[item.name] = _typed(given, item, at)
    return Block(kind, typed, inside)


def _typed(given: Posted, item: FieldOf, at: str) -> tuple[str, ...]:
    texts = given.getlist(at)  # several where boxes are ticked
    lines = [line for text in texts for line in text.splitlines()] if item.form in SEVERAL else texts[:1]
    return tuple(line.strip() for line in lines if line.strip())
