/** The list of 1,000 policies under load: scrolled and filtered, with the longest task of the main thread. */
import type { Page } from "playwright-core";

/** Event of Chromium's trace; `tdur` is its processor time in microseconds. */
interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  tdur?: number;
  args?: { name?: string };
}

/**
 * Returns the longest task of the page's main thread during the work, in milliseconds of its own processor time: other
 * processes on the machine do not count.
 */
export async function longestTask(page: Page, work: () => Promise<void>): Promise<number> {
  const browser = page.context().browser()!;
  await browser.startTracing(page, {
    categories: ["disabled-by-default-devtools.timeline", "__metadata"],
  });
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
    traceEvents: TraceEvent[];
  };
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid}:${tid}`;
  const main = new Set(
    traceEvents
      .filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain")
      .map(threadOf),
  );
  const tasks = traceEvents.filter(
    (event) => event.name === "RunTask" && event.tdur !== undefined && main.has(threadOf(event)),
  );
  if (tasks.length < 100)
    throw new Error(`expected 100 tasks in the trace, received ${tasks.length}`);
  return Math.max(...tasks.map(({ tdur }) => tdur! / 1000));
}

/** Scrolls the list of `many-policies` from end to end, searches in it, and filters it by each role. */
export async function scrollAndFilter(page: Page) {
  await page.evaluate(async () => {
    const region = document.querySelector(".mine-scroll")!;
    const bottom = region.scrollHeight - region.clientHeight;
    for (let step = 0; step <= 60; step += 1) {
      region.scrollTop = (bottom * step) / 60;
      await new Promise(requestAnimationFrame);
    }
  });
  const search = page.getByLabel("Search");
  await search.pressSequentially("kitchen 7");
  await page.getByText(/^\d+ of 1000 payments$/).waitFor();
  await search.fill("");
  await page.getByText("1000 payments, the next deadline first").waitFor();
  for (const role of ["You pay", "You are paid", "You mediate"]) {
    await page.getByLabel("Your role").selectOption({ label: role });
    await page.getByText(/^33\d of 1000 payments$/).waitFor();
  }
  await page.getByLabel("Your role").selectOption({ label: "All roles" });
  await page.getByText("1000 payments, the next deadline first").waitFor();
}
