import { expect } from "chai";
import type { Keypair } from "@solana/web3.js";
import {
  createLiveIntent,
  type LiveGateway,
  type Reply,
  signBy,
  startLiveGateway,
} from "../harness/live-gateway";
import { START } from "../harness/sandbox";

describe("milestones that wallets move in live mode", () => {
  let gateway: LiveGateway;
  before(async () => (gateway = await startLiveGateway()));
  after(() => gateway?.close());
  beforeEach(() => gateway.setTime(START));

  const balanceOf = (who: "payer" | "payee") => gateway.balance(gateway.wallets[who].publicKey);
  const ask = (path: string, body: object) => gateway.post(`${path}/unsigned-transactions`, body);
  const give = (path: string, transaction: string) =>
    gateway.post(`${path}/signed-transactions`, { transaction });
  /** Asks for an action's transaction and returns it with the signatures. */
  const act = async (path: string, body: object, ...keys: Keypair[]): Promise<Reply> => {
    const asked = await ask(path, body);
    if (asked.status !== 200) return asked;
    return give(path, signBy(asked.body.data[0].transaction, ...keys));
  };
  const milestonesOf = async (path: string) =>
    (await gateway.get(`${path}/escrow/milestones`)).body.data;

  /** An intent whose payer approves, funded and accepted. */
  const start = async (changes: object = {}) => {
    const { payer, payee } = gateway.wallets;
    const path = await createLiveIntent(gateway, {
      amounts: ["600.00", "400.00"],
      changes: { autoRelease: false, ...changes },
    });
    const payerAddress = payer.publicKey.toBase58();
    const { body } = await gateway.post(`${path}/confirm`, { payerAddress });
    const sent = await give(path, signBy(body.transactions[0].transaction, payer));
    expect(sent.body).to.include({ purpose: "fund_part", status: "landed" });
    const accepted = await act(path, { action: "accept_terms" }, payee);
    expect(accepted.body).to.include({ purpose: "accept_terms", status: "landed" });
    const milestones = await milestonesOf(path);
    return { path, ids: milestones.map(({ id }: { id: string }) => id) as string[] };
  };

  it("given the payee accepts later, then the intent waits with accept_terms and succeeds with the acceptance", async () => {
    const { payer, payee } = gateway.wallets;
    const path = await createLiveIntent(gateway, { changes: { autoRelease: false } });
    const { body } = await gateway.post(`${path}/confirm`, {
      payerAddress: payer.publicKey.toBase58(),
    });
    expect(body.transactions[0].signers).to.deep.equal([payer.publicKey.toBase58()]);
    const sent = await gateway.post(`${path}/confirm`, {
      transaction: signBy(body.transactions[0].transaction, payer),
    });
    expect([sent.body.status, sent.body.data.next_action]).to.deep.equal([
      "PROCESSING",
      "accept_terms",
    ]);
    const { policy } = sent.body.data.parts[0];
    expect((await gateway.policy(policy)).escrow!.acceptedAt).to.equal(null);
    const asked = await ask(path, { action: "accept_terms" });
    expect(asked.body.data).to.have.length(1);
    expect(asked.body.data[0]).to.deep.include({
      purpose: "accept_terms",
      part: 0,
      milestoneId: null,
      signers: [payee.publicKey.toBase58()],
    });
    const [{ transaction }] = asked.body.data;
    const stranger = await give(path, signBy(transaction));
    expect(stranger.body).to.deep.include({
      status: "incomplete",
      missingSigners: [payee.publicKey.toBase58()],
    });
    expect((await give(path, signBy(transaction, payee))).body.status).to.equal("landed");
    const { body: intent } = await gateway.get(path);
    expect([intent.status, intent.data.next_action]).to.deep.equal(["SUCCEEDED", null]);
    expect((await gateway.policy(policy)).escrow!.acceptedAt).not.to.equal(null);
    expect((await ask(path, { action: "accept_terms" })).body.error.code).to.equal(
      "invalid_status",
    );
  });

  it("says what each wallet can sign now and later, and what happens by itself", async () => {
    const { payer, payee, stranger } = gateway.wallets;
    const { path, ids } = await start();
    const next = async ({ publicKey }: Keypair) =>
      (await gateway.get(`${path}/wallet-actions?wallet=${publicKey.toBase58()}`)).body;
    const names = (list: { action: string; milestoneId: string; isJoint: boolean }[]) =>
      list
        .filter(({ isJoint }) => !isJoint)
        .map(({ action, milestoneId }) => [action, milestoneId]);
    expect(names((await next(payee)).possible)).to.deep.include(["submit_milestone", ids[0]]);
    expect(names((await next(payer)).later)).to.deep.include(["reclaim_milestone", ids[0]]);
    await act(path, { action: "submit_milestone", milestoneId: ids[0]! }, payee);
    const { possible, byItself } = await next(payer);
    expect(names(possible)).to.deep.include.members([
      ["approve_milestone", ids[0]],
      ["dispute_milestone", ids[0]],
    ]);
    const changes = (byItself as { change: string }[]).map(({ change }) => change);
    expect(changes).to.deep.equal(["disputeWindowCloses", "silentApproval"]);
    expect(byItself[1]).to.include({ part: 0, milestoneId: ids[0], recipientAmount: null });
    expect(BigInt(byItself[1].at) > START).to.equal(true);
    expect((await next(stranger)).possible).to.deep.equal([]);
    const wrong = await gateway.get(`${path}/wallet-actions?wallet=${"1".repeat(33)}`);
    expect([wrong.status, wrong.body.error.param]).to.deep.equal([400, "wallet"]);
  });

  it("given the payee submits and the payer approves, then each status moves with its transaction", async () => {
    const { payer, payee } = gateway.wallets;
    const { path, ids } = await start();
    const received = await balanceOf("payee");
    const submit = {
      action: "submit_milestone",
      milestoneId: ids[0]!,
      completedBy: "courier",
      completionProof: "signed by the receiver",
    };
    const asked = await ask(path, submit);
    expect((await milestonesOf(path))[0].status).to.equal("PENDING");
    await give(path, signBy(asked.body.data[0].transaction, payee));
    const [submitted] = await milestonesOf(path);
    expect([
      submitted.status,
      submitted.data.completedBy,
      submitted.data.completionProof,
    ]).to.deep.equal(["COMPLETED", "courier", "signed by the receiver"]);
    const approved = await act(path, { action: "approve_milestone", milestoneId: ids[0]! }, payer);
    expect(approved.body.status).to.equal("landed");
    expect((await milestonesOf(path))[0].status).to.equal("RELEASED");
    expect((await balanceOf("payee")) - received).to.equal(594_000_000n);
  });

  it("given complete or approve by the key alone, then it is refused and says which transaction to ask for", async () => {
    const { path, ids } = await start();
    const before = await milestonesOf(path);
    const url = `${path}/escrow/milestones/${ids[0]!}`;
    const completed = await gateway.post(`${url}/complete`, { completedBy: "courier" });
    expect([completed.status, completed.body.error.code]).to.deep.equal([400, "invalid_status"]);
    expect(completed.body.error.message).to.include("submit_milestone");
    const approved = await gateway.post(`${url}/approve`);
    expect(approved.body.error.message).to.include("approve_milestone");
    expect(await milestonesOf(path)).to.deep.equal(before);
  });

  it("given an action out of turn, then the refusal names it before any party signs", async () => {
    const { path, ids } = await start();
    for (const [body, text] of [
      [
        { action: "dispute_milestone", milestoneId: ids[0]!, reason: "late" },
        "nothing was submitted",
      ],
      [{ action: "withdraw_dispute", milestoneId: ids[0]! }, "the chain has it already"],
      [{ action: "request_mediation", milestoneId: ids[0]! }, "no dispute is open"],
      [
        { action: "resolve_dispute", milestoneId: ids[0]!, recipientAmount: "1.00" },
        "no dispute is open",
      ],
      [{ action: "reclaim_milestone", milestoneId: ids[0]! }, "not overdue"],
      [{ action: "submit_milestone", milestoneId: ids[1]! }, "before it has not ended"],
    ] as const) {
      const { status, body: answer } = await ask(path, body);
      expect([status, answer.error.code], body.action).to.deep.equal([400, "invalid_status"]);
      expect(answer.error.message).to.include(text);
    }
  });

  it("given a dispute, mediation and a decision by wallets, then the money is divided as the mediator signed", async () => {
    const { payer, payee, mediator } = gateway.wallets;
    const { path, ids } = await start();
    const [paid, received] = [await balanceOf("payer"), await balanceOf("payee")];
    const milestoneId = ids[0]!;
    await act(path, { action: "submit_milestone", milestoneId }, payee);
    const dispute = { action: "dispute_milestone", milestoneId, reason: "broken", raisedBy: "Ann" };
    const raised = await act(path, dispute, payer);
    expect(raised.body.status).to.equal("landed");
    const list = async () => (await gateway.get(`${path}/escrow/dispute`)).body.data;
    expect((await list())[0].data).to.include({
      status: "raised",
      reason: "broken",
      raisedBy: "Ann",
      isOnChain: true,
    });
    expect((await gateway.get(`${path}/escrow`)).body.orderStatus).to.equal("DISPUTED");
    await act(path, { action: "request_mediation", milestoneId, party: "payee" }, payee);
    expect((await list())[0].status).to.equal("in_mediation");
    const decision = { action: "resolve_dispute", milestoneId, recipientAmount: "100.00" };
    const resolved = await act(path, decision, mediator);
    expect(resolved.body.status).to.equal("landed");
    expect((await list())[0].data).to.include({ status: "resolved", outcome: "PARTIAL_REFUND" });
    expect((await balanceOf("payer")) - paid).to.equal(500_000_000n);
    expect((await balanceOf("payee")) - received).to.equal(99_000_000n);
    expect((await milestonesOf(path))[0].status).to.equal("RESOLVED");
  });

  it("given the payer raises a dispute with their own wallet alone, then the watch notices and the order is DISPUTED", async () => {
    const { payer, payee } = gateway.wallets;
    const { path, ids } = await start();
    await act(path, { action: "submit_milestone", milestoneId: ids[0]! }, payee);
    const { body: intent } = await gateway.get(path);
    const { buildDispute } = await import("../../src/chain");
    const { createContext, send } = await import("@milepost/sdk");
    const { chain } = gateway;
    const ref = { policy: intent.data.parts[0].policy as string, index: 0 };
    const build = await buildDispute(chain, { ...ref, reasonHash: Buffer.alloc(32, 9) });
    const wallet = createContext(chain.connection, payer, { programId: chain.programId });
    await send(wallet, build.instructions, { signers: [payer] });
    await gateway.watch();
    const { body } = await gateway.get(`${path}/escrow/dispute`);
    expect(body.data[0].data).to.include({ status: "raised", reasonHash: "09".repeat(32) });
    expect((await gateway.get(`${path}/escrow`)).body.orderStatus).to.equal("DISPUTED");
    await act(path, { action: "withdraw_dispute", milestoneId: ids[0]! }, payer);
    expect((await gateway.get(`${path}/escrow`)).body.orderStatus).not.to.equal("DISPUTED");
  });

  it("given both parties sign a settlement or a refund, then one signature alone moves nothing", async () => {
    const { payer, payee } = gateway.wallets;
    const { path, ids } = await start();
    const paid = await balanceOf("payer");
    const settle = { action: "settle_milestone", milestoneId: ids[0]!, recipientAmount: "150.00" };
    const asked = await ask(path, settle);
    const { transaction } = asked.body.data[0];
    const half = await give(path, signBy(transaction, payer));
    expect(half.body.missingSigners).to.deep.equal([payee.publicKey.toBase58()]);
    expect(await balanceOf("payer")).to.equal(paid);
    expect((await give(path, signBy(transaction, payee))).body.status).to.equal("landed");
    expect((await balanceOf("payer")) - paid).to.equal(450_000_000n);
    const refund = { action: "reclaim_milestone", milestoneId: ids[1]!, isAgreed: true };
    const refunded = await act(path, refund, payer, payee);
    expect(refunded.body.status).to.equal("landed");
    expect(
      (await milestonesOf(path)).map(({ status }: { status: string }) => status),
    ).to.deep.equal(["RESOLVED", "REFUNDED"]);
    expect((await balanceOf("payer")) - paid).to.equal(850_000_000n);
  });

  it("given the delivery is overdue, then the payer alone takes the money back", async () => {
    const { payer } = gateway.wallets;
    const { path, ids } = await start({ deliveryPeriod: 3_600 });
    const paid = await balanceOf("payer");
    gateway.setTime(START + 1_000_000n);
    const reclaimed = await act(path, { action: "reclaim_milestone", milestoneId: ids[0]! }, payer);
    expect(reclaimed.body.status).to.equal("landed");
    expect((await balanceOf("payer")) - paid).to.equal(600_000_000n);
  });

  it("given a delivery proof under the payer's approval, then the payee's wallet submits its hash", async () => {
    const { payer, payee } = gateway.wallets;
    const path = await createLiveIntent(gateway, {
      changes: { releaseType: "DELIVERY_PROOF", autoRelease: false },
    });
    const payerAddress = payer.publicKey.toBase58();
    const { body } = await gateway.post(`${path}/confirm`, { payerAddress, payeeSigns: true });
    await give(path, signBy(body.transactions[0].transaction, payer, payee));
    const proofHash = `0x${"cd".repeat(32)}`;
    const proved = await gateway.post(`${path}/escrow/delivery-proof`, {
      proofHash,
      submittedBy: "courier",
    });
    expect(proved.status).to.equal(201);
    const [milestone] = await milestonesOf(path);
    expect(milestone.status).to.equal("PENDING");
    await act(path, { action: "submit_milestone", milestoneId: milestone.id }, payee);
    const { policy } = (await gateway.get(path)).body.data.parts[0];
    expect((await gateway.policy(policy)).milestones[0]!.evidenceHash).to.equal("cd".repeat(32));
    expect((await milestonesOf(path))[0].status).to.equal("COMPLETED");
  });
});
