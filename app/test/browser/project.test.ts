/** Spec 001's whole flow in Chromium: homeowner, contractor and mediator, each with a browser context and a wallet of their own. */
import { expect } from "chai";
import type { Page, Route } from "playwright-core";
import { buildPage } from "./harness/build-page";
import { readPrint, saveFrom } from "./harness/documents";
import {
  confirm,
  type GatewaySandbox,
  sign,
  startGatewaySandbox,
  waitForCard,
} from "./harness/gateway-sandbox";

const DAY = 86_400;

/** A red pixel. */
const PHOTO = {
  name: "kitchen.png",
  mimeType: "image/png",
  buffer: Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
    "base64",
  ),
};

interface Parties {
  homeowner: { wallet: string };
  contractor: { wallet: string };
  mediator: { wallet: string };
  milestones: { payout: { signature: string } | null }[];
}

describe("a project in three browsers", () => {
  let sandbox: GatewaySandbox;
  let projectId: string;
  let home: Page;
  let contractor: Page;

  before(async function () {
    this.timeout(300_000);
    sandbox = await startGatewaySandbox(await buildPage());
    home = await sandbox.openAs("Client", "/mediator");
    contractor = await sandbox.openAs("Freelancer", "/mediator");
  });
  beforeEach(async () => {
    projectId = await sandbox.createProject();
    await home.goto(`${sandbox.url}/p/${projectId}`);
    await contractor.goto(`${sandbox.url}/p/${projectId}`);
  });
  afterEach(() => {
    expect(sandbox.problems.splice(0)).to.deep.equal([]);
  });
  after(() => sandbox?.close());

  const readChain = (index = 0) => sandbox.readMilestone(projectId, index);
  const heldOnChain = async (state: string) =>
    expect(await readChain()).to.deep.equal({
      state,
      funded: "307.50",
      paid: "0.00",
      refunded: "0.00",
    });

  /** The homeowner funds, the contractor accepts. */
  async function start(): Promise<void> {
    await sign(home, "Pay 307.50 USDC into escrow");
    await contractor.getByRole("button", { name: "Read and accept the terms" }).click();
    await sign(contractor, "Accept the terms");
    await waitForCard(contractor, "deliver");
  }

  async function deliver(note: string): Promise<void> {
    await contractor.getByRole("button", { name: "Deliver with evidence" }).click();
    await contractor.getByLabel("What you did").fill(note);
    await sign(contractor, "Deliver");
    await waitForCard(contractor, "wait_look");
  }

  async function dispute(text: string): Promise<void> {
    await waitForCard(home, "look");
    await home.getByRole("button", { name: "Dispute the delivery" }).click();
    await home.getByLabel("Details").fill(text);
    await sign(home, "Send the dispute");
    await waitForCard(home, "wait_answer");
  }

  it("funds, accepts, delivers a photo, approves, and asks for the next milestone", async () => {
    await waitForCard(contractor, "wait_funding");
    await waitForCard(home, "fund");
    expect(await readChain()).to.equal(null);
    await sign(home, "Pay 307.50 USDC into escrow");
    await waitForCard(home, "wait_terms");
    await heldOnChain("funded");
    await contractor.getByText("The money is there. Accept the terms before you start").waitFor();
    await contractor.getByRole("button", { name: "Read and accept the terms" }).click();
    await contractor.getByText("the delivery counts as approved and is paid.").first().waitFor();
    await sign(contractor, "Accept the terms");

    await contractor.getByRole("button", { name: "Deliver with evidence" }).click();
    await contractor.getByLabel("What you did").fill("All fittings are out.");
    await contractor.locator("input[type=file]").setInputFiles(PHOTO);
    await contractor.getByRole("button", { name: "Leave out kitchen.png" }).waitFor();
    await contractor.reload();
    await contractor.getByRole("button", { name: "Leave out kitchen.png" }).waitFor();
    expect(await contractor.getByLabel("What you did").inputValue()).to.equal(
      "All fittings are out.",
    );
    await sign(contractor, "Deliver");
    await waitForCard(contractor, "wait_look");
    await heldOnChain("submitted");

    await waitForCard(home, "look");
    await home.getByText("All fittings are out.").waitFor();
    await home.getByRole("button", { name: "Check", exact: true }).click();
    await home.locator("[data-verdict=verified]").waitFor();
    const photo = home.getByRole("img", { name: "Evidence kitchen.png" });
    expect(await photo.getAttribute("src")).to.match(/^blob:/);
    await sign(home, "Approve and pay 300.00 USDC");
    await home.getByText("Fund the next milestone: Installation").waitFor();
    const chain = await readChain();
    expect(chain).to.deep.equal({
      state: "released",
      funded: "307.50",
      paid: "307.50",
      refunded: "0.00",
    });
    await home.getByText("Every unit is accounted for, and the vaults agree.").waitFor();
    await printsReceipt();
    await savesStatement();
    await contractor.getByText("Not funded yet: Installation").waitFor();
  });

  /** Checks the receipt of the first milestone on paper: amounts, parties and transaction, and nothing to press. */
  async function printsReceipt(): Promise<void> {
    const {
      homeowner,
      contractor: payee,
      mediator,
      milestones,
    } = await sandbox.get<Parties>(`/v1/projects/${projectId}`);
    const { signature } = milestones[0]!.payout!;
    const { text, controls } = await readPrint(home);
    expect(controls).to.deep.equal([]);
    const wallets = [homeowner, payee, mediator].map(({ wallet }) => wallet);
    for (const printed of ["307.50", "297.00 USDC to the contractor", signature, ...wallets]) {
      expect(text).to.contain(printed);
    }
  }

  async function savesStatement(): Promise<void> {
    const { name, lines } = await saveFrom(home, home.getByRole("button", { name: "Save CSV" }));
    expect(name).to.equal("Kitchen-at-12-Elm-Street.csv");
    expect(lines[0]).to.equal(
      '\uFEFF"Milestone","Currency","Paid in","In escrow","To the contractor","Platform fee","Gateway fee","Protocol fee","Returned"',
    );
    expect(lines[1]).to.equal(
      '"1 Demolition","USDC","307.50","0.00","297.00","7.50","3.00","0.00","0.00"',
    );
  }

  it("withdraws a dispute, and silence pays", async () => {
    await start();
    await deliver("Done.");
    await dispute("The floor is not clean.");
    await heldOnChain("disputed");
    await waitForCard(contractor, "answer_dispute");
    await contractor.getByText("The floor is not clean.").waitFor();
    await sign(home, "Withdraw the dispute");
    await waitForCard(home, "look");
    await heldOnChain("submitted");
    await sandbox.advance(8 * DAY);
    await home.getByText("Fund the next milestone: Installation").waitFor({ timeout: 60_000 });
    expect((await readChain())!.state).to.equal("released");
    await home.getByText(/nobody objected/).waitFor();
  });

  it("repairs after a dispute and is approved", async () => {
    await start();
    await deliver("First try.");
    await dispute("A pipe is still there.");
    await waitForCard(contractor, "answer_dispute");
    await contractor.getByRole("textbox", { name: "Message" }).fill("I come back tomorrow.");
    await contractor.getByRole("button", { name: "Send message" }).click();
    await home.getByText("I come back tomorrow.").waitFor();
    await deliver("Second try: the pipe is gone.");
    await heldOnChain("submitted");
    await home.getByText("Second try: the pipe is gone.").waitFor();
    await sign(home, "Approve and pay 300.00 USDC");
    await waitForCard(home, "fund");
    expect((await readChain())!.paid).to.equal("307.50");
  });

  it("settles by a split that both parties sign", async () => {
    await start();
    await deliver("Most of it.");
    await contractor.getByRole("button", { name: "Propose a split" }).click();
    await contractor.getByLabel(/Exact amount/).fill("180");
    await contractor.getByLabel(/Exact amount/).press("Enter");
    await contractor.getByRole("button", { name: "Propose this split" }).click();
    await contractor.getByText("Your proposal waits for the other party").waitFor();
    await waitForCard(home, "answer_split");
    await home.getByRole("button", { name: "Agree to the split" }).click();
    await confirm(home);
    await home.getByText("Signed. The other party signs next").waitFor();
    await home.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    await heldOnChain("submitted");
    await sign(contractor, "Review and sign");
    await waitForCard(contractor, "wait_funding");
    expect(await readChain()).to.deep.equal({
      state: "resolved",
      funded: "307.50",
      paid: "184.50",
      refunded: "123.00",
    });
    await waitForCard(home, "fund");
  });

  it("pays every milestone, completes the project and reviews both ways", async () => {
    await start();
    for (const [total, amount] of [
      ["307.50", "300.00"],
      ["512.50", "500.00"],
      ["205.00", "200.00"],
    ]) {
      if (total !== "307.50") await sign(home, `Pay ${total} USDC into escrow`);
      await waitForCard(contractor, "deliver");
      await deliver(`Worth ${amount}.`);
      await waitForCard(home, "look");
      await sign(home, `Approve and pay ${amount} USDC`);
    }
    for (const page of [home, contractor]) {
      await waitForCard(page, "review");
      await page.getByLabel("Rating").selectOption("5");
      await page.getByLabel("Public comment").fill("A pleasure.");
      await page.getByRole("button", { name: "Send review" }).click();
      await waitForCard(page, "done");
    }
    // The page finds the other review by asking again; how soon depends on the machine.
    await home.getByText("A pleasure.").nth(1).waitFor({ timeout: 60_000 });
    expect((await readChain(2))!.paid).to.equal("205.00");
    expect(await home.locator("[data-sum=funded]").innerText()).to.contain("1,025.00 USDC");
  });

  it("takes the money back when the delivery is overdue", async () => {
    await start();
    await waitForCard(home, "wait_delivery");
    await sandbox.advance(60 * DAY);
    await waitForCard(home, "take_back");
    await sign(home, "Take 307.50 USDC back");
    await waitForCard(home, "fund");
    expect(await readChain()).to.deep.equal({
      state: "refunded",
      funded: "307.50",
      paid: "0.00",
      refunded: "307.50",
    });
  });

  it("loses nothing and sends nothing twice when the page reloads before the signature", async () => {
    await home.getByRole("button", { name: "Pay 307.50 USDC into escrow" }).click();
    await home.locator("dialog[data-step=review]").waitFor();
    await home.reload();
    await home.getByText("You began: Pay into escrow").waitFor();
    expect(await readChain()).to.equal(null);
    await sign(home, "Continue");
    await waitForCard(home, "wait_terms");
    await heldOnChain("funded");
    await home.reload();
    await waitForCard(home, "wait_terms");
    expect(await home.getByText("You began:").count()).to.equal(0);
  });

  it("looks again with the same bytes when the gateway's answer was lost", async () => {
    const lose = async (route: Route) => {
      await route.fetch();
      await route.abort();
    };
    await home.route("**/signed-transactions", lose, { times: 1 });
    await home.getByRole("button", { name: "Pay 307.50 USDC into escrow" }).click();
    await confirm(home);
    await home.getByRole("dialog").getByRole("button", { name: "Look again" }).click();
    await home.locator("dialog[data-step=confirmed]").waitFor();
    await home.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    await waitForCard(home, "wait_terms");
    await heldOnChain("funded");
  });

  it("shows a text of the other party as a text only", async () => {
    const attack = '<img src=x onerror="document.title=1"> javascript:alert(1) https://a.example/';
    await start();
    await deliver(attack);
    await home.getByText(attack).waitFor();
    const links = home.locator(".user-text a");
    expect(await links.count()).to.equal(1);
    expect(await links.getAttribute("rel")).to.equal("noopener noreferrer nofollow");
    expect(await home.title()).to.contain("Kitchen at 12 Elm Street");
  });
});
