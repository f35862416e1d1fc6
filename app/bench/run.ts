/**
 * Measures the page: bytes of script, time until it is interactive against a bare page of Vite and React, requests of a
 * policy's page, and the longest frame with 1,000 policies. Times are ratios of one run, since machines differ.
 *
 * Usage: npm run bench --workspace app
 */
import { chromium } from "playwright-core";
import { chromiumPath, openPage } from "../../tests/harness/open-page";
import { buildPage } from "../test/browser/harness/build-page";
import { longestTask, scrollAndFilter } from "../test/browser/harness/longest-task";
import { startStaticSite } from "../test/browser/harness/static-site";
import { interactiveMs, median } from "./interactive";
import { policyRequests, REQUEST_BUDGET } from "./policy-requests";
import { FIRST_LOAD_BUDGET, LATER_ROUTE_BUDGET, readRouteBytes, scriptBytes } from "./route-bytes";

const RUNS = 11;
const kb = (bytes: number) => `${(bytes / 1024).toFixed(1)} KB`;
const print = (text: string) => process.stdout.write(`${text}\n`);

const serve = (directory: string) =>
  startStaticSite({ directory, page: (url) => ({ network: "localnet", rpcUrl: `${url}/rpc` }) });

async function printBytes(directory: string): Promise<void> {
  print(
    `Script after gzip. Budgets: ${kb(FIRST_LOAD_BUDGET)} first, ${kb(LATER_ROUTE_BUDGET)} later.\n`,
  );
  print("| screen | opened first | added later |\n| --- | ---: | ---: |");
  for (const { screen, first, later } of readRouteBytes(directory)) {
    print(`| ${screen} | ${kb(first)} | ${kb(later)} |`);
  }
  print(`\nAll scripts together: ${kb(scriptBytes(directory))}\n`);
}

/** Measures both pages in turns, so that load of the machine meets both. */
async function printInteractive(directory: string, bare: string): Promise<void> {
  const [page, against] = await Promise.all([serve(directory), serve(bare)]);
  const browser = await chromium.launch({
    executablePath: chromiumPath(),
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  const times = { page: [] as number[], bare: [] as number[] };
  for (let run = 0; run < RUNS; run += 1) {
    times.bare.push(await interactiveMs(browser, against.url));
    times.page.push(await interactiveMs(browser, page.url));
  }
  await Promise.all([browser.close(), page.close(), against.close()]);
  const [own, other] = [median(times.page), median(times.bare)];
  print(`Interactive: ${own.toFixed(0)} ms, bare page ${other.toFixed(0)} ms, medians of ${RUNS}.`);
  print(`Ratio: ${(own / other).toFixed(2)}. Budget: 1.5.\n`);
}

async function printLongestFrame(): Promise<void> {
  const site = await serve(await buildPage("test/browser/many-policies"));
  const { page, close } = await openPage({ url: site.url });
  await page.getByText("1000 payments, the next deadline first").waitFor();
  const rounds: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    rounds.push(await longestTask(page, () => scrollAndFilter(page)));
  }
  await close();
  await site.close();
  const text = rounds.map((ms) => ms.toFixed(0)).join(", ");
  print(
    `Longest task while 1,000 policies scroll and filter: ${text} ms in three rounds. Budget: 50.`,
  );
}

async function main(): Promise<void> {
  const directory = await buildPage();
  await printBytes(directory);
  await printInteractive(directory, await buildPage("bench/bare"));
  const requests = await policyRequests();
  print(
    `Requests of a policy's page: ${requests.length} (${requests.join(", ")}). Budget: ${REQUEST_BUDGET}.\n`,
  );
  await printLongestFrame();
}

void main();
