"""Finds rectilinear paths between boxes: Lee's maze search with costs, on a grid.

    router = Router(width, height)              # in grid steps
    router.block(x0, y0, x1, y1)                # no wire enters this rectangle, borders included
    path = router.connect("net", starts, goals) # [(x, y), ...], corners and ends

Wires of one net may run on top of each other, which makes a fan-out a tree; wires of different nets may cross but never
share a step. Nothing is random: the same calls give the same paths.
"""

import heapq
import itertools

STEP, SHARED, BEND, CROSS, NEAR = 10, 6, 35, 25, 6
DIRECTIONS = {"r": (1, 0), "l": (-1, 0), "b": (0, 1), "t": (0, -1)}


class NoPath(Exception):
    """Everything around a start or goal is taken."""


class Router:
    def __init__(self, width: int, height: int):
        self.width, self.height = width, height
        self.blocked: set[tuple[int, int]] = set()
        self.near: set[tuple[int, int]] = set()  # beside something blocked
        self.steps: dict[tuple[tuple[int, int], tuple[int, int]], str] = {}  # a step, ends in order, and its net
        self.nodes: dict[tuple[int, int], set[str]] = {}  # nets through a node

    def block(self, x0: int, y0: int, x1: int, y1: int) -> None:
        """Keeps wires out of a rectangle."""
        self.blocked |= {(x, y) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)}
        self.near |= {(x, y) for x in range(x0 - 1, x1 + 2) for y in range(y0 - 1, y1 + 2)}

    def connect(self, net: str, starts: list, goals: list) -> list[tuple[int, int]]:
        """The cheapest path between a start and a goal, both (x, y, direction, cost).

        A start is left in its direction, a goal is entered in it; the cost says how much a point is disliked.
        """
        goal = {(x, y, direction): cost for x, y, direction, cost in goals}
        ends = {(x, y) for x, y, *_ in starts + goals}
        least = SHARED if net in self.steps.values() else STEP  # cost of a step
        xs, ys = [x for x, *_ in goals], [y for _, y, *_ in goals]
        around = (min(xs), min(ys), max(xs), max(ys))
        queue, best, came = [], {}, {}
        order = itertools.count()  # of two equal costs the older one comes first
        for x, y, direction, cost in starts:
            if self._foreign((x, y), net):
                continue
            state = (x, y, direction)
            best[state] = cost
            came[state] = None
            heapq.heappush(queue, (cost + least * self._distance(x, y, around), cost, next(order), state))
        while queue:
            _, cost, _, state = heapq.heappop(queue)
            if state == "done":
                break
            if cost > best.get(state, cost):
                continue
            x, y, direction = state
            if state in goal and came[state] is not None:
                total = cost + goal[state]
                if total < best.get("done", total + 1):
                    best["done"], came["done"] = total, state
                    heapq.heappush(queue, (total, total, next(order), "done"))
            for turn, (dx, dy) in DIRECTIONS.items():
                if (dx, dy) == tuple(-d for d in DIRECTIONS[direction]) or (came[state] is None and turn != direction):
                    continue
                step = self._step(net, (x, y), (x + dx, y + dy), ends)
                if step is None:
                    continue
                total = cost + step + (BEND if turn != direction else 0)
                reached = (x + dx, y + dy, turn)
                if total < best.get(reached, total + 1):
                    best[reached] = total
                    came[reached] = state
                    heapq.heappush(
                        queue, (total + least * self._distance(x + dx, y + dy, around), total, next(order), reached)
                    )
        if "done" not in came:
            raise NoPath(net)
        state, path = came["done"], []
        while state is not None:
            path.append(state[:2])
            state = came[state]
        return self._take(net, path[::-1])

    def _distance(self, x: int, y: int, around: tuple[int, int, int, int]) -> int:
        """Steps that are left at least."""
        x0, y0, x1, y1 = around
        return max(x0 - x, 0, x - x1) + max(y0 - y, 0, y - y1)

    def _foreign(self, node: tuple[int, int], net: str) -> bool:
        return bool(self.nodes.get(node, set()) - {net})

    def _step(self, net: str, here: tuple[int, int], there: tuple[int, int], ends: set) -> int | None:
        """Cost of a step, or None where there is no way."""
        x, y = there
        if not (0 <= x <= self.width and 0 <= y <= self.height) or (there in self.blocked and there not in ends):
            return None
        owner = self.steps.get((min(here, there), max(here, there)))
        if owner == net:
            return SHARED
        if owner is not None:
            return None
        cost = STEP + (NEAR if there in self.near else 0)
        if not self._foreign(there, net):
            return cost
        if there in ends:
            return None
        # A crossing: the other wire goes straight through, at a right angle.
        dx, dy = there[0] - here[0], there[1] - here[1]
        ahead = (x + dx, y + dy)
        across = [(min(there, side), max(there, side)) for side in ((x + dy, y + dx), (x - dy, y - dx))]
        straight = all(self.steps.get(s, net) != net for s in across)
        along = self.steps.get((min(there, ahead), max(there, ahead)))
        return cost + CROSS if straight and along in (None, net) and len(self.nodes[there] - {net}) == 1 else None

    def _take(self, net: str, path: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Marks a path as taken; returns its ends and corners."""
        for here, there in zip(path, path[1:]):
            self.steps.setdefault((min(here, there), max(here, there)), net)
        for node in path:
            self.nodes.setdefault(node, set()).add(net)
        corners = [path[0]]
        for before, here, after in zip(path, path[1:], path[2:]):
            if (here[0] - before[0], here[1] - before[1]) != (after[0] - here[0], after[1] - here[1]):
                corners.append(here)
        return corners + [path[-1]]
