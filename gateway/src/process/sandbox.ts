/** The sandbox: chain, gateway, keeper and an embedded database in one process, with keys that stay the same. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { type Database, migrate, openDatabase } from "@milepost/database";
import { type MilepostLocalnet, startMilepostLocalnet } from "@milepost/localnet";
import { type ChainRuntime, createSandboxChain } from "../chain";
import { type Freight, startFreight } from "../freight/start-freight";
import type { FileSettings } from "../file-storage/file-storage";
import { createDirectoryStorage } from "../file-storage/directory-storage";
import { ensureAccount, insertKey } from "../keys/store";
import type { NotificationSettings } from "../notifications/settings";
import type { Logger } from "../observe/log";
import { createMetrics } from "../observe/metrics";
import { pageConfigOf } from "../page/page-config";
import type { PageOptions } from "../page/serve-page";
import { Registry } from "prom-client";
import { RELEASE_APPROVAL_PATH } from "../release-approval/routes";
import { sandboxDemoRoutes } from "../sandbox-demo/routes";
import { sandboxWalletRoutes } from "../sandbox-wallets/routes";
import { WALLET_ROLES } from "../sandbox-wallets/schema";
import {
  fundWallets,
  type SandboxWallets,
  WALLET_NAMES,
  walletsOf,
} from "../sandbox-wallets/wallets";
import { addAdministrator } from "../sessions/administrators";
import { GATEWAY_SCHEMA, PROGRAM } from "../store/migrations";
import {
  DESCRIPTION_FILE,
  openSandboxData,
  SANDBOX_ACCOUNT,
  type SandboxData,
} from "./sandbox-data";
import { startSandboxKeeper } from "./sandbox-keeper";
import { type Listen, type RunningGateway, startGateway } from "./start-gateway";

/** Options of `startSandbox`. */
export interface SandboxOptions {
  /** Directory of keys, chain, database and files. */
  directory: string;
  /** Starts an empty chain and database, with the keys that are there. */
  isReset: boolean;
  listen: Listen;
  operator: Listen | null;
  /** Port of the chain's JSON-RPC; its subscriptions have the next one. 0 takes free ports. */
  rpcPort: number;
  /** Ports of ChainFreight and ChainPay; 0 takes a free one. */
  freightPort: number;
  payPort: number;
  /** False to leave the keeper out. */
  hasKeeper: boolean;
  /** Directory of the built page; null for none. */
  page: string | null;
  /** Storage of evidence. Default: the directory's. */
  files?: FileSettings;
  notifications?: NotificationSettings;
  log: Logger;
}

/** A sandbox that runs. */
export interface RunningSandbox {
  gateway: RunningGateway;
  freight: Freight;
  localnet: MilepostLocalnet;
  data: SandboxData;
  /** Keys of the page's wallets. */
  wallets: SandboxWallets;
  /** Stops every part, the database last. Resolves with true when all work ended in time. */
  stop(): Promise<boolean>;
}

/** Functions that stop what has started, in the order of the starts. */
type Stops = (() => Promise<unknown>)[];

