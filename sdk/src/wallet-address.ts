import type { PublicKey } from "@solana/web3.js";
import type { MilestoneContext } from "./context";
import { toAddress } from "./input/address";

/**
 * Returns the address of the wallet as it is now: a wallet adapter sets it to null when the user disconnects.
 * Throws `InvalidInputError`.
 */
export function walletAddress({ wallet }: Pick<MilestoneContext, "wallet">): PublicKey {
  return toAddress(
    (wallet as typeof wallet | undefined)?.publicKey as PublicKey,
    "wallet.publicKey",
  );
}
