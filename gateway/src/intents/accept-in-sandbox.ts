/** The sandbox's payee accepts what a wallet has paid, as a person would: by a job, so that a crash in between changes nothing. */
import type { Database } from "@milepost/database";
import { chainOf, type GatewayContext } from "../context";
import type { Sighting } from "../policies/see-policy";
import type { Intent } from "./intent";

/** Kind of the job that signs a part's terms. */
export const ACCEPT_TERMS = "accept_terms";

/**
 * Asks for the payee's acceptance of a part that was paid without it. Does nothing on a chain whose payee has a wallet of their own,
 * and nothing the second time.
 */
export async function acceptInSandbox(
  context: GatewayContext,
  transaction: Database,
  intent: Intent,
  { part, sighting: { state } }: { part: number; sighting: Sighting },
): Promise<void> {
  const { accountId, mode, id: intentId, recipient } = intent;
  const { sandboxKey } = chainOf(context, mode);
  const isOpen = state.escrow !== null && state.escrow.acceptedAt === null;
  if (!sandboxKey || !isOpen) return;
  if (sandboxKey(accountId, "payee").publicKey.toBase58() !== recipient) return;
  await context.outbox.enqueue(transaction, {
    ...{ accountId, mode, kind: ACCEPT_TERMS, subjectId: intentId },
    dedupeKey: `${ACCEPT_TERMS}:${intentId}:${part}:sandbox:${state.address}`,
    payload: { intentId, part },
  });
}
