import { expect } from "chai";
import { PublicKey } from "@solana/web3.js";
import { openConnections } from "../src/config/connections";
import { createKeeper } from "../src/keeper";
import { openQueue } from "../src/queue/execute-queue";
import { createLog } from "../src/show/log";
import { createMetrics } from "../src/show/metrics";
import { outcomesOf } from "../src/store/attempts";
import { rewardIn } from "../src/work/receipt";
import { MilepostNet } from "./cli-localnet";
import { addressOf, member } from "./plans";
import { migratedDatabase, type TestDatabase } from "./test-database";

const HOUR = 3_600n;
/** Lamports that a token account of 165 bytes has to have. */
const RENT = 2_039_280n;

describe("work: what a payment cost", () => {
  let chain: MilepostNet;
  let test: TestDatabase;
  beforeEach(async () => {
    [chain, test] = await Promise.all([MilepostNet.start(), migratedDatabase()]);
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
      expect(outcome!.reward).to.equal(null);
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

  it("given events of rewards, when one of a milestone is looked for, then it is that milestone's, and none is no zero", () => {
    const event = (policy: string, milestoneIndex: number, amount: string) => ({
      name: "KeeperRewarded",
      data: { policy: new PublicKey(addressOf(policy)), milestoneIndex, amount },
    });
    const paid = { ...event("c", 0, "7"), name: "PaymentExecuted" };
    const events = [paid, event("a", 1, "1"), event("a", 0, "18446744073709551615")];
    expect(rewardIn(events, member("a"))).to.equal(18_446_744_073_709_551_615n);
    expect(rewardIn(events, member("a", { milestoneIndex: 1 }))).to.equal(1n);
    expect(rewardIn(events, member("b"))).to.equal(null);
    expect(rewardIn(events, member("c"))).to.equal(null);
  });
});
