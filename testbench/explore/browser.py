"""A headless Chromium that opens pages from files."""

import shutil

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
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", f"--window-size={width},{height}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(service=Service(DRIVER), options=options)


def prefer(driver, scheme):
    """Has pages see a preference for the "light" or "dark" colour scheme."""
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
