/** The policy screen in Chromium on a chain of its own: no gateway, one browser context per role. */
import {
  createContext,
  createMemoBuffer,
  deletePaymentPolicy,
  executePayment,
  getEscrow,
  getPaymentPolicy,
  hashDocument,
  prepareHeldMilestone,
  prepareMilestone,
  RELEASE_DUE_DATE,
  RELEASE_OWNER,
} from "@milepost/sdk";
import type { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import type { Browser } from "playwright-core";
import { type OpenPage, openPage } from "../../../tests/harness/open-page";
import { type Actor, actAs } from "./harness/act-as";
import { readPrint, saveFrom } from "./harness/documents";
import { type SandboxSite, startSandboxSite } from "./harness/sandbox-site";

const NOTHING = () => Promise.resolve();

describe("the policy screen", () => {
  let site: SandboxSite;
  let open: OpenPage;
  let browser: Browser;
  let actors: Actor[];

  before(async () => {
    site = await startSandboxSite();
  });
  beforeEach(async () => {
    actors = [];
    open = await openPage({ url: `${site.url}/settings` });
    browser = open.page.context().browser()!;
  });
  afterEach(async () => {
    const problems = [...open.problems, ...actors.flatMap((actor) => actor.problems)];
    await open.close();
    expect(problems).to.deep.equal([]);
  });
  after(() => site.close());

  const urlOf = (policy: PublicKey) => `${site.url}/p/${policy.toBase58()}`;
  const as = async (role: Parameters<typeof actAs>[2], policy: PublicKey) => {
    const actor = await actAs(browser, urlOf(policy), role);
    actors.push(actor);
    return actor;
  };
  const context = () => createContext(site.localnet.connection, site.keys.payer);
  const parties = () => ({
    mint: site.localnet.mint,
    gateway: site.localnet.gateway,
    recipient: site.keys.payee.publicKey,
  });

  async function createDelegated(
    memo: string,
    timestamps: number[] = [1_700_000_000, 4_000_000_000],
  ): Promise<PublicKey> {
    const { instructions, policy } = await prepareMilestone(context(), {
      ...parties(),
      amounts: [50_000_000n, 100_000_000n],
      timestamps,
      releaseCondition: RELEASE_DUE_DATE,
      memo: createMemoBuffer(memo),
    });
    await site.sendAs("payer", instructions);
    return policy;
  }

  async function createHeld(): Promise<PublicKey> {
    const { instructions, policy } = await prepareHeldMilestone(context(), {
      ...parties(),
      mediator: site.keys.mediator.publicKey,
      amounts: [300_000_000n, 500_000_000n],
      timestamps: [],
      releaseCondition: RELEASE_OWNER,
      memo: createMemoBuffer("Website"),
      fund: "next",
    });
    await site.sendAs("payer", instructions);
    return policy;
  }

  it("is complete after four requests to the RPC, without a wallet", async () => {
    const policy = await createDelegated("Newsletter");
    site.requests.length = 0;
    await open.page.goto(urlOf(policy));
    await open.page.getByRole("heading", { name: "Newsletter" }).waitFor();
    await open.page.getByText("Milestone 1 can be paid now").waitFor();
    await open.page.getByRole("button", { name: "Show the history" }).waitFor();
    expect(site.requests.length).to.be.at.most(4);
  });

  it("releases a due payment of a delegated policy, and says why the next one waits", async () => {
    const policy = await createDelegated("Two issues");
    const { page, act } = await as("payee", policy);
    await page.getByText("The money is in the payer's own wallet until each payment.").waitFor();
    await act(/^Release the payment/);
    await page.getByRole("heading", { name: "Why milestone 2 is not paid yet" }).waitFor();
    await page.getByText(/^Missing: It is due/).waitFor();
    const paid = await getPaymentPolicy(context(), policy);
    expect(paid.totalPaid.toString()).to.equal("50000000");
  });

  it("shows a release of another tab, and releases one milestone when both tabs do it", async () => {
    const policy = await createDelegated("Two tabs", [1_700_000_000, 1_700_000_001]);
    const { page: first } = await as("payee", policy);
    const second = await first.context().newPage();
    await second.goto(urlOf(policy));
    for (const tab of [first, second]) {
      await tab.getByRole("button", { name: /^Release the payment/ }).click();
      await tab.locator("dialog[data-step=review]").waitFor();
    }
    await first.getByRole("button", { name: "Sign in wallet" }).click();
    await first.locator("dialog[data-step=confirmed]").waitFor();
    // Behind the dialog, the other tab has followed.
    await second.getByText("Paid", { exact: true }).first().waitFor();
    await second.getByRole("button", { name: "Sign in wallet" }).click();
    const refused = second.locator("dialog[data-step=failed]").getByRole("alert");
    await refused.getByText("The program refused this step").waitFor();
    expect(await refused.innerText()).to.contain("Nothing moved.");
    const { totalPaid } = await getPaymentPolicy(context(), policy);
    expect(totalPaid.toString()).to.equal("50000000");
  });

  it("carries a held milestone from the terms to the approval, and its evidence", async () => {
    const policy = await createHeld();
    const payee = await as("payee", policy);
    await payee.act("Accept the terms", async () => {
      await payee.page
        .getByText("The payer's silence for 7 days after a delivery")
        .first()
        .waitFor();
    });
    await payee.act(/^Deliver/, async () => {
      const file = {
        name: "photos.zip",
        mimeType: "application/zip",
        buffer: Buffer.from("photos"),
      };
      await payee.page.getByLabel("The delivered file").setInputFiles(file);
    });
    const payer = await as("payer", policy);
    await compare(payer, "photos", "Match: copy.zip");
    await compare(payer, "photo5", "Different: copy.zip");
    const hash = Buffer.from(await hashDocument("photos")).toString("hex");
    await payer.act(/^Approve and pay/, async () => {
      await payer.page.getByRole("dialog").getByText(hash).waitFor();
    });
    await payer.page.getByRole("button", { name: /^Fund the next milestone/ }).waitFor();
    // The recipient's page follows without a reload.
    await payee.page
      .getByText("297.00 USDC")
      .or(payee.page.getByText("Paid", { exact: true }))
      .first()
      .waitFor();
    const { milestones } = await getEscrow(context(), policy);
    expect(milestones[0]!.state).to.deep.equal({ released: {} });
  });

  async function compare({ page }: Actor, content: string, verdict: string): Promise<void> {
    const file = { name: "copy.zip", mimeType: "application/zip", buffer: Buffer.from(content) };
    await page.getByLabel("Compare a file with the chain").setInputFiles(file);
    await page.getByText(verdict).waitFor();
  }

  it("lets the mediator divide a disputed milestone to the last unit", async () => {
    const policy = await createHeld();
    const payee = await as("payee", policy);
    await payee.act("Accept the terms", NOTHING);
    await payee.act(/^Deliver/, () => payee.page.getByLabel("Or a text").fill("commit 1f3a"));
    const payer = await as("payer", policy);
    await payer.page.getByText(/^Other actions/).click();
    await payer.act("Dispute the delivery", async () => {
      await payer.page.getByLabel("What is wrong").fill("<img src=x onerror=alert(1)> leaks");
    });
    await payer.page.getByText("Disputed", { exact: true }).first().waitFor();
    await payee.page.getByText("Disputed", { exact: true }).first().waitFor();
    await payee.page.getByText(/^Other actions/).click();
    await payee.act("Ask for mediation");
    const mediator = await as("mediator", policy);
    await mediator.act(/^Decide the dispute/, async () => {
      const exact = mediator.page.getByLabel(/^Exact amount/);
      await exact.fill("180.000001");
      await exact.press("Tab");
    });
    await mediator.page.getByText("Divided", { exact: true }).waitFor();
    const { milestones } = await getEscrow(context(), policy);
    expect(milestones[0]!.paid.toString()).to.equal("180000001");
    expect(milestones[0]!.refunded.toString()).to.equal("119999999");
  });

  it("lets the payer pause, resume, move into a vault, take everything back, and delete", async () => {
    const policy = await createDelegated("Garden");
    const { page, act } = await as("payer", policy);
    const others = page.locator("details.policy-others");
    const actOther = async (label: string, fill: () => Promise<void> = NOTHING) => {
      await page.getByText(/^Other actions/).waitFor();
      if ((await others.getAttribute("open")) === null) await others.locator("summary").click();
      await act(label, fill);
    };
    await actOther("Pause the payments");
    await page.getByText("The payer paused the agreement.").waitFor();
    await act(/^Resume/, NOTHING);
    await page.getByText("Milestone 1 can be paid now").waitFor();
    await actOther("Move the money into a vault", async () => {
      const mediator = page.getByLabel("Mediator's address");
      await mediator.fill(site.keys.payee.publicKey.toBase58());
      await page.getByText("Expected a third wallet").waitFor();
      await mediator.fill(site.keys.mediator.publicKey.toBase58());
    });
    await page.getByText("Not accepted yet").waitFor();
    await actOther("Take everything back");
    await page.getByText("Closed", { exact: true }).waitFor();
    await actOther("Delete the agreement");
    await page.getByText("This agreement was deleted").waitFor();
    await page.getByRole("button", { name: "Show the history" }).click();
    await page.getByText("Vault closed").waitFor();
  });

  it("lists the history, prints the receipt without a button, and saves it as CSV", async () => {
    const policy = await createDelegated("=SUM(A1)");
    const anyone = createContext(site.localnet.connection, site.keys.operator);
    await site.sendAs("operator", await executePayment(anyone, { policyPda: policy }));
    const { page } = open;
    await page.goto(urlOf(policy));
    await page.getByRole("heading", { name: "=SUM(A1)", level: 1 }).waitFor();
    await page.getByRole("button", { name: "Show the history" }).click();
    const history = page.getByRole("list", { name: "History, newest first" });
    await history.getByText("Milestone 1 paid").waitFor();
    await page.getByRole("button", { name: "Prepare the receipt" }).click();
    const button = page.getByRole("button", { name: "Save as CSV" });
    await button.waitFor();
    const sent = await site.localnet.connection.getSignaturesForAddress(policy, {}, "confirmed");
    const { text, controls } = await readPrint(page);
    expect(controls).to.deep.equal([]);
    const { payer, payee } = site.keys;
    for (const printed of [
      ...["49.50 USDC", "0.50 USDC", "=SUM(A1)", policy.toBase58()],
      ...[payer.publicKey.toBase58(), payee.publicKey.toBase58()],
      ...sent.map(({ signature }) => signature),
    ]) {
      expect(text).to.contain(printed);
    }
    const { name, lines } = await saveFrom(page, button);
    expect(name).to.equal(`milepost-${policy.toBase58().slice(0, 8)}.csv`);
    expect(lines[0]).to.equal(
      '\uFEFF"Time","Event","Milestone","To the recipient","Fees","To the payer","Token","Mint","Transaction"',
    );
    expect(lines.map((line) => line.split(",")[1])).to.deep.equal([
      '"Event"',
      '"Agreement created"',
      '"Milestone 1 paid"',
      undefined,
    ]);
    expect(lines[2]).to.contain(',"1","49.50","0.50","","USDC",');
  });

  it("says what an address is that has no agreement, and keeps the history of a deleted one", async () => {
    const { page } = open;
    await page.goto(`${site.url}/p/abc`);
    await page.getByRole("heading", { name: "This is not an address" }).first().waitFor();
    await page.goto(urlOf(site.localnet.mint));
    await page.getByText("it is not an agreement of Milepost").waitFor();
    const policy = await createDelegated("Short");
    const { policyId } = await getPaymentPolicy(context(), policy);
    const tokenMint = site.localnet.mint;
    await site.sendAs("payer", await deletePaymentPolicy(context(), { tokenMint, policyId }));
    await page.goto(urlOf(policy));
    await page.getByRole("heading", { name: "No agreement at this address" }).waitFor();
    await page.getByRole("button", { name: "Show the history" }).click();
    await page.getByText("Agreement deleted").waitFor();
  });
});
