/** The whole gateway on a localnet: chain, outbox, handlers, HTTP on a port, two accounts. */
import type { TestDatabase } from "@milepost/database/testing";
import type { PublicKey } from "@solana/web3.js";
import type { FastifyInstance } from "fastify";
import type { AddressInfo } from "node:net";
import { type MilepostLocalnet, startMilepostLocalnet } from "../../../localnet/src";
import { type ChainRuntime, createSandboxChain, type SandboxRole } from "../../src/chain";
import type { GatewayContext } from "../../src/context";
import { buildApp } from "../../src/http/app";
import { JOB_HANDLERS } from "../../src/job-handlers";
import { createAccount, createKey } from "../../src/keys/store";
import type { OutboxOptions, RunningOutbox } from "../../src/outbox/create-outbox";
import { RESOURCES } from "../../src/resources";
import { openTestDatabase } from "./test-database";
import { START } from "./sandbox";
import { tokenBalance, workerContext } from "./worker-context";
import { until } from "./until";

/** Answer of a request. */
export interface Reply {
  status: number;
  // JSON of an answer: a test asserts what is in it.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any;
  headers: Headers;
}

/** Options of `startSandboxGateway`. */
export interface SandboxGatewayOptions {
  /** `manual`: the chain's time stands still at `START` until a test moves it. Default: `wall`. */
  clock?: "manual" | "wall";
  outbox?: Partial<OutboxOptions>;
  /** A migrated database. Default: the suite's. */
  on?: TestDatabase;
}

/** A gateway with a chain, for tests. */
export interface SandboxGateway {
  app: FastifyInstance;
  context: GatewayContext;
  chain: ChainRuntime;
  localnet: MilepostLocalnet;
  outbox: RunningOutbox;
  opened: TestDatabase;
  /** Such as `http://127.0.0.1:40123`. */
  url: string;
  /** Test keys of two accounts, each with every scope. */
  keys: { test: string; other: string };
  accountId: string;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  get(path: string, headers?: Record<string, string>): Promise<Reply>;
  request(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Reply>;
  /** Address of a party of the first account. */
  address(role: SandboxRole): PublicKey;
  /** Base units in the party's token account; 0 where it does not exist. */
  balance(role: SandboxRole): Promise<bigint>;
  /** Moves the chain's time, and looks for what became due. */
  setTime(time: bigint): void;
  /** Waits until no job of the outbox is due, at work or signed. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Starts everything. */
export async function startSandboxGateway({
  clock = "wall",
  outbox: outboxOptions = {},
  on,
}: SandboxGatewayOptions = {}): Promise<SandboxGateway> {
  // The embedded database first: while it compiles, it blocks the process, and idle connections of a localnet end.
  const opened = on ?? (await openTestDatabase());
  const { database } = opened;
  const localnet = await startMilepostLocalnet({
    port: 0,
    ...(clock === "manual"
      ? { clock: { mode: "manual" as const, unixTimestamp: Number(START) } }
      : {}),
  });
  const chain = await createSandboxChain(localnet, { seed: Buffer.alloc(32, 7) });
  const { context, outbox } = workerContext(database, chain, {
    resendEveryMs: 100,
    ...outboxOptions,
  });
  const { now } = context;
  for (const register of JOB_HANDLERS) register(context);
  outbox.start();
  const accountId = await createAccount(database, "Platform", now());
  const otherId = await createAccount(database, "Other", now());
  const keyOf = async (account: string) =>
    (
      await createKey(
        database,
        { accountId: account, mode: "test", name: "t", scopes: null },
        now(),
      )
    ).text;
  const keys = { test: await keyOf(accountId), other: await keyOf(otherId) };
  const app = await buildApp(context, RESOURCES);
  await app.listen({ host: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const request: SandboxGateway["request"] = async (method, path, body, headers = {}) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { "x-api-key": keys.test, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.json(), headers: answer.headers };
  };
  const address = (role: SandboxRole) => chain.sandboxKey!(accountId, role).publicKey;
  return {
    app,
    context,
    chain,
    localnet,
    outbox,
    opened,
    url,
    keys,
    accountId,
    request,
    post: (path, body, headers) => request("POST", path, body, headers),
    get: (path, headers) => request("GET", path, undefined, headers),
    address,
    balance: (role) => tokenBalance(chain, address(role)),
    setTime(time) {
      localnet.chain.setTime(Number(time));
      outbox.wake();
    },
    settled: () => untilQuiet(context, outbox),
    async close() {
      await app.close();
      await outbox.stop();
      await localnet.close();
      await opened.drop();
    },
  };
}

/** Jobs that wait for the chain's clock, or for somebody, do not count. */
async function untilQuiet({ database, chains }: GatewayContext, outbox: RunningOutbox) {
  await until(async () => {
    outbox.wake();
    const time = await chains.test!.time();
    const rows = await database.query(
      `SELECT id FROM milepost_gateway.chain_jobs
       WHERE state = 'signed' OR (state = 'queued' AND NOT is_waiting AND (not_before IS NULL OR not_before <= $1))`,
      [time.toString()],
    );
    return rows.length === 0;
  }, "an outbox at rest");
}
