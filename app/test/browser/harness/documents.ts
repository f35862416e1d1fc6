/** What a printer and a spreadsheet get from a screen. */
import { readFile } from "node:fs/promises";
import type { Locator, Page } from "playwright-core";

/** A printed page. */
export interface Printed {
  text: string;
  /** Names of the controls that would be printed, which nobody can press on paper. */
  controls: string[];
}

/** Controls, links, and what only makes sense on a screen. */
const CONTROLS = "a, button, input, select, textarea, summary, dialog, nav, [role=tab]";

/** Returns what a printer gets. The page is as before afterwards. */
export async function readPrint(page: Page): Promise<Printed> {
  await page.emulateMedia({ media: "print" });
  const printed = await page.evaluate((controls) => {
    const isShown = (element: Element) =>
      element.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true });
    const names = [...document.querySelectorAll(controls)]
      .filter(isShown)
      .map((element) => (element as HTMLElement).innerText || element.tagName);
    return { text: document.body.innerText, controls: names };
  }, CONTROLS);
  await page.emulateMedia({ media: "screen" });
  return printed;
}

/** Clicks the button, and returns the file's name and the lines of its text. */
export async function saveFrom(
  page: Page,
  button: Locator,
): Promise<{ name: string; lines: string[] }> {
  const saving = page.waitForEvent("download");
  await button.click();
  const saved = await saving;
  const text = await readFile(await saved.path(), "utf8");
  return { name: saved.suggestedFilename(), lines: text.split("\r\n") };
}
