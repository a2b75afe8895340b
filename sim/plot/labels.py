"""Labels of points that cover neither each other nor a point: greedy, the front first, from near to far."""

import math

from matplotlib.backends.backend_agg import FigureCanvasAgg

POINT = 5.0  # half the side of the square around a point that labels keep clear of, in pixels
STEPS = 24  # directions tried at every distance
DISTANCES = tuple(range(9, 400, 7))  # from point to label, in pixels


def overlaps(a, b):
    """Whether two boxes (left, bottom, right, top) share an area."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def crosses(box, a, b):
    """Whether the segment from a to b runs through a box (Liang and Barsky 1984)."""
    enter, leave = 0.0, 1.0
    for start, step, low, high in ((a[0], b[0] - a[0], box[0], box[2]), (a[1], b[1] - a[1], box[1], box[3])):
        if step == 0:
            if not low < start < high:
                return False
            continue
        first, last = sorted(((low - start) / step, (high - start) / step))
        enter, leave = max(enter, first), min(leave, last)
    return enter < leave


def boxes_around(x, y, width, height):
    """Places for a label of that size near (x, y), from near to far: (box, end of the leader line, distance)."""
    for distance in DISTANCES:
        for step in range(STEPS):
            angle = 2 * math.pi * step / STEPS
            dx, dy = math.cos(angle), math.sin(angle)
            # The label touches the end of the leader with the side that faces the point.
            end = (x + distance * dx, y + distance * dy)
            left = end[0] - width * (1 - dx) / 2
            bottom = end[1] - height * (1 - dy) / 2
            yield (left, bottom, left + width, bottom + height), end, distance


def place_labels(figure, axes, points, obstacles):
    """Writes the title of every point beside it, of the front in bold. Points have x, y, title, front and colour."""
    canvas = FigureCanvasAgg(figure)  # measures text
    renderer = canvas.get_renderer()
    to_pixels = axes.transData.transform
    inside = axes.get_window_extent(renderer)
    taken = [(x - POINT, y - POINT, x + POINT, y + POINT) for x, y in (to_pixels(o) for o in obstacles)]
    leaders = []
    for p in sorted(points, key=lambda p: (not p.front, p.y)):
        weight = "bold" if p.front else "normal"
        text = axes.text(0, 0, p.title, size=8, weight=weight, color=p.colour, zorder=4)
        extent = text.get_window_extent(renderer)
        x, y = to_pixels((p.x, p.y))
        for box, end, distance in boxes_around(x, y, extent.width + 2, extent.height + 1):
            if box[0] < inside.x0 or box[2] > inside.x1 or box[1] < inside.y0 or box[3] > inside.y1:
                continue
            if any(overlaps(box, other) for other in taken) or any(crosses(box, *line) for line in leaders):
                continue
            if distance > DISTANCES[0] and any(crosses(other, (x, y), end) for other in taken if not inside_box(x, y, other)):
                continue
            break
        text.set_position(axes.transData.inverted().transform((box[0] + 1, box[1] + 1)))
        text.set_verticalalignment("bottom")
        taken.append(box)
        if distance > DISTANCES[0]:
            leaders.append(((x, y), end))
            ends = axes.transData.inverted().transform([(x, y), end])
            axes.plot(ends[:, 0], ends[:, 1], color=p.colour, linewidth=0.6, alpha=0.7, zorder=2)


def inside_box(x, y, box):
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]
