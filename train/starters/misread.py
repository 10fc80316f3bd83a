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
# The same of the sets that came later; looked at hand by hand, so that every finish of a drawing
# goes with it, and what its set numbers as another of that name too.
_OF_LATER_SETS = {
    "anchor": "carbon:anchor",
    "apple": """mingcute:apple-fill mingcute:apple-line streamline-flex:apple streamline-flex:apple-solid""",
    "baseball": """mingcute:baseball-2-fill mingcute:baseball-2-line mingcute:baseball-fill
        mingcute:baseball-line""",
    "basket": """bxs:basket mingcute:basket-2-fill mingcute:basket-2-line mingcute:basket-fill
        mingcute:basket-line""",
    "bat": "whh:bat",
    "bell": """streamline-flex:bell streamline-flex:bell-solid streamline-plump:bell
        streamline-plump:bell-solid""",
    "bicycle": "lineicons:bike mynaui:bike mynaui:bike-solid",
    "blackberry": "whh:blackberry",
    "bucket": "whh:bucket",
    "cactus": "mingcute:cactus-2-fill mingcute:cactus-2-line mingcute:cactus-fill mingcute:cactus-line",
    "castle": "streamline-emojis:castle",
    "circle": """iconoir:profile-circle mingcute:three-circles-fill mingcute:three-circles-line
        mynaui:four-circle mynaui:four-circle-solid mynaui:one-circle
        mynaui:one-circle-solid mynaui:three-circle mynaui:three-circle-solid
        mynaui:two-circle mynaui:two-circle-solid whh:circles""",
    "clock": "mingcute:clock-2-fill mingcute:clock-2-line mingcute:clock-fill mingcute:clock-line",
    "cock": "mingcute:chicken-fill mingcute:chicken-line tdesign:chicken whh:chicken",
    "compass": "lineicons:compass",
    "cup": "lineicons:cup",
    "diamond": """carbon:diamond-outline carbon:diamond-solid mynaui:diamond mynaui:diamond-solid
        mynaui:four-diamond mynaui:four-diamond-solid mynaui:one-diamond
        mynaui:one-diamond-solid mynaui:three-diamond mynaui:three-diamond-solid
        mynaui:two-diamond mynaui:two-diamond-solid""",
    "flag": "lineicons:flags-alt-1",
    "flashlight": "ri:flashlight-fill ri:flashlight-line",
    "fork": "carbon:fork tdesign:fork tdesign:fork-filled",
    "fountain": "streamline-emojis:fountain",
    "hammer": "lineicons:hammer lineicons:hammer-1 lineicons:hammer-2",
    "hand": "bxs:hand-up",
    "hat": "iconoir:hat",
    "helmet": "carbon:helmet lineicons:helmet",
    "hexagon": """lucide-lab:hexagons-3 mynaui:four-hexagon mynaui:four-hexagon-solid mynaui:one-hexagon
        mynaui:one-hexagon-solid mynaui:three-hexagon mynaui:three-hexagon-solid""",
    "hospital": "whh:hospital",
    "key": "carbon:key",
    "keyboard": "whh:keyboard",
    "leaf": """mingcute:leaf-2-fill mingcute:leaf-2-line mingcute:leaf-3-fill mingcute:leaf-3-line
        mingcute:leaf-fill mingcute:leaf-line""",
    "map": "tdesign:map-double tdesign:map-double-filled",
    "mermaid": "tdesign:mermaid tdesign:mermaid-filled",
    "mouse": """bxs:mouse bxs:mouse-alt lineicons:mouse lineicons:mouse-2 mingcute:mouse-fill
        mingcute:mouse-line ri:mouse-fill ri:mouse-line tdesign:mouse tdesign:mouse-filled
        whh:mouse""",
    "octagon": """mynaui:four-octagon mynaui:four-octagon-solid mynaui:one-octagon mynaui:one-octagon-solid
        mynaui:three-octagon mynaui:three-octagon-solid mynaui:two-octagon
        mynaui:two-octagon-solid""",
    "radio": "mynaui:radio mynaui:radio-solid",
    "rainbow": "streamline-emojis:rainbow",
    "ribbon": "mynaui:ribbon mynaui:ribbon-solid",
    "roller coaster": "streamline-emojis:roller-coaster",
    "seal": "mingcute:seal-fill mingcute:seal-line tdesign:seal tdesign:seal-filled",
    "sheep": "whh:ram whh:sheep",
    "ship": "streamline-emojis:ship",
    "square": """iconoir:bold-square iconoir:bold-square-solid lucide-lab:bold-square mynaui:four-square
        mynaui:four-square-solid mynaui:one-square mynaui:one-square-solid
        mynaui:three-square mynaui:three-square-solid whh:squares""",
    "stag": "mingcute:deer-fill mingcute:deer-line",
    "star": "mingcute:star-2-fill mingcute:star-2-line mingcute:star-fill mingcute:star-line",
    "stop": """lineicons:stop mynaui:stop mynaui:stop-solid ri:stop-fill ri:stop-large-fill
        ri:stop-large-line ri:stop-line tdesign:stop whh:stop""",
    "sun": "mingcute:sun-2-fill mingcute:sun-2-line mingcute:sun-fill mingcute:sun-line",
    "table": """carbon:table iconoir:table mynaui:table mynaui:table-solid ri:table-2 ri:table-3
        ri:table-alt-fill ri:table-alt-line ri:table-fill ri:table-line
        streamline-flex:table streamline-flex:table-solid streamline-plump:table
        streamline-plump:table-solid tdesign:table tdesign:table-1 tdesign:table-1-filled
        tdesign:table-2 tdesign:table-2-filled tdesign:table-filled""",
    "telescope": """mingcute:telescope-2-fill mingcute:telescope-2-line mingcute:telescope-fill
        mingcute:telescope-line""",
    "tent": "streamline-emojis:tent",
    "torch": "bxs:torch",
    "tower": """mingcute:tower-fill mingcute:tower-line tdesign:tower tdesign:tower-1 tdesign:tower-1-filled
        tdesign:tower-2 tdesign:tower-2-filled tdesign:tower-3 tdesign:tower-3-filled
        tdesign:tower-filled""",
    "triangle": "whh:triangle",
    "turkey": "streamline-emojis:turkey",
    "umbrella": """mingcute:umbrella-2-fill mingcute:umbrella-2-line mingcute:umbrella-fill
        mingcute:umbrella-line""",
    "window": """bxs:window-alt iconoir:windows lineicons:windows mingcute:windows-fill mingcute:windows-line
        ri:window-2-fill ri:window-2-line ri:window-fill ri:window-line tdesign:window
        tdesign:window-1 tdesign:window-1-filled tdesign:window-filled whh:windows""",
}
MISREAD = frozenset(
    source
    for table in (_BY_CONCEPT, _OF_LATER_SETS)
    for sources in table.values()
    for source in sources.split()
)
