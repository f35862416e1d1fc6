import { expect } from "chai";
import { utils } from "@coral-xyz/anchor";
import { PublicKey } from "@solana/web3.js";
import { openConnections } from "../../src/config/connections";
import { createKeeper } from "../../src/keeper";
import { openQueue } from "../../src/queue/leases";
import { createLog } from "../../src/observe/log";
import { createMetrics } from "../../src/observe/metrics";
import { outcomesOf } from "../../src/store/outcomes";
import { amountPaid, type OwnInstruction, rewardIn, rewardMoved } from "../../src/work/paid-reward";
import { MilepostNet } from "../harness/cli-localnet";
import { addressOf, member } from "../harness/plans";
import { migratedDatabase, type TestDatabase } from "../harness/test-database";

const HOUR = 3_600n;
/** Lamports that a token account of 165 bytes needs. */
const RENT = 2_039_280n;

describe("work: the cost of a payment", () => {
  let chain: MilepostNet;
  let test: TestDatabase;
  beforeEach(async () => {
    // They run one after another: the first database may keep this process busy for longer than connections are kept.
    test = await migratedDatabase();
    chain = await MilepostNet.start();
  });
  afterEach(() => Promise.all([chain.stop(), test.drop()]));

  it("given recipients with and without token accounts, when one transaction pays them, then each payment knows its mint and rent, and the parts are what the payer has lost", async () => {
    const { connection } = chain.net;
    const payer = await chain.net.funded();
    const policies = [];
    for (const hasTokens of [true, false, true, false]) {
      policies.push({ ...(await chain.policy(1, hasTokens)), hasTokens });
    }
    await chain.pass(HOUR);
    const connections = openConnections({ urls: [chain.net.localnet.url] });
    const keeper = createKeeper({
      database: test.database,
      queue: await openQueue(test.database),
      connection: connections.any,
      connect: () => {
        throw new Error("one run needs no websocket");
      },
      feePayer: payer,
      log: createLog({ level: "silent" }),
      metrics: createMetrics(),
    });
    expect(await keeper.runOnce()).to.equal(4);
    await keeper.stop();

    const outcomes = [];
    for (const { address, mint, hasTokens } of policies) {
      const [outcome] = await outcomesOf(test.database, address.toBase58());
      expect(outcome!.mint).to.equal(mint.address.toBase58());
      expect(outcome!.rentLamports).to.equal(hasTokens ? 0n : RENT);
      expect(outcome!.reward).to.equal(0n);
      outcomes.push(outcome!);
    }
    const [signature] = new Set(outcomes.map((each) => each.signature));
    const landed = await connection.getTransaction(signature!, {
      commitment: "confirmed",
      maxSupportedTransactionVersion: 0,
    });
    const fees = outcomes.reduce((sum, { feeLamports }) => sum + feeLamports, 0n);
    expect(fees).to.equal(BigInt(landed!.meta!.fee));
    for (const { executedAt } of outcomes) expect(executedAt).to.equal(BigInt(landed!.blockTime!));
    const rents = outcomes.reduce((sum, { rentLamports }) => sum + rentLamports!, 0n);
    // The fee payer's account is the first one.
    const { preBalances, postBalances } = landed!.meta!;
    expect(fees + rents).to.equal(BigInt(preBalances[0]! - postBalances[0]!));
  });

  it("given events of rewards, when one of a milestone is looked for, then it is that milestone's; a payment without one paid none, unless the log is cut off", () => {
    const event = (policy: string, milestoneIndex: number, amount: string) => ({
      name: "KeeperRewarded",
      data: { policy: new PublicKey(addressOf(policy)), milestoneIndex, amount },
    });
    const paid = { ...event("c", 0, "7"), name: "PaymentExecuted" };
    const events = [paid, event("a", 1, "1"), event("a", 0, "18446744073709551615")];
    for (const isTruncated of [false, true]) {
      const decoded = { events, isTruncated };
      expect(rewardIn(decoded, member("a"))).to.equal(18_446_744_073_709_551_615n);
      expect(rewardIn(decoded, member("a", { milestoneIndex: 1 }))).to.equal(1n);
      expect(rewardIn(decoded, member("b"))).to.equal(null);
      expect(rewardIn(decoded, member("c"))).to.equal(isTruncated ? null : 0n);
    }
  });

  describe("rewards by the transfers", () => {
    const accounts = Array.from({ length: 13 }, (_, index) => index + 1);
    const own: OwnInstruction = { index: 2, programIdIndex: 20, accounts };
    /** Makes a transfer; the last account is the one that claims. */
    const transfer = (to: number, amount: bigint, tag = 12) => {
      const data = Buffer.alloc(10);
      data.writeUInt8(tag);
      data.writeBigUInt64LE(amount, 1);
      return { programIdIndex: 21, accounts: [7, 6, to, 4], data: utils.bytes.bs58.encode(data) };
    };
    const batch = (...parts: ReturnType<typeof transfer>[]) => {
      const entries = parts.map(({ accounts: each, data }) => {
        const bytes = utils.bytes.bs58.decode(data);
        return Buffer.concat([Buffer.from([each.length, bytes.length]), bytes]);
      });
      return {
        programIdIndex: 21,
        accounts: parts.flatMap((part) => part.accounts),
        data: utils.bytes.bs58.encode(Buffer.concat([Buffer.from([255]), ...entries])),
      };
    };
    const moved = (
      instruction: OwnInstruction | null,
      inner: ReturnType<typeof transfer>[] | null,
      index = 2,
    ) =>
      rewardMoved(instruction, {
        innerInstructions: inner && [{ index, instructions: inner }],
      });

    it("given a transfer into the account that claims, then its amount; those into others don't count", () => {
      const max = 2n ** 64n - 1n;
      expect(moved(own, [transfer(8, 5n), transfer(13, max), transfer(9, 3n)])).to.equal(max);
      expect(moved(own, [transfer(8, 5n)])).to.equal(0n);
    });

    it("given the transfers in one batch, then the same amounts as one by one", () => {
      const max = 2n ** 64n - 1n;
      const whole = batch(transfer(8, 5n), transfer(13, max), transfer(9, 3n));
      expect(moved(own, [whole])).to.equal(max);
      expect(moved(own, [batch(transfer(8, 5n), transfer(9, 3n))])).to.equal(0n);
      const meta = {
        innerInstructions: [{ index: 2, instructions: [batch(transfer(8, 5n), transfer(9, 3n))] }],
      };
      expect(amountPaid({ events: [] }, member("a"), own, meta)).to.equal(8n);
    });

    it("given a batch whose lengths do not add up, then null", () => {
      const whole = batch(transfer(13, 1n), transfer(13, 2n));
      const bytes = utils.bytes.bs58.decode(whole.data);
      const cut = { ...whole, data: utils.bytes.bs58.encode(bytes.subarray(0, bytes.length - 1)) };
      expect(moved(own, [cut])).to.equal(null);
      expect(moved(own, [{ ...whole, accounts: whole.accounts.slice(0, 7) }])).to.equal(null);
      expect(moved(own, [{ ...whole, accounts: [...whole.accounts, 13] }])).to.equal(null);
    });

    it("given an execution that names no account, then zero, whatever the node kept", () => {
      expect(moved({ ...own, accounts: accounts.slice(0, 12) }, null)).to.equal(0n);
      expect(moved({ ...own, accounts: [...accounts.slice(0, 12), 20] }, null)).to.equal(0n);
    });

    it("given payments that can't be told apart, then null", () => {
      expect(moved(null, [transfer(13, 1n)])).to.equal(null);
      expect(moved(own, null)).to.equal(null);
      expect(moved(own, [transfer(13, 1n)], 3)).to.equal(null);
      // The account is the recipient's as well.
      const both = [...accounts.slice(0, 7), 13, ...accounts.slice(8)];
      expect(moved({ ...own, accounts: both }, [transfer(13, 1n)])).to.equal(null);
      expect(moved(own, [transfer(13, 1n, 255)])).to.equal(null);
    });
  });
});
