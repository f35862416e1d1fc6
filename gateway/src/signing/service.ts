/** Transactions that wallets sign: built, kept, compared when they come back, signed by the sponsor, handed to the outbox. */
import type { Database } from "@milepost/database";
import type { Mode } from "../caller/mode";
import {
  type Build,
  buildUnsignedChain,
  type ChainRuntime,
  changedMessage,
  collectSignatures,
  missingSigners,
  readReturned,
  signLast,
  type UnsignedTransaction,
} from "../chain";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import type { Built, Job } from "../outbox/outbox";
import { DEFAULT_LAMPORTS_PER_HOUR, spend } from "./budget";
import { insertSigning, lockSigning, type SigningSubject, updateSigning } from "./store";

/** A transaction for a wallet, as the API shows it. */
export interface SigningRequest {
  /** Bytes for the wallet, base64. */
  transaction: string;
  /** Bytes that are signed, base64. */
  message: string;
  /** Addresses that must sign, base58. */
  signers: string[];
  /** The chain's time from which the bytes can no longer land, Unix seconds. */
  expiresAt: number;
}

/** A transaction to build, and what it is for. */
export interface SigningBuild {
  subject: SigningSubject;
  build: Build;
  /** Wallet of the session that asks: it must be among the signers. Absent for an API key. */
  askedBy?: string;
}

/**
 * Builds a transaction and keeps it, so that only these bytes are accepted later. It calls the network: run it in `finish` of a
 * write, not in its transaction.
 * Throws what `buildUnsigned` throws, and `GatewayError` (`forbidden`) where `askedBy` signs nothing.
 */
export async function prepareSigning(
  context: GatewayContext,
  subject: SigningSubject,
  build: Build,
  askedBy?: string,
): Promise<SigningRequest> {
  const [request] = await prepareSignings(context, subject.mode, [{ subject, build, askedBy }]);
  return request!;
}

/** Does the same for several transactions that must land in their order. Throws what `buildUnsignedChain` throws. */
export async function prepareSignings(
  context: GatewayContext,
  mode: Mode,
  parts: readonly SigningBuild[],
): Promise<SigningRequest[]> {
  const builds = parts.map(({ build }) => build);
  for (const part of parts) requireSigner(part);
  const all = await buildUnsignedChain(chainOf(context, mode), builds);
  for (const [index, unsigned] of all.entries()) {
    await insertSigning(context.database, parts[index]!.subject, unsigned, context.now());
  }
  return all.map(showUnsigned);
}

/** Nobody asks for a transaction that only others can sign. Throws `GatewayError` (`forbidden`). */
function requireSigner({ subject, build: { signers }, askedBy }: SigningBuild): void {
  const wallets = signers.map((signer) => signer.toBase58());
  if (askedBy === undefined || wallets.includes(askedBy)) return;
  throw new GatewayError(
    "forbidden",
    `${subject.purpose}: expected a session of ${wallets.join(" or ")}, received one of ${askedBy}.`,
  );
}

/** Returns what a wallet needs of an unsigned transaction. */
export const showUnsigned = ({
  transaction,
  message,
  signers,
  expiresAt,
}: UnsignedTransaction): SigningRequest => ({
  transaction,
  message,
  signers,
  expiresAt: Number(expiresAt),
});

/** Signed bytes in a job's payload. */
export interface SignedPayload {
  [key: string]: unknown;
  /** Bytes, base64. */
  bytes: string;
  /** Signature of the sponsor, base58. */
  signature: string;
  lastValidBlockHeight: number;
}

/** What became of a returned transaction. */
export type Accepted =
  /** Other parties still have to sign; base58 addresses. */
  | { state: "incomplete"; purpose: string; payload: Record<string, unknown>; missing: string[] }
  /** The sponsor has signed. The caller enqueues a job with `signed` in the same database transaction. */
  | {
      state: "complete";
      purpose: string;
      payload: Record<string, unknown>;
      signed: SignedPayload;
    };

/**
 * Takes back a signed transaction: only bytes that were built for this object, with a valid signature of each party. The
 * sponsor signs last, within the account's budget. Nothing here calls the network.
 * Throws `GatewayError`: `signature_verification_failed`, `transaction_expired`, `rate_limit_exceeded`, `conflict` when it was
 * accepted before.
 * @example
 * const accepted = await acceptSigned(context, transaction, { accountId, mode, objectId: intent.id, transaction: body.transaction });
 * if (accepted.state === "complete") await context.outbox.enqueue(transaction, { ...job, payload: { signed: accepted.signed } });
 */
export async function acceptSigned(
  context: GatewayContext,
  database: Database,
  given: {
    accountId: string;
    mode: Mode;
    objectId: string;
    transaction: string;
    /** The chain's block height, where bytes that expired are to be refused before the sponsor spends on them. */
    height?: number;
  },
): Promise<Accepted> {
  const { accountId, mode, objectId } = given;
  const chain = chainOf(context, mode);
  const returned = readReturned(given.transaction);
  const { messageHash } = returned;
  const row = await lockSigning(database, { accountId, mode, objectId, messageHash });
  if (!row) throw changedMessage();
  if (row.isCompleted) {
    throw new GatewayError(
      "conflict",
      "This transaction was already accepted and is on its way. Read the object for its state.",
    );
  }
  if (given.height !== undefined && given.height > row.lastValidBlockHeight) throw expired();
  const signatures = collectSignatures(chain, row, returned);
  const missing = missingSigners(chain, row, signatures);
  const { id, purpose, payload } = row;
  if (missing.length > 0) {
    await updateSigning(database, { id, signatures, completedAt: null });
    return { state: "incomplete", purpose, payload, missing };
  }
  const limit = context.sponsorLamportsPerHour ?? DEFAULT_LAMPORTS_PER_HOUR;
  await spend(database, { accountId, mode, lamports: row.lamports, limit }, context.now());
  await updateSigning(database, { id, signatures, completedAt: context.now() });
  const { bytes, signature } = signLast(chain, row, signatures);
  const { lastValidBlockHeight } = row;
  const signed = { bytes: Buffer.from(bytes).toString("base64"), signature, lastValidBlockHeight };
  return { state: "complete", purpose, payload, signed };
}

const expired = (): GatewayError =>
  new GatewayError(
    "transaction_expired",
    "transaction: expired before every party had signed, so it can no longer land. Request a new one and sign it.",
    { param: "transaction" },
  );

/**
 * Returns what a handler's `build` makes of a job with signed bytes: they are sent once. After they expired or the program
 * refused them, the job fails, because only the parties can sign again.
 */
export function buildSigned(job: Pick<Job, "signature" | "error">, signed: SignedPayload): Built {
  const { bytes, signature, lastValidBlockHeight } = signed;
  if (job.signature === signature) {
    const reason = job.error ?? "The transaction did not land.";
    return { do: "fail", reason: `${reason} Request a new transaction and sign it.` };
  }
  return {
    do: "send-signed",
    bytes: Buffer.from(bytes, "base64"),
    signature,
    lastValidBlockHeight,
  };
}

function chainOf({ chains }: GatewayContext, mode: Mode): ChainRuntime {
  const chain = chains[mode];
  if (!chain) throw new Error(`this process does not serve ${mode}`);
  return chain;
}
