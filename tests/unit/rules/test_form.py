"""The rule form: whatever a rule can say is shown, posted back and means the same."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from qm.rules.pages.form import posted_form
from qm.rules.pages.form_view import Editor, said_beyond, said_wrong
from qm.rules.words.form import CHOICES, KIND_WORDS, label_of
from qm.rules.words.rules import MISCONDUCT
from qm.rules.writes.form import (
    BLOCKS_MOST,
    DEPTH,
    Block,
    PartWrong,
    RuleForm,
    beyond,
    form_of,
    new_block,
    rule_of,
)
from qm.rules.writes.form_acts import NoRoom, NoSuchPart, act
from scoring.rules import Explanations, Rule, corpus, load_rules, seeded
from scoring.rules.language.nodes import All, DeadAir, Duration, Flow, Not, Pattern, Phrase, Who
from scoring.rules.language.schema import FIELDS, INSIDE, KINDS, SEVERAL, FieldOf, Form, KindOf, usual

PART = {"opened_by": "customer"}
FILLED: dict[Form, Any] = {
    Form.TEXT: "queue",
    Form.TEXTS: ["请稍等", "请 您 稍等"],
    Form.EXPRESSIONS: ["请.{0,3}等", "(甲|乙)"],
    Form.GROUPS: ["greeting", "gone_from_the_library"],
    Form.INTEGER: "3",
    Form.NUMBER: "0.35",
    Form.CONDITION: PART,
    Form.CONDITIONS: [PART, {"duration": {"min_s": "30"}}],
}


def _value(kind: str, item: FieldOf) -> Any:
    """A value that is not the usual one."""
    if item.form is Form.FLAG:
        return "false" if usual(kind, item.name) is True else "true"
    if item.form is Form.CHOICE:
        assert item.choices is not None
        return next(choice.value for choice in item.choices if choice != usual(kind, item.name))
    if item.form is Form.STEPS:
        one = {"key": "a", "title": "核实", "done_when": PART, "when": PART, "optional": "true"}
        return [one, {"key": "b", "title": "办理", "done_when": PART}]
    return ["abuse", "shirk"] if (kind, item.name) == ("manner", "kinds") else FILLED[item.form]


def _rule(kind: str, body: Any) -> Rule:
    import yaml

    text = yaml.safe_dump(
        {"key": "each_kind", "title": "各种", "met_when": {kind: body}}, allow_unicode=True
    ).replace("'true'", "true")
    return load_rules(text)[0]


def _beside(kind: KindOf, item: FieldOf) -> set[str]:
    """Fields that have to stand beside one."""
    anchor = {"after"} if item.name == "within_s" and kind.windowed else set()
    if kind.name == "manner":
        return set() if item.name == "kinds" else anchor | {"examples", "unlike"}
    return anchor | set(kind.needs_one_of[:1]) | {other.name for other in kind.fields if other.required}


def _each_kind() -> Iterator[tuple[str, Rule]]:
    for kind in KINDS.values():
        values = {item.name: _value(kind.name, item) for item in kind.fields}
        for item in kind.fields:
            names = {item.name} | _beside(kind, item)
            yield f"{kind.name}.{item.name}", _rule(kind.name, {name: values[name] for name in names})
        if kind.name == "manner":
            values.pop("kinds", None)  # stands instead of examples
        yield f"{kind.name} with all", _rule(kind.name, values)


EACH_KIND = dict(_each_kind())
SEEDED = {rule.key: rule for rule in seeded()}


def _entries(form: RuleForm) -> MultiDict[str, str]:
    """What a browser posts of the form: texts in lines, ticked flags, a hidden kind for each block."""
    given: MultiDict[str, str] = MultiDict()
    for name in ("key", "title", "version", "blind_s"):
        given.add(name, getattr(form, name))
    given.add("description", form.description.replace("\n", "\r\n"))
    given.add("must", "1" if form.must else "0")
    for verdict, text in form.explain.items():
        given.add(f"explain_{verdict}", text)
    _add(given, form.slots, "")
    return given


def _add(given: MultiDict[str, str], block: Block, path: str) -> None:
    forms = {item.name: item.form for item in FIELDS.get(block.kind, ())}
    for name, texts in block.typed.items():
        if forms[name] is Form.GROUPS or name == "kinds":  # boxes to tick
            given.setlist(f"{path}{name}", list(texts))
        elif forms[name] in SEVERAL or texts or forms[name] is not Form.FLAG:
            given.add(f"{path}{name}", "\r\n".join(texts))
    for name, parts in block.inside.items():
        for number, part in enumerate(parts):
            given.add(f"{path}{name}.{number}.is", part.kind)
            _add(given, part, f"{path}{name}.{number}.")


def _back(form: RuleForm, key: str | None = None) -> RuleForm:
    return posted_form(_entries(form), key)


@pytest.mark.parametrize("rule", EACH_KIND.values(), ids=EACH_KIND)
def test_every_field_of_every_condition_survives_the_form(rule: Rule) -> None:
    form = form_of(rule)
    assert beyond(form) == ()
    assert _back(form) == form
    assert rule_of(_back(form)) == rule


@pytest.mark.parametrize("rule", SEEDED.values(), ids=SEEDED)
def test_every_rule_of_the_library_opens_in_the_form_and_comes_back_the_same(rule: Rule) -> None:
    form = form_of(rule)
    assert beyond(form) == ()
    assert rule_of(_back(form)) == rule


def test_head_sentences_and_places_survive_the_form() -> None:
    rule = Rule(
        key="whole_head",
        title="全部",
        version=7,
        description="第一行\n第二行",
        applies_when=Duration(min_s=30),
        violated_when=Not(DeadAir(role=Who.ANYONE, min_s=12.25)),
        blind_s=2.5,
        explain=Explanations(not_met="{at} 有静音"),
    )
    assert rule_of(_back(form_of(rule))) == rule


def test_what_lines_cannot_hold_is_named_and_left_to_yaml() -> None:
    rule = Rule("odd", "名称", met_when=All((Pattern(sounds=(" 开头有空格",)), Phrase(phrases=("两\n行",)))))
    lost = beyond(form_of(rule))
    assert [(part.kind, part.name) for part in lost] == [("pattern", "sounds"), ("phrase", "phrases")]


@pytest.mark.usefixtures("chinese")
def test_what_is_left_to_yaml_is_said_in_words() -> None:
    rule = Rule("odd", "名\n称", met_when=Pattern(sounds=(" 开头有空格",)))
    first, second = said_beyond(beyond(form_of(rule)))
    assert "“名称”" in first
    assert "“这些话或句式”" in second


def test_every_field_has_words() -> None:
    assert set(KIND_WORDS) == set(FIELDS)
    for kind, items in FIELDS.items():
        for item in items:
            assert label_of(kind, item.name) is not None
            if item.choices is not None:
                assert set(CHOICES[item.choices]) == set(item.choices)


def test_a_new_block_holds_what_is_usual() -> None:
    assert new_block("dead_air").typed["min_s"] == ("8",)
    assert new_block("flow").typed["ordered"] == ("1",)
    assert new_block("call_data").typed["op"] == ("is",)
    for kind in FIELDS:
        assert all(new_block(kind).inside[item.name] == () for item in FIELDS[kind] if item.form in INSIDE)


def _form(condition: Block | None) -> RuleForm:
    return RuleForm(
        "a_rule", "名称", slots=Block("rule", inside={"condition": (condition,) if condition else ()})
    )


@pytest.mark.parametrize(
    ("form", "path", "part"),
    [
        (_form(None), "condition", "还没有条件"),
        (RuleForm("a_rule"), "title", "名称"),
        (_form(Block("dead_air", {"min_s": ("八",)})), "condition.0.min_s", "数字"),
        (_form(Block("dead_air", {"min_s": ("-1",)})), "condition.0.min_s", "不能小于"),
        (_form(new_block("pattern")), "condition.0", "至少要写"),
        (_form(Block("pattern", {"sounds": ("(坏",)})), "condition.0.sounds", "正则"),
        (_form(Block("not")), "condition.0.part", "还没有条件"),
        (_form(Block("all", {}, {"parts": (new_block("similar"),)})), "condition.0.parts.0", "缺少"),
        (
            _form(Block("flow", {}, {"steps": (Block("step"),)})),
            "condition.0.steps.0.done_when",
            "还没有条件",
        ),
    ],
)
def test_what_is_missing_or_wrong_is_named_with_its_place(form: RuleForm, path: str, part: str) -> None:
    with pytest.raises(PartWrong) as caught:
        rule_of(form)
    assert caught.value.path == path
    assert part in caught.value.detail


@pytest.mark.usefixtures("chinese")
def test_a_fault_is_told_with_the_names_on_the_page() -> None:
    with pytest.raises(PartWrong) as caught:
        rule_of(_form(Block("dead_air", {"min_s": ("八",)})))
    assert said_wrong(caught.value) == "“静音”：“至少” 应为数字，现为 八"


@pytest.mark.usefixtures("chinese")
def test_what_is_still_empty_is_told_with_the_names_on_the_page() -> None:
    with pytest.raises(PartWrong) as caught:
        rule_of(_form(Block("flow", {}, {"steps": (Block("step", {"title": ("核实",)}),)})))
    assert said_wrong(caught.value) == "“步骤”：“做到的标志” 还没有条件：请添加至少一个"


def test_steps_without_a_key_get_one_that_no_other_has() -> None:
    done = {"done_when": (new_block("opened_by"),)}
    steps = tuple(
        Block("step", {"title": ("核实",), "key": key}, done) for key in ((), ("step_1",), (), ("lock",))
    )
    condition = rule_of(_form(Block("flow", {"ordered": ("1",)}, {"steps": steps}))).condition
    assert isinstance(condition, Flow)
    assert [step.key for step in condition.steps] == ["step_2", "step_1", "step_3", "lock"]


def _top(*kinds: str) -> Block:
    parts = tuple(new_block(kind) for kind in kinds)
    return Block("rule", inside={"condition": (Block("all", {}, {"parts": parts}),), "applies_when": ()})


def _kinds(top: Block) -> list[str]:
    return [part.kind for part in top.inside["condition"][0].inside["parts"]]


def test_buttons_add_move_wrap_and_remove_conditions() -> None:
    top = _top("phrase", "dead_air")
    added, focus = act(top, "add", "condition.0.parts", "turns")
    assert (_kinds(added), focus) == (["phrase", "dead_air", "turns"], "condition.0.parts.2")
    moved, focus = act(added, "up", "condition.0.parts.2")
    assert (_kinds(moved), focus) == (["phrase", "turns", "dead_air"], "condition.0.parts.1")
    assert act(moved, "down", "condition.0.parts.2") == (moved, "condition.0.parts.2")
    wrapped, _ = act(moved, "wrap", "condition.0.parts.1", "not")
    assert _kinds(wrapped) == ["phrase", "not", "dead_air"]
    assert act(wrapped, "unwrap", "condition.0.parts.1")[0] == moved
    assert _kinds(act(moved, "remove", "condition.0.parts.0")[0]) == ["turns", "dead_air"]
    limited, focus = act(top, "add", "applies_when", "call_data")
    assert (limited.inside["applies_when"][0].kind, focus) == ("call_data", "applies_when.0")


def test_a_layer_that_holds_two_conditions_is_not_taken_away_from_around_one() -> None:
    parts = {"part": (new_block("phrase"),), "exception": ()}
    top = Block("rule", inside={"condition": (Block("except", {}, parts),)})
    assert act(top, "unwrap", "condition.0")[0].inside["condition"] == parts["part"]
    full, _ = act(top, "add", "condition.0.exception", "turns")
    with pytest.raises(NoSuchPart):
        act(full, "unwrap", "condition.0")


def test_another_condition_beside_the_whole_makes_a_list_of_both() -> None:
    top = Block("rule", inside={"condition": (new_block("dead_air"),)})
    both, focus = act(top, "any", "condition.0", "phrase")
    assert both.inside["condition"][0].kind == "any"
    assert (_kinds(both), focus) == (["dead_air", "phrase"], "condition.0.parts.1")
    assert _kinds(act(both, "any", "condition.0", "turns")[0]) == ["dead_air", "phrase", "turns"]


def test_another_kind_keeps_what_both_kinds_hold() -> None:
    top = Block(
        "rule", inside={"condition": (Block("similar", {"examples": ("请稍等",), "role": ("customer",)}),)}
    )
    (other,) = act(top, "become", "condition.0", "manner")[0].inside["condition"]
    assert (other.kind, other.typed["examples"], other.typed["role"]) == (
        "manner",
        ("请稍等",),
        ("customer",),
    )


def test_a_new_flow_begins_with_a_step() -> None:
    top, _ = act(Block("rule", inside={"condition": ()}), "add", "condition", "flow")
    assert [step.kind for step in top.inside["condition"][0].inside["steps"]] == ["step"]


@pytest.mark.parametrize(
    ("what", "path", "kind"),
    [
        ("add", "condition.0.parts", "robot"),
        ("add", "condition", "phrase"),
        ("remove", "condition.0.parts.9", ""),
        ("wrap", "condition.0.parts.0", "flow"),
        ("unwrap", "condition.0.parts.0", ""),
        ("dance", "condition.0", ""),
        ("up", "condition", ""),
        ("remove", "", ""),
    ],
)
def test_a_button_for_what_is_not_there_is_refused(what: str, path: str, kind: str) -> None:
    with pytest.raises(NoSuchPart):
        act(_top("phrase"), what, path, kind)


def test_a_posted_tree_without_end_is_refused() -> None:
    path, given = "condition", MultiDict([("title", "x")])
    for _ in range(60):
        given.add(f"{path}.0.is", "not")
        path = f"{path}.0.part"
    with pytest.raises(NoRoom):
        posted_form(given, None)


def test_a_button_makes_no_form_that_could_not_be_posted_back() -> None:
    top = Block("rule", inside={"condition": (new_block("phrase"),)})
    for _ in range(DEPTH - 1):
        top, _ = act(top, "wrap", "condition.0", "not")
    with pytest.raises(NoRoom):
        act(top, "wrap", "condition.0", "not")
    form = RuleForm("a_rule", "名称", slots=top)
    assert beyond(form) == ()
    assert _back(form).slots.inside["condition"] == top.inside["condition"]


def test_a_form_holds_no_more_blocks_than_a_page_can_show() -> None:
    full = _top(*("opened_by",) * (BLOCKS_MOST - 2))
    assert len(_kinds(_back(RuleForm("a_rule", "名称", slots=full)).slots)) == BLOCKS_MOST - 2
    with pytest.raises(NoRoom):
        act(full, "add", "condition.0.parts", "turns")
    given = MultiDict([(f"condition.0.parts.{n}.is", "turns") for n in range(BLOCKS_MOST + 1)])
    with pytest.raises(NoRoom):
        posted_form(given, None)


def test_boxes_stand_in_the_order_of_the_rule_so_that_posting_them_changes_nothing() -> None:
    ed = Editor({"greeting": "问候", "closing": "结束语", "hold": "等待"})
    phrase = Block("phrase", {"groups": ("hold", "gone", "greeting")})
    boxes = ed.picks(phrase, FIELDS["phrase"][0])
    assert list(boxes) == ["hold", "gone", "greeting", "closing"]
    assert (boxes["hold"], boxes["gone"]) == ("等待", "gone")


def test_choices_are_enumerations() -> None:
    assert all(issubclass(kind, StrEnum) for kind in CHOICES)


def test_every_kind_of_misconduct_has_its_words() -> None:
    assert MISCONDUCT.keys() == corpus.kinds()
