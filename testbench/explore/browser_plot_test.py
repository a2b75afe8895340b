"""The page of an exploration in headless Chromium: the plot, and the point that is selected there."""

import re

import browser
import fixture
import points
from report import columns


class Plot(browser.InBrowser):
    def setUp(self):
        self.load(fixture.grid())

    def front_keys(self, x, y):
        """By definition, quadratic."""
        objectives = [fixture.objective(x), fixture.objective(y)]
        return {point["key"] for point in fixture.front_of(self.exploration["points"], objectives)}

    def test_all_points(self):
        ok = [p for p in self.exploration["points"] if p["status"] == "ok"]
        self.assertEqual(sorted(self.keys("#pareto .point")), sorted(p["key"] for p in ok))
        self.assertEqual(set(self.keys("#pareto .infeasible")), {p["key"] for p in ok if not p["feasible"]})
        self.assertEqual(self.keys("#pareto .recommended"), [self.exploration["recommended"]["key"]])
        self.assertEqual(self.texts("#pareto .limit-label"), ["limit 67.00 mm²"])
        fill = self.run_script("return getComputedStyle(document.querySelector('#pareto .infeasible')).fillOpacity")
        self.assertLess(float(fill), 0.5)

    def test_points_are_where_their_values_are(self):
        places = self.run_script(
            "return [...document.querySelectorAll('#pareto .point')].map((e) => [e.dataset.key, e.getAttribute('transform')])"
        )
        by_key = {p["key"]: p["metrics"] for p in self.exploration["points"]}
        marks = [(by_key[key], *map(float, re.findall(r"[-\d.]+", transform))) for key, transform in places]
        for metric, index, sign in (("area_mm2", 1, 1), ("output_nmse_db", 2, -1)):
            low, high = min(marks, key=lambda m: m[0][metric]), max(marks, key=lambda m: m[0][metric])
            slope = (high[index] - low[index]) / (high[0][metric] - low[0][metric])
            self.assertGreater(sign * slope, 0)
            for mark in marks:
                self.assertAlmostEqual(mark[index], low[index] + slope * (mark[0][metric] - low[0][metric]), delta=0.2)

    def test_fronts_of_all_pairs(self):
        names = list(columns.of_metrics(self.exploration))
        for x in names:
            for y in names:
                self.choose("#plot-x", x)
                self.choose("#plot-y", y)
                self.assertEqual(set(self.keys("#pareto .point.front")), self.front_keys(x, y), (x, y))

    def test_front_is_a_stair(self):
        for x, y, rises in (("area_mm2", "output_nmse_db", 1), ("gops", "output_nmse_db", 1), ("gops", "highest_clock_mhz", -1)):
            self.choose("#plot-x", x)
            self.choose("#plot-y", y)
            line = self.run_script("return document.querySelector('#pareto .front-line').getAttribute('d')")
            self.assertRegex(line, r"^M[-\d.]+ [-\d.]+(H[-\d.]+V[-\d.]+)*$")
            down = [float(v) for v in re.findall(r"V([-\d.]+)", line)]
            self.assertEqual(down, sorted(down, reverse=rises < 0), (x, y))
            self.assertEqual(line.count("V") + 1, len(self.keys("#pareto .point.front")))

    def test_axes(self):
        self.assertEqual(self.titles(), ["area* (mm²)   ← better", "output NMSE (dB)   ← better"])
        before = self.run_script("return document.querySelector('#pareto .recommended').getAttribute('transform')")
        self.choose("#plot-x", "gops")
        self.assertEqual(self.titles()[0], "throughput (GOPS)   better →")
        self.assertNotEqual(
            self.run_script("return document.querySelector('#pareto .recommended').getAttribute('transform')"), before
        )

    def test_colour_and_shape(self):
        classes = """return Object.fromEntries([...document.querySelectorAll('#pareto .point')]
            .map((e) => [e.dataset.key, e.classList[1]]))"""
        for axis in ("nc", "la"):
            self.choose("#plot-colour", axis)
            levels = {}
            for key, level in self.run_script(classes).items():
                levels.setdefault(next(p for p in self.exploration["points"] if p["key"] == key)["parameters"][axis], set()).add(
                    level
                )
            self.assertEqual(sorted(levels), self.exploration["axes"][axis])
            self.assertEqual(len(set.union(*levels.values())), len(levels), "a colour per value")
        self.assertIn("LA4864128", self.texts("#plot-legend")[0])
        self.choose("#plot-shape", "")
        outlines = self.run_script(
            "return [...document.querySelectorAll('#pareto .point:not(.recommended)')].map((e) => e.getAttribute('d'))"
        )
        self.assertEqual(len(set(outlines)), 1)

    def test_hover(self):
        self.assertFalse(self.one("#tooltip").is_displayed())
        point = self.point(lb=4, la=64, nc=16)
        self.actions().move_to_element(self.one(self.mark(point))).perform()
        self.assertTrue(self.one("#tooltip").is_displayed())
        text = self.one("#tooltip").text
        for words in (
            "Lb = 4, LA = 64, Nc = 16",
            "output NMSE −28.95 dB",
            "area* 65.47 mm²",
            "cycles 14,257",
            "energy × delay* 230.2 nJ·s",
        ):
            self.assertIn(words, text.replace("L\nb", "Lb"))
        box = self.run_script(
            "const b = document.getElementById('tooltip').getBoundingClientRect(); return [b.left, b.right, innerWidth]"
        )
        self.assertTrue(0 <= box[0] < box[1] <= box[2])
        self.actions().move_to_element(self.one("h1")).perform()
        self.assertFalse(self.one("#tooltip").is_displayed())

    def test_hover_says_why_infeasible(self):
        point = next(p for p in self.exploration["points"] if p["status"] == "ok" and not p["feasible"])
        self.actions().move_to_element(self.one(self.mark(point))).perform()
        self.assertIn("misses area ≤ 67.00 mm²", self.one("#tooltip").text)

    def test_keyboard(self):
        self.assertEqual(len(self.all('#pareto .point[tabindex="0"]')), 1)
        self.run_script("document.querySelector('#plot-shape').focus()")
        self.press("TAB")
        key = self.run_script("return document.activeElement.dataset.key")
        self.assertEqual(key, self.exploration["recommended"]["key"])
        self.assertTrue(self.one("#tooltip").is_displayed())
        self.press("ARROW_RIGHT")
        after = self.run_script("return document.activeElement.dataset.key")
        self.assertNotEqual(after, key)
        self.press("ENTER")
        chosen = next(p for p in self.exploration["points"] if p["key"] == after)
        self.assertIn(after, self.one("#point").text)
        self.assertEqual(self.keys('#pareto .point[tabindex="0"]'), [chosen["key"]])


