"""What a picture tells beside what it shows: where it was taken, a person's number in its name, people who did not agree; and
what it no longer shows where a channel cuts it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.checks import personal
from bot.checks.finding import Finding, at
from bot.checks.rule import Rule, Subject
from bot.content.crop import Crop, Focus
from bot.content.post import Picture
from bot.media.frames import Box, Slides
from bot.media.images import Header
from bot.render import cropping
from bot.render.variant import ChannelSpec

# Shares of a picture that are to be seen. Of what can be opened whole less is enough: an upright 3:4 keeps 43 % in one of X's
# four tiles, and everybody knows such tiles. What is cut before it is sent, or in every slide, nobody can open.
_LEAST_TO_OPEN, _LEAST = 0.4, 0.5
_SOURCE = "個人情報の保護に関する法律、各地の自治体の広報の手引"
_CHOOSE = "残すところ（focus: 30% 40% など）を決めるか、切り方（crop:）か、ほかの形の画像を選んでください"
_NEAR = 1e-6  # of a side: what adding up shares does


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
    """That nobody is to be seen is said by the author, and never supposed; a chart is drawn from figures alone."""
    places = subject.post.source.places
    for number, picture in enumerate(subject.post.pictures):
        if picture.chart is None and f"images.{number}.people" not in places:
            yield at(
                subject.place_of(f"images.{number}.file", "images"),
                rule.id,
                rule.level,
                f"画像「{picture.file}」に、写っている人のことが書かれていません",
                "people: に none・unidentifiable（だれか分からない）・consented（同意を得た）のどれかを書いてください",
            )


def _cut(subject: Subject, rule: Rule) -> Iterator[Finding]:
    ratios = [header.width / header.height for header in subject.headers if isinstance(header, Header)]
    if len(ratios) < len(subject.headers):  # one that cannot be read is told already
        return
    seen = [(spec, cropping.seen(subject.post.pictures, ratios, spec)) for spec in subject.wanted]
    for number, picture in enumerate(subject.post.pictures):
        shown = [(spec, boxes[number]) for spec, boxes in seen]
        place = subject.place_of(f"images.{number}.file", "images")
        if picture.focus and (lost := [spec.label for spec, box in shown if not _holds(box, picture.focus)]):
            message = f"画像「{picture.file}」の残すところが、{'・'.join(lost)}では切れて見えません"
            yield at(place, rule.id, rule.level, message, "その配信先の切り方（crop:）の残すところか形を変えてください")
        elif not picture.focus and (said := [_said(*each) for each in shown if _loses(subject, picture, *each)]):
            message = f"画像「{picture.file}」は、真ん中だけが残り、{'、'.join(said)}が切れて見えません"
            yield at(place, rule.id, rule.level, message, _CHOOSE)


def _holds(box: Box, point: Focus) -> bool:
    across, down = point[0] - box.left, point[1] - box.top
    return -_NEAR <= across <= box.width + _NEAR and -_NEAR <= down <= box.height + _NEAR


def _loses(subject: Subject, picture: Picture, spec: ChannelSpec, box: Box) -> bool:
    """Whoever named a point for this channel has seen what stays."""
    crop = picture.crops.get(spec.key, Crop())
    for_good = crop.shape or isinstance(spec.frames.layout(len(subject.post.pictures)), Slides)
    return not crop.focus and box.width * box.height < (_LEAST if for_good else _LEAST_TO_OPEN)


def _said(spec: ChannelSpec, box: Box) -> str:
    return f"{spec.label}では{100 - round(100 * box.width * box.height)}%"


RULES = (
    Rule(
        id="pictures.cut",
        level="warning",
        why="配信先は、並べる枚数と1枚目の形に合わせて画像を切ります。顔や文字が枠の外に出ても、出たあとでは直せません。",
        source="各配信先の画像の枠（2026年の案内。仮）",
        bad="images: [{file: 横に長い帯.jpg, alt: 窓口のようす, people: none, crop: {x: '1:2'}}]",
        good="images: [{file: 横に長い帯.jpg, alt: 窓口のようす, people: none, focus: 20% 50%, crop: {x: '1:2'}}]",
        check=_cut,
    ),
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
