"""A headless Chromium, and tests of pages in it."""

import pathlib
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "explore"))

from report import page  # noqa: E402  pylint: disable=wrong-import-position

CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"


def missing():
    """What a browser lacks on this machine, as text; empty when it can start."""
    lacking = [path for path in (CHROMIUM, DRIVER) if shutil.which(path) is None]
    try:
        import selenium  # noqa: F401  pylint: disable=import-outside-toplevel,unused-import
    except ImportError:
        lacking.append("python3-selenium")
    return ", ".join(lacking)


def start(width=1400, height=1000):
    """A driver with an empty page of that size in pixels; the caller quits it."""
    from selenium import webdriver  # pylint: disable=import-outside-toplevel
    from selenium.webdriver.chrome.service import Service  # pylint: disable=import-outside-toplevel

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    # Root has no sandbox; small machines have little /dev/shm.
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        f"--window-size={width},{height}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(service=Service(DRIVER), options=options)


def prefer(driver, scheme):
    """Has pages see a preference for the "light" or "dark" colour scheme."""
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})


class InBrowser(unittest.TestCase):
    """One browser for all tests of a class; every test loads its page anew and ends with a silent console."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()  # pylint: disable=consider-using-with
        cls.addClassCleanup(cls.folder.cleanup)
        cls.driver = start()
        cls.addClassCleanup(cls.driver.quit)

    def tearDown(self):
        self.assertEqual(self.driver.get_log("browser"), [])

    def load(self, exploration):
        self.exploration = exploration
        path = pathlib.Path(self.folder.name) / "report.html"
        path.write_text(page.page(exploration), encoding="utf-8")
        self.driver.get(path.as_uri())
        self.run_script("return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def run_script(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def one(self, selector):
        return self.driver.find_element("css selector", selector)

    def all(self, selector):
        return self.driver.find_elements("css selector", selector)

    def texts(self, selector):
        return self.run_script("return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)", selector)

    def choose(self, selector, value):
        self.run_script(
            """const select = document.querySelector(arguments[0]); select.value = arguments[1];
            if (select.value !== arguments[1]) throw new Error(`no option ${arguments[1]}`);
            select.dispatchEvent(new Event("change"));""",
            selector,
            value,
        )

    def keys(self, selector):
        return self.run_script("return [...document.querySelectorAll(arguments[0])].map((e) => e.dataset.key)", selector)

    def actions(self):
        from selenium.webdriver import ActionChains  # pylint: disable=import-outside-toplevel

        return ActionChains(self.driver, duration=0)

    def press(self, key):
        from selenium.webdriver.common.keys import Keys  # pylint: disable=import-outside-toplevel

        self.actions().send_keys(getattr(Keys, key)).perform()

    def point(self, **parameters):
        return next(p for p in self.exploration["points"] if p["parameters"] == parameters)

    def mark(self, point):
        return f'#pareto .point[data-key="{point["key"]}"]'

    def titles(self):
        return self.texts("#pareto .axis-title")


def main():
    """Runs the tests of the program, or says why not."""
    lacking = missing()
    if lacking:
        sys.exit(f"not installed: {lacking}; scripts/install_deps.sh installs them")
    unittest.main()
