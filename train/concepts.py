"""What a drawing shows, as one word shared by every source: the labels of metric learning.

Icon sets, emoji and drawing data name the same thing in their own ways ("lion-face", "Lion", "lion
head"). `concept` folds such names together; what cannot be folded keeps its own name and so becomes a
class of one drawing, which still teaches through its augmentations.
"""

from __future__ import annotations

import hashlib
import re

ALIASES = {
    "honeybee": "bee",
    "bumblebee": "bee",
    "rooster": "cock",
    "chicken": "cock",
    "automobile": "car",
    "oncoming automobile": "car",
    "car sedan": "car",
    "crescent moon": "moon",
    "red apple": "apple",
    "green apple": "apple",
    "spouting whale": "whale",
    "sperm whale": "whale",
    "tropical fish": "fish",
    "racing horse": "horse",
    "motor scooter": "scooter",
    "gorilla": "ape",
    "orangutan": "ape",
    "crocodilian": "crocodile",
    "couch and lamp": "couch",
    "couch lamp": "couch",
    "sofa": "couch",
    "songbird": "bird",
    "rose flower": "rose",
    "wilted flower": "rose",
    "glasses": "eyeglasses",
    "hot air balloon": "balloon hot air",
    "ear of corn": "corn",
    "ear of maize": "corn",
    "maize": "corn",
    "ear of rice": "wheat",
    "sheaf of rice": "wheat",
    "herb": "sprig",
    "ewe": "sheep",
    "ram": "sheep",
    "dog face": "dog",
    "poodle": "dog",
    "guide dog": "dog",
    "puppy": "dog",
    "beetle": "beetle",
    "lady beetle": "ladybird",
    "ladybug": "ladybird",
    "lady bug": "ladybird",
    "t rex": "tyrannosaurus",
    "dagger knife": "dagger",
    "kitchen knife": "knife",
    "hocho": "knife",
    "evergreen tree": "pine tree",
    "pine": "pine tree",
    "deciduous tree": "tree",
    "four leaf clover": "clover",
    "shamrock": "clover",
    "fleur de lys": "fleur de lis",
    "water pistol": "pistol",
    "gun": "pistol",
    "revolver": "pistol",
    "ox": "cow",
    "water buffalo": "buffalo",
    "hare": "rabbit",
    "bunny": "rabbit",
    "deer": "stag",
    "sailboat": "sailing boat",
    "motorbike": "motorcycle",
    "house plant": "potted plant",
    "wine bottle": "bottle",
    "running shoe": "shoe",
    "man s shoe": "shoe",
    "mans shoe": "shoe",
    "sneaker": "shoe",
    "musical keyboard": "piano",
    "hot dog": "hotdog",
    "jack o lantern": "jack o lantern",
    "burger": "hamburger",
    "bicyclist": "cyclist",
    "bike": "bicycle",
    "cat face": "cat",
    "black cat": "cat",
    "carpentry saw": "saw",
    "hand saw": "saw",
    "glowing star": "star",
    "white medium star": "star",
    "chess pawn": "pawn",
    "black chess pawn": "pawn",
}
# Words that change the pose, the finish or the part, not the thing.
MODIFIERS = frozenset(
    """a the face head emblem front side profile big small large little sitting flying standing jumping
    swimming running wild domestic outline filled fill solid line thin light bold regular duotone remix
    simple alt flat plain long old ancient wooden stone medieval golden round single double twin crossed
    white black curved straight up one two three four 1 2 3 4 5 01 02 03 04 05 facing rounded sharp
    variant animal realistic stylized silhouette sign symbol with fat classic vintage traditional""".split()
)
_VARIANT = re.compile(
    r"(-(outline|outlined|filled|fill|solid|bold|light|thin|duotone|remix|line|alt|variant|negative|\d+))+$"
)


def concept(words: str, vocabulary: frozenset[str] = frozenset()) -> str:
    """Fold a drawing's title ("lion face", "bear-head") into its concept ("lion", "bear").

    vocabulary: words that count as things on their own; a title made of one of them and MODIFIERS only
    is that thing. Returns the title itself, in plain words, when nothing applies.
    """
    title = re.sub(r"[^a-z0-9]+", " ", words.lower()).strip()
    if title in ALIASES:
        return ALIASES[title]
    kept = [word for word in title.split() if word not in MODIFIERS] or title.split()
    short = " ".join(kept)
    short = ALIASES.get(short, short)
    if len(kept) > 1:
        singular = [word for word in kept if word in vocabulary]
        if len(singular) == len(kept) == 1:
            return singular[0]
    if short.endswith("s") and short[:-1] in vocabulary:
        return short[:-1]
    return short


# People draw the fan with blades; the motif of that name is folded.
_MOTIF_CONCEPTS = {"fan": "folding fan"}


def motif_concept(label: str) -> str:
    """The concept of a motif of the starter, by its label."""
    return _MOTIF_CONCEPTS.get(label, concept(label))


# Sets that finish the same drawings in another way.
_FAMILIES = {"la": "fa6", "streamline-plump": "streamline", "streamline-flex": "streamline"}


def hand(source: str) -> str:
    """The drawing behind a source, its finishes folded together: "ph:bird-fill" and "ph:bird" are one."""
    set_name, _, name = source.partition(":")
    return f"{_FAMILIES.get(set_name, set_name)}:{_VARIANT.sub('', name)}"


def held_out(source: str) -> bool:
    """True for the one hand in six that no training ever sees, the same ones on every machine."""
    return hashlib.sha256(hand(source).encode()).digest()[0] % 6 == 0
