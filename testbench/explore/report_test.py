"""The report of an exploration: one file without references to others, data that survive, pictures, tables. What
scripts do in the page is browser_test.py's."""

import html.parser
import json
import pathlib
import re
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ET

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "explore"))

import fixture  # noqa: E402  pylint: disable=wrong-import-position
import points  # noqa: E402  pylint: disable=wrong-import-position
from report import columns, grid, markdown, page, pictures, summary, write  # noqa: E402  pylint: disable=wrong-import-position

MOST_BYTES = 400_000  # of a page of the study
VOID = {"meta", "br", "hr", "img", "input", "link"}


class Elements(html.parser.HTMLParser):
    """What a browser would see: elements with attributes, text of scripts by id, and whether elements nest."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.scripts, self.open, self.text = [], {}, [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open and self.open[-1][0] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1][0] == "script":
            name = self.open[-1][1].get("id", "")
            self.scripts[name] = self.scripts.get(name, "") + data
        else:
            self.text += data


class Page(unittest.TestCase):
    def test_nothing_external(self):
        for name in ("grid", "many"):
            text = page.page(fixture.CASES[name]())
            self.assertIsNone(re.search(r"https?:|//\w+\.\w+/|@import|url\(", text), name)
            for tag, attributes in Elements(text).elements:
                self.assertNotIn("src", attributes, tag)
                self.assertRegex(attributes.get("href", "#"), r"^(#|data:)", tag)
                self.assertNotIn(tag, ("link", "img", "iframe", "object"))
            self.assertIn("default-src 'none'", text)

    def test_data_survive(self):
        for name, case in fixture.CASES.items():
            with self.subTest(name):
                exploration = case()
                read = Elements(page.page(exploration))
                self.assertEqual(read.open, [])
                self.assertEqual(json.loads(read.scripts["exploration"]), exploration)
                # Browsers end a script at more than html.parser does.
                self.assertIsNone(re.search("[<>&]", page.embedded(exploration)))
                self.assertEqual([tag for tag, _ in read.elements].count("script"), 3)

    def test_hostile_text_stays_text(self):
        exploration = fixture.hostile()
        read = Elements(page.page(exploration))
        self.assertNotIn("b", [tag for tag, _ in read.elements])
        self.assertIn(exploration["about"], read.text)
        # A dollar of others is no placeholder.
        exploration["about"] = "$style $$ ${title}"
        self.assertIn("$style $$ ${title}", Elements(page.page(exploration)).text)

    def test_not_a_number(self):
        exploration = fixture.one_point()
        exploration["points"][0]["metrics"]["cycles"] = float("nan")
        self.assertRaises(ValueError, page.page, exploration)

    def test_size(self):
        self.assertLess(len(page.page(fixture.grid()).encode()), MOST_BYTES)

    def test_deterministic(self):
        self.assertEqual(page.page(fixture.grid()), page.page(fixture.grid()))


class Headline(unittest.TestCase):
    def test_ends(self):
        exploration = fixture.grid()
        best = summary.recommended(exploration)
        front = [point for point in exploration["points"] if point["front"]]
        for end in summary.ends(exploration):
            for metric in end.best_in:  # all objectives of the fixture are the better the lower
                self.assertEqual(end.point["metrics"][metric], min(point["metrics"][metric] for point in front))
            for difference in end.differences:
                mine, theirs = best["metrics"][difference.metric], end.point["metrics"][difference.metric]
                value = float(difference.text.split()[0].replace("−", "-"))
                if difference.metric == "output_nmse_db":
                    self.assertAlmostEqual(value, mine - theirs, delta=0.005)
                    self.assertTrue(difference.text.endswith(" dB"))
                else:
                    self.assertAlmostEqual(value, 100 * (mine / theirs - 1), delta=0.05)
                self.assertEqual(difference.better, mine < theirs)
        self.assertEqual(
            {metric for end in summary.ends(exploration) for metric in end.best_in}, {"output_nmse_db", "area_mm2", "pj_per_mac"}
        )

    def test_goal_max(self):
        exploration = fixture.grid()
        exploration["objectives"] = [fixture.objective("gops"), fixture.objective("output_nmse_db")]
        best = summary.recommended(exploration)
        fastest = max((p for p in exploration["points"] if p["front"]), key=lambda p: p["metrics"]["gops"])
        end = summary.ends(exploration)[0]
        self.assertEqual(end.point["metrics"]["gops"], fastest["metrics"]["gops"])
        self.assertEqual(end.differences[0].better, False)
        self.assertLess(best["metrics"]["gops"], fastest["metrics"]["gops"])

    def test_answer_is_first(self):
        read = Elements(page.page(fixture.grid())).text
        self.assertIn("Build Lb = 8, LA = 128, Nc = 8", read)
        self.assertIn("The knee of the front", read)
        self.assertIn("30 evaluated, 4 outside the constraints, 2 failed, 4 illegal and skipped, 14 on the Pareto front.", read)
        self.assertIn("No point could be evaluated", Elements(page.page(fixture.all_failed())).text)
        self.assertIn("Not finished", Elements(page.page(fixture.all_failed())).text)

    def test_infeasible(self):
        exploration = fixture.exploration(fixture.AXES, [points.point_of({"lb": 8, "la": 64, "nc": 8})], limit=1.0)
        self.assertIn("No point meets the constraints", Elements(page.page(exploration)).text)


class Numbers(unittest.TestCase):
    def test_columns(self):
        for values, unit, shown in (
            ([2.266e-3, 1.2e-3], "J", ["2.266 mJ", "1.200 mJ"]),
            ([64.36e-6], "s", ["64.36 µs"]),
            ([10298, 1234567], "", ["10,298", "1,234,567"]),
            ([-26.831], "dB", ["−26.83 dB"]),
            ([1.459e-7], "J·s", ["145.9 nJ·s"]),
            ([4.4375], "bit", ["4.438 bit"]),
            ([0.0], "mm²", ["0.000 mm²"]),
            ([5.0625], "bit", ["5.063 bit"]),
            ([12345.6], "GOPS", ["12,346 GOPS"]),
            ([999.96e-6, 1e-6], "s", ["1,000.0 µs", "1.0 µs"]),
        ):
            column = columns.column(values, "x", unit)
            self.assertEqual([column.text(value) for value in values], shown)
        self.assertEqual(column.text(None), "–")

    def test_axes(self):
        self.assertEqual(columns.numeric_axes(fixture.grid()), ["nc", "lb", "la"])
        self.assertEqual(columns.numeric_axes({"axes": {"a": [1], "b": [True, False], "c": ["x", "y"], "d": [1.5, 2]}}), ["d"])


class Grids(unittest.TestCase):
    def test_every_point_has_its_cell(self):
        exploration = fixture.grid()
        cells = [cell for one in grid.grids(exploration) for row in one.cells for cell in row]
        self.assertEqual({cell.point["key"] for cell in cells if cell.point}, {point["key"] for point in exploration["points"]})
        self.assertEqual(sum(cell.illegal for cell in cells), 4)
        for one in grid.grids(exploration):
            for y, row in enumerate(one.cells):
                for x, cell in enumerate(row):
                    wanted = {one.across: one.columns[x], one.down: one.rows[y], **one.fixed}
                    self.assertTrue(cell.illegal or cell.point["parameters"] == wanted)

    def test_best_is_feasible(self):
        for one in grid.grids(fixture.grid()):
            able = [c.point for row in one.cells for c in row if c.point and c.point["feasible"]]
            for metric, goal, pick in (("output_nmse_db", "min", min), ("gops", "max", max)):
                self.assertEqual(one.best(metric, goal)["metrics"][metric], pick(p["metrics"][metric] for p in able))

    def test_too_few_axes(self):
        self.assertEqual(grid.grids(fixture.single_axis()), [])
        self.assertEqual(grid.grids(fixture.one_point()), [])


class Markdown(unittest.TestCase):
    def test_tables_are_rectangular(self):
        for name, case in fixture.CASES.items():
            lines = re.sub(r"^(`{3,})sh\n.*?\n\1$", "", markdown.text(case()), flags=re.DOTALL | re.MULTILINE).split("\n")
            tables = 0
            for before, line in zip(["", *lines], lines):
                cells = len(re.findall(r"(?<!\\)\|", line))
                if before.startswith("|") and line.startswith("|"):
                    self.assertEqual(cells, len(re.findall(r"(?<!\\)\|", before)), f"{name}: {line}")
                tables += line.startswith("| :---")
                self.assertEqual(line.startswith("|"), line.endswith("|") and cells > 0, f"{name}: {line}")
                self.assertIsNone(re.search(r"<\w|</", line), f"{name}: {line}")
            self.assertGreater(tables, 1, name)

    def test_contents(self):
        text = markdown.text(fixture.grid())
        self.assertIn("**Build L_b = 8, L_A = 128, N_c = 8**: output NMSE −26.83 dB", text)
        self.assertEqual(text.count("| ◆ |"), 2 * 13)  # the front less the recommended point, in two tables
        self.assertEqual(text.count("| illegal |"), 3 * 2)  # of four in a row every second one, its neighbours share their bars
        self.assertIn("ERROR: Module", text)
        self.assertIn("no multiple of lb", text)
        self.assertIn("bcq synth --arch points/", text)
        self.assertIn("| mixed, chosen |", text)

    def test_code_with_fences(self):
        self.assertEqual(markdown.code("a\n```\nb").split("\n")[0], "````sh")


class Pictures(unittest.TestCase):
    def test_deterministic_and_well_formed(self):
        found = pictures.texts(fixture.grid())
        self.assertEqual(
            set(found), {"front.svg", "heatmap_output_nmse_db.svg", "heatmap_area_mm2.svg", "heatmap_pj_per_mac.svg"}
        )
        self.assertEqual(found, pictures.texts(fixture.grid()))
        for content in found.values():
            self.assertTrue(ET.fromstring(content).tag.endswith("svg"))
        text = found["heatmap_output_nmse_db.svg"]
        for words in ("illegal", "failed", "−28.95", "N_c", "L_A = 128"):
            self.assertIn(words, text)

    def test_extremes(self):
        wanted = {"one_point": 1, "without_nmse": 3, "single_axis": 1, "hostile": 1, "all_failed": 0}
        for name, count in wanted.items():
            found = pictures.texts(fixture.CASES[name]())
            self.assertEqual(len(found), count, name)
            for content in found.values():
                ET.fromstring(content)

    def test_panels(self):
        for objectives, panels in (
            (("output_nmse_db", "area_mm2"), 1),
            (("output_nmse_db", "area_mm2", "cycles", "energy_j"), 4),
        ):
            exploration = fixture.exploration(
                {"nc": [2, 8]}, [points.point_of({"nc": nc}) for nc in (2, 8)], objectives=objectives
            )
            drawn = pictures.draw_front(exploration, columns.of_metrics(exploration), list(objectives))
            self.assertEqual(len(drawn.axes), panels)


class Files(unittest.TestCase):
    def test_all(self):
        with tempfile.TemporaryDirectory() as folder:
            names = {path.name for path in write.write(fixture.grid(), pathlib.Path(folder))}
            self.assertEqual(names, {path.name for path in pathlib.Path(folder).iterdir()})
            self.assertLessEqual({"report.html", "report.md", "front.svg"}, names)


if __name__ == "__main__":
    unittest.main()
