/** Checkout in Chromium: spec 000's payment, its states, and a gateway that sends something else. */
import { createContext, getEscrow } from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import type { Page } from "playwright-core";
import { buildPage } from "./harness/build-page";
import { type GatewaySandbox, startGatewaySandbox } from "./harness/gateway-sandbox";
import { type Intent, platformOf, type Platform } from "./harness/platform";

describe("checkout", () => {
  let sandbox: GatewaySandbox;
  let platform: Platform;

  before(async function () {
    this.timeout(300_000);
    sandbox = await startGatewaySandbox(await buildPage());
    platform = platformOf(sandbox);
  });
  afterEach(() => {
    expect(sandbox.problems.splice(0)).to.deep.equal([]);
  });
  after(() => sandbox?.close());

  const open = (intent: Intent, wallet?: "Client" | "Freelancer" | "Mediator"): Promise<Page> =>
    sandbox.open(intent.link, wallet);

  async function consent(page: Page): Promise<void> {
    const agree = page.getByRole("checkbox", { name: /I agree to this text/ });
    expect(await agree.isChecked()).to.equal(false);
    const sign = page.getByRole("button", { name: "Sign the consent" });
    expect(await sign.isDisabled()).to.equal(true);
    await agree.check();
    await sign.click();
  }

  async function signPart(page: Page, label: string | RegExp): Promise<void> {
    await page.getByRole("button", { name: label }).click();
    await page.getByRole("button", { name: "Sign in wallet" }).click();
    await page.locator("dialog[data-step=confirmed]").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  }

  it("pays spec 000's three milestones, which the platform then releases on chain", async () => {
    const intent = await platform.createIntent(["300.00", "500.00", "200.00"]);
    const page = await open(intent, "Client");
    const total = page.getByRole("row", { name: /^Total in USDC/ });
    expect(await total.innerText()).to.match(/1,000\.00\s+10\.00\s+990\.00/);
    await page.getByText("Held in escrow").first().waitFor();
    await consent(page);
    await signPart(page, "Pay 1,000.00 USDC");
    await page.getByText("You paid").waitFor();
    const { parts } = await platform.waitUntilPaid(intent.id);
    const policy = parts[0]!.policy!;
    for (const index of [0, 1, 2]) await platform.complete(intent.id, index);
    const context = createContext(sandbox.chain, { publicKey: PublicKey.default });
    const escrow = await getEscrow(context, new PublicKey(policy));
    const paid = escrow.milestones.slice(0, 3).map((milestone) => milestone.paid.toString());
    expect(paid).to.deep.equal(["300000000", "500000000", "200000000"]);
    await page.reload();
    await page.getByRole("link", { name: "Follow the payment" }).waitFor();
    expect(
      await page.getByRole("link", { name: "Follow the payment" }).getAttribute("href"),
    ).to.equal(`/p/${policy}`);
  });

  it("pays six milestones in two parts, with a reload between them", async () => {
    const intent = await platform.createIntent(Array(6).fill("10.00") as string[]);
    const page = await open(intent, "Client");
    await consent(page);
    await signPart(page, "Pay part 1 of 2: 40.00 USDC");
    await page.reload();
    await page.getByText("Part 2 of 2.").waitFor();
    await signPart(page, "Pay part 2 of 2: 20.00 USDC");
    await page.getByText("You paid").waitFor();
    expect((await platform.waitUntilPaid(intent.id)).parts).to.have.length(2);
  });

  it("refuses the transaction of another payment and names the field, before the wallet is asked", async () => {
    const shown = await platform.createIntent(["300.00", "500.00", "200.00"]);
    const other = await platform.createIntent(["300.00", "500.00", "201.00"]);
    for (const intent of [shown, other]) {
      const page = await open(intent, "Client");
      await consent(page);
      await page.getByRole("button", { name: /^Pay 1,00/ }).waitFor();
    }
    const page = await open(shown, "Client");
    const asked: string[] = [];
    page.on("request", (request) => {
      if (request.url().includes("sign-transactions")) asked.push(request.url());
    });
    await page.route(`**/actions/intents/${shown.id}*`, (route) =>
      route.continue({
        url: route
          .request()
          .url()
          .replace(shown.id, other.id)
          .replace(/client_secret=.*/, `client_secret=${other.secret}`),
      }),
    );
    await page.getByRole("button", { name: "Pay 1,000.00 USDC" }).click();
    await page.getByText("The transaction is not this payment").waitFor();
    const text = await page.getByRole("dialog").innerText();
    expect(text).to.contain('The field "amount of milestone 3" differs');
    expect(text).to.contain("this page shows 200000000, the transaction has 201000000");
    expect(asked).to.deep.equal([]);
  });

  it("moves the secret from the query to the fragment", async () => {
    const intent = await platform.createIntent(["5.00"]);
    const page = await sandbox.open(`/pay/${intent.id}?client_secret=${intent.secret}`);
    await page.getByRole("heading", { name: "Pay 5.00 USDC" }).waitFor();
    expect(page.url()).to.equal(`${sandbox.url}/pay/${intent.id}#${intent.secret}`);
  });

  it("says that a link without its secret is incomplete, and that a wrong one opens nothing", async () => {
    const intent = await platform.createIntent(["5.00"]);
    const without = await sandbox.open(`/pay/${intent.id}`);
    await without.getByText("This link is incomplete").waitFor();
    const wrong = await sandbox.open(`/pay/${intent.id}#${intent.secret}x`);
    await wrong.getByText("This link does not open a payment").waitFor();
    // The whole link in the same tab: the browser loads nothing.
    await without.goto(`${sandbox.url}/pay/${intent.id}#${intent.secret}`);
    await without.getByText("5.00 USDC").first().waitFor();
  });

  it("keeps the payment's secret in the address when the content is skipped to", async () => {
    const intent = await platform.createIntent(["5.00"]);
    const page = await sandbox.open(`/pay/${intent.id}#${intent.secret}`);
    await page.getByText("5.00 USDC").first().waitFor();
    await page.getByRole("link", { name: "Skip to content" }).focus();
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).to.equal("main");
    expect(page.url()).to.equal(`${sandbox.url}/pay/${intent.id}#${intent.secret}`);
    await page.reload();
    await page.getByText("5.00 USDC").first().waitFor();
  });

  it("refuses the payee's and the mediator's wallet, and an already canceled payment", async () => {
    const intent = await platform.createIntent(["5.00"]);
    const payee = await open(intent, "Freelancer");
    await payee.getByText("It belongs to the payee, who would pay themselves.").waitFor();
    const mediator = await open(intent, "Mediator");
    await mediator.getByText("It belongs to the mediator, who must stay neutral.").waitFor();
    await platform.cancel(intent.id);
    await payee.getByText("This payment was canceled").waitFor();
  });

  it("says to the last unit how many tokens are missing", async () => {
    const intent = await platform.createIntent(["5000000.000001"]);
    const page = await open(intent, "Client");
    await page.getByText(/This wallet needs [\d,]+\.\d+1 USDC more/).waitFor();
    expect(await page.getByRole("button", { name: /^Pay 5/ }).count()).to.equal(0);
  });

  it("says that a payment without escrow has no guarantee", async () => {
    const intent = await platform.createPull("7.00");
    const page = await open(intent, "Client");
    await page.getByText("No guarantee").waitFor();
    await signPart(page, "Pay 7.00 USDC");
    await page.getByText("7.00 USDC went to the payee.").waitFor();
  });

  it("keeps the page while the gateway does not answer, and continues when it is back", async () => {
    const intent = await platform.createIntent(["5.00"]);
    const page = await open(intent);
    await page.getByRole("heading", { name: "Pay 5.00 USDC" }).waitFor();
    await page.route(/\/(v1|page\.json)/, (route) => route.abort());
    await page.getByText("The gateway is not reachable. Nothing was lost.").first().waitFor();
    expect(await page.getByRole("heading", { name: "Pay 5.00 USDC" }).isVisible()).to.equal(true);
    await page.unroute(/\/(v1|page\.json)/);
    await page.getByText("The gateway is back.").waitFor();
  });

  it("fits a phone of 360 pixels", async () => {
    const intent = await platform.createIntent(["300.00", "500.00", "200.00"]);
    const page = await open(intent);
    await page.setViewportSize({ width: 360, height: 740 });
    await page.getByRole("heading", { name: "Pay 1,000.00 USDC" }).waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).to.equal(360);
  });
});
