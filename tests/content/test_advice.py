from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.checks.advice import check_advice, passage_faults
from content.checks.advice_rule import Rule
from content.load import BASE_PACK, load_with_faults
from content.prose import Passage

TODAY = date(2026, 11, 23)

FORBIDDEN = [
    (Rule.BLAME, "en", "Why did you send it?"),
    (Rule.BLAME, "en", 'Ask the child: "Why did you send it to a stranger?"'),
    (Rule.BLAME, "en", "Your child should have known better."),
    (Rule.BLAME, "en", "It is partly your own fault."),
    (Rule.BLAME, "en", "The child is also to blame."),
    (Rule.BLAME, "en", "A child who sends pictures: they are responsible too. Your son was naive."),
    (Rule.BLAME, "ja", "送った子どもにも責任があります。"),
    (Rule.BLAME, "ja", "あなたも少し悪いです。"),
    (Rule.BLAME, "ja", "まず「なぜ送ったの」と聞いてください。"),
    (Rule.BLAME, "ja", "それは自業自得です。"),
    (Rule.PAY, "en", "Pay a small amount to gain time."),
    (Rule.PAY, "en", "- Pay."),
    (Rule.PAY, "en", "If nothing else helps, pay him what he wants."),
    (Rule.PAY, "en", "Stay calm and pay the money."),
    (Rule.PAY, "en", "You should pay once and then block."),
    (Rule.PAY, "en", "It is best to negotiate."),
    (Rule.PAY, "en", "Paying a little helps to win time."),
    (Rule.PAY, "en", "Send them the money, then call the police."),
    (Rule.PAY, "ja", "少しだけ払って、時間をかせぎましょう。"),
    (Rule.PAY, "ja", "- お金を払う"),
    (Rule.PAY, "ja", "一度だけなら払ったほうがいいです。"),
    (Rule.PAY, "ja", "まずお金を払ってください。"),
    (Rule.PAY, "ja", "相手と交渉しましょう。"),
    (Rule.DELETE, "en", "Delete the chat at once."),
    (Rule.DELETE, "en", "First, block him and delete your account."),
    (Rule.DELETE, "en", "You can uninstall the app."),
    (Rule.DELETE, "en", 'Tell the child: "Delete everything."'),
    (Rule.DELETE, "ja", "すぐにトークを消してください。"),
    (Rule.DELETE, "ja", "- アカウントを削除する"),
    (Rule.DELETE, "ja", "アプリをアンインストールしましょう。"),
    (Rule.DELETE, "ja", "やり取りは消します。"),
    (Rule.COPY, "en", "Take a screenshot of the picture."),
    (Rule.COPY, "en", "Save the nude pictures as proof."),
    (Rule.COPY, "en", "Keep a copy as evidence."),
    (Rule.COPY, "en", "Forward the image to the school."),
    (Rule.COPY, "en", "Send us the pictures."),
    (Rule.COPY, "en", "Parents should look at every intimate picture."),
    (Rule.COPY, "ja", "画像のスクショを保存してください。"),
    (Rule.COPY, "ja", "証拠として、裸の写真を保存しておきましょう。"),
    (Rule.COPY, "ja", "警察に写真を送ってください。"),
    (Rule.COPY, "ja", "- 画像を転送する"),
    (Rule.PROMISE, "en", "The picture will disappear."),
    (Rule.PROMISE, "en", "Nobody will ever know."),
    (Rule.PROMISE, "en", "We promise that it works."),
    (Rule.PROMISE, "en", "Your child will not be punished."),
    (Rule.PROMISE, "en", "What you say stays secret."),
    (Rule.PROMISE, "ja", "画像は必ず消えます。"),
    (Rule.PROMISE, "ja", "だれにも知られません。"),
    (Rule.PROMISE, "ja", "子どもが罪に問われることはありません。"),
    (Rule.POLICE, "en", "The police will find him."),
    (Rule.POLICE, "en", "The offender will be arrested soon."),
    (Rule.POLICE, "ja", "警察が必ず相手を見つけてくれます。"),
    (Rule.POLICE, "ja", "犯人はすぐに捕まります。"),
    (Rule.FOR_EVER, "en", "Once a picture is online, it is there for ever."),
    (Rule.FOR_EVER, "en", "The internet never forgets: pictures never go away."),
    (Rule.FOR_EVER, "ja", "一度出た画像は一生残ります。"),
    (Rule.FOR_EVER, "ja", "画像は二度と消えません。"),
    (Rule.PHONE, "en", "Take the phone away for a month."),
    (Rule.PHONE, "en", "Confiscate the tablet."),
    (Rule.PHONE, "en", "Parents should ban social media."),
    (Rule.PHONE, "en", "Punish the child, so that it learns."),
    (Rule.PHONE, "ja", "罰としてスマホを預かります。"),
    (Rule.PHONE, "ja", "しばらくスマホを取り上げましょう。"),
    (Rule.PHONE, "ja", "- ネットを禁止する"),
    (Rule.CONFRONT, "en", "Confront the person."),
    (Rule.CONFRONT, "en", "Pretend to be your child and arrange a meeting."),
    (Rule.CONFRONT, "en", "Write to him yourself."),
    (Rule.CONFRONT, "en", "Try to lure him to a station."),
    (Rule.CONFRONT, "ja", "相手を問い詰めてください。"),
    (Rule.CONFRONT, "ja", "子どものふりをして返事をしましょう。"),
    (Rule.CONFRONT, "ja", "相手に直接会って話しましょう。"),
    (Rule.CONFRONT, "ja", "駅におびき出しましょう。"),
    (Rule.PARENTS, "en", "Only ask your parents."),
    (Rule.PARENTS, "ja", "親にだけ話してください。"),
]
ALLOWED = [
    ("en", "Do not pay. Send nothing more. Delete nothing."),
    ("en", "- Pay nothing and send no more pictures. If something was paid: nobody is to blame, stop now."),
    ("en", "An adult who tricks, pays or threatens someone is the one the police look for."),
    ("en", "If they push, pay or threaten: tell someone."),
    ("en", "A job that pays a lot, and they want your ID? Stop."),
    ("en", "Should we pay?"),
    ("en", 'Some write: "Pay 300 or I post it." That is a crime. People who say "pay now" are cheats.'),
    ("en", "Do not copy, save, print, forward or photograph an intimate picture."),
    ("en", "Take a screenshot of the threats and the profile, never of the picture."),
    ("en", "Take a screenshot of the profile picture and the name."),
    ("en", "Nobody looks at the picture, copies it or sends it on."),
    ("en", "It's not your fault. The one who did it is to blame, never the child."),
    ("en", 'Leave out "why did you send it" and "I told you so".'),
    ("en", 'Replace "Why did you do that?" by "What happened then?"'),
    ("en", "Copies may come back. Nobody can promise that the picture will disappear."),
    ("en", "The police can ask the app for data. They may find the person, or not."),
    ("en", "It is not true that a picture is there for ever."),
    ("en", "You will not lose the phone for telling. Put your own phone away at meals."),
    ("en", "Do not confront the person, and do not set a trap."),
    ("en", "Do not pretend to be the child, and do not try to trap the person."),
    ("en", "Never do this:\n- pay\n- delete the chat\n- take the phone away"),
    ("en", "Report before you delete the chat."),
    ("en", "Remove the card from the store account, and look at the friends list."),
    ("ja", "お金は払わないでください。何も消さないでください。"),
    ("ja", "- **お金は払わない。** ギフトカードの番号も送らない"),
    ("ja", "お金を払って子どもと性的なことをした大人が罰せられます。"),
    ("ja", "すでに払っていても、責めないでください。"),
    ("ja", "「払えば消す」と言う相手は、また要求します。"),
    ("ja", "「なぜ送ったの」「だから言ったのに」は、言わないでください。"),
    ("ja", "悪いのは脅している人だけです。あなたは悪くありません。"),
    ("ja", "画像は、撮影も保存も転送もしないでください。文の画面は、スクショしてかまいません。"),
    ("ja", "やり取りは消しません。トークもアカウントも消さないでください。"),
    ("ja", "いやになった動画は、消していいです。"),
    ("ja", "必ず消えるとは限りません。"),
    ("ja", "「必ず消す」と言ってお金を取る業者には気をつけてください。"),
    ("ja", "「一生残るよ」は言わないでください。消す手立てはあります。"),
    ("ja", "「困ったら言って。スマホは取り上げない」と約束します。"),
    ("ja", "子どものふりをして返事をしたり、待ち伏せしたりしません。"),
    ("ja", "相手を問い詰めないでください。"),
    ("ja", "次のことはしないでください。\n- お金を払う\n- トークを消す"),
    ("de", "Pay the money. Delete the chat."),
]


