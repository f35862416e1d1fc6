/** An outbox on a localnet and a database, with jobs that move lamports: a second payment would show in the balance. */
import type { Database } from "@milepost/database";
import type { TestDatabase } from "@milepost/database/testing";
import { Keypair } from "@solana/web3.js";
import { createLog } from "../../src/observe/log";
import {
  createOutbox,
  type OutboxOptions,
  type RunningOutbox,
} from "../../src/outbox/create-outbox";
import type { Built, Job, JobHandler, NewJob } from "../../src/outbox/outbox";
import { openTestDatabase } from "../harness/test-database";
import { type Sandbox, startSandbox } from "../harness/sandbox";
import { LAMPORTS, transferOf } from "./transfer";

/** What a test knows of its jobs' handler calls, in order. */
export interface Call {
  call: "build" | "signed" | "landed" | "failed" | "reverted";
  key: string;
}

export class OutboxWorld {
  readonly calls: Call[] = [];
  readonly recipient = Keypair.generate().publicKey;
  /** Decides in place of the transfer; undefined for the transfer. */
  decide: (job: Job) => Promise<Built | undefined> | Built | undefined = () => undefined;
  private readonly started: RunningOutbox[] = [];

  private constructor(
    readonly sandbox: Sandbox,
    readonly opened: TestDatabase,
  ) {}

  /** Opens a world on the suite's database, or on another one with the gateway's tables. */
  static async open(database?: TestDatabase): Promise<OutboxWorld> {
    // The embedded database first: while it compiles, it blocks the process, and idle connections of a localnet end.
    const opened = database ?? (await openTestDatabase());
    return new OutboxWorld(await startSandbox(), opened);
  }

  get database(): Database {
    return this.opened.database;
  }

  /** Starts an outbox that pays. */
  start(options: Partial<OutboxOptions> = {}): RunningOutbox {
    const outbox = this.create(options);
    outbox.start();
    return outbox;
  }

  create(options: Partial<OutboxOptions> = {}): RunningOutbox {
    const outbox = createOutbox({
      database: this.database,
      chains: { test: this.sandbox.chain },
      log: createLog({ level: (process.env.LOG as never) ?? "silent" }),
      now: () => new Date(),
      pollMs: 50,
      random: () => 0,
      resendEveryMs: 50,
      ...options,
    });
    outbox.register("pay", this.handler);
    this.started.push(outbox);
    return outbox;
  }

  /** Enqueues a payment; the key names it. */
  async enqueue(outbox: RunningOutbox, key: string, job: Partial<NewJob> = {}): Promise<string> {
    const id = await this.database.transaction((transaction) =>
      outbox.enqueue(transaction, {
        accountId: "acct_test",
        mode: "test",
        kind: "pay",
        subjectId: `subject_${key}`,
        dedupeKey: key,
        payload: { to: this.recipient.toBase58(), lamports: LAMPORTS },
        ...job,
      }),
    );
    outbox.wake();
    return id;
  }

  /** Keys of the jobs with a call, in order. */
  keys(call: Call["call"]): string[] {
    return this.calls.filter((each) => each.call === call).map(({ key }) => key);
  }

  async paid(): Promise<number> {
    return this.sandbox.chain.connection.getBalance(this.recipient);
  }

  async close(): Promise<void> {
    await Promise.all(this.started.map((outbox) => outbox.stop()));
    await this.opened.drop();
    await this.sandbox.close();
  }

  private readonly handler: JobHandler = {
    build: async (chain, job) => {
      this.calls.push({ call: "build", key: job.dedupeKey });
      return (await this.decide(job)) ?? transferOf(chain, job);
    },
    signed: (_, job) => this.note("signed", job),
    landed: (_, job) => this.note("landed", job),
    failed: (_, job) => this.note("failed", job),
    reverted: (_, job) => this.note("reverted", job),
  };

  private note(call: Call["call"], job: Job): Promise<void> {
    this.calls.push({ call, key: job.dedupeKey });
    return Promise.resolve();
  }
}
