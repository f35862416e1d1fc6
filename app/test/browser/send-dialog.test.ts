/** The dialog that sends, with a wallet that does not answer. */
import {
  createContext,
  createMemoBuffer,
  executePayment,
  getPaymentPolicy,
  prepareMilestone,
} from "@milepost/sdk";
import type { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import type { Locator, Page } from "playwright-core";
import { type OpenPage, openPage } from "../../../tests/harness/open-page";
import { recordAnnouncements } from "./harness/announcements";
import { type SandboxSite, startSandboxSite } from "./harness/sandbox-site";

describe("the dialog that sends", () => {
  let site: SandboxSite;
  let open: OpenPage;
  let page: Page;
  let dialog: Locator;
  let policy: PublicKey;

  before(async () => {
    site = await startSandboxSite();
  });
  beforeEach(async () => {
    const context = createContext(site.localnet.connection, site.keys.payer);
    const prepared = await prepareMilestone(context, {
      mint: site.localnet.mint,
      gateway: site.localnet.gateway,
      recipient: site.keys.payee.publicKey,
      amounts: [50_000_000n],
      timestamps: [],
      releaseCondition: 0,
      memo: createMemoBuffer("Logo"),
    });
    await site.sendAs("payer", prepared.instructions);
    policy = prepared.policy;
    open = await openPage({ url: `${site.url}/settings` });
    page = open.page;
    dialog = page.getByRole("dialog", { name: "Release the payment" });
    await page.clock.install();
    await page.goto(`${site.url}/p/${policy.toBase58()}`);
    await page.getByRole("banner").getByRole("button", { name: "Connect wallet" }).click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /^Client/ })
      .click();
    await page.getByRole("button", { name: /^Release the payment/ }).click();
    await dialog.getByRole("button", { name: "Sign in wallet" }).waitFor();
  });
  afterEach(async () => {
    const { problems } = open;
    await open.close();
    expect(problems).to.deep.equal([]);
  });
  after(() => site.close());

  const paid = async () => {
    const context = createContext(site.localnet.connection, site.keys.payer);
    return (await getPaymentPolicy(context, policy)).totalPaid.toString();
  };

  it("cancels on Escape before the wallet is asked, and returns the focus to the button", async () => {
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    const opener = page.getByRole("button", { name: /^Release the payment/ });
    await opener.and(page.locator(":focus")).waitFor();
    expect(await paid()).to.equal("0");
  });

  it("stays open on Escape while the wallet is asked, says how to find it, and uses no late answer", async () => {
    const answer = site.silence("payer");
    await dialog.getByRole("button", { name: "Sign in wallet" }).click();
    await dialog.getByText("Open Client and approve the transaction there.").waitFor();
    await page.keyboard.press("Escape");
    await page.clock.fastForward(21_000);
    await dialog.getByText("Look for the window of Client behind this one").waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.waitFor({ state: "hidden" });
    answer();
    await page.getByRole("button", { name: /^Release the payment/ }).click();
    await dialog.getByRole("button", { name: "Sign in wallet" }).waitFor();
    expect(await paid()).to.equal("0");
  });

  it("shows what changes beside what is signed, and keeps the focus inside to the end", async () => {
    await dialog.getByText("+49.50 USDC").waitFor();
    await dialog.getByText("Network fee:").waitFor();
    await dialog.getByRole("button", { name: "Sign in wallet" }).click();
    await dialog.getByText("The transaction is on the chain.").waitFor();
    await page.locator("dialog:focus, dialog :focus").waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await page.locator("h1:focus").waitFor();
    expect(await paid()).to.equal("50000000");
  });

  it("announces that the wallet is asked, that it is sent, and that it landed", async () => {
    const said = await recordAnnouncements(page);
    await dialog.getByRole("button", { name: "Sign in wallet" }).click();
    await dialog.getByText("The transaction is on the chain.").waitFor();
    const texts = await said();
    expect(texts).to.include.members(["Waiting for your wallet", "Sending", "Done"]);
    expect(texts).to.include("The transaction is on the chain.");
  });

  it("announces why it failed, and what to do", async () => {
    const context = createContext(site.localnet.connection, site.keys.operator);
    await site.sendAs("operator", await executePayment(context, { policyPda: policy }));
    const said = await recordAnnouncements(page);
    await dialog.getByRole("button", { name: "Sign in wallet" }).click();
    await page.locator("dialog[data-step=failed]").waitFor();
    const alert = await dialog.getByRole("alert").innerText();
    expect(alert).to.contain("Nothing moved.");
    expect(await said()).to.include.members(["Failed", alert]);
  });
});
