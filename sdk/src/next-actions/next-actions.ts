import type { PublicKey } from "@solana/web3.js";
import type { ReadOptions } from "../accounts/read-accounts";
import type { MilestoneContext } from "../context/context";
import { toAddress } from "../input/address";
import { type IntegerInput, toTimestamp } from "../input/numbers";
import { loadReleaseSnapshots } from "../release/load-snapshots";
import { type PolicyReference, toPolicyReference } from "../release/policy-reference";
import { decideNextActions, type NextActions } from "./decide-next-actions";

/**
 * Returns what `who` can do with a policy now and later, and what happens by itself if no party acts. `who` is any
 * address: the owner's, the recipient's, the mediator's, the gateway signer's, or a stranger's. `now` is Unix seconds, by
 * default the chain's clock.
 * Throws `AccountNotFoundError`, `AccountKindError`, `InvalidInputError`.
 * @example
 * const { possible, later, byItself } = await nextActions(context, policyPda, wallet.publicKey);
 * for (const { instruction, until } of possible) console.log(instruction, until?.toString() ?? "any time");
 * for (const { change, at } of byItself) console.log(change, at.toString());
 */
export async function nextActions(
  context: MilestoneContext,
  policy: PolicyReference,
  who: PublicKey,
  now?: IntegerInput,
  options: ReadOptions = {},
): Promise<NextActions> {
  const party = toAddress(who, "who");
  const time = now === undefined ? undefined : toTimestamp(now, "now");
  const [snapshot] = await loadReleaseSnapshots(context, [toPolicyReference(policy)], {
    findsAlternatives: true,
    minContextSlot: options.minContextSlot,
  });
  return decideNextActions(snapshot!, party, time);
}
