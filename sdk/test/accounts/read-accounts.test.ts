import BN from "bn.js";
import { expect } from "chai";
import type { PublicKey } from "@solana/web3.js";
import {
  getEscrow,
  getPaymentGateway,
  getPaymentPolicy,
  getProgramConfig,
  getUserPayment,
} from "../../src/accounts/fetch";
import { listPoliciesByOwner } from "../../src/accounts/list";
import { listDuePolicies } from "../../src/accounts/list-due";
import { prepareMilestone } from "../../src/actions/create-milestone";
import { executePayment } from "../../src/actions/execute-payment";
import { packExecutions } from "../../src/batch/pack";
import { type MilestoneContext, withMinContextSlot } from "../../src/context/context";
import { delegationCoverage } from "../../src/delegation/delegation-coverage";
import { MilepostErrorCode } from "../../src/errors/codes";
import { InvalidInputError } from "../../src/errors/input";
import { RpcError } from "../../src/errors/rpc";
import { nextActions } from "../../src/next-actions/next-actions";
import { submitMilestone } from "../../src/actions/submit-milestone";
import { explainRelease } from "../../src/release/explain";
import { noteLanded } from "../../src/rpc/seen-slots";
import { expectError } from "../expect-error";
import {
  fakeWorld,
  gateway,
  heldWorld,
  mint,
  owner,
  policyPda,
  recipient,
  stranger,
  userPaymentPda,
} from "../fixtures";

/** A context whose clock only `sleep` moves; each sleep moves the node by one slot. */
function slowly(context: MilestoneContext, connection: { slot: number }, slots = 1) {
  let time = 0;
  const sleeps: number[] = [];
  const clock = {
    now: () => time,
    sleep: async (milliseconds: number) => {
      sleeps.push(milliseconds);
      time += milliseconds;
      connection.slot += slots;
    },
  };
  return { sleeps, context: { ...context, clock } };
}

const READS: Record<string, (context: MilestoneContext, minContextSlot?: number) => unknown> = {
  getPaymentPolicy: (c, minContextSlot) => getPaymentPolicy(c, policyPda, { minContextSlot }),
  getProgramConfig: (c, minContextSlot) => getProgramConfig(c, { minContextSlot }),
  getPaymentGateway: (c, minContextSlot) => getPaymentGateway(c, gateway, { minContextSlot }),
  getUserPayment: (c, minContextSlot) => getUserPayment(c, userPaymentPda, { minContextSlot }),
  getEscrow: (c, minContextSlot) => getEscrow(c, policyPda, { minContextSlot }),
  listPoliciesByOwner: (c, minContextSlot) =>
    listPoliciesByOwner(c, owner.publicKey, { minContextSlot }),
  listDuePolicies: (c, minContextSlot) => listDuePolicies(c, { minContextSlot }),
  explainRelease: (c, minContextSlot) => explainRelease(c, policyPda, { minContextSlot }),
  nextActions: (c, minContextSlot) =>
    nextActions(c, policyPda, owner.publicKey, undefined, { minContextSlot }),
  delegationCoverage: (c, minContextSlot) =>
    delegationCoverage(c, owner.publicKey, mint, { minContextSlot }),
  packExecutions: (c, minContextSlot) => packExecutions(c, [policyPda], { minContextSlot }),
  executePayment: (c, minContextSlot) =>
    executePayment(c, { policyPda, minContextSlot, skipChecks: true }),
  prepareMilestone: (c, minContextSlot) =>
    prepareMilestone(c, {
      mint,
      recipient: recipient.publicKey,
      gateway,
      amounts: [1n],
      timestamps: [],
      releaseCondition: 0,
      minContextSlot,
    }),
};

