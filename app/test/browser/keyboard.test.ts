/** The page by keyboard alone, with reduced motion, and what is announced. */
import { expect } from "chai";
import type { Page } from "playwright-core";
import { buildPage } from "./harness/build-page";
import { type GatewaySandbox, startGatewaySandbox, waitForCard } from "./harness/gateway-sandbox";

/** Most presses of Tab until a control is reached. */
const MOST_TABS = 80;

interface Focus {
  name: string;
  /** True where the focused element has a visible outline. */
  isVisible: boolean;
}

const readFocus = (page: Page): Promise<Focus> =>
  page.evaluate(() => {
    const element = document.activeElement!;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const label = (element as HTMLInputElement).labels?.[0]?.innerText;
    const name = element.getAttribute("aria-label") ?? label ?? (element as HTMLElement).innerText;
    return { name: name.trim(), isVisible: outlineStyle !== "none" && outlineWidth !== "0px" };
  });

/** Presses Tab until the control has the focus, and checks that one sees where it is. */
async function reach(page: Page, name: string | RegExp): Promise<void> {
  const passed: string[] = [];
  for (let press = 0; press < MOST_TABS; press += 1) {
    const focus = await readFocus(page);
    if (typeof name === "string" ? focus.name === name : name.test(focus.name)) {
      expect(focus.isVisible, `the outline of ${focus.name}`).to.equal(true);
      return;
    }
    passed.push(focus.name.slice(0, 40));
    await page.keyboard.press("Tab");
  }
  throw new Error(`no Tab reaches ${String(name)}; it passed ${passed.join(" | ")}`);
}

/** Presses Tab until the button has the focus, and presses Enter. */
async function enter(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole("button", { name }).first().waitFor();
  await reach(page, name);
  await page.keyboard.press("Enter");
}

/** Presses Tab until the field has the focus, and types. */
async function write(page: Page, label: string, text: string): Promise<void> {
  await page.getByRole("textbox", { name: label }).waitFor();
  await reach(page, label);
  await page.keyboard.type(text);
}

/** Enters an action, signs after the review, and checks that the focus is back on the screen. */
async function signBy(page: Page, action: string): Promise<void> {
  await enter(page, action);
  await page.locator("dialog[data-step=review]").waitFor();
  await enter(page, "Sign in wallet");
  await page.locator("dialog[data-step=confirmed]").waitFor();
  await enter(page, "Close");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await page.locator("main:focus, main :focus").waitFor();
}

describe("the page by keyboard alone", () => {
  let sandbox: GatewaySandbox;

  before(async function () {
    this.timeout(300_000);
    sandbox = await startGatewaySandbox(await buildPage());
  });
  afterEach(() => {
    expect(sandbox.problems.splice(0)).to.deep.equal([]);
  });
  after(() => sandbox?.close());

  it("skips to the content with the first Tab", async () => {
    const page = await sandbox.open("/settings");
    await page.getByRole("heading", { name: "Settings" }).waitFor();
    await page.keyboard.press("Tab");
    expect((await readFocus(page)).name).to.equal("Skip to content");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).to.equal("main");
  });

  it("carries a project from the payment over delivery and dispute to the mediator's decision", async () => {
    const id = await sandbox.createProject();
    const home = await sandbox.open(`/p/${id}`);
    await enter(home, "Connect wallet");
    await home.getByRole("dialog").waitFor();
    await enter(home, /^Client/);
    await enter(home, "Sign in with your wallet");
    await waitForCard(home, "fund");
    await signBy(home, "Pay 307.50 USDC into escrow");
    await waitForCard(home, "wait_terms");

    const contractor = await sandbox.open(`/p/${id}`, "Freelancer");
    await enter(contractor, "Sign in with your wallet");
    await enter(contractor, "Read and accept the terms");
    await signBy(contractor, "Accept the terms");
    await enter(contractor, "Deliver with evidence");
    await write(contractor, "What you did", "All fittings are out.");
    await signBy(contractor, "Deliver");

    await waitForCard(home, "look");
    await enter(home, "Dispute the delivery");
    await write(home, "Details", "Half of it is still there.");
    await signBy(home, "Send the dispute");
    await waitForCard(contractor, "answer_dispute");
    await signBy(contractor, "Ask for mediation now");

    const mediator = await sandbox.open(`/mediator?case=${id}`, "Mediator");
    await enter(mediator, "Sign in with your wallet");
    await waitForCard(mediator, "decide");
    await enter(mediator, "Check");
    await mediator.locator("[data-verdict=verified]").first().waitFor();
    await reach(mediator, "Recipient's share");
    for (let press = 0; press < 10; press += 1) await mediator.keyboard.press("ArrowRight");
    await mediator
      .getByText("60%", { exact: true })
      .or(mediator.getByText("60 %", { exact: true }))
      .first()
      .waitFor();
    await write(mediator, "Reasons", "60 % of the work is done.");
    await signBy(mediator, "Review the decision");
    expect(await sandbox.readMilestone(id, 0)).to.deep.equal({
      state: "resolved",
      funded: "307.50",
      paid: "184.50",
      refunded: "123.00",
    });
  });

  it("keeps the focus inside a dialog, closes it with Escape, and returns the focus", async () => {
    const page = await sandbox.open("/create");
    await enter(page, "Connect wallet");
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    for (let press = 0; press < 12; press += 1) {
      await page.keyboard.press("Tab");
      const isOutside = await page.evaluate(() => {
        const element = document.activeElement!;
        return element !== document.body && element.closest("dialog") === null;
      });
      expect(isOutside).to.equal(false);
    }
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    // The focus returns right after the dialog is gone, not with it.
    const opener = page.getByRole("button", { name: "Connect wallet" });
    await opener.and(page.locator(":focus")).waitFor();
  });

  it("moves nothing where less motion is asked for", async () => {
    const page = await sandbox.open("/settings");
    await page.emulateMedia({ reducedMotion: "reduce" });
    for (const path of ["/", "/create", "/milestones", "/mediator"]) {
      await page.goto(`${sandbox.url}${path}`);
      await page.locator("main h1").waitFor();
      const running = await page.evaluate(
        () => document.getAnimations().filter(({ playState }) => playState === "running").length,
      );
      expect(running, path).to.equal(0);
    }
  });
});
