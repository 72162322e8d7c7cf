"""Tokens, queries and highlights of the search."""

from qm.core.searching import fts5_query, highlight, phrases, tokens, tsquery, tsvector


def test_han_characters_stand_alone_and_digits_in_runs() -> None:
    assert [token.text for token in tokens("您好，工号8021为您")] == [
        "您",
        "好",
        "工",
        "号",
        "8021",
        "为",
        "您",
    ]


def test_full_width_digits_and_capitals_fold_in_place() -> None:
    found = tokens("ＡＴＭ卡１２")
    assert [(token.text, token.start, token.end) for token in found] == [
        ("atm", 0, 3),
        ("卡", 3, 4),
        ("12", 4, 6),
    ]


def test_quotes_and_operators_cannot_reach_the_engine() -> None:
    asked = phrases("身份证\" OR 'x* -(保证")
    assert fts5_query(asked) == '"身 份 证" AND "or" AND "x" AND "保 证"'
    assert tsquery(asked) == "('身' <-> '份' <-> '证') & ('or') & ('x') & ('保' <-> '证')"


def test_punctuation_alone_asks_for_nothing() -> None:
    assert phrases(' ，。*" ') == []


def test_vector_keeps_each_place_of_a_token() -> None:
    assert tsvector(["好", "的", "好"]) == "'好':1,3 '的':2"


def test_highlight_marks_each_phrase_and_keeps_the_text_whole() -> None:
    pieces = highlight("感谢您，感谢您的来电", phrases("感谢您 来电"))
    assert "".join(piece.text for piece in pieces) == "感谢您，感谢您的来电"
    assert [piece.text for piece in pieces if piece.marked] == ["感谢您", "感谢您", "来电"]
