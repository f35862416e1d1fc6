/** Takes back what a wallet signed for an intent, whatever it does: one way for every transaction. */
import type { Database } from "@milepost/database";
import type { Caller } from "../caller/caller";
import { type ChainRuntime, readBlockHeight } from "../chain";
import { chainOf, type GatewayContext } from "../context";
import { readChainTime } from "../http/chain-time";
import { sendSignedAction } from "../milestones/wallet-actions";
import { acceptSigned } from "../signing/service";
import { sendSignedPart } from "./confirm-live";
import { findIntent } from "./find-intent";
import type { Intent } from "./intent";
import { FUND_PART, type FundPartPayload } from "./unsigned-parts";

/** A transaction that came back. */
export interface ReturnedFor {
  intent: Intent;
  chain: ChainRuntime;
  /** Base64. */
  transaction: string;
  now: ChainNow;
}

/** What a returned transaction is judged by. */
export interface ChainNow {
  /** The chain's time in Unix seconds. */
  time: bigint;
  /** The chain's block height. */
  height: number;
}

/**
 * Returns a `prepare` of `write` that reads both for the intent in the path.
 * It throws `GatewayError`: `resource_missing`, `chain_unavailable`.
 */
export function readChainNow(context: GatewayContext) {
  const readTime = readChainTime(context);
  return async (request: { params: unknown }, caller: Caller): Promise<ChainNow> => {
    const { id } = request.params as { id: string };
    await findIntent(context.database, caller, id);
    const time = await readTime(request, caller);
    const chain = chainOf(context, caller.mode);
    // In test mode, only the wallet of a session signs.
    const isSigned = caller.session !== undefined || chain.sandboxKey === null;
    return { time, height: isSigned ? await readBlockHeight(chain) : 0 };
  };
}

/** What became of it. */
export type ReturnResult =
  /** Other wallets have to sign as well; base58 addresses. */
  | { state: "incomplete"; purpose: string; missing: string[] }
  /** The outbox sends it. */
  | { state: "sent"; purpose: string; jobId: string; signature: string };

/**
 * Accepts only bytes that were built for this intent, with valid signatures. With the last one the sponsor signs, and the
 * outbox sends.
 * Throws `GatewayError`: `signature_verification_failed`, `transaction_expired`, `rate_limit_exceeded`, `conflict`,
 * `invalid_state_transition`.
 */
export async function returnTransaction(
  context: GatewayContext,
  transaction: Database,
  { intent, chain, transaction: text, now: { time, height } }: ReturnedFor,
): Promise<ReturnResult> {
  const { accountId, mode, id: objectId } = intent;
  const given = { accountId, mode, objectId, transaction: text, height };
  const accepted = await acceptSigned(context, transaction, given);
  const { purpose, payload } = accepted;
  if (accepted.state === "incomplete") {
    return { state: "incomplete", purpose, missing: accepted.missing };
  }
  const { signed } = accepted;
  const jobId =
    purpose === FUND_PART
      ? await sendSignedPart(context, transaction, {
          ...{ intent, chain, signed, time },
          payload: payload as FundPartPayload,
        })
      : await sendSignedAction(context, transaction, { intent, purpose, payload, signed });
  return { state: "sent", purpose, jobId, signature: signed.signature };
}
