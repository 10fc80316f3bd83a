"""Illustrations of the 101 dishes of the cookbook: copperplate lines, coloured by hand, drawn by our code."""

from train.starters.dishes.illustrate import DISHES, illustration

__all__ = ["DISHES", "illustration"]
