/** `milepost-gateway [serve]`. */
import { MilepostError, PROGRAM_ID } from "@milepost/sdk";
import type { Keypair, PublicKey } from "@solana/web3.js";
import { Command } from "commander";
import type { Mode } from "../caller/mode";
import type { Currency } from "../chain";
import { openFiles, type StorageFlags } from "../config/file-storage";
import { type MailFlags, readMail, SMTP_URL } from "../config/mail";
import { MASTER_KEY, readSecrets } from "../config/master-key";
import { OPTIONS } from "../config/options";
import { readReleaseSecret, RELEASE_SECRET } from "../config/release-secret";
import { requireFlags } from "../config/required";
import { UsageError } from "../config/usage-error";
import type { ServerOptions } from "../http/app";
import { createLog, type Logger, type LogLevel } from "../observe/log";
import { secretsOf, shownUrl } from "../observe/secret-texts";
import { packagedPage } from "../page/page-directory";
import {
  type LiveGateway,
  type LiveGatewayOptions,
  NoRpcError,
  startLiveGateway,
} from "../process/live-gateway";
import { NoDatabaseError } from "../process/postgres";
import { untilToldToStop } from "./signals";

interface ServeFlags extends StorageFlags, MailFlags {
  url: string;
  wsUrl?: string;
  databaseUrl: string;
  databaseConnections: number;
  mode: Mode;
  keypair: Keypair;
  sponsor: Keypair;
  gateway?: PublicKey;
  mint?: Partial<Record<Currency, PublicKey>>;
  programId?: PublicKey;
  genesisHash?: string;
  masterKeyFile?: string;
  sponsorBudget: number;
  publicUrl?: string;
  page?: string;
  pageRpcUrl?: string;
  port: number;
  host: string;
  freightPort: number | "off";
  payPort: number | "off";
  scorerUrl?: string;
  metricsPort: number | "off";
  metricsHost: string;
  rateLimit: number;
  addressRateLimit: number;
  maxConnections: number;
  trustProxy?: string;
  logLevel?: LogLevel;
}

/** Flags of the command, in the order of its help. */
export const SERVE_OPTIONS = [
  ...(["url", "wsUrl", "databaseUrl", "databaseConnections", "keypair", "sponsor"] as const),
  ...(["mode", "gateway", "mint", "programId", "genesisHash", "masterKeyFile"] as const),
  ...(["filesDir", "s3Bucket", "s3Endpoint", "s3Region", "s3Prefix", "mailFrom"] as const),
  ...(["administrator", "sponsorBudget", "publicUrl", "page", "pageRpcUrl"] as const),
  ...([
    "port",
    "host",
    "freightPort",
    "payPort",
    "scorerUrl",
    "metricsPort",
    "metricsHost",
    "rateLimit",
    "addressRateLimit",
  ] as const),
  ...(["maxConnections", "trustProxy", "logLevel"] as const),
] as const;

/** Builds the command; `code` gets the exit code. */
export function serveCommand(code: (value: number) => void): Command {
  const command = new Command("serve").description(
    "serve the API on a cluster, with a Postgres that several processes may share (default command)",
  );
  for (const name of SERVE_OPTIONS) command.addOption(OPTIONS[name]());
  command.addHelpText(
    "after",
    `\nSecrets come from environment variables only: ${SMTP_URL} (mail server), ${RELEASE_SECRET} (shared with the keeper), ${MASTER_KEY} (instead of --master-key-file).`,
  );
  return command.allowExcessArguments().action(async (flags: ServeFlags) => {
    const [unknown] = command.args;
    if (unknown !== undefined) {
      throw new UsageError(
        `unknown command "${unknown}": expected serve, sandbox, keys, administrators, migrate or reconcile; --help lists all flags`,
      );
    }
    requireFlags(command, "url", "databaseUrl", "keypair", "sponsor");
    if ((flags.freightPort === "off") !== (flags.payPort === "off")) {
      throw new UsageError("--freight-port and --pay-port need each other: pass both, or neither");
    }
    code(await run(flags));
  });
}

