/** A gateway in live mode: the live chain is a localnet, and the test holds the wallets, not the gateway. */
import type { TestDatabase } from "@milepost/database/testing";
import { Keypair, LAMPORTS_PER_SOL, type PublicKey, VersionedTransaction } from "@solana/web3.js";
import type { FastifyInstance } from "fastify";
import { createPrivateKey, sign } from "node:crypto";
import { type MilepostLocalnet, startMilepostLocalnet } from "../../../localnet/src";
import { type ChainRuntime, createLiveChain, type PolicyState, readPolicy } from "../../src/chain";
import type { GatewayContext } from "../../src/context";
import { buildApp } from "../../src/http/app";
import { JOB_HANDLERS } from "../../src/job-handlers";
import { createAccount, createKey, setPlatform } from "../../src/keys/store";
import type { RunningOutbox } from "../../src/outbox/create-outbox";
import { POLICY_OBSERVERS } from "../../src/policy-observers";
import { watchPolicies } from "../../src/policy-watch/watch";
import { RESOURCES, ROOT_ROUTES } from "../../src/resources";
import { START } from "./sandbox";
import { openTestDatabase } from "./test-database";
import { tokenBalance, workerContext } from "./worker-context";
import { until } from "./until";

/** Answer of a request. */
export interface Reply {
  status: number;
  // JSON of an answer: a test asserts what is in it.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any;
  headers: Record<string, unknown>;
}

