"""What the buttons of the rule form do to its tree of blocks: add, remove, move, wrap, swap. Pure.

A path names a block from the top, field and place in turn: `condition.0.parts.2`. Each act gives the
changed tree and the path of what the person goes on with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from qm.core.errors import InvalidInput
from qm.rules.writes.form import CONDITION, Block, fits, new_block
from scoring.rules.language.schema import FIELDS, INSIDE, KINDS, Form

Acted = tuple[Block, str]
Change = Callable[[Block], tuple[Block, ...]]


class NoSuchPart(InvalidInput):
    """A button names a block that is not there."""

    message = "这一处条件已经不在了，请再试一次。"


class NoRoom(InvalidInput):
    """The tree would grow beyond what the form shows."""

    message = "条件套得太深或太多，表单放不下了。请拆成几条规则。"


def act(top: Block, what: str, path: str, kind: str = "") -> Acted:
    """Do what a button says. Raises `NoSuchPart`, `NoRoom`."""
    try:
        changed, focus = _ACTS[what](top, path, kind)
    except (IndexError, KeyError, ValueError) as error:
        raise NoSuchPart from error
    if not fits(changed):
        raise NoRoom
    return changed, focus


def wrapping(kind: str) -> str | None:
    """The field that takes a block put inside a condition of this kind; None where nothing fits."""
    fit = (item.name for item in FIELDS[kind] if item.required and item.form in INSIDE)
    return None if kind == "flow" else next(fit, None)


WRAPS = tuple(kind for kind in KINDS if wrapping(kind))
"""Kinds that a condition can be put inside."""


def alone(block: Block) -> Block | None:
    """The only condition inside a block that does nothing but hold others; it can stand in its place."""
    parts = [part for those in block.inside.values() for part in those]
    return parts[0] if block.kind in WRAPS and len(parts) == 1 else None


def _add(top: Block, path: str, kind: str) -> Acted:
    holder, name = path.rpartition(".")[::2]
    there = _at(top, holder).inside.get(name, ())
    grown = _with(top, holder, lambda block: _holding(block, name, (*there, _new(kind))))
    return grown, f"{path}.{len(there)}"


def _remove(top: Block, path: str, _kind: str) -> Acted:
    return _changed(top, path, lambda _block: ()), path.rpartition(".")[0].rpartition(".")[0]


def _move(by: int) -> Callable[[Block, str, str], Acted]:
    def moved(top: Block, path: str, _kind: str) -> Acted:
        holder, name, place = path.rsplit(".", 2) if path.count(".") > 1 else ("", *path.split("."))
        parts = list(_at(top, holder).inside[name])
        here, there = int(place), int(place) + by
        if not 0 <= there < len(parts):
            return top, path
        parts[here], parts[there] = parts[there], parts[here]
        lead = f"{holder}." if holder else ""
        return _with(top, holder, lambda block: _holding(block, name, tuple(parts))), f"{lead}{name}.{there}"

    return moved


def _wrap(top: Block, path: str, kind: str) -> Acted:
    return _changed(top, path, lambda block: (_around(block, kind),)), path


def _unwrap(top: Block, path: str, _kind: str) -> Acted:
    def bared(block: Block) -> tuple[Block, ...]:
        inner = alone(block)
        if inner is None:
            raise KeyError(block.kind)
        return (inner,)

    return _changed(top, path, bared), path


def _become(top: Block, path: str, kind: str) -> Acted:
    """Another kind in its place; what both kinds hold stays."""

    def other(block: Block) -> tuple[Block, ...]:
        made = new_block(_new(kind).kind)
        typed = {name: block.typed.get(name, texts) for name, texts in made.typed.items()}
        kept = {name: block.inside.get(name, parts) for name, parts in made.inside.items()}
        return (Block(made.kind, typed, kept),)

    return _changed(top, path, other), path


def _also(joined: str) -> Callable[[Block, str, str], Acted]:
    """One more condition beside the whole, in one list with it."""

    def added(top: Block, path: str, kind: str) -> Acted:
        (whole,) = top.inside[CONDITION]
        if whole.kind != joined:
            top = _wrap(top, path, joined)[0]
        return _add(top, f"{path}.parts", kind)

    return added


_ACTS: dict[str, Callable[[Block, str, str], Acted]] = {
    "add": _add,
    "remove": _remove,
    "up": _move(-1),
    "down": _move(1),
    "wrap": _wrap,
    "unwrap": _unwrap,
    "become": _become,
    "all": _also("all"),
    "any": _also("any"),
}


def _new(kind: str) -> Block:
    made = new_block(kind)
    if kind != "flow":
        return made
    return _holding(made, "steps", (new_block("step"),))


def _around(block: Block, kind: str) -> Block:
    name = wrapping(kind)
    if name is None:
        raise KeyError(kind)
    made = new_block(kind)
    return _holding(made, name, (block,))


def _holding(block: Block, name: str, parts: tuple[Block, ...]) -> Block:
    forms = {item.name: item.form for item in FIELDS.get(block.kind, ())}
    if forms.get(name, Form.CONDITION) is Form.CONDITION and len(parts) > 1:
        raise ValueError(name)
    return replace(block, inside={**block.inside, name: parts})


def _at(top: Block, path: str) -> Block:
    block = top
    for name, place in _steps(path):
        block = block.inside[name][place]
    return block


def _with(top: Block, path: str, change: Callable[[Block], Block]) -> Block:
    return _changed(top, path, lambda block: (change(block),)) if path else change(top)


def _changed(top: Block, path: str, change: Change) -> Block:
    (name, place), *rest = _steps(path)
    parts = top.inside[name]
    new = (_changed(parts[place], _path(rest), change),) if rest else change(parts[place])
    return replace(top, inside={**top.inside, name: parts[:place] + new + parts[place + 1 :]})


def _steps(path: str) -> list[tuple[str, int]]:
    parts = path.split(".") if path else []
    return [(name, int(place)) for name, place in zip(parts[::2], parts[1::2], strict=True)]


def _path(steps: list[tuple[str, int]]) -> str:
    return ".".join(f"{name}.{place}" for name, place in steps)