/** Serves until it is told to stop; resolves with the exit code. */
async function run(flags: ServeFlags): Promise<number> {
  const { url, wsUrl = "", databaseUrl, logLevel: level } = flags;
  const secrets = [url, wsUrl, databaseUrl, process.env[SMTP_URL] ?? ""].flatMap(secretsOf);
  const log = createLog({ level, secrets });
  const told = untilToldToStop(() => log.warn("received a second signal: exiting at once"));
  const starting = start(flags, log);
  // A stop before the end of the start: nothing has been accepted yet.
  const gateway = await Promise.race([starting, told.then(() => null)]);
  if (!gateway) return 0;
  const { chains } = gateway.context;
  const [chain] = Object.values(chains);
  log.info(
    {
      ...{
        url: gateway.url,
        hasPage: gateway.hasPage,
        metricsPort: gateway.operatorPort,
        rpc: shownUrl(url),
      },
      ...(gateway.freight && {
        freightUrl: gateway.freight.freightUrl,
        payUrl: gateway.freight.payUrl,
      }),
      ...{ mode: chain!.mode, genesisHash: chain!.genesisHash, gateway: chain!.gateway },
    },
    "gateway started",
  );
  if (!gateway.hasPage && flags.page !== "off" && flags.pageRpcUrl === undefined) {
    log.info(
      "no page is served: pass --page-rpc-url, the URL of an RPC that every visitor may see",
    );
  }
  log.info({ signal: await told }, "stopping");
  const isQuiet = await gateway.stop();
  log.info({ isQuiet }, "stopped");
  return isQuiet ? 0 : 1;
}

async function start(flags: ServeFlags, log: Logger): Promise<LiveGateway> {
  const options: LiveGatewayOptions = {
    ...flags,
    signer: flags.keypair,
    mints: flags.mint,
    programId: flags.programId ?? PROGRAM_ID,
    secrets: readSecrets(flags.masterKeyFile, process.env),
    files: await openFiles(flags),
    notifications: readMail(flags, process.env),
    releaseSecret: readReleaseSecret(process.env),
    sponsorLamportsPerHour: BigInt(flags.sponsorBudget),
    listen: { host: flags.host, port: flags.port },
    operator:
      flags.metricsPort === "off" ? null : { host: flags.metricsHost, port: flags.metricsPort },
    server: serverOf(flags),
    page: pageOf(flags),
    freight: freightOf(flags),
    log,
  };
  try {
    return await startLiveGateway(options);
  } catch (error) {
    throw explained(error, flags);
  }
}

/** The gateway's own RPC may have a secret in its URL: only a URL that was given for the page reaches a browser. */
function pageOf({ page, pageRpcUrl }: ServeFlags): LiveGatewayOptions["page"] {
  if (page === "off" || pageRpcUrl === undefined) return undefined;
  return { directory: page ?? packagedPage(), rpcUrl: pageRpcUrl };
}

function freightOf(flags: ServeFlags): LiveGatewayOptions["freight"] {
  const { host, freightPort, payPort, scorerUrl } = flags;
  if (freightPort === "off" || payPort === "off") return undefined;
  const { rateLimits } = serverOf(flags);
  return { host, freightPort, payPort, scorerUrl, rateLimits };
}

/** Requests per window that stand for no limit at all. */
const UNLIMITED = 1_000_000_000;

function serverOf({
  rateLimit,
  addressRateLimit,
  maxConnections,
  trustProxy,
}: ServeFlags): ServerOptions {
  const isUnlimited = rateLimit === 0 && addressRateLimit === 0;
  return {
    rateLimits: isUnlimited
      ? null
      : { perKey: rateLimit || UNLIMITED, perAddress: addressRateLimit || UNLIMITED },
    connections: { count: maxConnections },
    trustProxy: trustProxy ?? false,
  };
}

/** Names the flag of what did not answer, or of what the chain does not have. */
export function explained(
  error: unknown,
  { url, databaseUrl }: Pick<ServeFlags, "url" | "databaseUrl">,
): unknown {
  if (error instanceof NoRpcError) {
    return new Error(`--url: no Solana RPC answers at ${shownUrl(url)} (${error.message})`);
  }
  if (error instanceof NoDatabaseError) {
    const { host } = new URL(databaseUrl);
    return new Error(`--database-url: no database at ${host} (${error.message})`);
  }
  const isOfAccount =
    error instanceof MilepostError &&
    ["AccountNotFoundError", "AccountKindError", "AccountMismatchError"].includes(error.name);
  return isOfAccount ? new UsageError(`--gateway: ${error.shortMessage}`) : error;
}
