"""The README's picture, out of a report: `python tools/picture.py report.html docs/labels.png`.
Needs chromium."""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright


def main(report: Path, picture: Path) -> None:
    chromium = shutil.which("chromium")
    if not chromium:
        raise SystemExit("no chromium on the path: run 'make browser'")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 860, "height": 700}, device_scale_factor=1.5)
        page.goto(report.resolve().as_uri())
        page.wait_for_selector("#chart-labels .main-svg")
        page.locator("#chart-labels").screenshot(path=str(picture))
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
