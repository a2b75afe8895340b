#!/usr/bin/env python3
"""Draws docs/img/encoder.svg: scripts/draw_encoder.py (no arguments, standard library only)."""

from draw_array import OUT, arrow, box, svg


def encoder() -> str:
    """The stages of the on-line encoder from left to right, and the two places where beats wait."""
    parts = [
        arrow(5, 145, 30, 145),
        box(30, 115, 90, 60, "finite", ("mask,", "NaN, infinity")),
        arrow(120, 145, 150, 145),
        box(150, 105, 120, 80, "hold", ("beats of a", "block array,", "scale codes"), "edge"),
        box(150, 20, 120, 50, "absmax", ("tree, running max",)),
        box(310, 20, 120, 50, "scale_code", ("÷ Q·g, 5 digits",)),
        '<path d="M 135 145 L 135 45 L 150 45"/>',
        arrow(270, 45, 310, 45),
        '<path d="M 370 70 L 370 90 L 210 90 L 210 105"/>',
        arrow(270, 145, 310, 145),
        box(310, 115, 100, 60, "R", ("reciprocal R_m,", "shift")),
        arrow(410, 145, 440, 145),
        box(440, 115, 100, 60, "P · V", ("normalise:", "× R_m, shift"), "pe"),
        arrow(540, 145, 570, 145),
        box(570, 115, 110, 60, "N", ("nearest in each", "of N_c codebooks"), "pe"),
        arrow(680, 145, 710, 145),
        box(710, 105, 120, 80, "hold", ("beats of a block,", "N_c indices each,", "selectors"), "edge"),
        box(710, 20, 120, 50, "select", ("sums, least one",)),
        '<path d="M 695 145 L 695 45 L 710 45"/>',
        arrow(770, 70, 770, 105),
        arrow(830, 145, 860, 145),
        box(860, 115, 100, 60, "skid", ("index of the", "chosen codebook"), "out"),
        arrow(960, 145, 990, 145),
        box(570, 215, 110, 50, "thresholds", ("per codebook",)),
        arrow(625, 215, 625, 175),
        box(710, 215, 120, 50, "codebooks", ("registers or", "constants")),
        arrow(710, 240, 680, 240),
    ]
    return svg(1000, 280, parts)


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "encoder.svg").write_text(encoder(), encoding="utf-8")
