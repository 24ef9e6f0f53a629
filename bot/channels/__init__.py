"""One folder is one channel (ADR 0013): `bot.registry` finds it and says what it lacks; there is no list to add it to.

    <key>/__init__.py      SPEC: what the channel takes. For one that sends: OPTIONS, the dataclasses of its settings
                           (DXBOT_<KEY>_…) with a `base_url`, which is also asked for its time (ADR 24), and
                           connect(config) → Channel, which loads the SDK
    <key>/sandbox.py       for one that sends: PLATFORM, its platform as it really behaves (a module, or a package `sandbox`)
    <key>/post.txt         the text of a post, if the city has no templates/posts/<key>.txt
    <key>/correction.txt   that of a correction, where SPEC.corrects_by names a way, if the city has no corrections/<key>.txt
    <key>/appearance.html  how a post looks there, in what Django's templates and Jinja2 have in common; not needed

tests/acceptance/toy_channel is a whole small one. What channels share stands in packages of its own below them.
"""
