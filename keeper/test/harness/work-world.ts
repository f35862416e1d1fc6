/** Provides a keeper on a chain in process: policies, the store, the queue, and workers that come and go. */
import { createContext, decodeEvents, PROGRAM_ID } from "@milepost/sdk";
import { type Keypair, PublicKey } from "@solana/web3.js";
import { fixedKeypair } from "../../../tests/harness";
import { START, World, type WorldOptions } from "../../../tests/world";
import { reconcile } from "../../src/find/reconcile";
import { checkWatched } from "../../src/find/read-watches";
import { openQueue, type ExecuteQueue } from "../../src/queue/leases";
import { alwaysRelease } from "../../src/approval";
import type { Member } from "../../src/store/attempts";
import type { Outcome } from "../../src/store/outcomes";
import type { Verdict } from "../../src/send/verdicts";
import { recentPrice } from "../../src/send/fees-and-blockhash";
import { Worker } from "../../src/work/worker";
import type { WorkerOptions } from "../../src/work/worker-options";
import { passTime } from "./pass-time";
import { migratedDatabase, type TestDatabase } from "./test-database";
import { FaultyConnection } from "./work-chain";

export const AMOUNT = 1_000_000n;

export class WorkWorld {
  readonly executed: Outcome[] = [];
  readonly failed: { member: Member; verdict: Verdict }[] = [];
  /** Reasons for which batches were split. */
  readonly splits: string[] = [];
  readonly payer = fixedKeypair("fee payer");
  /** Public keys of the gateway signers whose keys the workers have. */
  gatewaySigners: Keypair[] = [];

  private constructor(
    readonly world: World,
    readonly test: TestDatabase,
    readonly queue: ExecuteQueue,
    readonly rpc: FaultyConnection,
  ) {}

  static async create(options: WorldOptions = {}): Promise<WorkWorld> {
    const world = await World.create({
      runtime: "litesvm",
      gatewayFeeBps: 250,
      protocolFeeBps: 100,
      ...options,
    });
    const test = await migratedDatabase();
    const queue = await openQueue(test.database);
    const made = new WorkWorld(world, test, queue, new FaultyConnection(world.chain));
    await world.chain.airdrop(made.payer.publicKey, 10_000_000_000n);
    return made;
  }

  get chain() {
    return this.world.chain;
  }

  get database() {
    return this.test.database;
  }

  async close(): Promise<void> {
    await this.queue.stop();
    await this.test.drop();
  }

  /** Makes a due policy of the shared owner. */
  async policy(milestones = 1, releaseCondition = 1): Promise<string> {
    const ones = Array.from({ length: milestones });
    const { address } = await this.world.createPolicy({
      amounts: ones.map(() => AMOUNT),
      timestamps: ones.map(() => START),
      releaseCondition,
    });
    return address.toBase58();
  }

  /** Makes a due policy of an owner of its own; its recipient has no token account when `isNew`. */
  async otherPolicy(label: string, options: { isNew?: boolean } = {}): Promise<string> {
    return (await this.world.otherOwnersPolicy(label, AMOUNT, options)).address.toBase58();
  }

  context(connection = this.rpc) {
    return createContext(connection, this.payer);
  }

  /** Makes the store agree with the chain, as the finder does. */
  async find(): Promise<void> {
    await reconcile({
      connection: new FaultyConnection(this.chain),
      programId: PROGRAM_ID,
      database: this.database,
      gatewaySigners: this.gatewaySigners.map(({ publicKey }) => publicKey),
    });
  }

  /** Makes leases for all due policies. */
  async enqueue(): Promise<number> {
    return this.queue.enqueueDue(this.chain.now(), 1_000);
  }

  worker(options: Partial<WorkerOptions> = {}): Worker {
    return new Worker({
      context: this.context(),
      rpcs: [this.rpc],
      database: this.database,
      queue: this.queue,
      payer: this.payer,
      gatewaySigners: this.gatewaySigners,
      rule: alwaysRelease,
      // The chain's clock jumps, so that nothing is kept.
      network: {
        price: (accounts) => recentPrice(this.context(), accounts),
        blockhash: () => (options.context ?? this.context()).connection.getLatestBlockhash(),
      },
      events: {
        executed: (outcome) => void this.executed.push(outcome),
        failed: (member, verdict) => void this.failed.push({ member, verdict }),
        split: (reason) => void this.splits.push(reason),
      },
      // Ten slots pass with every wait.
      pause: async () => this.chain.warpToSlot(this.chain.slot() + 10n),
      random: () => 0.5,
      ...options,
    });
  }

  /** Lets database time pass for leases and delays. */
  async elapse(seconds: number): Promise<void> {
    await passTime(this.database, seconds);
    await this.database.query(
      `UPDATE milepost_keeper.attempts SET created_at = created_at - make_interval(secs => $1)`,
      [seconds],
    );
    await this.queue.maintain();
  }

  /** Finds, queues and works as often as it takes, with a new worker. */
  async runToEnd(options: Partial<WorkerOptions> = {}): Promise<void> {
    const worker = this.worker(options);
    for (let round = 0; round < 8; round += 1) {
      await this.chain.warpToSlot(this.chain.slot() + 1n);
      await worker.recover();
      await this.find();
      await checkWatched(
        { connection: new FaultyConnection(this.chain), database: this.database },
        100,
      );
      await this.elapse(3_600);
      await this.enqueue();
      if ((await worker.pass()).leased === 0 && round > 0) return;
    }
  }

  /** Counts the payments of each milestone of the policy, by the transactions that landed on chain. */
  payments(policy: string): number[] {
    const counts: number[] = [];
    for (const signature of this.chain.signaturesFor(new PublicKey(policy))) {
      const { execution } = this.chain.landedTransaction(signature)!;
      if (execution.err !== null) continue;
      for (const event of decodeEvents(execution.logs).events) {
        if (event.name !== "PaymentExecuted") continue;
        if (event.data.policy.toBase58() !== policy) continue;
        const index = event.data.milestoneIndex;
        counts[index] = (counts[index] ?? 0) + 1;
      }
    }
    return counts;
  }

  /** Counts landed transactions with the policy in them that failed. */
  failures(policy: string): number {
    return this.chain
      .signaturesFor(new PublicKey(policy))
      .filter((signature) => this.chain.landedTransaction(signature)!.execution.err !== null)
      .length;
  }

  async attempts(): Promise<string[]> {
    const rows = await this.database.query<{ state: string }>(
      "SELECT state FROM milepost_keeper.attempts ORDER BY created_at, signature",
    );
    return rows.map(({ state }) => state);
  }

  async row(policy: string): Promise<{ state: string; reason: string; attempts: number }> {
    const [row] = await this.database.query<{ state: string; reason: string; attempts: number }>(
      "SELECT state, reason, attempts FROM milepost_keeper.policies WHERE address = $1",
      [policy],
    );
    return row!;
  }
}