describe("reads from a pool of nodes", () => {
  const worldOf = (name: string) => (name === "getEscrow" ? heldWorld() : fakeWorld());

  for (const [name, read] of Object.entries(READS)) {
    it(`${name} waits for a node that has reached minContextSlot`, async () => {
      const { connection, context } = await worldOf(name);
      const { sleeps, context: slow } = slowly(context, connection);
      await read(slow, connection.slot + 3);
      expect(sleeps).to.deep.equal([400, 400, 400]);
    });

    it(`${name} reads no state older than what send saw land on the same connection`, async () => {
      const { connection, context } = await worldOf(name);
      noteLanded(context, connection.slot + 2);
      const { sleeps, context: slow } = slowly(context, connection);
      await read(slow);
      expect(sleeps).to.deep.equal([400, 400]);
    });
  }

  it("says which slot no node reached, and where, after 15 seconds", async () => {
    const { connection, context } = await fakeWorld();
    const { sleeps, context: slow } = slowly(context, connection, 0);
    const error = await expectError(RpcError, () =>
      getPaymentPolicy(slow, policyPda, { minContextSlot: 6_000 }),
    );
    expect(error.code).to.equal(MilepostErrorCode.RpcBehind);
    expect(error.shortMessage).to.equal(
      "The RPC at https://rpc.example.com did not reach slot 6000 within 15 seconds.",
    );
    expect(error.method).to.equal("getMultipleAccounts");
    expect(sleeps).to.have.length(38);
  });

  it("refuses an old answer of a proxy that drops minContextSlot", async () => {
    const { connection, context } = await fakeWorld();
    const honest = connection.getMultipleAccountsInfoAndContext.bind(connection);
    connection.getMultipleAccountsInfoAndContext = (addresses: PublicKey[]) => honest(addresses);
    const { sleeps, context: slow } = slowly(context, connection);
    await getPaymentPolicy(slow, policyPda, { minContextSlot: connection.slot + 2 });
    expect(sleeps).to.deep.equal([400, 400]);
  });

  for (const name of [
    "explainRelease",
    "delegationCoverage",
    "prepareMilestone",
    "submitMilestone",
  ]) {
    it(`${name} answers from no state older than its own first read`, async () => {
      const { connection, context } = await heldWorld([
        { state: { submitted: {} }, funded: new BN(1) },
      ]);
      const { context: slow } = slowly(context, connection);
      const start = connection.slot;
      const read = connection.getMultipleAccountsInfoAndContext.bind(connection);
      let reads = 0;
      connection.getMultipleAccountsInfoAndContext = async (addresses, config) => {
        const answer = await read(addresses, config);
        // The first answer is of a node that is two slots ahead of the others.
        return (reads += 1) === 1 ? { ...answer, context: { slot: connection.slot + 2 } } : answer;
      };
      const held = { policyPda, evidenceHash: new Uint8Array(32).fill(7), skipChecks: true };
      await (READS[name] ?? ((c) => submitMilestone(c, held)))(slow);
      // What this process has seen of a policy before may be read in one round.
      expect(reads === 1 || connection.slot >= start + 2).to.equal(true);
    });
  }

  it("does not wait for finality because of what landed as confirmed only", async () => {
    const { connection, context } = await fakeWorld();
    noteLanded(context, connection.slot + 2);
    const { sleeps, context: slow } = slowly(context, connection);
    await getPaymentPolicy({ ...slow, commitment: "finalized" }, policyPda);
    expect(sleeps).to.deep.equal([]);
    await getPaymentPolicy({ ...slow, commitment: "processed" }, policyPda);
    expect(sleeps).to.deep.equal([400, 400]);
  });

  it("keeps the higher of two slots, and refuses what is not a slot", async () => {
    const { context } = await fakeWorld();
    expect(withMinContextSlot(withMinContextSlot(context, 9), 7).minContextSlot).to.equal(9);
    for (const wrong of [-1, 1.5, NaN, "7" as unknown as number]) {
      const error = await expectError(InvalidInputError, () => withMinContextSlot(context, wrong));
      expect(error.field).to.equal("minContextSlot");
    }
  });
});

describe("reads from an RPC that fails", () => {
  const failing = async (thrown: unknown) => {
    const { connection, context } = await fakeWorld();
    connection.getMultipleAccountsInfoAndContext = () => Promise.reject(thrown as Error);
    connection.getProgramAccounts = () => Promise.reject(thrown as Error);
    return context;
  };
  const down = Object.assign(new TypeError("fetch failed"), {
    cause: Object.assign(new Error("connect"), { code: "ECONNREFUSED" }),
  });

  it("names the node and what to do when it is down", async () => {
    for (const name of ["getPaymentPolicy", "listPoliciesByOwner", "explainRelease"]) {
      const context = await failing(down);
      const error = await expectError(RpcError, () => READS[name]!(context));
      expect(error.code).to.equal(MilepostErrorCode.RpcUnreachable);
      expect(error.shortMessage).to.match(
        /^The RPC at https:\/\/rpc\.example\.com did not answer get\w+: fetch failed\.$/,
      );
      expect(error.cause).to.equal(down);
    }
  });

  it("shows no key of the URL, wherever the transport puts it", async () => {
    const context = await failing(
      new Error("Invalid URL https://user:pass@rpc.example.com/v2/SECRET?api-key=SECRET"),
    );
    const error = await expectError(RpcError, () => getPaymentPolicy(context, policyPda));
    expect(JSON.stringify(error) + error.message).to.not.match(/SECRET|pass/);
  });

  it("says that the node refused, when it answered with an error", async () => {
    for (const thrown of [
      Object.assign(new Error("Node is behind by 200 slots"), { code: -32005 }),
      new Error("401 Unauthorized: bad key"),
    ]) {
      const context = await failing(thrown);
      const error = await expectError(RpcError, () => getPaymentPolicy(context, policyPda));
      expect(error.code).to.equal(MilepostErrorCode.RpcFailed);
      expect(error.message).to.contain(thrown.message);
    }
  });

  it("keeps the SDK's own errors as they are", async () => {
    const { context } = await fakeWorld();
    const error = await expectError(Error, () => getPaymentPolicy(context, stranger.publicKey));
    expect(error.name).to.equal("AccountNotFoundError");
  });
});
