/** Provides a chain, a database, keepers in processes of their own, and the checks of their final state. */
import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { decodeEvents } from "@milepost/sdk";
import { type Keypair, SystemProgram } from "@solana/web3.js";
import type { Database } from "@milepost/database";
import { createDatabase, dropDatabase, type Server } from "@milepost/database/testing";
import { openDatabase } from "../../src/store/database";
import { MilepostNet, type TestPolicy } from "../harness/cli-localnet";
import { passTime } from "../harness/pass-time";
import { KeeperProcess, type KeeperProcessOptions } from "./keeper-process";

const HOUR = 3_600n;
/** Tokens that each owner begins with, and that each milestone takes; see `MilepostNet.policy`. */
const OWNED = 1_000n;
const AMOUNT = 100n;

export interface DuePolicy extends TestPolicy {
  milestones: number;
}

export class FaultWorld {
  private readonly processes: KeeperProcess[] = [];
  private readonly directory = mkdtempSync(path.join(tmpdir(), "keeper-faults-"));
  /** File of the fee payer's keypair. */
  readonly keypair = path.join(this.directory, "payer.json");

  private constructor(
    readonly chain: MilepostNet,
    private readonly server: Server,
    readonly databaseUrl: string,
    /** Connections of the test, which no proxy disturbs. */
    readonly database: Database,
    /** Fee payer of every keeper. */
    readonly payer: Keypair,
  ) {}

  static async open(server: Server): Promise<FaultWorld> {
    const [chain, url] = await Promise.all([MilepostNet.start(), createDatabase(server)]);
    const database = await openDatabase({ url, connections: 2 });
    const payer = await chain.net.funded();
    const world = new FaultWorld(chain, server, url, database, payer);
    writeFileSync(world.keypair, JSON.stringify([...payer.secretKey]), { mode: 0o600 });
    return world;
  }

  async close(): Promise<void> {
    for (const keeper of this.processes.splice(0)) {
      if (keeper.isRunning) keeper.kill("SIGKILL");
      await keeper.exit;
    }
    await this.chain.stop();
    await this.database.close();
    await dropDatabase(this.server, this.databaseUrl);
    rmSync(this.directory, { recursive: true });
  }

  get rpcUrl(): string {
    return this.chain.net.localnet.url;
  }

  /** Starts a keeper; by default nothing is between it and the chain and the database. */
  keeper(options: Partial<KeeperProcessOptions> = {}): KeeperProcess {
    const { rpcUrl, databaseUrl, keypair } = this;
    const keeper = new KeeperProcess({ urls: [rpcUrl], databaseUrl, keypair, ...options });
    this.processes.push(keeper);
    return keeper;
  }

  /** Runs a keeper that pays all due milestones and exits. */
  async keepOnce(options: Partial<KeeperProcessOptions> = {}): Promise<KeeperProcess> {
    const keeper = this.keeper({ isOnce: true, ...options });
    expect(await keeper.exit, keeper.output).to.equal(0);
    return keeper;
  }

  /** Runs a keeper until the chain and the store show everything as paid. */
  async keepUntilOver(
    policies: readonly DuePolicy[],
    options: Partial<KeeperProcessOptions> = {},
  ): Promise<KeeperProcess> {
    const keeper = this.keeper(options);
    await this.untilOver(policies, keeper);
    await this.end(keeper);
    return keeper;
  }

  /** Ends the keeper by SIGTERM, with no work in progress. */
  async end(keeper: KeeperProcess): Promise<void> {
    // Before that line, the process does not handle the signal.
    await keeper.line("started");
    keeper.kill("SIGTERM");
    expect(await keeper.exit, keeper.output).to.equal(0);
  }

  /** Resolves when every milestone is paid and recorded; rejects when one of the keepers exits before. */
  async untilOver(
    policies: readonly DuePolicy[],
    ...keepers: readonly KeeperProcess[]
  ): Promise<void> {
    await this.until(
      async () =>
        (await this.areOver(policies)) &&
        (await this.outcomes()) === policies.reduce((sum, each) => sum + each.milestones, 0) &&
        !(await this.attempts()).includes("signed"),
      ...keepers,
    );
  }

