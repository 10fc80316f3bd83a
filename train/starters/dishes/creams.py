"""Creams and ices."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from train.starters.dishes import palette as hue
from train.starters.dishes.forms import (
    TILT,
    ball,
    blob,
    drum,
    ellipse,
    glint,
    heap,
    log,
    outline,
    prism,
    rounded,
)
from train.starters.dishes.greens import berry, berry_half, currant, sprig
from train.starters.dishes.ink import FINE, HAIR, LINE, Sheet, wash
from train.starters.dishes.staples import pool, rosette
from train.starters.dishes.tableware import plate, spoon
from train.starters.dishes.vessels import goblet, ramekin
from train.starters.pen import arc, points, shift, smooth


def chocolate_mousse(s: Sheet) -> None:
    plate(s, 50, 84, 26, tilt=0.4)
    at = goblet(s, [(0.02, None), (0.98, hue.BROWN)], 50, 42, 29, 31, 11)
    s.form(at.curve(0.98), hue.BROWN, FINE, 0.4, 0.4)
    rosette(s, 50, 41, 24, hue.COCOA, 3)
    rosette(s, 50, 24, 9, hue.IVORY, 2)
    for u, v in heap(s.rng, 12, 50, 38, 19, 12, ry=8):
        s.form(
            log(
                s, smooth(points((u - 2, v), (u, v - 1), (u + 2, v + 0.5)), 5), 1, hue.BROWN, FINE, 0.3, None
            ),
            hue.BROWN,
            FINE,
            0,
            0,
        )
    berry_half(s, 63, 31, 6, 75)
    sprig(s, 58, 21, -40, 6.5)


def creme_brulee(s: Sheet) -> None:
    at = ramekin(s, 48, 50, 38, 16, fill=hue.HONEY, tilt=0.62)
    crust = at.curve(0.99)
    with s.inside(crust):
        for u, v in heap(s.rng, 26, at.x, at.y, at.rx * 0.95):
            s.form(
                blob(s.rng, u, v, s.rng.uniform(2, 6), s.rng.uniform(1.4, 3.6), 8, 0.2),
                wash((hue.RUSSET, hue.BROWN, hue.GOLD)[int(s.rng.integers(3))], 0.5),
                0,
                0,
                0,
            )
        s.model(crust, 0.4, 0.5, 30, reach=5)
        hole = points(
            (at.x + 3, at.y + 2),
            (at.x + 12, at.y - 4),
            (at.x + 24, at.y - 2),
            (at.x + 27, at.y + 7),
            (at.x + 17, at.y + 13),
            (at.x + 6, at.y + 11),
        )
        s.form(hole, hue.IVORY, LINE, 0.5, 0.2, 30, hollow=True)
        for shard in (points((0, 0), (8, -3), (11, 3), (3, 5)), points((13, -3), (19, 0), (14, 6))):
            c = shift(shard, at.x + 6, at.y + 4)
            s.shadow(c, 0.4, 0.8, 1)
            prism(s, c, 1.2, hue.RUSSET, [(1, hue.GOLD)])
        for a in (-150, 160, 100, -60):
            end = points((at.x + 14 + 34 * np.cos(np.radians(a)), at.y + 4 + 22 * np.sin(np.radians(a))))[0]
            mid = shift(end, at.x + 14, at.y + 4) / 2 + s.rng.normal(0, 1.5, 2)
            start = (end - (at.x + 14, at.y + 4)) * 0.38 + (at.x + 14, at.y + 4)
            s.line(np.stack([start, mid, end]), FINE)
    s.line(arc(at.x, at.y, 0.82 * at.rx, 195, 255, 0.78 * at.ry), 1.0, wash(hue.GLOW, 0.7))
    spoon(s, 72, 50, -38, 30)
    berry(s, 84, 80, 6)
    currant(s, 76, 84, 2.6, hue.BEET)


def frozen_yogurt(s: Sheet) -> None:
    x, y, r = 50, 52, 27
    s.shadow(ellipse(x, y + 33, 20, 9))
    drum(
        s,
        x,
        y,
        r,
        34,
        hue.IVORY,
        [(0.25, hue.IVORY), (0.4, hue.ROSE), (0.35, hue.IVORY)],
        taper=0.26,
        shade=0.7,
    )
    for a in np.radians(np.arange(20, 180, 20)):
        berry_dot = points((x + 0.9 * r * np.cos(a), y + 15 + 0.9 * r * TILT * np.sin(a)))[0]
        ball(s, *berry_dot, 1.3, hue.BEET, 0.18)
    s.form(ellipse(x, y, 0.94 * r), hue.IVORY, FINE, 0.4, 0.2)
    spoon_handle = points((66, 50), (86, 16))
    s.tube(spoon_handle, 2.4, hue.SAGE, LINE)
    for k in range(5):
        size, up = 24 - 4.4 * k, 7.2 * k
        a = np.linspace(0, 2 * np.pi, 80, endpoint=False)
        rr = size * (1 + 0.035 * np.cos(9 * a + k))
        s.form(
            np.stack([x + rr * np.cos(a) + (-1) ** k * 0.6, y - 2 - up + 0.56 * rr * np.sin(a)], 1),
            hue.BLUSH if k % 2 else hue.IVORY,
            LINE,
            0.6,
            0.4,
            60,
        )
        for d in range(25, 170, 26):
            s.line(shift(arc(0, 0, 0.93 * size, d, d + 20, 0.5 * size), x, y - 2.6 - up), HAIR)
    s.form(
        shift(
            outline("-3.4,1 -1.5,-4 1.8,-8.5 2.4,-3 3.4,1 0,2", 6),
            x,
            y - 33,
        ),
        hue.IVORY,
        LINE,
        0.5,
    )
    for u, v, c in (
        (34, 46, hue.BLUE),
        (40, 53, hue.AUBERGINE),
        (66, 52, hue.AUBERGINE),
        (59, 57, hue.BLUE),
        (37, 38, hue.AUBERGINE),
    ):
        currant(s, u, v, 3, c)
    berry_half(s, 50, 57, 6, 92)
    berry_half(s, 63, 41, 5, 70)


def _scoop(s: Sheet, x: float, y: float, r: float, colour: str, specks: str) -> None:
    a = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    skirt = np.where(np.sin(a) > 0.25, 1 + 0.07 * np.sin(14 * a), 1)
    s.form(
        np.stack([x + r * skirt * np.cos(a), y + r * 0.94 * skirt * np.sin(a)], 1),
        colour,
        LINE,
        0.6,
        0.5,
        reach=0.5 * r,
    )
    for d in (200, 235, 300):
        s.line(arc(x, y, 0.75 * r, d, d + 24), HAIR, wash(hue.INK, 0.6))
    for u, v in heap(s.rng, 16, x, y - 0.1 * r, 0.75 * r, ry=0.7 * r):
        s.speck(u, v, 0.7, 0.5, s.rng.uniform(0, 180), specks, 0)
    glint(s, x - 0.4 * r, y - 0.5 * r, 0.14 * r, 0.7)


def ice_cream(s: Sheet) -> None:
    s.shadow(points((46, 92), (54, 92), (66, 96), (36, 96)), 0.4)
    cone = points((31, 48), (69, 48), (52, 96), (48, 96))
    s.flat(cone, hue.OCHRE)
    with s.inside(cone):
        for k in range(-8, 9):
            for slope in (1, -1):
                s.line(points((50 + 6 * k - 14 * slope, 44), (50 + 6 * k + 14 * slope, 98)), 0.5, hue.BROWN)
                s.line(
                    points((50.7 + 6 * k - 14 * slope, 44), (50.7 + 6 * k + 14 * slope, 98)), 0.3, hue.BUTTER
                )
    s.model(cone, 0.8, 0.4, 60)
    s.line(cone, LINE, closed=True)
    s.form(np.concatenate([arc(50, 47, 20.5, 0, 180, 7), arc(50, 43, 20.5, 180, 0, 7)]), hue.HONEY, LINE, 0.6)
    _scoop(s, 36.5, 34, 16, hue.COCOA, hue.TOAST)
    _scoop(s, 63.5, 34, 16, hue.SAGE, hue.COCOA)
    _scoop(s, 50, 19, 16.5, hue.PINK, hue.BRICK)
    wafer = rounded(
        points((0, 0), (5.4, 0), (5.4, 22), (0, 22)) @ np.array([[0.9, 0.42], [-0.42, 0.9]]) + (70, -1 + 3),
        0.1,
    )
    s.form(wafer, hue.GOLD, LINE, 0.6)
    ball(s, 50, 4.6, 3.4, hue.BRICK)
    glint(s, 48.9, 3.3, 0.8)


def panna_cotta(s: Sheet) -> None:
    plate(s, y=56, rim=hue.BEET)
    pool(s, 50, 61, 29, 15, hue.BEET)
    drum(s, 50, 36, 17.5, 25, hue.IVORY, hue.IVORY, taper=-0.22, shade=0.6)
    sauce = outline("34,35 42,27 56,26 66,33 66,42 63,51 60,44 54,46 51,56 47,46 41,44 38,48 35,41", 8)
    s.form(sauce, hue.BEET, FINE, 0.5, 0.5, None)
    s.line(arc(50, 35, 12, 195, 260, 6), 0.8, wash(hue.GLOW, 0.7))
    for u, v in ((46, 34), (53, 32.5), (50, 37.5)):
        currant(s, u, v, 3.4, hue.BRICK)
    sprig(s, 57, 33, -45, 8)
    for u, v in ((28, 62), (33, 67), (70, 66), (75, 61)):
        currant(s, u, v, 2.8, hue.BRICK if u < 60 else hue.AUBERGINE)


DRAWINGS: dict[str, Callable[[Sheet], None]] = {
    "chocolate_mousse": chocolate_mousse,
    "creme_brulee": creme_brulee,
    "frozen_yogurt": frozen_yogurt,
    "ice_cream": ice_cream,
    "panna_cotta": panna_cotta,
}
