/** The only place that says when a new signature is allowed. */
import type { PassContext, Ready } from "./batch";

/**
 * Returns the items that the keeper may sign for now. All three conditions must hold:
 *
 * 1. The worker is not stopping.
 * 2. No earlier bytes for the policy may still land: each earlier attempt has landed, failed or expired.
 * 3. This worker holds the lease on the policy. The database is asked right before the signature.
 *
 * Two signatures for one milestone can't pay it twice, as the program pays each milestone once. The second one would cost
 * a fee. The journal checks the third condition once more, in the transaction that stores the bytes before they are sent.
 */
export async function itemsToSign(
  pass: Pick<PassContext, "isStopping" | "mayStillLand" | "stillHeld">,
  items: readonly Ready[],
): Promise<Ready[]> {
  if (pass.isStopping()) return [];
  return pass.stillHeld(items.filter(({ member }) => !pass.mayStillLand(member.policy)));
}
