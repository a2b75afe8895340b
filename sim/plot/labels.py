"""Labels of points that cover neither each other nor a point: greedy, the front first, from near to far."""

import math

from matplotlib.backends.backend_agg import FigureCanvasAgg

POINT = 5.0  # half the side of the square around a point that labels keep clear of, in pixels
MARGIN = 2.0  # left and right of a label, in pixels
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


class Places:
    """What the labels of one panel must keep clear of, in pixels."""

    def __init__(self, inside, points, lines):
        self.inside = inside
        self.points = [(x - POINT, y - POINT, x + POINT, y + POINT) for x, y in points]
        self.labels = []
        self.lines = list(lines)

    def free(self, box):
        within = (self.inside.x0 <= box[0] and box[2] <= self.inside.x1 and self.inside.y0 <= box[1] and
                  box[3] <= self.inside.y1)
        return within and not any(overlaps(box, other) for other in self.points + self.labels)

    def find(self, x, y, width, height):
        """(box, end of the leader line, whether one is needed): the nearest place that is free; of those, the first
        whose leader runs over neither label nor foreign point and that no line runs through."""
        others = [p for p in self.points if not overlaps(p, (x - POINT, y - POINT, x + POINT, y + POINT))] + self.labels
        candidates = [c for c in boxes_around(x, y, width, height) if self.free(c[0])]
        tidy = (c for c in candidates if not any(crosses(c[0], *line) for line in self.lines) and
                not any(crosses(other, (x, y), c[1]) for other in others))
        box, end, distance = next(tidy, candidates[0] if candidates else next(boxes_around(x, y, width, height)))
        self.labels.append(box)
        if distance > DISTANCES[0]:
            self.lines.append(((x, y), end))
        return box, end, distance > DISTANCES[0]


def place_labels(figure, axes, points, obstacles, lines):
    """Writes the title of every point beside it, of the front in bold. Points have x, y, title, front and colour;
    labels keep clear of all obstacles (x, y) and, where they can, of the lines (pairs of ends)."""
    renderer = FigureCanvasAgg(figure).get_renderer()  # measures text
    pixels = axes.transData.transform
    data = axes.transData.inverted().transform
    places = Places(axes.get_window_extent(renderer), [pixels(o) for o in obstacles],
                    [(pixels(a), pixels(b)) for a, b in lines])
    for p in sorted(points, key=lambda p: (not p.front, p.y)):
        text = axes.text(0, 0, p.title, size=8, weight="bold" if p.front else "normal", color=p.colour, zorder=4)
        extent = text.get_window_extent(renderer)
        x, y = pixels((p.x, p.y))
        box, end, leader = places.find(x, y, extent.width + 2 * MARGIN, extent.height)
        text.set_position(data((box[0] + MARGIN, box[1])))
        text.set_verticalalignment("bottom")
        if leader:
            ends = data([(x, y), end])
            axes.plot(ends[:, 0], ends[:, 1], color=p.colour, linewidth=0.6, alpha=0.7, zorder=2)
