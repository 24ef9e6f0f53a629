"""What a channel would refuse: too long, too many or too few pictures, too many hashtags, a picture of the wrong shape."""

from __future__ import annotations

from collections.abc import Iterator

from bot.checks.finding import Finding, at, from_error
from bot.checks.rule import Rule, Subject
from bot.errors import MediaError
from bot.text.likeness import canonical
from bot.text.tokens import hashtags


def _too_long(subject: Subject, rule: Rule) -> Iterator[Finding]:
    for spec in subject.wanted:
        for number, part in enumerate(subject.texts[spec.key], start=1):
            if part.limit is not None and part.length > part.limit:
                which = f"の{number}つ目の投稿" if number > 1 else ""
                place = subject.place_of(f"{spec.key}.text", f"{spec.key}.lead", f"{spec.key}.title", "title")
                yield at(
                    place,
                    rule.id,
                    rule.level,
                    f"{spec.label}{which}の文が長すぎます（{part.length}／{part.limit}{spec.unit}）",
                    f"短くするか、{spec.key}: の text: に{spec.label}だけの文を書いてください",
                )


def _threads(subject: Subject, rule: Rule) -> Iterator[Finding]:
    """Both rules: what one refuses, the other need not warn of."""
    refused, refuses = subject.city.thread_refuse, rule.level == "error"
    least, below = (refused, None) if refuses else (subject.city.thread_warn, refused)
    for spec in subject.wanted:
        count = len(subject.texts[spec.key])
        if count >= max(least, 2) and (below is None or count < below):
            yield at(
                subject.place_of(f"{spec.key}.thread", f"{spec.key}.text", "title"),
                rule.id,
                rule.level,
                f"{spec.label}のスレッドが{count}件になります（{least}件から{'申請できません' if refuses else '注意します'}）",
                f"短くするか、{spec.key}: の text: に{spec.label}だけの短い文を書いてください",
            )


def _equal_parts(subject: Subject, rule: Rule) -> Iterator[Finding]:
    for spec in subject.wanted:
        first: dict[str, int] = {}
        for number, part in enumerate(subject.texts[spec.key], start=1):
            same = first.setdefault(canonical(part.text), number)
            if same != number:
                yield at(
                    subject.place_of(f"{spec.key}.text", f"{spec.key}.body", f"{spec.key}.thread", "title"),
                    rule.id,
                    rule.level,
                    f"{spec.label}のスレッドの{same}つ目と{number}つ目が同じ文です",
                    "どちらかを消すか、違うことを書いてください",
                )


def _picture_count(subject: Subject, rule: Rule) -> Iterator[Finding]:
    count = len(subject.post.pictures)
    for spec in subject.wanted:
        low, high = spec.images.min_count, spec.images.max_count
        if not low <= count <= high:
            need = f"{low}枚以上" if count < low else f"{high}枚まで"
            yield at(
                subject.place_of("images", "channels"),
                rule.id,
                rule.level,
                f"{spec.label}の画像は{need}です（いまは{count}枚）",
                "images: の画像を足すか減らすか、channels: から外してください",
            )


def _hashtags(subject: Subject, rule: Rule) -> Iterator[Finding]:
    """Of the finished text: what is typed into the body counts for the platform like what the front matter adds."""
    for spec in (s for s in subject.wanted if s.max_hashtags is not None):
        count = sum(1 for part in subject.texts[spec.key] for _ in hashtags(part.text))
        if count > (spec.max_hashtags or 0):
            yield at(
                subject.place_of(f"{spec.key}.hashtags", f"{spec.key}.text", "hashtags"),
                rule.id,
                rule.level,
                f"{spec.label}のハッシュタグは{spec.max_hashtags}個までです（本文のものを合わせて、いまは{count}個）",
                "大切なものだけを残してください",
            )


def _pictures_open(subject: Subject, rule: Rule) -> Iterator[Finding]:
    yield from (from_error(header) for header in subject.headers if isinstance(header, MediaError))


