/** A gateway without a chain: database in memory or on Postgres, an outbox that only notes its jobs, and two accounts. */
import type { Database } from "@milepost/database";
import { Keypair } from "@solana/web3.js";
import type { FastifyInstance, InjectOptions } from "fastify";
import type { ChainRuntime } from "../../src/chain/chain-runtime";
import type { GatewayContext } from "../../src/context";
import { buildApp, type Routes } from "../../src/http/app";
import { createAccount, createKey } from "../../src/keys/store";
import { createLog } from "../../src/observe/log";
import { createSecrets } from "../../src/secrets/process-secrets";
import type { Job, NewJob, Outbox } from "../../src/outbox/outbox";
import { RESOURCES } from "../../src/resources";
import type { TestDatabase } from "@milepost/database/testing";
import { openTestDatabase } from "./test-database";

/** An outbox that notes jobs and never sends. */
export class NotedJobs implements Outbox {
  readonly jobs: NewJob[] = [];
  enqueue(_transaction: Database, job: NewJob): Promise<string> {
    if (!this.jobs.some(({ dedupeKey }) => dedupeKey === job.dedupeKey)) this.jobs.push(job);
    return Promise.resolve(`job_${job.dedupeKey}`);
  }
  register(): void {}
  wake(): void {}
  wait(): Promise<Job> {
    return Promise.reject(new Error("no job of this outbox ever ends"));
  }
}

/** A gateway for tests. */
export interface TestGateway {
  app: FastifyInstance;
  context: GatewayContext;
  database: TestDatabase;
  outbox: NotedJobs;
  /** Keys of two accounts, each with every scope. */
  keys: { test: string; live: string; other: string };
  accountId: string;
  /** Local time in milliseconds; tests set it. */
  clock: { now: number };
  request(
    method: NonNullable<InjectOptions["method"]>,
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{
    status: number;
    // JSON of an answer: a test asserts what is in it.
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    body: any;
    headers: Record<string, unknown>;
  }>;
  close(): Promise<void>;
}

/** Starts a gateway with the given resources, by default all, on the suite's database or on a migrated one. */
export async function startTestGateway(
  resources: readonly Routes[] = RESOURCES,
  overrides: Partial<GatewayContext> = {},
  on?: TestDatabase,
): Promise<TestGateway> {
  const opened = on ?? (await openTestDatabase());
  const { database } = opened;
  const clock = { now: Date.parse("2026-01-01T00:00:00Z") };
  const outbox = new NotedJobs();
  const context: GatewayContext = {
    database,
    chains: { test: fakeChain("test", clock), live: fakeChain("live", clock) },
    outbox,
    secrets: createSecrets([Buffer.alloc(32, 7)]),
    log: createLog({ level: "silent" }),
    now: () => new Date(clock.now),
    publicUrl: "http://127.0.0.1:8080",
    ...overrides,
  };
  const accountId = await createAccount(database, "Platform", context.now());
  const other = await createAccount(database, "Other", context.now());
  const keyOf = async (account: string, mode: "test" | "live") =>
    (
      await createKey(
        database,
        { accountId: account, mode, name: mode, scopes: null },
        context.now(),
      )
    ).text;
  const keys = {
    test: await keyOf(accountId, "test"),
    live: await keyOf(accountId, "live"),
    other: await keyOf(other, "test"),
  };
  const app = await buildApp(context, resources);
  return {
    app,
    context,
    database: opened,
    outbox,
    keys,
    accountId,
    clock,
    async request(method, url, body, headers = {}) {
      const answer = await app.inject({
        method,
        url,
        headers: { "x-api-key": keys.test, ...headers },
        ...(body === undefined ? {} : { payload: body as object }),
      });
      return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
    },
    async close() {
      await app.close();
      await opened.drop();
    },
  };
}

export function fakeChain(mode: "test" | "live", clock: { now: number }): ChainRuntime {
  const key = Keypair.generate();
  return {
    mode,
    connection: null as never,
    genesisHash: `genesis-${mode}`,
    programId: key.publicKey,
    gateway: key.publicKey,
    signer: key,
    sponsor: key,
    mints: { USDC: { mint: key.publicKey, decimals: 6 } },
    time: () => Promise.resolve(BigInt(Math.floor(clock.now / 1000))),
    sandboxKey: mode === "test" ? () => key : null,
    sandboxFund: null,
  };
}
