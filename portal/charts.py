"""Bars drawn on the server: where each piece begins and how wide it is, in percent of the longest."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """One piece of a bar. Texts, not numbers: a drawing's percentages never take the language's decimal sign."""

    x: str
    width: str
    #: Which of the legend's tones, from 1.
    tone: int


def bars(longest: int, *numbers: int) -> list[Bar]:
    """Return the pieces of one bar, side by side; pieces of nothing are left out.

    Takes what a full bar stands for (0: nothing is drawn) and the numbers, in the order of the legend.
    """
    pieces, x = [], 0.0
    for tone, number in enumerate(numbers, 1):
        width = number / longest * 100 if longest else 0
        if width:
            pieces.append(Bar(f"{x:.2f}%", f"{width:.2f}%", tone))
        x += width
    return pieces
