/** What every service gets: nothing below reads an environment variable or opens a connection by itself. */
import type { Database } from "@milepost/database";
import type { ChainRuntime } from "./chain/chain-runtime";
import type { Mode } from "./caller/mode";
import type { FileSettings } from "./file-storage/file-storage";
import type { Logger } from "./observe/log";
import type { Outbox } from "./outbox/outbox";
import type { ProcessSecrets } from "./secrets/process-secrets";

/** Services and settings of one gateway process. */
export interface GatewayContext {
  /** Database with the tables of `MIGRATIONS`. */
  readonly database: Database;
  /** Chain per mode: test keys reach only `test`, live keys only `live`. Absent where the process does not serve it. */
  readonly chains: Readonly<Partial<Record<Mode, ChainRuntime>>>;
  /** Queue of transactions; written in the transaction of the change that needs them. */
  readonly outbox: Outbox;
  /** Keys of the process: they encrypt what the database keeps secret, and sign webhooks. */
  readonly secrets: ProcessSecrets;
  /** Log without secrets. */
  readonly log: Logger;
  /** Local time, for ids, key expiry and webhook retries only. Every decision about money takes the chain's time. */
  now(): Date;
  /** Storage of evidence files. Absent where the operator has configured none. */
  readonly files?: FileSettings;
  /** Lamports that the sponsor spends per account and hour on transactions of wallets. Default: half a SOL. */
  readonly sponsorLamportsPerHour?: bigint;
  /** What the sandbox prints, the same after every start. Absent elsewhere. */
  readonly sandbox?: {
    /** The sandbox's own account. */
    accountId: string;
    /** Secret of that account's webhook endpoints, `whsec_...`. */
    webhookSecret: string;
  };
  /** URL at which clients reach this gateway, without a slash at the end. */
  readonly publicUrl: string;
}

/** Returns the chain of a mode that this process serves; authentication has refused the others. */
export function chainOf({ chains }: Pick<GatewayContext, "chains">, mode: Mode): ChainRuntime {
  const chain = chains[mode];
  if (!chain) throw new Error(`this process does not serve ${mode} mode`);
  return chain;
}
