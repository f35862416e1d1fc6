import { createHash } from "node:crypto";
import type { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import {
  buildApprove,
  buildDispute,
  buildExpireMediation,
  buildFunding,
  buildReclaim,
  buildRelease,
  buildRequestMediation,
  buildResolve,
  buildSettle,
  buildSubmit,
  buildWithdrawDispute,
  type FundingRequest,
  type PolicyState,
  readPolicy,
} from "../../src/chain";
import { startSandbox, type Sandbox, START } from "../harness/sandbox";

const DAY = 86_400n;
const hash = (text: string) => createHash("sha256").update(text).digest();

describe("actions on a held policy", () => {
  let sandbox: Sandbox;
  before(async () => (sandbox = await startSandbox()));
  beforeEach(() => sandbox.setTime(START));
  after(() => sandbox.close());

  const fund = async (changes: Partial<FundingRequest> = {}) => {
    const build = await buildFunding(
      sandbox.chain,
      sandbox.funding({ amounts: [100_000_000n, 50_000_000n], releaseCondition: 4, ...changes }),
    );
    await sandbox.send(build);
    return { policy: build.policy, index: 0 };
  };
  const stateOf = async (policy: string): Promise<PolicyState> =>
    (await readPolicy(sandbox.chain, policy))!;
  const names = (signers: readonly PublicKey[]) => {
    const { payer, payee, mediator, chain } = sandbox;
    const known = { payer, payee, mediator, gateway: chain.signer };
    return signers.map(
      (key) => Object.entries(known).find(([, { publicKey }]) => publicKey.equals(key))?.[0],
    );
  };
  const balanceOf = async (owner: PublicKey): Promise<bigint> => {
    const { mint } = sandbox.chain.mints.USDC!;
    const { value } = await sandbox.chain.connection.getTokenAccountsByOwner(owner, { mint });
    return value.reduce((all, { account }) => all + account.data.readBigUInt64LE(64), 0n);
  };

  it("given condition 2, when the gateway's signer releases, then the recipient has the amount less the fee, and the next is current", async () => {
    const milestone = await fund({ releaseCondition: 2 });
    const before = await balanceOf(sandbox.payee.publicKey);
    const build = await buildRelease(sandbox.chain, milestone);
    expect(names(build.signers)).to.deep.equal(["gateway"]);
    const { slot } = await sandbox.send(build);
    // The localnet's gateway takes 1 %.
    expect((await balanceOf(sandbox.payee.publicKey)) - before).to.equal(99_000_000n);
    const state = (await readPolicy(sandbox.chain, milestone.policy, { minContextSlot: slot }))!;
    expect(state).to.include({ currentMilestone: 1, paid: 100_000_000n, outstanding: 50_000_000n });
    expect(state.milestones[0]).to.include({ state: "released", paid: 100_000_000n, refunded: 0n });
    const again = await sandbox.send(build).catch((error: Error) => error);
    expect(again).to.include({ name: "MilestoneProgramError" });
    expect(await stateOf(milestone.policy)).to.include({ paid: 100_000_000n });
  });

  it("given condition 3, when the date is not reached, then the release is refused, and a second later it lands", async () => {
    const timestamps = [START + 100n, START + 100n];
    const milestone = await fund({ releaseCondition: 3, timestamps });
    sandbox.setTime(START + 99n);
    const build = await buildRelease(sandbox.chain, milestone);
    const early = await sandbox.send(build).catch((error: Error) => error);
    expect(early).to.include({ name: "MilestoneProgramError", programErrorName: "PaymentNotDue" });
    expect(await stateOf(milestone.policy)).to.include({ paid: 0n });
    sandbox.setTime(START + 100n);
    await sandbox.send(await buildRelease(sandbox.chain, milestone));
    expect(await stateOf(milestone.policy)).to.include({ paid: 100_000_000n });
  });

  it("given a submission, when the owner approves what was submitted, then the milestone is released", async () => {
    const milestone = await fund();
    const submit = await buildSubmit(sandbox.chain, { ...milestone, evidenceHash: hash("photos") });
    expect(names(submit.signers)).to.deep.equal(["payee"]);
    await sandbox.send(submit);
    const submitted = (await stateOf(milestone.policy)).milestones[0]!;
    expect(submitted).to.include({
      state: "submitted",
      submittedAt: START,
      evidenceHash: hash("photos").toString("hex"),
      disputeClosesAt: START + 5n * DAY,
      silentApprovalAt: START + 7n * DAY,
      reclaimableAt: null,
    });
    const other = await buildApprove(sandbox.chain, {
      ...milestone,
      evidenceHash: hash("other"),
    }).catch((error: Error) => error);
    expect(other).to.include({ programErrorName: "EvidenceMismatch" });
    const approve = await buildApprove(sandbox.chain, {
      ...milestone,
      evidenceHash: hash("photos"),
    });
    expect(names(approve.signers)).to.deep.equal(["payer"]);
    await sandbox.send(approve);
    expect((await stateOf(milestone.policy)).milestones[0]!.state).to.equal("released");
  });

  it("given a submission, when the owner stays silent for the review period, then anyone releases it", async () => {
    const milestone = await fund();
    await sandbox.send(await buildSubmit(sandbox.chain, { ...milestone, evidenceHash: hash("a") }));
    sandbox.setTime(START + 7n * DAY);
    const build = await buildRelease(sandbox.chain, milestone);
    expect(build.signers).to.deep.equal([]);
    await sandbox.send(build);
    expect((await stateOf(milestone.policy)).milestones[0]!.state).to.equal("released");
  });

  it("given a dispute, when the owner withdraws it, then the milestone is submitted again", async () => {
    const milestone = await fund();
    await sandbox.send(await buildSubmit(sandbox.chain, { ...milestone, evidenceHash: hash("a") }));
    const dispute = await buildDispute(sandbox.chain, { ...milestone, reasonHash: hash("leaks") });
    expect(names(dispute.signers)).to.deep.equal(["payer"]);
    await sandbox.send(dispute);
    const state = await stateOf(milestone.policy);
    expect(state.milestones[0]).to.include({
      state: "disputed",
      disputedAt: START,
      reasonHash: hash("leaks").toString("hex"),
    });
    expect(state.escrow).to.include({
      mediationAt: START + 3n * DAY,
      mediationExpiresAt: START + 17n * DAY,
    });
    const withdraw = await buildWithdrawDispute(sandbox.chain, milestone);
    expect(names(withdraw.signers)).to.deep.equal(["payer"]);
    await sandbox.send(withdraw);
    expect((await stateOf(milestone.policy)).milestones[0]!.state).to.equal("submitted");
  });

  const disputed = async () => {
    const milestone = await fund();
    await sandbox.send(await buildSubmit(sandbox.chain, { ...milestone, evidenceHash: hash("a") }));
    await sandbox.send(await buildDispute(sandbox.chain, { ...milestone, reasonHash: hash("b") }));
    return milestone;
  };

  it("given a mediation on request, when the mediator divides the money, then both shares add up to the funding", async () => {
    const milestone = await disputed();
    const request = await buildRequestMediation(sandbox.chain, {
      ...milestone,
      party: sandbox.payee.publicKey.toBase58(),
    });
    expect(names(request.signers)).to.deep.equal(["payee"]);
    await sandbox.send(request);
    expect((await stateOf(milestone.policy)).milestones[0]!.state).to.equal("mediation");
    const resolve = await buildResolve(sandbox.chain, {
      ...milestone,
      recipientAmount: 60_000_000n,
    });
    expect(names(resolve.signers)).to.deep.equal(["mediator"]);
    await sandbox.send(resolve);
    expect((await stateOf(milestone.policy)).milestones[0]).to.include({
      state: "resolved",
      funded: 100_000_000n,
      paid: 60_000_000n,
      refunded: 40_000_000n,
    });
  });

  it("given a mediation by time alone, when the mediator stays away, then anyone pays the agreed split", async () => {
    const milestone = await disputed();
    sandbox.setTime(START + 3n * DAY);
    expect((await stateOf(milestone.policy)).milestones[0]!.state).to.equal("mediation");
    sandbox.setTime(START + 17n * DAY);
    const build = await buildExpireMediation(sandbox.chain, milestone);
    expect(build.signers).to.deep.equal([]);
    await sandbox.send(build);
    expect((await stateOf(milestone.policy)).milestones[0]).to.include({
      state: "resolved",
      paid: 50_000_000n,
      refunded: 50_000_000n,
    });
  });

  it("given both parties agree, then the milestone is settled as they say", async () => {
    const milestone = await fund();
    const build = await buildSettle(sandbox.chain, { ...milestone, recipientAmount: 1n });
    expect(names(build.signers)).to.have.members(["payer", "payee"]);
    await sandbox.send(build);
    expect((await stateOf(milestone.policy)).milestones[0]).to.include({
      state: "resolved",
      paid: 1n,
      refunded: 99_999_999n,
    });
  });

  it("given an overdue delivery, when the grace is over, then the owner takes the money back alone", async () => {
    const milestone = await fund();
    const { reclaimableAt } = (await stateOf(milestone.policy)).milestones[0]!;
    expect(reclaimableAt).to.equal(START + 7n * DAY);
    sandbox.setTime(reclaimableAt!);
    const build = await buildReclaim(sandbox.chain, milestone);
    expect(names(build.signers)).to.deep.equal(["payer"]);
    await sandbox.send(build);
    expect(await stateOf(milestone.policy)).to.include({
      paid: 0n,
      refunded: 100_000_000n,
      outstanding: 50_000_000n,
    });
  });

  it("given both parties agree to a refund, then it lands at any time with both signatures", async () => {
    const milestone = await fund();
    const build = await buildReclaim(sandbox.chain, { ...milestone, isAgreed: true });
    expect(names(build.signers)).to.have.members(["payer", "payee"]);
    await sandbox.send(build);
    expect((await stateOf(milestone.policy)).milestones[0]!.state).to.equal("refunded");
  });
});
