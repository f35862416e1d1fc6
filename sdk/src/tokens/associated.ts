import { Buffer } from "buffer";
import { PublicKey, SystemProgram, TransactionInstruction } from "@solana/web3.js";
import { addressKey } from "../address-key";
import { ASSOCIATED_TOKEN_PROGRAM_ID } from "./programs";

/** Deriving one takes a third of a millisecond, and the accounts of fees and owners are asked for again and again. */
const MAX_DERIVED = 4_096;
const derived = /* @__PURE__ */ new Map<string, PublicKey>();

/** `AssociatedTokenAccountInstruction::CreateIdempotent`. */
const CREATE_IDEMPOTENT = 1;

/**
 * The associated token account of `owner`, who may be a program address (a multisig's vault).
 * @example
 * associatedTokenAddress(mint, wallet.publicKey, TOKEN_PROGRAM_ID);
 */
export function associatedTokenAddress(
  mint: PublicKey,
  owner: PublicKey,
  tokenProgram: PublicKey,
): PublicKey {
  const key = addressKey(mint) + addressKey(owner) + addressKey(tokenProgram);
  const address = derived.get(key) ?? derive(mint, owner, tokenProgram);
  // A map keeps the order of insertion: the longest unused is the first.
  derived.delete(key);
  derived.set(key, address);
  if (derived.size > MAX_DERIVED) derived.delete(derived.keys().next().value!);
  return address;
}

function derive(mint: PublicKey, owner: PublicKey, tokenProgram: PublicKey): PublicKey {
  const seeds = [owner.toBytes(), tokenProgram.toBytes(), mint.toBytes()];
  return PublicKey.findProgramAddressSync(seeds, ASSOCIATED_TOKEN_PROGRAM_ID)[0];
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
