/** Tokens for the sandbox's homeowner: a step there never fails for want of them. */
import { PublicKey } from "@solana/web3.js";
import type { ChainRuntime } from "../chain";
import { feeOf } from "../money/split";
import type { ProjectRow } from "../projects/rows";
import type { ActionRow } from "./action-store";

/** Gives the sandbox's homeowner what the milestone of a funding costs; does nothing in live mode and for other steps. */
export async function fundSandboxWallet(
  chain: ChainRuntime,
  { currency, milestones, terms, wallets }: ProjectRow,
  { kind, milestone_id }: ActionRow,
): Promise<void> {
  if (kind !== "fund" || !chain.sandboxFund) return;
  const { amount } = milestones.find(({ id }) => id === milestone_id)!;
  const total = amount + feeOf(amount, terms.platformFeeBps);
  await chain.sandboxFund(new PublicKey(wallets!.homeowner), currency, total);
}
