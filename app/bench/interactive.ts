/** Time until a page shows its heading and its main thread answers. */
import type { Browser } from "playwright-core";

/** Records in the page when its first heading is there and a task after it has run. */
const RECORD = `
  const look = () => {
    if (!document.querySelector("main h1")) return requestAnimationFrame(look);
    setTimeout(() => { window.interactiveAt = performance.now(); });
  };
  requestAnimationFrame(look);
`;

/** Loads the URL with an empty cache and returns the milliseconds since the start of its navigation. */
export async function interactiveMs(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.addInitScript(RECORD);
    await page.goto(url);
    const handle = await page.waitForFunction(
      () => (window as { interactiveAt?: number }).interactiveAt,
    );
    return (await handle.jsonValue())!;
  } finally {
    await context.close();
  }
}

/** Returns the middle one of the numbers. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
