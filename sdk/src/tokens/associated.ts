import { Buffer } from "buffer";
import { type PublicKey, SystemProgram, TransactionInstruction } from "@solana/web3.js";
import { deriveAddress } from "../codec/derive-address";
import { ASSOCIATED_TOKEN_PROGRAM_ID } from "../constants";

/** `AssociatedTokenAccountInstruction::CreateIdempotent`. */
const CREATE_IDEMPOTENT = 1;

/**
 * Returns the associated token account of `owner`, which may be a program address (a multisig's vault).
 * @example
 * associatedTokenAddress(mint, wallet.publicKey, TOKEN_PROGRAM_ID);
 */
export function associatedTokenAddress(
  mint: PublicKey,
  owner: PublicKey,
  tokenProgram: PublicKey,
): PublicKey {
  return deriveAddress([owner, tokenProgram, mint], ASSOCIATED_TOKEN_PROGRAM_ID)[0];
}

/**
 * Creates the associated token account; does nothing when it exists already.
 * @example
 * createAssociatedTokenAccount(payer.publicKey, mint, recipient, TOKEN_PROGRAM_ID);
 */
export function createAssociatedTokenAccount(
  payer: PublicKey,
  mint: PublicKey,
  owner: PublicKey,
  tokenProgram: PublicKey,
): TransactionInstruction {
  const readOnly = (pubkey: PublicKey) => ({ pubkey, isSigner: false, isWritable: false });
  return new TransactionInstruction({
    programId: ASSOCIATED_TOKEN_PROGRAM_ID,
    keys: [
      { pubkey: payer, isSigner: true, isWritable: true },
      {
        pubkey: associatedTokenAddress(mint, owner, tokenProgram),
        isSigner: false,
        isWritable: true,
      },
      readOnly(owner),
      readOnly(mint),
      readOnly(SystemProgram.programId),
      readOnly(tokenProgram),
    ],
    data: Buffer.from([CREATE_IDEMPOTENT]),
  });
}
