import { expect } from "chai";
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { anchorCoder } from "./anchor-coder";
import { PROGRAM_ID } from "../src/constants";
import { IDL } from "../src/generated/milestone";

/** One of the program's instructions with its accounts by name; null for an optional one that is left out. */
export interface ReadInstruction {
  name: string;
  args: Record<string, unknown>;
  accounts: Record<string, string | null>;
  signers: string[];
}

/** Reads an instruction of ours back by the IDL. */
export function readInstruction(instruction: TransactionInstruction | undefined): ReadInstruction {
  if (!instruction?.programId.equals(PROGRAM_ID)) return expect.fail("no instruction of ours");
  const coder = anchorCoder().instruction;
  const decoded = coder.decode(instruction.data) ?? expect.fail("unknown instruction");
  const { accounts } = IDL.instructions.find(({ name }) => name === decoded.name)!;
  const named = (accounts as readonly { name: string }[]).map(({ name }, index) => {
    const { pubkey } = instruction.keys[index]!;
    return [name, pubkey.equals(PROGRAM_ID) ? null : pubkey.toBase58()];
  });
  return {
    name: decoded.name,
    args: decoded.data as Record<string, unknown>,
    accounts: Object.fromEntries(named),
    signers: instruction.keys
      .filter(({ isSigner }) => isSigner)
      .map(({ pubkey }) => base58(pubkey)),
  };
}

/** For comparing with what `readInstruction` gives. */
export function base58(address: PublicKey): string {
  return address.toBase58();
}
