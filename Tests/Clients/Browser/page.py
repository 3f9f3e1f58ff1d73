"""A notebook's page in headless Chromium, JupyterLab's or Notebook 7's: cells by number, as a person sees and types them."""

import json
import os
import shutil
import time

from kernel import ROOT
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from server import TOKEN

PICTURES = ROOT / ".build/browser"


def chromium():
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    # Within a container there is neither a sandbox nor much shared memory.
    for word in ("headless=new", "no-sandbox", "disable-dev-shm-usage", "disable-gpu", "window-size=1300,1000", "force-color-profile=srgb"):
        options.add_argument(f"--{word}")
    return webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))


def until(fact, what, seconds=60):
    """What the fact comes to, as soon as that is anything."""
    end = time.monotonic() + seconds
    while True:
        try:
            if found := fact():
                return found
        except (WebDriverException, IndexError):  # the page is drawn anew meanwhile, and cells are missing
            pass
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(0.05)


class Page:
    def __init__(self, browser, server, path):
        self.browser, self.server, self.path = browser, server, path

    def open(self):
        self.browser.get(f"{self.server.url}{self.path}?reset&token={TOKEN}")
        self.ready()

    def ready(self):
        until(lambda: self.status() == "idle" and self.kernel() != "No Kernel" and self.cells(), "an idle kernel", 120)

    # MARK: What there is to see

    def all(self, selector, within=None):
        return (within or self.browser).find_elements(By.CSS_SELECTOR, selector)

    def status(self):
        """idle or busy, as the mark beside the kernel's name shows it."""
        marks = self.all(".jp-Notebook-ExecutionIndicator")
        return marks[0].get_attribute("data-status") if marks else None

    def kernel(self):
        return self.all(".jp-KernelName")[0].text

    def cells(self):
        return self.all(".jp-Notebook .jp-CodeCell")

    def prompt(self, number):
        """`[3]:`; `[*]:` while the cell runs or waits."""
        return self.all(".jp-InputPrompt", self.cells()[number])[0].text

    def output(self, number):
        """The text below a cell."""
        return "\n".join(output.text for output in self.all(".jp-OutputArea-output", self.cells()[number]))

    def pictures(self, number):
        """What is drawn below a cell."""
        return [image.get_attribute("src") for image in self.all(".jp-OutputArea .jp-RenderedSVG img", self.cells()[number])]

    def source(self, number):
        return self.all(".cm-content", self.cells()[number])[0].text

    def picture(self, name):
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.browser.save_screenshot(str(PICTURES / f"{name}.png"))

    # MARK: What a person does

    def press(self, *keys):
        actions = ActionChains(self.browser)
        for key in keys[:-1]:
            actions.key_down(key)
        actions.send_keys(keys[-1])
        for key in reversed(keys[:-1]):
            actions.key_up(key)
        actions.perform()

    def type(self, text):
        ActionChains(self.browser).send_keys(text).perform()

    def enter(self, number):
        """Puts the cursor behind the last letter of a cell."""
        editor = self.all(".cm-content", self.cells()[number])[0]
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", editor)
        editor.click()
        self.press(Keys.CONTROL, Keys.END)

    def replace(self, number, text):
        self.enter(number)
        self.press(Keys.CONTROL, "a")
        self.press(Keys.DELETE)
        self.type(text)

    def start(self, number):
        self.enter(number)
        self.press(Keys.CONTROL, Keys.ENTER)

    def run(self, number):
        """Runs a cell to its end; what stands below it then."""
        before = self.prompt(number)
        self.start(number)
        until(lambda: self.prompt(number) not in (before, "[*]:", "[ ]:"), f"the end of cell {number}")
        until(lambda: self.status() == "idle", "an idle kernel")
        return self.output(number)

    def click(self, command):
        until(lambda: self.all(f'[data-command="{command}"]') or self.all(f'[data-jp-item-name="{command}"]'), command)
        item = (self.all(f'[data-command="{command}"]') or self.all(f'[data-jp-item-name="{command}"]'))[0]
        (self.all("jp-button, button", item) or [item])[0].click()

    def accept(self):
        until(lambda: self.all(".jp-Dialog .jp-mod-accept"), "a dialog")[0].click()
        until(lambda: not self.all(".jp-Dialog"), "the dialog's end")

    def theme(self, name):
        self.server.request(
            "/lab/api/settings/@jupyterlab/apputils-extension:themes", {"raw": json.dumps({"theme": name})}, "PUT")
