from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.content import finish
from bot.sandbox.detection import detect_entities
from bot.sandbox.errors import ApiError
from bot.sandbox.formatting import Formatted, parse_html, utf16_length


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("日本<ul>", 'Unsupported start tag "ul" at byte offset 6'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ('<a ="x">y</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href>y</a>", 'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<a href=x/y>z</a>", "Unexpected end of name token at byte offset 8"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ('<tg-emoji emoji-id="x">y</tg-emoji>', "Invalid custom emoji identifier specified"),
    ],
)
def test_a_fault_is_named_as_telegram_names_it(source: str, fault: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse_html(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {fault}"


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("<strong>a</strong><em>b</em>", "ab", [("bold", 0, 1), ("italic", 1, 1)]),
        ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        ("<tg-spoiler>a</tg-spoiler>", "a", [("spoiler", 0, 1)]),
        ('<span class="tg-spoiler">a</span>', "a", [("spoiler", 0, 1)]),
        ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
        ("<blockquote>a</blockquote>", "a", [("blockquote", 0, 1)]),
        ('<pre><code class="language-py">a</code></pre>', "a", [("pre", 0, 1)]),
        ("<code><b>a</b></code>", "a", [("code", 0, 1)]),
        ("<B>a</b >", "a", [("bold", 0, 1)]),
        ("<b></b>a", "a", []),
        ("&lt;b&gt; &amp;&quot;&#65;&#x42; &nbsp; &", '<b> &"AB &nbsp; &', []),
        ('<a href="tel:110">call</a>', "call", []),
        ('<a href="https://example.org/?a=1&amp;b=2">x</a>', "x", [("text_link", 0, 1)]),
        ("<u>😀</u><s>x</s>", "😀x", [("underline", 0, 2), ("strikethrough", 2, 1)]),
    ],
)
def test_html_becomes_text_and_entities(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    formatted = parse_html(source)
    assert formatted.text == text
    assert [(entity["type"], entity["offset"], entity["length"]) for entity in formatted.entities] == entities


def test_a_link_keeps_its_address_and_code_its_language() -> None:
    assert parse_html('<a href="example.org">x</a>').entities[0]["url"] == "http://example.org/"
    assert parse_html('<pre><code class="language-py">a</code></pre>').entities[0]["language"] == "py"
    assert parse_html('<a href="tg://user?id=7">x</a>').entities[0]["user"]["id"] == 7


@given(st.text())
def test_escaped_text_comes_back_as_it_was(text: str) -> None:
    assert parse_html(html.escape(text, quote=False)) == Formatted(text)
    assert parse_html(f"<b>{html.escape(text)}</b>".replace("&#x27;", "'")).text == text


@given(st.text(alphabet=st.sampled_from("<>/ab=\"'& ;#x1\n"), max_size=40))
def test_any_markup_is_either_parsed_or_refused_with_a_reason(source: str) -> None:
    formatted, reason = Formatted(""), ""
    try:
        formatted = parse_html(source)
    except ApiError as refused:
        reason = refused.description
    length = utf16_length(formatted.text)
    assert all(0 <= entity["offset"] < entity["offset"] + entity["length"] <= length for entity in formatted.entities)
    assert not reason or reason.startswith("Bad Request: can't parse entities: ")


@given(st.text(alphabet=st.sampled_from(" \n\r\tab😀/\u202e"), max_size=30), st.integers(0, 30), st.integers(1, 30))
def test_a_finished_text_is_trimmed_and_its_entities_stay_inside(text: str, offset: int, length: int) -> None:
    whole = utf16_length(text)
    begin = min(offset, whole)
    entity = {"type": "bold", "offset": begin, "length": min(length, whole - begin)}
    finished = finish(Formatted(text, (entity,)))
    assert finished.text == finished.text.strip()
    end = utf16_length(finished.text)
    assert all(found["offset"] >= 0 and found["offset"] + found["length"] <= end for found in finished.entities)
    assert all(found["length"] > 0 for found in finished.entities)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/tips now", [("bot_command", "/tips")]),
        ("（/tips）", [("bot_command", "/tips")]),
        ("/tips@mamori_bot", [("bot_command", "/tips@mamori_bot")]),
        ("a/tips //x 1/2", []),
        ("/tips/stats", []),
        ("see https://example.org/a. ok", [("url", "https://example.org/a")]),
        ("example.org", [("url", "example.org")]),
        ("me@example.org", [("email", "me@example.org")]),
        ("ask @mamori_bot", [("mention", "@mamori_bot")]),
        ("#守り and #1", [("hashtag", "#守り")]),
        ("call +44 808 800 5000 now", [("phone_number", "+44 808 800 5000")]),
    ],
)
def test_what_telegram_finds_by_itself(text: str, found: list[tuple[str, str]]) -> None:
    assert [
        (entity["type"], text[entity["offset"] : entity["offset"] + entity["length"]])
        for entity in detect_entities(text)
    ] == found


def test_nothing_is_found_inside_links_and_code() -> None:
    formatted = finish(parse_html('<code>/tips</code> <a href="https://a.org">/stats</a> /help'))
    assert [entity["type"] for entity in formatted.entities] == ["code", "text_link", "bot_command"]
