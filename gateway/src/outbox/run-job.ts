/** Carries one leased job as far as it goes: build, sign, record, send, confirm, commit. */
import type { Database } from "@milepost/database";
import {
  createContext,
  type MilestoneContext,
  send,
  sendSigned,
  type SignedTransaction,
} from "@milepost/sdk";
import type { Connection, Keypair } from "@solana/web3.js";
import type { ChainRuntime } from "../chain/chain-runtime";
import type { Mode } from "../caller/mode";
import type { Logger } from "../observe/log";
import { backoffSeconds } from "./backoff";
import type { CrashHook } from "./crash-points";
import { type Failure, failureOf, type Stage } from "./failure";
import { type JobRow, toJob } from "./job-row";
import * as store from "./job-store";
import { type Built, type Job, type JobHandler, NotYetError, type Receipt } from "./outbox";
import { withDeadline } from "./deadline";

/** Results of one run of a job, as metrics count them. */
export type Outcome = "landed" | "failed" | "waiting" | "refused" | "expired" | "trouble" | "lost";

/** Services of a worker. */
export interface RunServices {
  database: Database;
  chains: Readonly<Partial<Record<Mode, ChainRuntime>>>;
  handlers: ReadonlyMap<string, JobHandler<unknown>>;
  log: Logger;
  random: () => number;
  /** Equal refusals after which a job fails. */
  refusals: number;
  /** How often the same bytes are sent again, in milliseconds. */
  resendEveryMs: number;
  /** Milliseconds after which a run gives up on the confirmation and comes back to it later. */
  confirmMs: number;
  /** Milliseconds that `build` has. */
  buildMs: number;
  crash?: CrashHook;
}

/** Runs a job once. Never rejects: what goes wrong is written to the job, or left to the next lease. */
export async function runJob(services: RunServices, owner: string, row: JobRow): Promise<Outcome> {
  const lease: store.Lease = { id: row.id, owner, attempts: row.attempts };
  const progress: Progress = { stage: row.state === "signed" ? "resend" : "build" };
  try {
    return await advance(services, lease, row, progress);
  } catch (error) {
    return react(services, lease, row, error, progress.stage).catch((failure: unknown) => {
      services.log.warn(
        { err: failure, job: row.id, kind: row.kind },
        "job left to its next lease",
      );
      return failure instanceof store.LeaseLostError ? "lost" : "trouble";
    });
  }
}

interface Progress {
  stage: Stage;
}

async function advance(
  services: RunServices,
  lease: store.Lease,
  row: JobRow,
  progress: Progress,
): Promise<Outcome> {
  const chain = services.chains[row.mode]!;
  const handler = services.handlers.get(row.kind)!;
  const seeing = async (job: Job, receipt: Receipt): Promise<unknown> => {
    progress.stage = "landed";
    return handler.observe?.(chain, job, receipt);
  };
  if (row.state === "signed") {
    const receipt = await sendBytes(services, chain, signedOf(row));
    const seen = await seeing(toJob(row), receipt);
    return land(services, row.id, handler, receipt, seen);
  }
  const built = await withDeadline(handler.build(chain, toJob(row)), services.buildMs, "build");
  switch (built.do) {
    case "send":
    case "send-signed": {
      const record = recorder(services, lease, handler, progress);
      const receipt =
        built.do === "send"
          ? await firstSend(services, chain, built, record)
          : await record(built, "resend").then(() => sendBytes(services, chain, built));
      const job = { ...toJob(row), state: "signed" as const, signature: receipt.signature };
      return land(services, row.id, handler, receipt, await seeing(job, receipt));
    }
    case "done": {
      const receipt = { signature: built.signature, slot: built.slot };
      const seen = await seeing(toJob(row), receipt);
      return finish(services, handler, receipt, seen, (transaction) =>
        store.landDone(transaction, lease, receipt),
      );
    }
    case "wait":
      await store.postpone(services.database, lease, {
        seconds: built.seconds,
        error: built.reason,
        isWaiting: true,
      });
      return "waiting";
    case "fail":
      return fail(services, lease, handler, built.reason);
  }
}

function signedOf(row: JobRow): SignedTransaction {
  return {
    bytes: Uint8Array.from(row.wire!),
    signature: row.signature!,
    lastValidBlockHeight: Number(row.last_valid_block_height),
  };
}

/** Looks the bytes up and sends them until their end is known. */
function sendBytes(
  { crash, resendEveryMs, confirmMs }: RunServices,
  chain: ChainRuntime,
  { bytes, signature, lastValidBlockHeight }: SignedTransaction,
): Promise<Receipt> {
  const context = contextOf(chain, chain.sponsor, crash);
  const transaction = { bytes, signature, lastValidBlockHeight };
  return sendSigned(context, transaction, { resendEveryMs, timeoutMs: confirmMs });
}

