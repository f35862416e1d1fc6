/** The mediator's desk in Chromium: a dispute that reaches mediation ends in full, in part, or in a refund. */
import { expect } from "chai";
import type { Page } from "playwright-core";
import { buildPage } from "./harness/build-page";
import {
  type GatewaySandbox,
  sign,
  startGatewaySandbox,
  waitForCard,
} from "./harness/gateway-sandbox";

describe("the mediator's desk", () => {
  let sandbox: GatewaySandbox;
  let projectId: string;
  let home: Page;
  let contractor: Page;
  let mediator: Page;

  before(async function () {
    this.timeout(300_000);
    sandbox = await startGatewaySandbox(await buildPage());
    home = await sandbox.openAs("Client", "/mediator");
    contractor = await sandbox.openAs("Freelancer", "/mediator");
    mediator = await sandbox.openAs("Mediator", "/mediator");
  });
  beforeEach(async () => {
    projectId = await sandbox.createProject();
    await home.goto(`${sandbox.url}/p/${projectId}`);
    await contractor.goto(`${sandbox.url}/p/${projectId}`);
    await mediate();
  });
  afterEach(() => {
    expect(sandbox.problems.splice(0)).to.deep.equal([]);
  });
  after(() => sandbox?.close());

  /** Brings the first milestone into mediation. */
  async function mediate(): Promise<void> {
    await sign(home, "Pay 307.50 USDC into escrow");
    await contractor.getByRole("button", { name: "Read and accept the terms" }).click();
    await sign(contractor, "Accept the terms");
    await contractor.getByRole("button", { name: "Deliver with evidence" }).click();
    await contractor.getByLabel("What you did").fill("All fittings are out.");
    await sign(contractor, "Deliver");
    await home.getByRole("button", { name: "Dispute the delivery" }).click();
    await home.getByLabel("Details").fill("Half of it is still there.");
    await sign(home, "Send the dispute");
    await waitForCard(contractor, "answer_dispute");
    await sign(contractor, "Ask for mediation now");
    await waitForCard(contractor, "wait_mediator");
    await mediator.goto(`${sandbox.url}/mediator?case=${projectId}`);
    await waitForCard(mediator, "decide");
  }

  const readEnd = async () => {
    const { state, paid, refunded } = (await sandbox.readMilestone(projectId, 0))!;
    return { state, paid, refunded };
  };

  it("shows both sides with checked hashes, and divides with exact amounts", async () => {
    await mediator.getByText("All fittings are out.").waitFor();
    await mediator.getByText("Half of it is still there.").waitFor();
    await mediator.getByText("50% to the contractor and 50% to the homeowner").waitFor();
    const checks = mediator.getByRole("button", { name: "Check", exact: true });
    while ((await checks.count()) > 0) await checks.first().click();
    await mediator.locator("[data-verdict=verified]").nth(1).waitFor();
    await mediator.getByLabel(/Exact amount/).fill("180");
    await mediator.getByLabel(/Exact amount/).press("Enter");
    const refund = mediator.locator("[data-part=refund]");
    expect(await refund.getAttribute("data-base-units")).to.equal("123000000");
    await mediator.getByRole("button", { name: "Review the decision" }).click();
    await mediator.getByText("Write your reasons: both parties read them.").waitFor();
    await mediator.getByRole("textbox", { name: "Reasons" }).fill("60% of the work is done.");
    await sign(mediator, "Review the decision");
    await waitForCard(home, "fund");
    expect(await readEnd()).to.deep.equal({
      state: "resolved",
      paid: "184.50",
      refunded: "123.00",
    });
    await contractor.getByText(/decided, .*paid to the contractor/).waitFor();
  });

  for (const [button, title, end] of [
    ["Full payment", "pays in full", { paid: "307.50", refunded: "0.00" }],
    ["Full refund", "refunds in full", { paid: "0.00", refunded: "307.50" }],
  ] as const) {
    it(title, async () => {
      await mediator.getByRole("button", { name: button }).click();
      await mediator.getByRole("textbox", { name: "Reasons" }).fill("It is clear.");
      await sign(mediator, "Review the decision");
      await waitForCard(home, "fund");
      const { paid, refunded } = await readEnd();
      expect({ paid, refunded }).to.deep.equal(end);
      await waitForCard(contractor, "wait_funding");
    });
  }

  it("pays the agreed split when the mediator stays away, and keeps the reasons over a reload", async () => {
    await mediator.getByRole("textbox", { name: "Reasons" }).fill("Not finished yet");
    await mediator.reload();
    const reasons = mediator.getByRole("textbox", { name: "Reasons" });
    await reasons.waitFor();
    expect(await reasons.inputValue()).to.equal("Not finished yet");
    await sandbox.advance(30 * 86_400);
    await home.getByText(/the mediator did not decide/).waitFor({ timeout: 60_000 });
    expect(await readEnd()).to.deep.equal({
      state: "resolved",
      paid: "153.75",
      refunded: "153.75",
    });
  });
});