  /** Checks again with every slot of the chain. */
  async until(
    condition: () => Promise<boolean>,
    ...keepers: readonly KeeperProcess[]
  ): Promise<void> {
    const { chain } = this.chain.net.localnet;
    while (!(await condition())) {
      const ended = keepers.find(({ isRunning }) => !isRunning);
      if (ended) throw new Error(`a keeper ended:\n${ended.output}`);
      await new Promise<void>((resolve) => {
        const forget = chain.listen({
          onSlot: () => {
            forget();
            resolve();
          },
        });
      });
    }
  }

  /** Makes policies with this many milestones each, every one due. */
  async due(...counts: number[]): Promise<DuePolicy[]> {
    const policies = await this.policies(...counts);
    await this.chain.pass(BigInt(Math.max(...counts)) * HOUR);
    return policies;
  }

  /** Makes policies whose milestones come due in an hour, in two, and so on. */
  async policies(...counts: number[]): Promise<DuePolicy[]> {
    const made: DuePolicy[] = [];
    for (const milestones of counts) {
      made.push({ ...(await this.chain.policy(milestones)), milestones });
    }
    return made;
  }

  /** Takes lamports out of the keepers' fee payer, the fee among them. */
  async spend(lamports: number): Promise<void> {
    const { payer } = this;
    const to = await this.chain.net.funded();
    const transfer = SystemProgram.transfer({
      fromPubkey: payer.publicKey,
      toPubkey: to.publicKey,
      lamports: lamports - 5_000,
    });
    await this.chain.net.send([transfer], [payer]);
  }

  /** Lets the database's time pass for leases and delays of workers that died. */
  async elapse(seconds: number): Promise<void> {
    await passTime(this.database, seconds);
  }

  /** Returns true when the chain shows every milestone as over. */
  async areOver(policies: readonly DuePolicy[]): Promise<boolean> {
    for (const policy of policies) {
      if ((await this.chain.currentMilestone(policy)) < policy.milestones) return false;
    }
    return true;
  }

  /** Expects that each milestone was paid once on chain and none was missed, and that the store agrees. */
  async expectPaidOnce(policies: readonly DuePolicy[]): Promise<void> {
    const { connection } = this.chain.net;
    for (const policy of policies) {
      const ones = Array.from({ length: policy.milestones }, () => 1);
      expect(await this.payments(policy)).to.deep.equal(ones);
      const { value } = await connection.getTokenAccountBalance(policy.tokens, "confirmed");
      expect(BigInt(value.amount)).to.equal(OWNED - AMOUNT * BigInt(policy.milestones));
      const recorded = await this.database.query<{ milestone_index: number }>(
        "SELECT milestone_index FROM milepost_keeper.outcomes WHERE policy = $1 ORDER BY 1",
        [policy.address.toBase58()],
      );
      expect(recorded.map(({ milestone_index: index }) => index)).to.deep.equal([...ones.keys()]);
    }
    expect(await this.attempts()).not.to.include("signed");
  }

  /** Counts the payments of each milestone, by the events of landed transactions. */
  async payments({ address }: TestPolicy): Promise<number[]> {
    const { connection } = this.chain.net;
    const counts: number[] = [];
    for (const { signature, err } of await connection.getSignaturesForAddress(address)) {
      if (err !== null) continue;
      const landed = await connection.getTransaction(signature, {
        commitment: "confirmed",
        maxSupportedTransactionVersion: 0,
      });
      for (const event of decodeEvents(landed!.meta!.logMessages!).events) {
        if (event.name !== "PaymentExecuted" || !event.data.policy.equals(address)) continue;
        const { milestoneIndex } = event.data;
        counts[milestoneIndex] = (counts[milestoneIndex] ?? 0) + 1;
      }
    }
    return counts;
  }

  /** Counts landed transactions with the policy in them that failed. */
  async failures({ address }: TestPolicy): Promise<number> {
    const all = await this.chain.net.connection.getSignaturesForAddress(address);
    return all.filter(({ err }) => err !== null).length;
  }

  /** Counts the payments in the store. */
  private async outcomes(): Promise<number> {
    const rows = await this.database.query("SELECT 1 FROM milepost_keeper.outcomes");
    return rows.length;
  }

  /** Returns the journal's states, the oldest first. */
  async attempts(): Promise<string[]> {
    const rows = await this.database.query<{ state: string }>(
      "SELECT state FROM milepost_keeper.attempts ORDER BY created_at, signature",
    );
    return rows.map(({ state }) => state);
  }
}
