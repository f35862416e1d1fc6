/** The operator's desk in Chromium: health, fees by the operator's own wallet, webhooks, keys, reconciliation and audit log. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createContext, getGatewayPda, getPaymentGateway } from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import type { Page } from "playwright-core";
import { buildPage } from "./harness/build-page";
import { type GatewaySandbox, sign, startGatewaySandbox } from "./harness/gateway-sandbox";

describe("the operator's desk", () => {
  let sandbox: GatewaySandbox;
  let listener: Server;
  let hookUrl: string;
  let desk: Page;

  before(async function () {
    this.timeout(300_000);
    sandbox = await startGatewaySandbox(await buildPage());
    listener = createServer((request, answer) => {
      request.resume();
      answer.end("<b>thank you</b>");
    });
    await new Promise<void>((done) => listener.listen(0, "127.0.0.1", done));
    hookUrl = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/hook`;
  });
  beforeEach(async () => {
    desk = await sandbox.openAs("Operator", "/operator");
  });
  afterEach(() => {
    expect(sandbox.problems.splice(0)).to.deep.equal([]);
  });
  after(async () => {
    listener?.close();
    await sandbox?.close();
  });

  const openTab = (name: string) => desk.getByRole("tab", { name }).click();
  const confirm = async (text: string, button: string) => {
    const dialog = desk.getByRole("dialog");
    const action = dialog.getByRole("button", { name: button });
    expect(await action.isDisabled()).to.equal(true);
    await dialog.getByLabel(/^Type "/).fill(text);
    await action.click();
  };

  it("shows the health of every part, and that no release is stuck", async () => {
    await desk.getByText("No release is stuck").waitFor();
    for (const part of ["Database", "Chain (test)", "Webhooks", "Jobs", "Sponsor"]) {
      const line = desk.getByRole("listitem").filter({ hasText: part }).first();
      expect(await line.innerText(), part).to.contain("Up");
    }
  });

  it("changes the fee on chain by the operator's wallet, and says what it leaves alone", async () => {
    await openTab("Gateway and fees");
    await desk.getByLabel("Fee in percent").fill("1.5");
    await desk.getByText("Existing payments keep the fee and the terms").waitFor();
    await sign(desk, "Review the change");
    await desk.getByText("1.50% of each payment").waitFor();
    const { wallets } = (
      (await (await fetch(`${sandbox.url}/page.json`)).json()) as {
        sandbox: { wallets: { role: string; address: string }[] };
      }
    ).sandbox;
    const authority = new PublicKey(wallets.find(({ role }) => role === "operator")!.address);
    const context = createContext(sandbox.chain, { publicKey: authority });
    const gateway = await getPaymentGateway(context, getGatewayPda(authority)[0]);
    expect(gateway.feeBps).to.equal(150);
  });

  it("asks for a typed confirmation before the signer changes", async () => {
    await openTab("Gateway and fees");
    const before = await desk.getByLabel("Fee recipient").inputValue();
    await desk.getByLabel("Signer of releases").fill(before);
    await desk.getByRole("button", { name: "Review the change" }).click();
    const action = desk.getByRole("button", { name: "Continue to the review" });
    expect(await action.isDisabled()).to.equal(true);
    await desk.getByLabel('Type "change the signer" to confirm').fill("change the signer");
    await action.click();
    await desk.locator("dialog[data-step=review]").waitFor();
    await desk.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  });

  it("adds a webhook endpoint, shows its secret once, sends a test, and replays it", async () => {
    await openTab("Webhooks");
    await desk.getByRole("button", { name: "Add an endpoint" }).click();
    await desk.getByLabel("URL").fill(hookUrl);
    await desk.getByRole("dialog").getByRole("button", { name: "Add the endpoint" }).click();
    const secret = desk.getByLabel("Secret", { exact: true });
    expect(await secret.innerText()).to.match(/^whsec_/);
    await desk.getByRole("button", { name: "I have stored it" }).click();
    expect(await desk.getByText(/whsec_/).count()).to.equal(0);
    await desk.getByRole("button", { name: "Send a test" }).click();
    await desk.getByRole("button", { name: "Show deliveries" }).click();
    const deliveries = desk.getByRole("region", { name: "Deliveries" });
    await deliveries.locator(".badge", { hasText: "Delivered" }).first().waitFor();
    await deliveries
      .getByText(/^Answer 200/)
      .first()
      .click();
    await deliveries.getByText("<b>thank you</b>").first().waitFor();
    await deliveries
      .getByRole("button", { name: /again$/ })
      .first()
      .click();
    await deliveries
      .getByText(/^2 attempts|^1 attempt/)
      .first()
      .waitFor();
  });

  it("rolls an endpoint's secret and deletes the endpoint after a typed confirmation", async () => {
    await openTab("Webhooks");
    await desk.getByRole("button", { name: "Add an endpoint" }).click();
    await desk.getByLabel("URL").fill(`${hookUrl}/second`);
    await desk.getByRole("dialog").getByRole("button", { name: "Add the endpoint" }).click();
    await desk.getByRole("button", { name: "I have stored it" }).click();
    const row = desk.getByRole("listitem").filter({ hasText: `${hookUrl}/second` });
    await row.getByRole("button", { name: "Roll the secret" }).click();
    await confirm("roll", "Roll the secret");
    expect(await desk.getByLabel("Secret", { exact: true }).innerText()).to.match(/^whsec_/);
    await desk.getByRole("button", { name: "I have stored it" }).click();
    await row.getByRole("button", { name: "Delete" }).click();
    await confirm("delete", "Delete the endpoint");
    await desk.getByText("The endpoint is deleted.").waitFor();
    await row.waitFor({ state: "detached" });
  });

  it("creates an API key that works, shows it once, and revokes it", async () => {
    await openTab("API keys");
    await desk.getByRole("button", { name: "Create a key" }).click();
    await desk.getByLabel("Name").fill("Order service");
    await desk.getByRole("dialog").getByRole("button", { name: "Create the key" }).click();
    const key = await desk.getByLabel("Secret", { exact: true }).innerText();
    const status = async () =>
      (await fetch(`${sandbox.url}/v1/payment-intents`, { headers: { "x-api-key": key } })).status;
    expect(await status()).to.equal(200);
    await desk.getByRole("button", { name: "I have stored it" }).click();
    await desk.getByRole("button", { name: "Revoke the key Order service" }).click();
    await confirm(key.slice(-4), "Revoke the key");
    await desk.getByText("Revoked", { exact: true }).waitFor();
    expect(await status()).to.equal(401);
    await openTab("Audit log");
    await desk.getByText("POST /v1/api-keys", { exact: true }).first().waitFor();
  });

  it("compares ledger and chain on demand", async () => {
    await openTab("Reconciliation");
    await desk.getByRole("button", { name: "Compare now" }).click();
    await desk
      .getByText(/^Run from here or by a key/)
      .first()
      .waitFor();
    expect(await desk.getByText("Matched", { exact: true }).count()).to.be.greaterThan(0);
  });

  it("keeps what was typed while the gateway does not answer, and sends it once it does", async () => {
    await openTab("API keys");
    await desk.getByRole("button", { name: "Create a key" }).click();
    await desk.getByLabel("Name").fill("Night shift");
    await desk.route(/\/(v1|page\.json)/, (route) => route.abort());
    await desk.getByRole("button", { name: "Create the key" }).click();
    await desk
      .getByRole("dialog")
      .getByText(/Your entries are still here/)
      .waitFor();
    expect(await desk.getByLabel("Name").inputValue()).to.equal("Night shift");
    await desk.unroute(/\/(v1|page\.json)/);
    await desk.getByRole("dialog").getByRole("button", { name: "Try again" }).click();
    await desk.getByRole("button", { name: "I have stored it" }).click();
    await desk.getByText("Night shift").first().waitFor();
  });

  it("tells another wallet that it has no access, and how to get it", async () => {
    const page = await sandbox.openAs("Client", "/operator");
    await page.getByText("This wallet is neither the operator nor an administrator").waitFor();
    expect(await page.getByRole("tab").count()).to.equal(0);
  });

  it("fits a phone of 360 pixels in every tab", async () => {
    await desk.setViewportSize({ width: 360, height: 740 });
    for (const tab of await desk.getByRole("tab").all()) {
      await tab.click();
      await desk.getByRole("tabpanel").waitFor();
      const width = await desk.evaluate("document.documentElement.scrollWidth");
      expect(width, await tab.innerText()).to.equal(360);
    }
  });
});
