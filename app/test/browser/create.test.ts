import { expect } from "chai";
import { getEscrow, getPaymentPolicy, createContext, decodeMemo } from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import type { Page } from "playwright-core";
import { type OpenPage, openPage } from "../../../tests/harness/open-page";
import { type SandboxSite, startSandboxSite } from "./harness/sandbox-site";

describe("creating a payment", () => {
  let site: SandboxSite;
  let open: OpenPage;

  before(async () => {
    site = await startSandboxSite();
  });
  beforeEach(async () => {
    open = await openPage({ url: `${site.url}/settings` });
    await open.page.evaluate(() => localStorage.setItem("milepost:wallet", "Client"));
    await open.page.goto(`${site.url}/create`);
  });
  afterEach(() => open?.close());
  after(() => site?.close());

  const context = () => createContext(site.localnet.connection, site.keys.payer);

  /** Waits for the policy's page and returns the policy's address. */
  async function created(page: Page): Promise<PublicKey> {
    await page.waitForURL(/\/p\//);
    return new PublicKey(new URL(page.url()).pathname.replace("/p/", ""));
  }

  async function review(page: Page) {
    await page.getByRole("button", { name: "Review costs and terms" }).click();
  }

  async function sign(page: Page, name: string) {
    await page.getByRole("button", { name, exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.locator(".milepost-review-confirm").click();
  }

  it("locks the first milestone in escrow with one signature, and opens its page", async () => {
    const { page, problems } = open;
    await page.getByLabel("Description of milestone 1").fill("Demolition");
    await page.getByLabel("Amount in USDC").fill("400");
    await page.getByRole("button", { name: "Add a milestone" }).click();
    await page.getByLabel("Description of milestone 2").fill("Tiles");
    await page.getByLabel("Amount in USDC").nth(1).fill("600.5");
    await page.getByText("Total: 1,000.50 USDC").waitFor();
    await page.getByRole("button", { name: "Use the sandbox's freelancer" }).click();
    await page.getByRole("button", { name: "Use the sandbox's mediator" }).click();
    await review(page);
    await page.getByText("400.00 USDC moves into the vault").waitFor();
    expect(await page.locator(":focus").textContent()).to.equal("Create a payment");
    await sign(page, "Create and fund");
    const address = await created(page);
    const policy = await getPaymentPolicy(context(), address);
    expect(decodeMemo(policy.memo)).to.equal("Demolition; Tiles");
    expect(policy.policyType.milestone.escrowAmount.toString()).to.equal("1000500000");
    const escrow = await getEscrow(context(), address);
    expect(escrow.milestones[0]!.funded.toString()).to.equal("400000000");
    expect(escrow.mediator.toBase58()).to.equal(site.keys.mediator.publicKey.toBase58());
    const draft = await page.evaluate(() => sessionStorage.getItem("milepost:create-draft"));
    expect(draft).to.equal(null);
    expect(problems).to.deep.equal([]);
  });

  it("creates a delegated payment with a due date", async () => {
    const { page } = open;
    await page.getByRole("radio", { name: /^Delegated/ }).check();
    await page.getByRole("checkbox", { name: /^Not before its due date/ }).check();
    await page.getByLabel("Amount in USDC").fill("25");
    await page.getByLabel("Due date", { exact: true }).fill("2100-01-01T12:00");
    await page.getByRole("button", { name: "Use the sandbox's freelancer" }).click();
    await review(page);
    await page.getByRole("heading", { name: "Delegated, without a guarantee" }).waitFor();
    await sign(page, "Create");
    const policy = await getPaymentPolicy(context(), await created(page));
    expect(policy.policyType.milestone.releaseCondition).to.equal(5);
    expect(policy.fundingKind).to.equal(0);
  });

  it("warns when the balance is below what is promised, and says what to add", async () => {
    const { page } = open;
    await page.getByRole("radio", { name: /^Delegated/ }).check();
    await page.getByLabel("Amount in USDC").fill("9000000");
    await page.getByRole("button", { name: "Use the sandbox's freelancer" }).click();
    await review(page);
    const warning = page.getByText("Your balance is below what you promise");
    await warning.waitFor();
    await page.getByText(/^Add [\d,.]+ USDC before the first due date/).waitFor();
  });

  it("refuses a token account as the recipient's wallet", async () => {
    const { page } = open;
    const tokens = await site.localnet.connection.getTokenAccountsByOwner(
      site.keys.payer.publicKey,
      { mint: site.localnet.mint },
    );
    await page.getByLabel("Amount in USDC").fill("10");
    const field = page.getByLabel("Recipient's wallet");
    await field.fill(tokens.value[0]!.pubkey.toBase58());
    await page.getByText(/it is a token account/).waitFor();
    await page.getByRole("button", { name: "Use the sandbox's mediator" }).click();
    await review(page);
    await page.getByRole("heading", { name: "Create a payment" }).waitFor();
    expect(await field.getAttribute("aria-invalid")).to.equal("true");
    expect(await page.getByRole("button", { name: "Create and fund" }).count()).to.equal(0);
  });

  it("marks every missing field, and moves the focus to the first", async () => {
    const { page } = open;
    await review(page);
    await page.getByText("3 fields need a change").waitFor();
    const focused = page.locator(":focus");
    expect(await focused.getAttribute("aria-invalid")).to.equal("true");
  });

  it("keeps the draft across a reload", async () => {
    const { page } = open;
    await page.getByLabel("Description of milestone 1").fill("Garden");
    await page.getByLabel("Amount in USDC").fill("12.25");
    await page.reload();
    expect(await page.getByLabel("Description of milestone 1").inputValue()).to.equal("Garden");
    await page.getByText("Total: 12.25 USDC").waitFor();
  });
});
