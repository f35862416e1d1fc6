import { expect } from "chai";
import { buildExecution, loadReleaseSnapshots, PROGRAM_ID } from "@milepost/sdk";
import {
  AddressLookupTableProgram,
  ComputeBudgetProgram,
  PublicKey,
  SYSVAR_SLOT_HASHES_PUBKEY,
  VersionedTransaction,
} from "@solana/web3.js";
import type { Database } from "@milepost/database";
import {
  LookupTables,
  type LookupTablesOptions,
  sharedAddresses,
} from "../../src/send/lookup-table";
import { transactionFee } from "../../src/send/sign";
import { lookupTables, saveLookupTable } from "../../src/store/lookup-tables";
import { fixedKeypair } from "../../../tests/harness";
import { dropped, FaultyConnection, inContext, result } from "../harness/work-chain";
import { WorkWorld } from "../harness/work-world";

const IDLE = 5_000;
const STATES = ["creating", "active", "deactivating", "closed"] as const;

describe("send: lookup tables", () => {
  let keeper: WorkWorld;
  let policies: string[];
  beforeEach(async () => {
    keeper = await WorkWorld.create();
    await pass(5n);
    policies = [];
    for (let index = 0; index < 12; index += 1)
      policies.push(await keeper.otherPolicy(`o${index}`));
  });
  afterEach(() => keeper.close());

  /** Lets slots pass, and updates the sysvar of the last 512: creations and closings are checked against it. */
  async function pass(slots: bigint): Promise<void> {
    const now = keeper.chain.slot() + slots;
    await keeper.chain.warpToSlot(now);
    await writeSlotHashes(Array.from({ length: 512 }, (_, age) => now - BigInt(age)));
  }

  /** Writes the slot hashes, the newest first. */
  async function writeSlotHashes(slots: readonly bigint[]): Promise<void> {
    const data = Buffer.alloc(8 + 512 * 40);
    data.writeBigUInt64LE(BigInt(slots.length));
    slots.forEach((slot, index) => data.writeBigUInt64LE(slot, 8 + index * 40));
    const sysvar = (await keeper.chain.getAccount(SYSVAR_SLOT_HASHES_PUBKEY))!;
    await keeper.chain.setAccount(SYSVAR_SLOT_HASHES_PUBKEY, { ...sysvar, data });
  }

  const tables = (
    rpc = keeper.rpc,
    problems: unknown[] = [],
    more: Partial<LookupTablesOptions> = {},
  ) =>
    new LookupTables({
      context: keeper.context(rpc),
      database: keeper.database,
      payer: keeper.payer,
      rpcs: [rpc],
      programId: PROGRAM_ID,
      commitment: "confirmed",
      pause: async () => pass(1n),
      maxRounds: 3,
      idleSlots: IDLE,
      onProblem: (error) => problems.push(error),
      ...more,
    });
  const executions = async (some = policies) => {
    const context = keeper.context();
    const keys = some.map((policy) => new PublicKey(policy));
    const snapshots = await loadReleaseSnapshots(context, keys);
    return snapshots.map((snapshot) => buildExecution(context, snapshot));
  };
  const records = () => lookupTables(keeper.database, STATES);
  const lamports = async () => (await keeper.chain.getAccount(keeper.payer.publicKey))!.lamports;

  it("given executions of many owners, when a table is asked for, then it holds what they share, can be used, and is asked for once", async () => {
    const all = await executions();
    const problems: unknown[] = [];
    const made = tables(keeper.rpc, problems);
    const [table] = await made.tablesFor(all);
    expect(problems).to.deep.equal([]);
    expect(table!.state.addresses.map(String)).to.have.members(sharedAddresses(all, 2).map(String));
    expect(table!.state.lastExtendedSlot).to.be.lessThan(Number(keeper.chain.slot()));
    const [record] = await records();
    expect(record).to.deep.include({ address: table!.key.toBase58(), state: "active" });
    const sent = keeper.rpc.count("sendTransaction");
    expect((await made.tablesFor(all)).map(({ key }) => key)).to.deep.equal([table!.key]);
    expect((await tables().tablesFor(all)).map(({ key }) => key)).to.deep.equal([table!.key]);
    expect(keeper.rpc.count("sendTransaction")).to.equal(sent);
  });

  it("given a known slot after the last extension, when the table is asked for, then no slot is; else it waits", async () => {
    const all = await executions();
    const [table] = await tables().tablesFor(all);
    const extended = table!.state.lastExtendedSlot;
    for (const [known, requests] of [
      [extended + 1, 0],
      [extended, 1],
      [null, 1],
    ] as const) {
      const before = keeper.rpc.count("getSlot");
      const again = await tables(keeper.rpc, [], { knownSlot: () => known }).tablesFor(all);
      expect(again.map(({ key }) => key)).to.deep.equal([table!.key]);
      expect(keeper.rpc.count("getSlot") - before, `${known}`).to.equal(requests);
    }
  });

  it("given two callers at once, when addresses are missing, then one table is made", async () => {
    const all = await executions();
    const made = tables();
    const [one, two] = await Promise.all([made.tablesFor(all), made.tablesFor(all)]);
    expect(one.map(({ key }) => key)).to.deep.equal(two.map(({ key }) => key));
    expect(await records()).to.have.length(1);
    expect(keeper.rpc.count("sendTransaction")).to.equal(1);
  });

  it("given a table, when a worker packs with it, then more executions share a transaction", async () => {
    await keeper.find();
    await keeper.enqueue();
    await keeper.worker({ tables: tables() }).pass();
    for (const policy of policies) expect(keeper.payments(policy)).to.deep.equal([1]);
    const withTable = keeper.executed.map(({ signature }) => signature);
    expect(new Set(withTable).size).to.equal(2);
    const first = keeper.chain.landedTransaction(withTable[0]!)!.transaction;
    expect(
      VersionedTransaction.deserialize(first.serialize()).message.addressTableLookups,
    ).to.have.length(1);
  });

  it("given a creation that is interrupted, when another process maintains, then the table is found and filled", async () => {
    const all = await executions();
    const frozen = new FaultyConnection(keeper.chain);
    frozen.fault = async (request, next) => {
      const answer = await next();
      return request.method === "sendTransaction" ? new Promise(() => undefined) : answer;
    };
    void tables(frozen).tablesFor(all);
    while (frozen.count("sendTransaction") === 0) await new Promise(setImmediate);
    const [begun] = await records();
    expect(begun).to.include({ state: "creating" });
    // While its maker may be at work, no other keeper touches the table.
    await tables().maintain();
    expect((await records()).map(({ state }) => state)).to.deep.equal(["creating"]);
    await pass(301n);
    await tables().maintain();
    expect((await records()).map(({ state }) => state)).to.deep.equal(["active"]);
    const [table] = await tables().tablesFor(all);
    expect(table!.key.toBase58()).to.equal(begun!.address);
    expect(table!.state.addresses.map(String)).to.have.members(begun!.addresses);
  });

  it("given a creation that never landed, when its slot is long gone, then it is forgotten, not earlier", async () => {
    keeper.rpc.fault = dropped;
    expect(await tables().tablesFor(await executions())).to.deep.equal([]);
    keeper.rpc.fault = null;
    await tables().maintain();
    expect((await records()).map(({ state }) => state)).to.deep.equal(["creating"]);
    await pass(600n);
    await tables().maintain();
    expect(await records()).to.deep.equal([]);
  });

  it("given a network that rejects every table, when payments wait for one, then they do not wait long, and the next ones do not wait at all for a while", async () => {
    const all = await executions();
    let pauses = 0;
    const pause = async () => {
      pauses += 1;
      await pass(1n);
    };
    keeper.rpc.fault = dropped;
    const made = tables(keeper.rpc, [], { maxRounds: undefined, pause });
    expect(await made.tablesFor(all)).to.deep.equal([]);
    // A wait takes two seconds: most of a lease of five minutes stays for the payments.
    expect(pauses).to.be.lessThan(16);
    const sent = keeper.rpc.count("sendTransaction");
    expect(await made.tablesFor(all)).to.deep.equal([]);
    expect(keeper.rpc.count("sendTransaction")).to.equal(sent);
    keeper.rpc.fault = null;
    await pass(400n);
    expect(await made.tablesFor(all)).to.have.length(1);
  });

  it("given a table and new addresses, when they are shared, then the same table is extended", async () => {
    const before = await executions(policies.slice(0, 2));
    const [table] = await tables().tablesFor(before);
    const doubled = [...(await executions()), ...(await executions())];
    const [extended, ...more] = await tables().tablesFor(doubled);
    expect(more).to.deep.equal([]);
    expect(extended!.key.toBase58()).to.equal(table!.key.toBase58());
    expect(extended!.state.addresses.length).to.be.greaterThan(table!.state.addresses.length);
    const [record] = await records();
    expect(record!.addresses).to.deep.equal(extended!.state.addresses.map(String));
  });

  it("given a table that is retired, when it has cooled down, then it is closed and its rent comes back", async () => {
    const [table] = await tables().tablesFor(await executions());
    const rent = (await keeper.chain.getAccount(table!.key))!.lamports;
    expect(await tables().retire(table!.key.toBase58())).to.equal(true);
    expect((await records()).map(({ state }) => state)).to.deep.equal(["deactivating"]);
    await tables().maintain();
    expect(await keeper.chain.getAccount(table!.key)).not.to.equal(null);
    await pass(600n);
    const before = await lamports();
    await tables().maintain();
    expect(await keeper.chain.getAccount(table!.key)).to.equal(null);
    await tables().maintain();
    expect(await records()).to.deep.equal([]);
    expect((await lamports()) - before).to.equal(rent - fees(1));
  });

  it("given a retirement that did not land, when it is maintained, then it is deactivated", async () => {
    const [table] = await tables().tablesFor(await executions());
    keeper.rpc.fault = dropped;
    expect(await tables().retire(table!.key.toBase58())).to.equal(false);
    keeper.rpc.fault = null;
    await tables().maintain();
    const { value } = await keeper.rpc.getAddressLookupTable(table!.key);
    expect(value!.isActive()).to.equal(false);
    expect(value!.state.authority!.equals(keeper.payer.publicKey)).to.equal(true);
    expect(
      (await keeper.chain.getAccount(table!.key))!.owner.equals(
        AddressLookupTableProgram.programId,
      ),
    ).to.equal(true);
  });

  it("given an RPC that fails, when a table is requested, then there is none, and the payments go on without one", async () => {
    const problems: unknown[] = [];
    const all = await executions();
    keeper.rpc.fault = async () => new Response("no", { status: 503 });
    expect(await tables(keeper.rpc, problems).tablesFor(all)).to.deep.equal([]);
    expect(problems).to.have.length(1);
  });

  it("given more tables than are wanted, when they are maintained, then the oldest is retired", async () => {
    const made = tables();
    await made.tablesFor(await executions());
    const [first] = await records();
    const newer = { ...first!, address: "newer", changedSlot: first!.changedSlot + 1 };
    await saveLookupTable(keeper.database, newer);
    const few = tables(keeper.rpc, [], { maxTables: 1 });
    await few.maintain();
    const states = (await records()).map(({ address, state }) => [address, state]);
    expect(states).to.have.deep.members([
      ["newer", "active"],
      [first!.address, "deactivating"],
    ]);
    expect(
      (await keeper.rpc.getAddressLookupTable(new PublicKey(first!.address))).value!.isActive(),
    ).to.equal(false);
  });

  it("given a table that is used now and then, when time passes, then it is kept; when nothing uses it for long, its rent comes back", async () => {
    const all = await executions();
    const before = await lamports();
    const made = tables();
    const [table] = await made.tablesFor(all);
    for (let day = 0; day < 3; day += 1) {
      await pass(4_000n);
      await made.tablesFor(all);
      await made.maintain();
    }
    expect((await records()).map(({ state }) => state)).to.deep.equal(["active"]);
    await pass(BigInt(IDLE) - 100n);
    await tables().maintain();
    expect((await records()).map(({ state }) => state)).to.deep.equal(["active"]);
    await pass(200n);
    await tables().maintain();
    expect((await records()).map(({ state }) => state)).to.deep.equal(["deactivating"]);
    await pass(500n);
    await tables().maintain();
    expect(await keeper.chain.getAccount(table!.key)).not.to.equal(null);
    await pass(100n);
    await tables().maintain();
    await tables().maintain();
    expect(await keeper.chain.getAccount(table!.key)).to.equal(null);
    expect(await records()).to.deep.equal([]);
    // The table was made, deactivated and closed.
    expect(before - (await lamports())).to.equal(fees(3));
    expect(keeper.rpc.count("sendTransaction")).to.equal(3);
    // The next payments that need a table make another.
    expect(await tables().tablesFor(all)).to.have.length(1);
  });

  it("given a table that other payments than today's would use, when only these are asked for, then it is not kept for them", async () => {
    const [table] = await tables().tablesFor(await executions());
    await pass(BigInt(IDLE) + 1n);
    // A single payment shares no account with another.
    await tables().tablesFor(await executions(policies.slice(0, 1)));
    await tables().maintain();
    expect((await keeper.rpc.getAddressLookupTable(table!.key)).value!.isActive()).to.equal(false);
  });

  it("given slots without blocks, when a table has cooled down by number but not by blocks, then its closing is not even sent", async () => {
    const problems: unknown[] = [];
    const [table] = await tables().tablesFor(await executions());
    await tables().retire(table!.key.toBase58());
    const deactivatedAt = keeper.chain.slot();
    await pass(600n);
    await writeSlotHashes([deactivatedAt]);
    const sent = keeper.rpc.count("sendTransaction");
    await tables(keeper.rpc, problems).maintain();
    expect(keeper.rpc.count("sendTransaction")).to.equal(sent);
    expect(problems).to.have.length(1);
    await pass(1n);
    await tables().maintain();
    expect(await keeper.chain.getAccount(table!.key)).to.equal(null);
  });

  it("given another keeper's table, when it is idle, then this one, which can't close it, leaves it alone", async () => {
    await tables().tablesFor(await executions());
    await pass(BigInt(IDLE) + 1n);
    const other = fixedKeypair("other payer");
    await keeper.chain.airdrop(other.publicKey, 1_000_000_000n);
    const sent = keeper.rpc.count("sendTransaction");
    await tables(keeper.rpc, [], { payer: other }).maintain();
    expect(keeper.rpc.count("sendTransaction")).to.equal(sent);
    expect((await records()).map(({ state }) => state)).to.deep.equal(["active"]);
  });

  it("given an RPC that lags behind, when it does not know a table yet, then the table is not forgotten", async () => {
    const [table] = await tables().tablesFor(await executions());
    await tables().retire(table!.key.toBase58());
    keeper.rpc.fault = async (request, next) => {
      if (request.method !== "getAccountInfo") return next();
      const { minContextSlot } = request.params![1] as { minContextSlot?: number };
      const isAhead = minContextSlot !== undefined && minContextSlot > 1;
      return isAhead ? behind(request) : inContext(request, null, 1);
    };
    const [refused] = await Promise.allSettled([tables().maintain()]);
    expect(refused.status).to.equal("rejected");
    expect(await records()).to.have.length(1);
  });

  it("given a slow extension, when the table is retired in between, then it stays retired", async () => {
    const [table] = await tables().tablesFor(await executions());
    await tables().retire(table!.key.toBase58());
    const [record] = await records();
    const changedSlot = record!.changedSlot + 10;
    await saveLookupTable(keeper.database, { ...record!, state: "active", changedSlot });
    expect((await records()).map(({ state }) => state)).to.deep.equal(["deactivating"]);
  });

  it("given a keeper that dies before or after any of its steps, when others go on, then all rent comes back and nothing is left", async () => {
    const all = await executions();
    for (const moment of ["before", "after"] as const) {
      for (let step = 1; ; step += 1) {
        const before = await lamports();
        const sentBefore = landed().length;
        const isOver = await diesAt(step, moment, async (mortal) => {
          await mortal().tablesFor(all);
          await pass(BigInt(IDLE) + 1n);
          await mortal().maintain();
          await pass(600n);
          await mortal().maintain();
          await mortal().maintain();
        });
        for (let rounds = 0; (await records()).length > 0; rounds += 1) {
          expect(rounds, `${moment} step ${step}`).to.be.lessThan(8);
          await pass(BigInt(IDLE) + 1n);
          await tables().maintain();
        }
        const paid = fees(landed().length - sentBefore);
        expect(before - (await lamports()), `${moment} step ${step}`).to.equal(paid);
        if (isOver) {
          // Making, using and retiring take three transactions and at least as many writes to the store.
          expect(step).to.be.greaterThan(7);
          break;
        }
      }
    }
  });

  it("given other payers of priority fees, when tables are maintained, then their transactions offer as much up to the cap, and use little of a block", async () => {
    const priorityFee = { percentile: 100, max: 700 };
    keeper.rpc.fault = async (request, next) =>
      request.method === "getRecentPrioritizationFees"
        ? result(request, [{ slot: 1, prioritizationFee: 900 }])
        : next();
    const before = landed().length;
    const all = await executions();
    const made = tables(keeper.rpc, [], { priorityFee });
    const [table] = await made.tablesFor(all);
    expect(await made.retire(table!.key.toBase58())).to.equal(true);
    await pass(600n);
    await made.maintain();
    expect(await keeper.chain.getAccount(table!.key)).to.equal(null);
    const wires = landed().slice(0, landed().length - before);
    expect(wires).to.have.length(3);
    for (const wire of wires) {
      const { limit, price } = budgetOf(wire);
      expect(price).to.equal(700);
      expect(limit).to.be.within(1, 60_000);
    }
  });

  /** Returns the payer's transactions, the newest first. */
  const landed = () =>
    keeper.chain
      .signaturesFor(keeper.payer.publicKey)
      .map((signature) => keeper.chain.landedTransaction(signature)!.transaction.serialize());
  /** Returns the cost of the last `count` of them. */
  const fees = (count: number) =>
    landed()
      .slice(0, count)
      .reduce((sum, wire) => sum + transactionFee(wire), 0n);

  /**
   * Runs `life`, which ends before or after its `step`th transaction or change of the store; nothing it does later has an
   * effect. Resolves with whether it got through.
   */
  async function diesAt(
    step: number,
    moment: "before" | "after",
    life: (mortal: () => LookupTables) => Promise<void>,
  ): Promise<boolean> {
    let steps = 0;
    let isDead = false;
    const take = async <T>(isStep: boolean, work: () => Promise<T>): Promise<T> => {
      const isLast = isStep && !isDead && (steps += 1) === step;
      if (isDead || (isLast && moment === "before")) {
        isDead = true;
        throw new Error("dead");
      }
      const done = await work();
      if (!isLast) return done;
      isDead = true;
      throw new Error("dead");
    };
    const rpc = new FaultyConnection(keeper.chain);
    rpc.fault = (request, next) => take(request.method === "sendTransaction", next);
    const database: Database = {
      ...keeper.database,
      query: (text, values) =>
        take(/^\s*(INSERT|UPDATE|DELETE)/.test(text), () => keeper.database.query(text, values)),
    };
    const mortal = () => tables(rpc, [], { database });
    await life(mortal).catch((error: unknown) => {
      if (!isDead) throw error;
    });
    return !isDead;
  }
});

/** Reads the compute units, and the micro-lamports per unit. */
function budgetOf(wire: Uint8Array): { limit?: number; price?: number } {
  const { message } = VersionedTransaction.deserialize(wire);
  const budget: { limit?: number; price?: number } = {};
  for (const { programIdIndex, data } of message.compiledInstructions) {
    if (!message.staticAccountKeys[programIdIndex]!.equals(ComputeBudgetProgram.programId))
      continue;
    if (data[0] === 2) budget.limit = Buffer.from(data).readUInt32LE(1);
    if (data[0] === 3) budget.price = Number(Buffer.from(data).readBigUInt64LE(1));
  }
  return budget;
}

function behind(request: { id: number }): unknown {
  const error = { code: -32016, message: "Minimum context slot has not been reached" };
  return { jsonrpc: "2.0", id: request.id, error };
}
