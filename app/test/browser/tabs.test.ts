/** Two tabs of one browser: they share the session's cookie, and what one does the other shows. */
import { expect } from "chai";
import type { Page } from "playwright-core";
import type { PageConfig } from "../../src/config/page-config";
import { buildPage } from "./harness/build-page";
import {
  confirm,
  type GatewaySandbox,
  signIn,
  startGatewaySandbox,
  waitForCard,
} from "./harness/gateway-sandbox";

describe("two tabs of one browser", () => {
  let sandbox: GatewaySandbox;
  let addressOf: (role: string) => string;

  before(async function () {
    this.timeout(300_000);
    sandbox = await startGatewaySandbox(await buildPage());
    const config = (await (await fetch(`${sandbox.url}/page.json`)).json()) as PageConfig;
    addressOf = (role) => config.sandbox!.wallets.find((wallet) => wallet.role === role)!.address;
  });
  afterEach(() => {
    expect(sandbox.problems.splice(0)).to.deep.equal([]);
  });
  after(() => sandbox?.close());

  /** Opens a second tab with the browser's session. */
  async function openBeside(page: Page): Promise<Page> {
    const tab = await page.context().newPage();
    await tab.goto(page.url());
    return tab;
  }

  /** Changes the tab's wallet, and signs in with it. */
  async function signInAs(tab: Page, name: string): Promise<void> {
    const banner = tab.getByRole("banner");
    await banner.getByRole("button", { name: /^Wallet: / }).click();
    await tab.getByRole("button", { name: "Disconnect" }).click();
    await banner.getByRole("button", { name: "Connect wallet" }).click();
    await tab.getByRole("dialog").getByRole("button", { name }).click();
    await signIn(tab);
  }

  async function saysWhoSignedIn(tab: Page, role: string): Promise<void> {
    const title = tab.getByText(`Another tab signed in as ${addressOf(role)}`);
    await title.waitFor();
    await tab.getByText("Sign in here again, or use that wallet.").waitFor();
    expect(await tab.locator("[data-card]").count()).to.equal(0);
  }

  it("shows a step of the other tab, and takes the same step once when both sign it", async () => {
    const id = await sandbox.createProject();
    const first = await sandbox.openAs("Client", `/p/${id}`);
    const second = await openBeside(first);
    for (const tab of [first, second]) {
      await tab.getByRole("button", { name: "Pay 307.50 USDC into escrow" }).click();
      await tab.locator("dialog[data-step=review]").waitFor();
    }
    const endOf = async (tab: Page) => {
      await confirm(tab);
      const end = tab.locator("dialog[data-step=confirmed], dialog[data-step=failed]");
      await end.waitFor();
      const said = await end.locator("[role=alert], .send-dialog-hint").allInnerTexts();
      await end.getByRole("button", { name: "Close" }).click();
      return said.join("");
    };
    // The second review replaced the first one, which nobody had signed.
    expect(await endOf(first)).to.match(/^Another request changed this first.*newest transaction/s);
    expect(await sandbox.readMilestone(id, 0)).to.equal(null);
    expect(await endOf(second)).to.equal("The transaction is on the chain.");
    for (const tab of [first, second]) await waitForCard(tab, "wait_terms");
    expect(await sandbox.readMilestone(id, 0)).to.include({ state: "funded", funded: "307.50" });
  });

  it("says who signed in from another tab, acts as nobody else, and goes on after signing in again", async () => {
    const id = await sandbox.createProject();
    const first = await sandbox.openAs("Client", `/p/${id}`);
    await waitForCard(first, "fund");
    const second = await openBeside(first);
    await waitForCard(second, "fund");
    await signInAs(second, "Freelancer");
    await waitForCard(second, "wait_funding");
    await saysWhoSignedIn(first, "payee");
    await signIn(first);
    await waitForCard(first, "fund");
    await saysWhoSignedIn(second, "payer");
    expect(await sandbox.readMilestone(id, 0)).to.equal(null);
  });

  it("does not act as another person when it was not told of their signing in", async () => {
    const id = await sandbox.createProject();
    const first = await sandbox.openAs("Client", "/mediator");
    await first.context().addInitScript("delete globalThis.BroadcastChannel");
    await first.goto(`${sandbox.url}/p/${id}`);
    await waitForCard(first, "fund");
    // The project is not read again, so that the click comes first.
    await first.route("**/v1/projects/**", (route) =>
      route.request().method() === "GET" ? new Promise(() => {}) : route.fallback(),
    );
    const second = await openBeside(first);
    await signInAs(second, "Freelancer");
    const posted = first.waitForResponse(
      (answer) => answer.url().startsWith(sandbox.url) && answer.request().method() === "POST",
    );
    await first.getByRole("button", { name: "Pay 307.50 USDC into escrow" }).click();
    expect((await posted).status()).to.equal(403);
    await saysWhoSignedIn(first, "payee");
    await first.unroute("**/v1/projects/**");
    await signIn(first);
    await waitForCard(first, "fund");
    expect(await sandbox.readMilestone(id, 0)).to.equal(null);
  });
});
