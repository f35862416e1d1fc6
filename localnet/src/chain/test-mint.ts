/** A test mint: the faucet gives any amount of it to any wallet. */
import { createHash } from "node:crypto";
import { Keypair, PublicKey, SystemProgram, TransactionInstruction } from "@solana/web3.js";
import type { AddressedAccount } from "./svm";
import { TOKEN_PROGRAM } from "./token-state";

const TOKEN_PROGRAM_ID = new PublicKey(TOKEN_PROGRAM);
const ASSOCIATED_TOKEN_PROGRAM_ID = new PublicKey("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");

/** Address of the mint, the same on every localnet, so that an application can configure it. */
export const TEST_MINT = Keypair.fromSeed(
  createHash("sha256").update("milepost-localnet/test-mint").digest(),
).publicKey;

export const TEST_MINT_DECIMALS = 6;

const MINT_SIZE = 82;

/** Returns the mint's account, without supply and freeze authority. */
export function testMintAccount(
  mintAuthority: PublicKey,
  rentExempt: (size: number) => bigint,
): AddressedAccount {
  const data = Buffer.alloc(MINT_SIZE);
  data.writeUInt32LE(1, 0); // there is a mint authority
  mintAuthority.toBuffer().copy(data, 4);
  data.writeUInt8(TEST_MINT_DECIMALS, 44);
  data.writeUInt8(1, 45); // initialized
  return {
    address: TEST_MINT.toBase58(),
    account: {
      lamports: rentExempt(MINT_SIZE),
      data,
      owner: TOKEN_PROGRAM,
      executable: false,
    },
  };
}

/** Returns the wallet's associated token account of the test mint. */
export const testTokenAccount = (wallet: PublicKey): PublicKey =>
  PublicKey.findProgramAddressSync(
    [wallet.toBuffer(), TOKEN_PROGRAM_ID.toBuffer(), TEST_MINT.toBuffer()],
    ASSOCIATED_TOKEN_PROGRAM_ID,
  )[0];

/** Builds the instructions that give a wallet test tokens; `authority` pays, and signs as the mint's authority. */
export function mintTestTokens(
  wallet: PublicKey,
  amount: bigint,
  authority: PublicKey,
): TransactionInstruction[] {
  const tokenAccount = testTokenAccount(wallet);
  const data = Buffer.alloc(9);
  data.writeUInt8(7, 0); // MintTo
  data.writeBigUInt64LE(amount, 1);
  return [
    new TransactionInstruction({
      programId: ASSOCIATED_TOKEN_PROGRAM_ID,
      keys: [
        { pubkey: authority, isSigner: true, isWritable: true },
        { pubkey: tokenAccount, isSigner: false, isWritable: true },
        { pubkey: wallet, isSigner: false, isWritable: false },
        { pubkey: TEST_MINT, isSigner: false, isWritable: false },
        { pubkey: SystemProgram.programId, isSigner: false, isWritable: false },
        { pubkey: TOKEN_PROGRAM_ID, isSigner: false, isWritable: false },
      ],
      data: Buffer.from([1]), // CreateIdempotent
    }),
    new TransactionInstruction({
      programId: TOKEN_PROGRAM_ID,
      keys: [
        { pubkey: TEST_MINT, isSigner: false, isWritable: true },
        { pubkey: tokenAccount, isSigner: false, isWritable: true },
        { pubkey: authority, isSigner: true, isWritable: false },
      ],
      data,
    }),
  ];
}