def _alt_text(subject: Subject, rule: Rule) -> Iterator[Finding]:
    for number, picture in enumerate(subject.post.pictures):
        place = subject.place_of(f"images.{number}.alt", f"images.{number}.chart")
        longest = min((s.images.max_alt for s in subject.wanted), default=len(picture.alt))
        if len(picture.alt) > longest:
            message, advice = (
                f"画像の説明が長すぎます（{len(picture.alt)}／{longest}字）",
                "大切なことだけを短く書いてください",
            )
        elif picture.alt.strip().casefold() in (picture.file.casefold(), picture.path.stem.casefold()):
            message, advice = (
                "画像の説明がファイル名のままです",
                "写っているものを、見えない人に伝わるように書いてください",
            )
        else:
            continue
        yield at(place, rule.id, rule.level, message, advice)


def _thread_of(parts: int) -> str:
    return "x: {thread: true, text: " + "。".join(["あ" * 130] * parts) + "}"


RULES = (
    Rule(
        id="limits.length",
        level="error",
        why="上限を超えた文は、配信先が受け付けません。",
        source="X の文字数規則（設定 v3）、Instagram・Facebook の公開資料",
        bad="x: {text: " + "あ" * 141 + "}",
        good="x: {text: " + "あ" * 140 + "}",
        check=_too_long,
    ),
    Rule(
        id="limits.thread",
        level="warning",
        why="長いスレッドは最後まで読まれにくく、途中で止まるおそれも、費用も、件数の分だけ増えます。",
        source="本システムの決まり（content/city.yml の thread_warn）",
        bad=_thread_of(7),
        good=_thread_of(3),
        check=_threads,
    ),
    Rule(
        id="limits.thread-length",
        level="error",
        why="これより長いスレッドは、配信先の回数制限に当たり、一部だけが市民に見えたままになります。",
        source="本システムの決まり（content/city.yml の thread_refuse）",
        bad=_thread_of(27),
        good=_thread_of(3),
        check=_threads,
    ),
    Rule(
        id="limits.equal-parts",
        level="error",
        why="同じ文の投稿を続けると、配信先が2つ目を断り、スレッドが途中で止まります。",
        source="X の重複投稿の拒否（HTTP 403）",
        bad="x: {thread: true, text: " + "。".join(["あ" * 139] * 2) + "。}",
        good=_thread_of(3),
        check=_equal_parts,
    ),
    Rule(
        id="limits.pictures",
        level="error",
        why="Instagram は画像が1枚以上ないと掲載できません。X は4枚までです。",
        source="各配信先の公開資料",
        bad="images: []",
        good="images: [{file: card.png, alt: 題名を大きく書いた案内の図, people: none}]",
        check=_picture_count,
    ),
    Rule(
        id="limits.hashtags",
        level="error",
        why="Instagram のハッシュタグは5個までです。",
        source="Instagram の公開資料（2025年12月）",
        bad="hashtags: [一, 二, 三, 四, 五, 六]",
        good="hashtags: [金沢市DX]",
        check=_hashtags,
    ),
    Rule(
        id="media.unreadable",
        level="error",
        why="開けない画像は掲載できません。",
        source="本システムの決まり",
        bad="images: [{file: broken.png, alt: 題名を大きく書いた案内の図, people: none}]",
        good="images: [{file: card.png, alt: 題名を大きく書いた案内の図, people: none}]",
        check=_pictures_open,
    ),
    Rule(
        id="media.alt",
        level="error",
        why="画像の説明は、画面読み上げを使う人が画像の代わりに聞くものです。",
        source="JIS X 8341-3:2016、みんなの公共サイト運用ガイドライン",
        bad="images: [{file: card.png, alt: card.png, people: none}]",
        good="images: [{file: card.png, alt: 題名を大きく書いた案内の図, people: none}]",
        check=_alt_text,
    ),
)
