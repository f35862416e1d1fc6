/**
 * Transactions that the payer's wallet sends by itself, as Solana Pay and Actions have it: the payer pays fee and rent, and no key
 * of the gateway signs.
 */
import type { Database } from "@milepost/database";
import { buildUnsigned, type UnsignedTransaction } from "../chain";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import { findJob } from "../outbox/job-store";
import { toJob } from "../outbox/job-row";
import { showUnsigned } from "../signing/service";
import { AWAIT_PART, type AwaitPayload } from "./await-part";
import { type LiveConfirmation, requestSignatures } from "./confirm-live";
import type { Intent, PartDetails } from "./intent";
import { requireNothingOnItsWay } from "./on-its-way";
import { insertPart, isFree, isOnItsWay, listParts, planPolicy } from "./parts-store";
import { lockIntent, readIntent } from "./store";
import {
  type BuiltPart,
  buildFreeParts,
  FUND_PART,
  payloadOf,
  type PartTransaction,
} from "./unsigned-parts";

/**
 * Returns a function that builds the next part's transaction for the payer's wallet; run it after the commit. While the bytes of
 * an earlier request may land, the same payer gets the same bytes.
 * Throws what `requestSignatures` throws, and so does the function; `invalid_status` when every part is paid.
 */
export async function offerPart(
  context: GatewayContext,
  transaction: Database,
  confirmation: LiveConfirmation,
): Promise<() => Promise<PartTransaction>> {
  const { intent, chain, body } = confirmation;
  const parts = await listParts(transaction, intent.id);
  const offered = await offeredTo(transaction, parts, body.payerAddress);
  if (offered) return () => Promise.resolve(offered);
  const waiting = await requestSignatures(context, transaction, confirmation);
  return async () => {
    const feePayer = waiting.payer!;
    const options = { isAccepted: false, feePayer };
    const [next] = await buildFreeParts(context, chain, waiting, options);
    if (!next) {
      throw new GatewayError("invalid_status", "Every part of this payment is already paid.");
    }
    const [payer] = next.build.signers;
    const unsigned = await buildUnsigned(chain, next.build, payer);
    return keepOffer(context, { intent: waiting, next, unsigned });
  };
}

/** Returns what was handed out to the payer and may still land, or null. */
async function offeredTo(
  transaction: Database,
  parts: readonly PartDetails[],
  payer: string | undefined,
): Promise<PartTransaction | null> {
  const jobId = parts.find(isOnItsWay)?.jobId;
  const row = jobId ? await findJob(transaction, jobId) : null;
  const job = row && toJob(row);
  if (job?.kind !== AWAIT_PART) return null;
  const payload = job.payload as AwaitPayload;
  return payload.payer === payer ? payload.request : null;
}

/** Notes the bytes before the wallet gets them: from here on they may land at any time. */
async function keepOffer(
  context: GatewayContext,
  { intent, next, unsigned }: { intent: Intent; next: BuiltPart; unsigned: UnsignedTransaction },
): Promise<PartTransaction> {
  const { id: intentId, accountId, mode, payer } = intent;
  const { part, build } = next;
  const request: PartTransaction = {
    purpose: FUND_PART,
    part: part.part,
    ...showUnsigned(unsigned),
  };
  const { lastValidBlockHeight, messageHash } = unsigned;
  const base = payloadOf(intent, part, build.policy);
  const payload: AwaitPayload = { ...base, intentId, lastValidBlockHeight, request };
  const kept = await context.database.transaction(async (transaction) => {
    await lockIntent(transaction, intentId);
    const parts = await listParts(transaction, intentId);
    // Another request of the same moment was faster: its bytes are the only ones.
    const offered = await offeredTo(transaction, parts, payer!);
    if (offered) return offered;
    requireNothingOnItsWay(parts);
    const now = (await readIntent(transaction, intentId))!;
    const current = parts[part.part]!;
    const isSame = now.payer === payer && now.releaseCondition === intent.releaseCondition;
    if (!isFree(current) || !isSame || now.status === "CANCELED") {
      throw new GatewayError(
        "conflict",
        "The payment changed while its transaction was being built. Repeat the request.",
      );
    }
    const jobId = await context.outbox.enqueue(transaction, {
      ...{ accountId, mode, kind: AWAIT_PART, subjectId: intentId, payload },
      dedupeKey: `${AWAIT_PART}:${intentId}:${part.part}:${messageHash}`,
    });
    await insertPart(transaction, { ...current, jobId });
    await planPolicy(transaction, current, build.policy);
    return request;
  });
  context.outbox.wake();
  return kept;
}
