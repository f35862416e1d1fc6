/** The account from which Anchor's clients and explorers read a program's IDL. */
import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import { PublicKey } from "@solana/web3.js";
import type { AddressedAccount } from "../chain/svm";
import type { MilepostProgram } from "./program";

/** Discriminator of Anchor's `IdlAccount`. */
const DISCRIMINATOR = createHash("sha256").update("internal:IdlAccount").digest().subarray(0, 8);

/** Returns the account that `anchor idl init` creates, with the upgrade authority as its authority. */
export async function idlAccount(
  { programId, idl }: MilepostProgram,
  authority: PublicKey,
  rentExempt: (size: number) => bigint,
): Promise<AddressedAccount> {
  const program = new PublicKey(programId);
  const [base] = PublicKey.findProgramAddressSync([], program);
  const address = await PublicKey.createWithSeed(base, "anchor:idl", program);
  const compressed = deflateSync(idl);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(compressed.length, 0);
  const data = Buffer.concat([DISCRIMINATOR, authority.toBuffer(), size, compressed]);
  return {
    address: address.toBase58(),
    account: { lamports: rentExempt(data.length), data, owner: programId, executable: false },
  };
}
