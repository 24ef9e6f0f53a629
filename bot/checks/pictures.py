"""What a picture tells beside what it shows: where it was taken, a person's number in its name, people who did not agree."""

from __future__ import annotations

from collections.abc import Iterator

from bot.checks import personal
from bot.checks.finding import Finding, at
from bot.checks.rule import Rule, Subject
from bot.media.images import Header

_SOURCE = "個人情報の保護に関する法律、各地の自治体の広報の手引"


def _located(subject: Subject, rule: Rule) -> Iterator[Finding]:
    for number, (picture, header) in enumerate(zip(subject.post.pictures, subject.headers, strict=True)):
        if isinstance(header, Header) and header.located:
            yield at(
                subject.place_of(f"images.{number}.file", "images"),
                rule.id,
                rule.level,
                f"画像「{picture.file}」に撮影した場所の記録（GPS）が入っています",
                "配信する画像からは取り除きますが、元のファイルを人に渡す前に、場所の記録を消してください",
            )


def _named(subject: Subject, rule: Rule) -> Iterator[Finding]:
    for number, picture in enumerate(subject.post.pictures):
        if said := personal.in_name(picture.path.stem):
            place = subject.place_of(f"images.{number}.file", "images")
            yield at(place, rule.id, rule.level, f"画像のファイル名に、{said}", "番号の入らない名前に変えてください")


def _people(subject: Subject, rule: Rule) -> Iterator[Finding]:
    """That nobody is to be seen is said by the author, and never supposed."""
    places = subject.post.source.places
    for number, picture in enumerate(subject.post.pictures):
        # A chart is drawn from readings alone: nobody is to be seen on it.
        if picture.chart is None and f"images.{number}.people" not in places:
            yield at(
                subject.place_of(f"images.{number}.file", "images"),
                rule.id,
                rule.level,
                f"画像「{picture.file}」に、写っている人のことが書かれていません",
                "people: に none・unidentifiable（だれか分からない）・consented（同意を得た）のどれかを書いてください",
            )


RULES = (
    Rule(
        id="pictures.location",
        level="warning",
        why="撮影した場所の記録から、自宅や訪問先が分かることがあります。",
        source=_SOURCE,
        bad="images: [{file: 場所の記録がある写真.jpg, alt: 窓口のようす, people: none}]",
        good="images: [{file: card.png, alt: 題名を大きく書いた案内の図, people: none}]",
        check=_located,
    ),
    Rule(
        id="pictures.number-in-name",
        level="error",
        why="ファイル名も、受け取った人や検索から見えます。",
        source=_SOURCE,
        bad="images: [{file: 090-1234-5678.png, alt: 窓口のようす, people: none}]",
        good="images: [{file: madoguchi.png, alt: 窓口のようす, people: none}]",
        check=_named,
    ),
    Rule(
        id="pictures.people",
        level="error",
        why="写った人の同意は、公開のあとでは得られません。",
        source=_SOURCE,
        bad="images: [{file: IMG_1234.jpg, alt: 窓口のようす}]",
        good="images: [{file: IMG_1234.jpg, alt: 窓口のようす, people: unidentifiable}]",
        check=_people,
    ),
)
