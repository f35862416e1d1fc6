import type { PublicKey } from "@solana/web3.js";
import { TOKEN_PROGRAM_ID } from "../constants";
import { associatedTokenAddress } from "./associated";

/**
 * Address of an escrow's vault: its associated token account of the mint. `tokenProgram` is the one that owns the mint.
 * @example
 * const vault = getVaultAddress(getEscrowPda(policyPda)[0], mint);
 */
export function getVaultAddress(
  escrow: PublicKey,
  mint: PublicKey,
  tokenProgram: PublicKey = TOKEN_PROGRAM_ID,
): PublicKey {
  return associatedTokenAddress(mint, escrow, tokenProgram);
}
