import { associatedTokenAddress, TOKEN_PROGRAM_ID } from "@milepost/sdk";
import { expect } from "chai";
import { START } from "../harness/sandbox";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";
import {
  complete,
  confirm,
  createIntent,
  fundedIntent,
  policyOf,
  type TestIntent,
} from "../harness/intent-world";

interface Need {
  name: string;
  isMet: boolean;
  message: string;
  missing: string | null;
  at: string | null;
}

/** Words that a platform which never asked for a chain should not have to know. */
const JARGON =
  /token|vault|solana|signature|lamport|wallet|pda|blockhash|program|delegat|on chain/i;

describe("why an intent is not paid yet", () => {
  let gateway: SandboxGateway;
  beforeEach(async () => (gateway = await startSandboxGateway({ clock: "manual" })));
  afterEach(() => gateway?.close());

  const why = async ({ path }: Pick<TestIntent, "path">) => {
    const { status, body } = await gateway.get(`${path}/why`);
    expect(status, JSON.stringify(body)).to.equal(200);
    const needs = body.requirements as Need[];
    for (const { message, isMet, missing } of needs) {
      expect(message).to.not.match(JARGON);
      expect(missing === null).to.equal(isMet);
    }
    const open = needs
      .filter(({ isMet, name }) => !isMet && name !== "payment_sent")
      .map(({ name, missing }) => [name, missing]);
    const need = (name: string) => needs.find((each) => each.name === name)!;
    return { body, open, need };
  };
  const coverage = async ({ path }: Pick<TestIntent, "path">) =>
    (await gateway.get(`${path}/coverage`)).body;
  const milestoneTerms = { releaseType: "MILESTONE_LOCKED", autoRelease: true };

  it("given drafts that do not add up then the platform is missing, the message has both sums, and nothing is guaranteed", async () => {
    const intent = await createIntent(gateway, milestoneTerms, ["30.00"]);
    const { open, need } = await why(intent);
    expect(open.slice(0, 2)).to.deep.equal([
      ["schedule_complete", "platform"],
      ["money_in_escrow", "payer"],
    ]);
    expect(need("schedule_complete").message).to.contain("30.00 of 100.00");
    const cover = await coverage(intent);
    expect([cover.guarantee, cover.open, cover.held, cover.missing]).to.deep.equal([
      "none",
      "100.00",
      "0.00",
      "100.00",
    ]);
    expect(cover.payer.shortfall).to.equal("100.00");
  });

  it("given money in escrow then only the completion is missing; each payment moves on to the next milestone, and the last one ends it", async () => {
    const intent = await fundedIntent(gateway);
    const first = await why(intent);
    expect(first.open).to.deep.equal([["work_completed", "platform"]]);
    const { isReady, milestoneIndex, amount, net } = first.body;
    expect([isReady, milestoneIndex, amount, net]).to.deep.equal([false, 0, "30.00", "29.70"]);
    expect([first.body.earliest, first.body.byItself]).to.deep.equal([first.body.now, null]);
    const cover = await coverage(intent);
    expect([cover.guarantee, cover.held, cover.missing, cover.payer]).to.deep.equal([
      "escrow",
      "100.00",
      "0.00",
      null,
    ]);
    await complete(gateway, intent, 0);
    const second = await why(intent);
    expect(second.body.milestoneIndex).to.equal(1);
    expect(second.need("previous_milestone_ended").message).to.equal("Milestone 0 has ended.");
    expect((await coverage(intent)).held).to.equal("70.00");
    await complete(gateway, intent, 1);
    const last = await why(intent);
    expect([last.body.isPaid, last.body.requirements, last.body.actions]).to.deep.equal([
      true,
      [],
      [],
    ]);
    expect((await coverage(intent)).guarantee).to.equal("paid");
  });

  it("given an intent that the payer releases then the payee submits, the payer approves or stays silent, and a dispute waits for the mediator", async () => {
    const intent = await fundedIntent(gateway, { amounts: ["100.00"], autoRelease: false });
    expect((await why(intent)).open).to.deep.equal([
      ["work_submitted", "payee"],
      ["approved", "payer"],
    ]);
    await complete(gateway, intent, 0);
    const { silentApprovalAt, disputeClosesAt } = (await policyOf(gateway, intent.path))
      .milestones[0]!;
    const submitted = await why(intent);
    expect(submitted.open).to.deep.equal([["approved", "payer"]]);
    expect(submitted.need("approved").at).to.equal(`${silentApprovalAt}`);
    expect(submitted.body.byItself).to.equal(`${silentApprovalAt}`);
    const steps = submitted.body.actions as { party: string; action: string; until: string }[];
    const of = (party: string) =>
      steps.filter((step) => step.party === party).map(({ action }) => action);
    expect(of("payer")).to.include.members(["approve", "dispute", "refund"]);
    expect(of("payer")).to.not.include("reclaim");
    expect(steps.find(({ action }) => action === "dispute")!.until).to.equal(`${disputeClosesAt}`);

    const reason = { reason: "The sink leaks.", raisedBy: "homeowner" };
    await gateway.post(`${intent.path}/escrow/dispute`, reason);
    const disputed = await why(intent);
    expect(disputed.open).to.deep.include(["no_dispute", "payer"]);
    expect(disputed.need("no_dispute").message).to.contain("The sink leaks.");
    const { mediationAt, mediationExpiresAt } = (await policyOf(gateway, intent.path)).escrow!;
    gateway.setTime(mediationAt!);
    const mediated = await why(intent);
    expect(mediated.open).to.deep.include(["no_dispute", "mediator"]);
    expect(mediated.need("no_dispute").at).to.equal(`${mediationExpiresAt}`);
    expect(mediated.body.earliest).to.equal(null);
  });

  it("given a time lock then order status and date are missing; once SHIPPED it is paid by itself at that second", async () => {
    const until = START + 1_000n;
    const intent = await createIntent(gateway, {
      releaseType: "TIME_LOCKED",
      timeLockUntil: `${until}`,
    });
    await confirm(gateway, intent.path);
    const before = await why(intent);
    expect(before.open).to.deep.equal([
      ["order_on_its_way", "platform"],
      ["date_reached", "time"],
    ]);
    expect([before.body.earliest, before.body.byItself]).to.deep.equal([`${until}`, null]);
    await gateway.request("PATCH", `${intent.path}/escrow`, { orderStatus: "SHIPPED" });
    const shipped = await why(intent);
    expect(shipped.open).to.deep.equal([["date_reached", "time"]]);
    expect([shipped.body.earliest, shipped.body.byItself]).to.deep.equal([`${until}`, `${until}`]);
    gateway.setTime(until);
    await gateway.settled();
    expect((await why(intent)).body.isPaid).to.equal(true);
  });

  it("given a payee whose account is frozen then the payee is missing", async () => {
    const intent = await fundedIntent(gateway, { amounts: ["60.00", "40.00"] });
    await complete(gateway, intent, 0);
    const { mint } = gateway.chain.mints.USDC!;
    const { chain } = gateway.localnet;
    const account = associatedTokenAddress(mint, gateway.address("payee"), TOKEN_PROGRAM_ID);
    const state = chain.getAccount(account.toBase58())!;
    const data = Buffer.from(state.data);
    data[108] = 2;
    chain.setAccount(account.toBase58(), { ...state, data });
    const { open, need } = await why(intent);
    expect(open).to.deep.equal([
      ["work_completed", "platform"],
      ["payee_can_receive", "payee"],
    ]);
    expect(need("payee_can_receive").message).to.contain("frozen");
  });

  it("given a delivery proof is expected then it is listed, and a consented payment guarantees nothing before it is made", async () => {
    const order = await createIntent(gateway, { releaseType: "DELIVERY_PROOF", autoRelease: true });
    await confirm(gateway, order.path);
    expect((await why(order)).open).to.deep.equal([["delivery_proven", "platform"]]);
    const pull = await createIntent(gateway, { type: "CONSENTED_PULL" });
    expect((await why(pull)).open).to.deep.equal([["money_in_escrow", "payer"]]);
    expect((await coverage(pull)).guarantee).to.equal("none");
    await confirm(gateway, pull.path);
    expect((await why(pull)).body.isPaid).to.equal(true);
    expect((await coverage(pull)).guarantee).to.equal("paid");
  });

  it("given ten milestones then coverage lists the parts, and their sums are the whole", async () => {
    const amounts = Array.from({ length: 10 }, () => "10.00");
    const intent = await fundedIntent(gateway, { amounts });
    await complete(gateway, intent, 0);
    const cover = await coverage(intent);
    expect([cover.guarantee, cover.open, cover.held]).to.deep.equal(["escrow", "90.00", "90.00"]);
    const parts = cover.parts as { milestones: number; held: string }[];
    expect(parts.map(({ milestones, held }) => [milestones, held])).to.deep.equal([
      [3, "30.00"],
      [4, "40.00"],
      [2, "20.00"],
    ]);
  });
});
