/** A person at the page: one browser context with one wallet of the sandbox. */
import type { Browser, Page } from "playwright-core";
import type { SandboxRole } from "../../../src/config/page-config";
import { WALLET_NAMES } from "./sandbox-site";

/** A page of one role. */
export interface Actor {
  page: Page;
  /** Errors of the page's scripts and console, in order. */
  problems: string[];
  /** Clicks an action, fills its form with `fill`, and signs after the review. */
  act(label: string | RegExp, fill?: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** Opens the URL in a context of its own and connects the role's wallet. */
export async function actAs(browser: Browser, url: string, role: SandboxRole): Promise<Actor> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  await page.goto(url);
  await page.getByRole("banner").getByRole("button", { name: "Connect wallet" }).click();
  const wallet = new RegExp(`^${WALLET_NAMES[role]}`);
  await page.getByRole("dialog").getByRole("button", { name: wallet }).click();
  return {
    page,
    problems,
    async act(label, fill) {
      await page.getByRole("button", { name: label }).click();
      const dialog = page.getByRole("dialog");
      if (fill) {
        await fill();
        await dialog.getByRole("button", { name: "Review the transaction" }).click();
      }
      await dialog.getByRole("button", { name: "Sign in wallet" }).click();
      await dialog.getByText("The transaction is on the chain.").waitFor();
      await dialog.getByRole("button", { name: "Close" }).click();
      await dialog.waitFor({ state: "hidden" });
    },
    close: () => context.close(),
  };
}
