"""The colour box: muted washes, as a colourist of cookery books would have mixed them."""

from __future__ import annotations

PAPER, INK, SHADE, GLOW = "#f6f0e4", "#33271f", "#4a2d2c", "#fffaf0"

IVORY, CREAM, PORCELAIN = "#f6eed8", "#efe0bd", "#f3eee3"
BUTTER, GOLD, YOLK, OCHRE, HONEY = "#ebd08a", "#dfb15a", "#e3a235", "#cf9a45", "#c98a3a"
TOAST, CRUST, RUSSET, BROWN, COCOA, BLACK = "#bd803f", "#a8672f", "#97502c", "#704629", "#523327", "#3a3330"
TOMATO, BRICK, BEET, WINE = "#bd4a33", "#9f3a2b", "#842c45", "#6d2b38"
ROSE, PINK, SALMON, CORAL, BLUSH = "#d8968a", "#e8bdac", "#e0916a", "#d27048", "#f0d6c6"
LIME, SAGE, LEAF, MOSS, OLIVE = "#b3bd66", "#95a273", "#738f4c", "#506b3b", "#7d7a3d"
AUBERGINE, PLUM, BLUE, SEA, STEEL = "#5d3549", "#86617a", "#6b8496", "#a9bcb8", "#8d9090"
SLATE, IRON, WOOD, CLAY, WICKER = "#62656a", "#45423f", "#c8a06c", "#b9764f", "#c79d5e"
CABBAGE, CARROT, LEMON, AVOCADO, NORI = "#dfe0b0", "#d9863d", "#e8cf5a", "#b7bf6b", "#33413a"
CHEDDAR, MELT = "#e6a63c", "#f0cf73"