/** A live gateway for tests. */
export interface LiveGateway {
  app: FastifyInstance;
  context: GatewayContext;
  chain: ChainRuntime;
  localnet: MilepostLocalnet;
  outbox: RunningOutbox;
  opened: TestDatabase;
  /** Wallets of the test: payer and stranger have tokens and SOL, the others only SOL. */
  wallets: Record<"payer" | "payee" | "mediator" | "stranger", Keypair>;
  /** Keys of a platform, of a merchant that is none, and of another account; `test` is the platform's test key. */
  keys: Record<"platform" | "merchant" | "other" | "test", string>;
  accounts: Record<"platform" | "merchant" | "other", string>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  get(path: string, headers?: Record<string, string>): Promise<Reply>;
  request(
    method: "GET" | "POST" | "DELETE" | "OPTIONS",
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Reply>;
  balance(wallet: PublicKey): Promise<bigint>;
  lamports(wallet: PublicKey): Promise<number>;
  policy(address: string): Promise<PolicyState>;
  setTime(time: bigint): void;
  /** Looks once for what others did on chain. */
  watch(): Promise<void>;
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Base units that payer and stranger begin with. */
export const TOKENS = 1_000_000_000_000n;

/** Starts everything. The chain's clock stands still at `START`. */
export async function startLiveGateway(
  overrides: Partial<Pick<GatewayContext, "sponsorLamportsPerHour">> = {},
): Promise<LiveGateway> {
  const opened = await openTestDatabase();
  const { database } = opened;
  const localnet = await startMilepostLocalnet({
    port: 0,
    clock: { mode: "manual", unixTimestamp: Number(START) },
  });
  const { connection, programId, gateway, mint } = localnet;
  const sponsor = Keypair.generate();
  await connection.requestAirdrop(sponsor.publicKey, 100 * LAMPORTS_PER_SOL);
  const signer = localnet.wallets.gatewaySigner;
  const mints = { USDC: mint };
  const chain = await createLiveChain({
    url: localnet.url,
    signer,
    sponsor,
    gateway,
    mints,
    programId,
  });
  const wallets = {
    payer: Keypair.generate(),
    payee: Keypair.generate(),
    mediator: Keypair.generate(),
    stranger: Keypair.generate(),
  };
  for (const { publicKey } of Object.values(wallets)) {
    await connection.requestAirdrop(publicKey, 10 * LAMPORTS_PER_SOL);
  }
  for (const { publicKey } of [wallets.payer, wallets.stranger]) {
    await localnet.airdropTokens(publicKey, TOKENS);
  }
  const made = workerContext(database, chain, { resendEveryMs: 100 });
  const context: GatewayContext = { ...made.context, ...overrides };
  const { outbox } = made;
  for (const register of JOB_HANDLERS) register(context);
  outbox.start();
  const { keys, accounts } = await createAccounts(context);
  const app = await buildApp(context, RESOURCES, { rootRoutes: ROOT_ROUTES });
  const request: LiveGateway["request"] = async (method, url, body, headers = {}) => {
    const answer = await app.inject({
      method,
      url,
      headers: { "x-api-key": keys.platform, ...headers },
      ...(body === undefined ? {} : { payload: body as object }),
    });
    const text = answer.body;
    return {
      status: answer.statusCode,
      body: text === "" ? null : (JSON.parse(text) as unknown),
      headers: answer.headers,
    };
  };
  return {
    ...{ app, context, chain, localnet, outbox, opened, wallets, keys, accounts, request },
    post: (path, body, headers) => request("POST", path, body, headers),
    get: (path, headers) => request("GET", path, undefined, headers),
    balance: (wallet) => tokenBalance(chain, wallet),
    lamports: (wallet) => connection.getBalance(wallet),
    policy: async (address) => (await readPolicy(chain, address))!,
    setTime(time) {
      localnet.chain.setTime(Number(time));
      outbox.wake();
    },
    watch: async () => {
      await watchPolicies(context, POLICY_OBSERVERS, { everyMs: 0 });
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

async function createAccounts({ database, now }: GatewayContext) {
  const accounts = {
    platform: await createAccount(database, "Platform", now()),
    merchant: await createAccount(database, "Merchant", now()),
    other: await createAccount(database, "Other", now()),
  };
  for (const id of [accounts.platform, accounts.other]) await setPlatform(database, id, true);
  const keyOf = async (accountId: string, mode: "test" | "live") =>
    (await createKey(database, { accountId, mode, name: "t", scopes: null }, now())).text;
  const keys = {
    platform: await keyOf(accounts.platform, "live"),
    merchant: await keyOf(accounts.merchant, "live"),
    other: await keyOf(accounts.other, "live"),
    test: await keyOf(accounts.platform, "test"),
  };
  return { accounts, keys };
}

/** Jobs that wait for the chain's clock, or for somebody, do not count. */
async function untilQuiet({ database }: GatewayContext, outbox: RunningOutbox): Promise<void> {
  await until(async () => {
    outbox.wake();
    const rows = await database.query(
      `SELECT id FROM milepost_gateway.chain_jobs
       WHERE state = 'signed' OR (state = 'queued' AND NOT is_waiting AND not_before IS NULL)`,
    );
    return rows.length === 0;
  }, "an outbox at rest");
}

/** Signs a transaction in base64 with the given wallets, and leaves the other signatures as they are. */
export function signBy(transaction: string, ...keys: Keypair[]): string {
  const parsed = VersionedTransaction.deserialize(Buffer.from(transaction, "base64"));
  if (keys.length > 0) parsed.sign(keys);
  return Buffer.from(parsed.serialize()).toString("base64");
}

/** Signs a text as a wallet's `signMessage` does; returns base64. */
export const signText = (text: string, wallet: Keypair): string =>
  signBytes(Buffer.from(text, "utf8"), wallet).toString("base64");

/** Signs bytes by Ed25519. */
export function signBytes(bytes: Uint8Array, { secretKey }: Keypair): Buffer {
  const header = Buffer.from("302e020100300506032b657004220420", "hex");
  const key = createPrivateKey({
    key: Buffer.concat([header, secretKey.subarray(0, 32)]),
    format: "der",
    type: "pkcs8",
  });
  return sign(null, bytes, key);
}

/** Body of a live intent between the test's wallets. */
export const liveIntent = (
  { wallets: { payee, mediator } }: LiveGateway,
  changes: object = {},
): Record<string, unknown> => ({
  amount: "1000.00",
  currency: "USDC",
  type: "DELIVERY_VS_PAYMENT",
  settlementMethod: "ON_CHAIN",
  settlementDestination: payee.publicKey.toBase58(),
  mediatorAddress: mediator.publicKey.toBase58(),
  releaseType: "MILESTONE_LOCKED",
  autoRelease: true,
  ...changes,
});

/** Creates a live intent with the given milestones; returns its path. */
export async function createLiveIntent(
  gateway: LiveGateway,
  { amounts = ["300.00", "500.00", "200.00"], changes = {}, key = gateway.keys.platform } = {},
): Promise<string> {
  const headers = { "x-api-key": key };
  const created = await gateway.post("/v1/payment-intents", liveIntent(gateway, changes), headers);
  if (created.status !== 201) throw new Error(JSON.stringify(created.body));
  const path = `/v1/payment-intents/${created.body.id}`;
  if (created.body.data.releaseType !== "MILESTONE_LOCKED") return path;
  for (const [milestoneIndex, amount] of amounts.entries()) {
    const draft = { milestoneIndex, amount };
    const made = await gateway.post(`${path}/escrow/milestones`, draft, headers);
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  }
  return path;
}