/** Starts the sandbox. Rejects with what stands in the way of a part; nothing is left running then. */
export async function startSandbox(options: SandboxOptions): Promise<RunningSandbox> {
  const stops: Stops = [];
  const stopAll = async (): Promise<boolean> => {
    let isQuiet = true;
    for (const stop of stops.splice(0).reverse()) {
      const result = await stop().catch((error: unknown) => {
        options.log.warn({ err: error }, "while stopping");
        return false;
      });
      isQuiet &&= result !== false;
    }
    return isQuiet;
  };
  try {
    return { ...(await startParts(options, stops)), stop: stopAll };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function startParts(options: SandboxOptions, stops: Stops) {
  const { listen, operator, log, isReset, hasKeeper } = options;
  const data = openSandboxData(options.directory, isReset);
  const database = await openStore(data);
  stops.push(() => database.close());
  const localnet = await startMilepostLocalnet({
    port: options.rpcPort,
    ledger: data.ledger,
    isReset,
  });
  stops.push(() => localnet.close());
  const chain = await createSandboxChain(localnet, { seed: data.seed });
  const wallets = walletsOf(chain, SANDBOX_ACCOUNT, localnet.wallets.gatewayAuthority);
  await fundWallets(chain, wallets);
  await ensureSandboxKey(database, data);
  const operatorWallet = wallets.operator.publicKey.toBase58();
  await addAdministrator(database, SANDBOX_ACCOUNT, operatorWallet, new Date());
  const metrics = createMetrics(new Registry());
  const gateway = await startGateway({
    ...{ database, chains: { test: chain }, secrets: data.secrets, log, listen, operator, metrics },
    files: options.files ?? { storage: await createDirectoryStorage(data.files) },
    notifications: options.notifications,
    releaseSecret: data.releaseSecret,
    sandbox: { accountId: SANDBOX_ACCOUNT, webhookSecret: data.webhookSecret },
    page: pageOf(options, localnet, { chain, wallets }),
    rootRoutes: [sandboxWalletRoutes(wallets), sandboxDemoRoutes],
  });
  stops.push(() => gateway.stop());
  const freight = await startFreight(gateway.context, {
    host: listen.host,
    freightPort: options.freightPort,
    payPort: options.payPort,
    keylessAccountId: SANDBOX_ACCOUNT,
  });
  stops.push(() => freight.close());
  if (hasKeeper) {
    const registry = new Registry();
    const rule = { url: ruleUrl(gateway.url), secret: data.releaseSecret };
    const keeper = await startSandboxKeeper({ database, localnet, log, registry, rule });
    stops.push(() => keeper.stop());
  }
  describe(data, gateway, freight, localnet);
  return { gateway, freight, localnet, data, wallets };
}

/** The page asks the chain at the address on which this machine's browsers reach it. */
function pageOf(
  { page: directory }: SandboxOptions,
  { url: rpcUrl, wsUrl }: MilepostLocalnet,
  { chain, wallets }: { chain: ChainRuntime; wallets: SandboxWallets },
): PageOptions | undefined {
  if (directory === null) return undefined;
  const shown = WALLET_ROLES.map((role) => ({
    role,
    name: WALLET_NAMES[role],
    address: wallets[role].publicKey.toBase58(),
  }));
  return { directory, config: pageConfigOf({ chain, rpcUrl, wsUrl, wallets: shown }) };
}

/** A keeper asks over plain HTTP on this machine alone; a sandbox that listens elsewhere answers there as well. */
function ruleUrl(gatewayUrl: string): string {
  const url = new URL(RELEASE_APPROVAL_PATH, gatewayUrl);
  url.hostname = "127.0.0.1";
  return url.href;
}

async function openStore({ database: directory }: SandboxData): Promise<Database> {
  const database = await openDatabase({ directory }, PROGRAM);
  try {
    await migrate(database, GATEWAY_SCHEMA);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Writes the account and the key of a new database. */
async function ensureSandboxKey(database: Database, { apiKey }: SandboxData): Promise<void> {
  const now = new Date();
  await ensureAccount(database, { id: SANDBOX_ACCOUNT, name: "Sandbox" }, now);
  await insertKey(
    database,
    { ...apiKey, accountId: SANDBOX_ACCOUNT, mode: "test", name: "Sandbox", scopes: null },
    now,
  );
}

function describe(
  { directory, apiKey, webhookSecret }: SandboxData,
  { url, operatorPort }: RunningGateway,
  { freightUrl, payUrl }: Freight,
  localnet: MilepostLocalnet,
): void {
  const described = {
    version: 1,
    ...{ url, apiKey: apiKey.text, webhookSecret, operatorPort },
    ...{ freightUrl, payUrl },
    rpcUrl: localnet.url,
    wsUrl: localnet.wsUrl,
  };
  writeFileSync(path.join(directory, DESCRIPTION_FILE), `${JSON.stringify(described, null, 2)}\n`, {
    mode: 0o600,
  });
}
