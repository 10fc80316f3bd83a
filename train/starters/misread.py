"""Drawings whose name says another thing than they show: told apart by looking at them, left out of training.

Icons for programs name their pictures after functions: a "mouse" is the one on a desk, "rings" are nodes
of a diagram. Each set lists them by name, as `train.line_art` addresses them.
"""

from __future__ import annotations

_BY_CONCEPT = {
    "mouse": """ph:mouse ph:mouse-fill ph:mouse-simple ph:mouse-simple-fill mdi:mouse mdi:mouse-outline
        mdi:mouse-variant tabler:mouse tabler:mouse-2 tabler:mouse-filled icon-park:mouse lucide:mouse
        hugeicons:mouse-01 hugeicons:mouse-02 hugeicons:mouse-03 hugeicons:mouse-04 hugeicons:mouse-05
        la:mouse""",
    "sheep": "game-icons:ram",  # a memory chip
    "trumpet": "icon-park:trumpet",  # a megaphone
    "apple": "icon-park:apple hugeicons:apple la:apple",  # a firm's
    "flower": "fluent-emoji:white-flower noto-emoji:1F4AE emojione:white-flower",  # a teacher's stamp
    "guitar": "game-icons:guitar-head",
    "fox": "game-icons:flying-fox",
    "house": "icon-park:light-house",
    "heart": "mdi:head-heart mdi:head-heart-outline icon-park:heart",
    "snowflake": "mdi:head-snowflake mdi:head-snowflake-outline",
    "key": "icon-park:one-key icon-park:two-key icon-park:three-key icon-park:four-key",
    "ring": "icon-park:ring icon-park:ring-one icon-park:rings tabler:rings",
    "anchor": "icon-park:anchor-one icon-park:anchor-round",
    "globe": "mdi:globe-light-outline",
    "diamond": """ph:diamond ph:diamond-fill ph:diamonds-four ph:diamonds-four-fill tabler:diamonds
        tabler:diamonds-filled lucide:diamond fa6:diamond hugeicons:diamond hugeicons:diamond-01
        temaki:diamond icon-park:diamond-three game-icons:diamonds""",
    "ribbon": "game-icons:ribbon mdi:ribbon lucide:ribbon fa6:ribbon hugeicons:ribbon la:ribbon",  # awareness
    "cock": "icon-park:chicken",  # roasted, as the next
    "turkey": "icon-park:turkey",
    "telescope": "icon-park:telescope",
    "star": "hugeicons:star-face game-icons:flat-star",
    "tower": "temaki:tower hugeicons:twin-tower",
    "windmill": "tabler:windmill tabler:windmill-filled icon-park:windmill icon-park:windmill-two",
    "tree": "game-icons:tree-face",
    "sword": "tabler:swords hugeicons:sword-03 game-icons:swords-emblem",
    "helmet": "tabler:helmet icon-park:helmet-one",
    "ship": "openmoji:1F6A2 fluent-emoji:ship tabler:ship lucide:ship",
    "rosette": "tabler:rosette tabler:rosette-filled",
    "basket": "mdi:basket-fill",
    "lightning": "ph:lightning-a ph:lightning-a-fill",
    "shell": "game-icons:twin-shell",
    "seal": "ph:seal ph:seal-fill hugeicons:seal",
    "table": """mdi:table mdi:table-large tabler:table tabler:table-filled icon-park:table lucide:table
        lucide:table-2 hugeicons:table game-icons:round-table""",
    "window": "icon-park:windows la:windows hugeicons:windows-old",
    "stop": "ph:stop ph:stop-fill mdi:stop hugeicons:stop healthicons:stop healthicons:stop-outline",
    "traffic": "ph:traffic-sign ph:traffic-sign-fill",
    "fork": "icon-park:fork",
    "radio": "lucide:radio icon-park:radio-two",
    "camera": "mdi:camera-front mdi:camera-front-variant",
    "cup": "icon-park:cup-one",
}
MISREAD = frozenset(source for sources in _BY_CONCEPT.values() for source in sources.split())