class Point(browser.InBrowser):
    def setUp(self):
        self.load(fixture.grid())

    def test_recommended_first(self):
        self.assertIn("★ recommended", self.one("#point").text)
        self.assertEqual(len(self.all(".bar.reference")), 0)

    def test_click_shows_breakdown(self):
        point = self.point(lb=4, la=64, nc=16)
        self.actions().move_to_element(self.one(self.mark(point))).click().perform()
        self.assertEqual(self.one("#point h3").text.replace("\n", ""), "Lb = 4, LA = 64, Nc = 16")
        for kind, parts in point["breakdown"].items():
            if kind == "estimates":
                continue
            rows = self.texts(f'[data-kind="{kind}"] .parts th')
            self.assertEqual([row.rstrip("*") for row in rows], list(parts))
            self.assertEqual(
                [row.rstrip("*") for row in rows if row.endswith("*")], [p for p in parts if p in point["breakdown"]["estimates"]]
            )
            values = [float(text.replace(",", "")) for text in self.texts(f'[data-kind="{kind}"] .parts td:not(.share)')]
            for value, part in zip(values, parts.values()):
                self.assertAlmostEqual(value, part, delta=0.0051)
            widths = self.run_script(
                """const bar = document.querySelector(`[data-kind="${arguments[0]}"] .own`);
                return [...bar.children].map((e) => parseFloat(e.style.width))""",
                kind,
            )
            reference = sum(points.breakdown(8, 128, 8)[kind].values())
            self.assertAlmostEqual(
                sum(widths), 100 * min(1, sum(parts.values()) / max(reference, sum(parts.values()))), delta=0.01
            )
        self.assertEqual(len(self.all(".bar.reference")), 3)
        self.assertEqual(self.texts(".layers tbody th"), points.LAYERS)
        self.assertEqual(
            self.texts(".layers tbody tr:first-child td")[0], columns.rounded(point["layers"][0]["output_nmse_db"], 2)
        )
        self.assertEqual(self.one("#point pre").text, "\n".join(point["commands"]))
        self.assertEqual(len(self.all("#pareto .ring")), 1)

    def test_estimates_are_hatched(self):
        images = self.run_script(
            "return [...document.querySelectorAll('.bar.own .part')].map((e) => [e.title, getComputedStyle(e).backgroundImage])"
        )
        for title, image in images:
            self.assertEqual("gradient" in image, title.split(":")[0] in (*points.BUFFERS, "DRAM"), title)

    def test_failed(self):
        failed = next(p for p in self.exploration["points"] if p["status"] == "failed")
        self.run_script("document.querySelector(arguments[0]).click()", f'#left-out [data-key="{failed["key"]}"]')
        self.assertEqual(self.one("#point .error").text, points.ERROR)
        self.assertIn("bcq synth", self.one("#point .commands").text)
        self.assertEqual(self.all(".breakdown"), [])

    def test_left_out(self):
        text = self.one("#left-out").text
        self.assertIn("Failed (2)", text)
        self.assertIn("Illegal and skipped (4)", text)
        for entry in self.exploration["illegal"]:
            self.assertIn(entry["reason"], text)

    def test_copy(self):
        self.driver.execute_cdp_cmd(
            "Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
        )
        self.one(".copy").click()
        self.run_script("return new Promise((done) => setTimeout(done, 200))")
        self.assertEqual(self.one(".copy").text, "copied")
        commands = self.point(lb=8, la=128, nc=8)["commands"]
        self.assertEqual(self.run_script("return navigator.clipboard.readText()"), "\n".join(commands))

    def test_ends_of_the_headline(self):
        button = self.one("header [data-key]")
        button.click()
        self.assertIn(button.get_attribute("data-key"), self.one("#point").text)


if __name__ == "__main__":
    browser.main()
