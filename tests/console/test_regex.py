"""The linear-time engine against Python's, and against patterns that make backtracking engines hang."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hvlab.console.errors import CmdletError
from hvlab.console.patterns import like
from hvlab.console.regex import Regex

PATTERNS = [
    "a",
    "abc",
    "a|b",
    "(a|ab)(c|bcd)(d*)",
    "a*",
    "a+?b",
    "a??b",
    "(a*)(a*)",
    "^a",
    "a$",
    r"\bfoo\b",
    r"\d+",
    r"[a-c]+[^a-c]",
    r"(\w+)\s(\w+)",
    "x{2,3}",
    "x{2,}?",
    "(ab){2}",
    "(?:a|b)+c",
    r"^(\d{1,3})\.(\d{1,3})$",
    r"[\w-]+@[\w.]+",
    "",
    "(a|b)*abb",
    r"\.vhd$",
    "a.c",
    "(b)",
    r"[]a]+",
    r"[^]a]",
    r"\t|\n",
    "(a+)+$",
]
TEXTS = [
    "",
    "a",
    "abc",
    "abcd",
    "aab",
    "xxab",
    "foo bar",
    "a foo b",
    "x1y22",
    "xxxx",
    "192.168",
    "me@host.x",
    "a\nc",
    "abab",
    "]]a",
    "disk.vhd",
    "aaab",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_same_matches_as_python(pattern: str) -> None:
    mine, theirs = Regex(pattern, ignore_case=False), re.compile(pattern)
    for text in TEXTS:
        expected = theirs.search(text)
        found = mine.search(text)
        if expected is None:
            assert found is None, text
            continue
        assert found is not None, text
        spans = [expected.span(group) for group in range(theirs.groups + 1)]
        assert list(zip(found[::2], found[1::2], strict=True)) == spans, text
        assert [text[m[0] : m[1]] for m in mine.matches(text) if m[1] > m[0]] == [
            m[0] for m in theirs.finditer(text) if m[0]
        ]


_ATOMS = st.sampled_from(["a", "b", "c", ".", "[ab]", "[^a]", r"\w", "^", "$"])


def _patterns() -> st.SearchStrategy[str]:
    return st.recursive(
        _ATOMS,
        lambda inner: st.one_of(
            st.tuples(inner, inner).map("".join),
            st.tuples(inner, inner).map(lambda p: f"(?:{p[0]}|{p[1]})"),
            inner.map(lambda p: f"({p})"),
            st.tuples(st.sampled_from("abc"), st.sampled_from(["*", "+", "?", "*?", "{1,2}"])).map("".join),
        ),
        max_leaves=6,
    )


@given(_patterns(), st.text("abc", max_size=8))
def test_random_patterns_agree_with_python(pattern: str, text: str) -> None:
    expected = re.search(pattern, text)
    found = Regex(pattern, ignore_case=False).search(text)
    assert (found is None) == (expected is None)
    if found is not None and expected is not None:
        assert (found[0], found[1]) == expected.span()


def test_case() -> None:
    assert Regex("AbC").search("xaBc") == [1, 4]
    assert Regex("[A-C]+").search("xabc") == [1, 4]
    assert Regex("a", ignore_case=False).search("A") is None
    assert Regex("(?i)a", ignore_case=False).search("A") == [0, 1]


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(a*)*b", "(.*)*x", "(a|aa)+$", "(?:a?){20}a{20}"])
def test_hostile_patterns_are_linear(pattern: str) -> None:
    spent = 0

    def charge(steps: int) -> None:
        nonlocal spent
        spent += steps

    text = "a" * 2000 + "!"
    regex = Regex(pattern)
    regex.search(text, 0, charge)
    assert spent <= len(text) * len(regex.program)


@pytest.mark.parametrize(
    ("pattern", "word"),
    [
        ("(?=a)", "(?="),
        ("(?<!a)b", "(?<!"),
        (r"(a)\1", "back reference"),
        (r"\p{L}", "Unicode category"),
        ("(?>a)", "atomic group"),
        ("(?s)a", "(?s)"),
        ("[a-z-[aeiou]]", "class subtraction"),
    ],
)
def test_refused_by_name(pattern: str, word: str) -> None:
    with pytest.raises(CmdletError) as caught:
        Regex(pattern)
    assert word in caught.value.message and caught.value.error_id == "UnsupportedConstruct"


@pytest.mark.parametrize(
    "pattern", ["(", ")", "[a", "a**", "*a", "a{3,2}", "\\", "[z-a]", "(?<1>a)", r"\y", "a{9999}" * 9]
)
def test_bad_patterns(pattern: str) -> None:
    with pytest.raises(CmdletError) as caught:
        Regex(pattern)
    assert caught.value.error_id in ("InvalidRegularExpression", "UnsupportedConstruct")


def test_replacement() -> None:
    regex = Regex(r"(?<first>\w)(\d)?")
    assert regex.replace("a1 b", "<$1|${first}|$2|$$|$&|$9>") == "<1|a|a|$|a1|$9> <|b|b|$|b|$9>"


def test_groups_without_a_name_are_numbered_first_and_a_name_used_twice_is_one_group() -> None:
    regex = Regex(r"(?<a>x)(y)(?<b>z)(?<a>w)")
    assert (regex.groups, regex.names) == (3, {"a": 2, "b": 3})
    assert regex.replace("xyzw", "$1$2$3") == "ywz"


@given(st.text("ab*?[]-`", max_size=12), st.text("ab-", max_size=12))
def test_wildcards_agree_with_a_plain_definition(pattern: str, text: str) -> None:
    try:
        found = like(text, pattern, True)
    except CmdletError:
        assert "[" in pattern
        return
    if "[" not in pattern and "`" not in pattern:
        translated = "".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in pattern)
        assert found == (re.fullmatch(translated, text, re.DOTALL) is not None)


def test_many_stars_do_not_hang() -> None:
    assert not like("a" * 3000, "*a" * 40 + "b")