def passage(text: str, language: str = "en", heading: str = "now", *, young: bool = False) -> Passage:
    return Passage(language, "topic", "sextortion", heading, text, "a.md", 10, young)


@pytest.mark.parametrize(("rule", "language", "text"), FORBIDDEN)
def test_forbidden_advice_is_a_fault(rule: Rule, language: str, text: str) -> None:
    assert rule.message in [fault.message for fault in passage_faults(passage(text, language))]


@pytest.mark.parametrize(("language", "text"), ALLOWED)
def test_refusing_or_telling_of_it_is_no_fault(language: str, text: str) -> None:
    assert not list(passage_faults(passage(text, language)))


def test_every_rule_has_examples_in_both_languages() -> None:
    assert {(rule, language) for rule, language, _ in FORBIDDEN} == {(r, c) for r in Rule for c in ("en", "ja")}


def test_the_fault_names_the_line_of_the_sentence() -> None:
    (fault,) = passage_faults(passage("Stay calm.\n\n- Listen.\n- Delete the chat.\n"))
    assert (fault.file, fault.line) == ("a.md", 13)


def test_a_list_of_signs_tells_what_somebody_does() -> None:
    assert not list(passage_faults(passage("- 会話を消す", "ja", "worry")))
    assert list(passage_faults(passage("- 会話を消す", "ja", "now")))