/** Returns a function that records signed bytes; nothing is sent before it has resolved. */
function recorder(
  { database, crash }: RunServices,
  lease: store.Lease,
  handler: JobHandler<unknown>,
  progress: Progress,
) {
  return async (signed: SignedTransaction, stage: Stage): Promise<void> => {
    await database.transaction(async (transaction) => {
      const row = await store.recordSigned(transaction, lease, signed);
      await handler.signed?.(transaction, toJob(row));
    });
    progress.stage = stage;
    await crash?.("before-send");
  };
}

async function firstSend(
  { crash, resendEveryMs, confirmMs }: RunServices,
  chain: ChainRuntime,
  { instructions, payer, signers }: Extract<Built, { do: "send" }>,
  record: (signed: SignedTransaction, stage: Stage) => Promise<void>,
): Promise<Receipt> {
  await crash?.("before-sign");
  const { signature, slot } = await send(contextOf(chain, payer, crash), instructions, {
    signers,
    payer: payer.publicKey,
    resendEveryMs,
    timeoutMs: confirmMs,
    onSigned: (signed) => record(signed, "first-send"),
  });
  return { signature, slot };
}

function contextOf(chain: ChainRuntime, payer: Keypair, crash?: CrashHook): MilestoneContext {
  const connection = crash ? crashingAfterSend(chain.connection, crash) : chain.connection;
  return createContext(connection, payer, { programId: chain.programId, commitment: "confirmed" });
}

function crashingAfterSend(connection: Connection, crash: CrashHook): Connection {
  const sendRawTransaction: Connection["sendRawTransaction"] = async (...args) => {
    const signature = await connection.sendRawTransaction(...args);
    await crash("after-send");
    return signature;
  };
  return Object.assign(Object.create(connection) as Connection, { sendRawTransaction });
}

async function land(
  services: RunServices,
  id: string,
  handler: JobHandler<unknown>,
  receipt: Receipt,
  seen: unknown,
): Promise<Outcome> {
  await services.crash?.("after-landing");
  const outcome = await finish(services, handler, receipt, seen, (transaction) =>
    store.landSigned(transaction, id, receipt),
  );
  await services.crash?.("after-commit");
  return outcome;
}

/** Writes job and effect in one transaction. The update of the row lets only one worker do so. */
function finish(
  { database }: RunServices,
  handler: JobHandler<unknown>,
  receipt: Receipt,
  seen: unknown,
  write: (transaction: Database) => Promise<JobRow | null>,
): Promise<Outcome> {
  return database.transaction(async (transaction) => {
    const row = await write(transaction);
    if (!row) return "lost";
    await handler.landed(transaction, toJob(row), receipt, seen);
    return "landed";
  });
}

function fail(
  { database }: RunServices,
  lease: store.Lease,
  handler: JobHandler<unknown>,
  reason: string,
): Promise<Outcome> {
  return database.transaction(async (transaction) => {
    const row = await store.failJob(transaction, lease, reason);
    if (!row) return "lost";
    await handler.failed(transaction, toJob(row), reason);
    return "failed";
  });
}

/** Runs in trouble, one after another, from which on each is told as a warning: one or two end by themselves. */
const TROUBLES_BEFORE_WARNING = 5;

async function react(
  services: RunServices,
  lease: store.Lease,
  row: JobRow,
  error: unknown,
  stage: Stage,
): Promise<Outcome> {
  if (error instanceof store.LeaseLostError) throw error;
  const { database, log, random } = services;
  if (error instanceof NotYetError) {
    const { message, seconds } = error;
    await store.postpone(database, lease, { seconds, error: message, isWaiting: true });
    return "waiting";
  }
  const failure: Failure = failureOf(error, stage);
  const { kind } = failure;
  const told = { err: error, job: row.id, kind: row.kind, stage, outcome: kind };
  if (kind === "trouble" && row.troubles + 1 >= TROUBLES_BEFORE_WARNING) {
    log.warn({ ...told, troubles: row.troubles + 1 }, "job does not land");
  } else log.info(told, "job not landed");
  if (failure.kind === "expired") {
    await store.postpone(database, lease, {
      seconds: 0,
      error: "The blockhash expired before the transaction landed; it is signed again.",
      isDead: true,
    });
    return "expired";
  }
  if (failure.kind === "trouble") {
    const troubles = row.troubles + 1;
    await store.postpone(database, lease, {
      seconds: backoffSeconds(troubles, random),
      error: failure.text,
      troubles,
      refusals: row.refusals,
      refusal: row.refusal,
      isDead: failure.isDead,
    });
    return "trouble";
  }
  const refusals = row.refusal === failure.key ? row.refusals + 1 : 1;
  if (refusals >= services.refusals) {
    return fail(services, lease, services.handlers.get(row.kind)!, failure.text);
  }
  await store.postpone(database, lease, {
    // The first refusal often says that another transaction was faster: build finds that at once.
    seconds: refusals === 1 ? 0 : backoffSeconds(refusals - 1, random),
    error: failure.text,
    refusals,
    refusal: failure.key,
    isDead: true,
  });
  return "refused";
}
