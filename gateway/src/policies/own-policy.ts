/** Whether the policy at an address is the one that an object has. */
import { memoOf, type PolicyState } from "../chain";

/** What a policy must be for. */
export interface PolicyOwner {
  /** Id of the intent, project or schedule item. */
  objectId: string;
  /** Number of the part within the object, from 0. */
  part: number;
  /** Wallet that it must pay; null where nobody is fixed. */
  recipient: string | null;
}

/**
 * Returns why the policy on chain is not the object's own, or null when it is. An address can hold another policy than before: it
 * is derived from the owner and a number, and a chain that lost transactions counts again. Ask before anything relies on it.
 * @example
 * const foreign = foreignReason(state, { objectId: intent.id, part: 0, recipient: intent.recipient });
 * if (foreign) return { do: "fail", reason: foreign };
 */
export function foreignReason(
  { address, memo, recipient: paid }: Pick<PolicyState, "address" | "memo" | "recipient">,
  { objectId, part, recipient }: PolicyOwner,
): string | null {
  if (memo === memoOf(objectId, part) && (recipient === null || recipient === paid)) return null;
  return (
    `the policy ${address} on chain belongs to another payment, so the money of this one is not there: ` +
    "the chain has lost the transaction that funded it"
  );
}