@pytest.mark.parametrize(
    ("language", "alone", "more"),
    [
        ("en", "Talk to your parents today.", "Talk to your parents or a teacher today."),
        ("ja", "親に相談してください。", "親や先生に相談してください。親でなくてもかまいません。"),
    ],
)
def test_young_people_are_never_sent_to_their_parents_alone(language: str, alone: str, more: str) -> None:
    assert [f.message for f in passage_faults(passage(alone, language, young=True))] == [Rule.PARENTS.message]
    assert not list(passage_faults(passage(more, language, young=True)))
    assert not list(passage_faults(passage(alone, language)))


@given(st.text(max_size=200), st.sampled_from(["en", "ja"]))
def test_no_text_breaks_the_rules_themselves(text: str, language: str) -> None:
    assert all(fault.line >= 10 for fault in passage_faults(passage(text, language)))


def test_the_shipped_pack_gives_no_forbidden_advice() -> None:
    faults = list(check_advice(load_with_faults(), TODAY))
    assert not faults, "\n".join(map(str, faults))


def test_an_edit_of_a_shipped_text_is_found_with_its_file_and_line(tmp_path: Path) -> None:
    text = (BASE_PACK / "en/topics/sextortion.md").read_text("utf-8")
    edited = text.replace("- Pay nothing and send", "- Pay a little and send")
    assert edited != text
    path = tmp_path / "en/topics/sextortion.md"
    path.parent.mkdir(parents=True)
    path.write_text(edited, "utf-8")
    (fault,) = check_advice(load_with_faults([tmp_path]), TODAY)
    assert "- Pay a little" in path.read_text("utf-8").split("\n")[fault.line - 1]
    assert fault.file.endswith("sextortion.md")
