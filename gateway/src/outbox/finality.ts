/** Watches landed transactions until they are final. A chain may take a confirmed one back with the fork it was in. */
import {
  createContext,
  ForeignProgramError,
  MilepostErrorCode,
  MilestoneProgramError,
  SendError,
  sendSigned,
  TransactionRuntimeError,
} from "@milepost/sdk";
import type { SignatureStatus } from "@solana/web3.js";
import type { ChainRuntime } from "../chain/chain-runtime";
import { markFinal, notFinal, type NotFinal, revertJob } from "./finality-store";
import { toJob } from "./job-row";
import type { RunServices } from "./run-job";

/** Most signatures that one request may ask for. */
const PAGE = 256;
/** Time that a transaction which no node shows has to land again in one look, in milliseconds. */
const RESEND_MS = 3_000;
/** Slots after which a transaction of which there are no bytes can no longer land. */
const DEAD_AFTER_SLOTS = 512;
/** Seconds after which an RPC may have no history of a signature: its silence proves nothing then. */
const HISTORY_SECONDS = 3_600;

/** Text of a job that the chain took back. */
export const REVERTED =
  "The chain rolled back the transaction before it was final: its fork was dropped.";

/** Services of the watcher. */
export type FinalityServices = Pick<
  RunServices,
  "database" | "chains" | "handlers" | "log" | "resendEveryMs"
> & {
  /** Called for each job that was taken back, after the commit. */
  onReverted(id: string, kind: string): void;
};

/** Looks once at every landed job that is not final. Never rejects. */
export async function watchFinality(services: FinalityServices): Promise<void> {
  for (const chain of Object.values(services.chains)) {
    try {
      while (await lookAtPage(services, chain)) {
        // The next page.
      }
    } catch (error) {
      services.log.warn({ err: error, mode: chain.mode }, "outbox: finality is not known");
    }
  }
}

/** Returns true when a full page became final, so that there may be another one. */
async function lookAtPage(services: FinalityServices, chain: ChainRuntime): Promise<boolean> {
  const jobs = await notFinal(services.database, chain.mode, PAGE);
  if (jobs.length === 0) return false;
  const { value } = await chain.connection.getSignatureStatuses(
    jobs.map(({ signature }) => signature),
    { searchTransactionHistory: true },
  );
  const final: { id: string; slot: number | null }[] = [];
  const missing: NotFinal[] = [];
  jobs.forEach((job, index) => {
    const status = value[index];
    if (status === undefined) return;
    if (status === null || status.err) missing.push(job);
    else if (isFinal(status)) final.push({ id: job.id, slot: status.slot });
  });
  if (final.length > 0) await markFinal(services.database, final);
  for (const job of missing) await judge(services, chain, job);
  return final.length === PAGE;
}

/** `confirmations` is null once rooted; old nodes leave `confirmationStatus` out. */
function isFinal({ confirmationStatus, confirmations }: SignatureStatus): boolean {
  return confirmationStatus ? confirmationStatus === "finalized" : confirmations === null;
}

/** Decides about a landed transaction that a node does not show, or shows as failed. */
async function judge(
  services: FinalityServices,
  chain: ChainRuntime,
  job: NotFinal,
): Promise<void> {
  const { database, log } = services;
  const fate = await (job.wire ? sendAgain(services, chain, job) : lookAgain(chain, job));
  if (fate === "unknown") return;
  if (fate === "gone" && job.age > HISTORY_SECONDS) {
    log.error(
      { job: job.id, signature: job.signature },
      "outbox: the RPC has no history of this transaction any more; compare its policy with the chain",
    );
    return markFinal(database, [{ id: job.id, slot: null }]);
  }
  if (fate !== "gone") return markFinal(database, [{ id: job.id, slot: fate.slot }]);
  const handler = services.handlers.get(job.kind);
  if (!handler) return;
  const isReverted = await database.transaction(async (transaction) => {
    const row = await revertJob(transaction, job.id, REVERTED);
    if (row) await handler.reverted?.(transaction, toJob(row));
    return row !== null;
  });
  if (!isReverted) return;
  log.error({ job: job.id, kind: job.kind, signature: job.signature }, "outbox: taken back");
  services.onReverted(job.id, job.kind);
}

type Fate = "gone" | "unknown" | { slot: number };

/** Sends the same bytes again: while their blockhash lives, the transaction can land in the surviving fork. */
async function sendAgain(
  { resendEveryMs }: FinalityServices,
  chain: ChainRuntime,
  { wire, signature, last_valid_block_height }: NotFinal,
): Promise<Fate> {
  const { connection, sponsor, programId } = chain;
  const context = createContext(connection, sponsor, { programId, commitment: "finalized" });
  const transaction = {
    bytes: Uint8Array.from(wire!),
    signature,
    lastValidBlockHeight: Number(last_valid_block_height),
  };
  try {
    return await sendSigned(context, transaction, { resendEveryMs, timeoutMs: RESEND_MS });
  } catch (error) {
    return isProvenGone(error) ? "gone" : "unknown";
  }
}

/** Expired, or landed in the surviving fork and failed there. Any other error says nothing. */
function isProvenGone(error: unknown): boolean {
  if (!(error instanceof SendError)) {
    return (
      error instanceof MilestoneProgramError ||
      error instanceof ForeignProgramError ||
      error instanceof TransactionRuntimeError
    );
  }
  const { code } = error;
  return code === MilepostErrorCode.SendBlockhashExpired || code === MilepostErrorCode.SendRejected;
}

/** Looks for a transaction that another sender signed. */
async function lookAgain({ connection }: ChainRuntime, job: NotFinal): Promise<Fate> {
  const finalized = await connection.getSlot("finalized");
  if (finalized < Number(job.slot ?? 0) + DEAD_AFTER_SLOTS) return "unknown";
  const { context, value } = await connection.getSignatureStatuses([job.signature], {
    searchTransactionHistory: true,
  });
  const status = value[0];
  if (status === undefined || context.slot < finalized) return "unknown";
  if (status === null) return "gone";
  if (!isFinal(status)) return "unknown";
  return status.err ? "gone" : { slot: status.slot };
}
