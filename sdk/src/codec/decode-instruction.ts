import type { PublicKey } from "@solana/web3.js";
import { PROGRAM_ID } from "../constants";
import { ACCOUNT_FLAG, INSTRUCTIONS } from "../generated/instructions";
import { DecodeError } from "./bytes";
import { hasDiscriminator, readTagged, type Tagged, writeTagged } from "./program";

/** Instruction as a transaction contains it: a `TransactionInstruction`, or one read out of a compiled message. */
export interface RawInstruction {
  /** Address of the program that is called. */
  programId: PublicKey;
  /** Accounts that are passed, in their order. */
  keys: readonly {
    /** Address of the account. */
    pubkey: PublicKey;
  }[];
  /** Discriminator and arguments. */
  data: Uint8Array;
}

/** Instruction of the Milepost program, with its accounts and arguments by name. */
export interface DecodedInstruction {
  /** Name of the instruction in Anchor's spelling, which is also the name of the function that builds it. */
  name: keyof typeof INSTRUCTIONS;
  /** Addresses by the account's name; null for an optional account that is left out. */
  accounts: Record<string, PublicKey | null>;
  /** Arguments by name, with Anchor's values: `BN` for 64 bits, `number[]` for bytes. */
  args: Record<string, unknown>;
}

/**
 * Decodes an instruction of the Milepost program, so that a page can show what a wallet is asked to sign. Returns null for
 * another program's instruction, an unknown one, missing or additional accounts, and data with missing or additional bytes.
 * It reads nothing from the chain: the accounts are the ones that the instruction names, and the program checks them.
 * @example
 * import { decodeInstruction } from "@milepost/sdk";
 *
 * const decoded = decodeInstruction(instruction);
 * if (decoded?.name === "approveMilestone") console.log(decoded.accounts.policy?.toBase58(), decoded.args.milestoneIndex);
 */
export function decodeInstruction(
  instruction: RawInstruction,
  programId: PublicKey = PROGRAM_ID,
): DecodedInstruction | null {
  const { keys, data } = instruction;
  if (!instruction.programId.equals(programId)) return null;
  const names = Object.keys(INSTRUCTIONS) as (keyof typeof INSTRUCTIONS)[];
  const name = names.find((each) => hasDiscriminator(data, INSTRUCTIONS[each].discriminator));
  if (!name) return null;
  const { discriminator, accounts: items, args: codec } = INSTRUCTIONS[name];
  const accounts = namedAccounts(items, keys, programId);
  const args = readExactly({ discriminator, codec }, data);
  return accounts && args ? { name, accounts, args } : null;
}

/** Returns null where an account is missing or one too many is passed. */
function namedAccounts(
  items: readonly (readonly [name: string, flags: number])[],
  keys: RawInstruction["keys"],
  programId: PublicKey,
): Record<string, PublicKey | null> | null {
  if (keys.length > items.length) return null;
  const named: Record<string, PublicKey | null> = {};
  for (const [index, [name, flags]] of items.entries()) {
    const isOptional = (flags & ACCOUNT_FLAG.optional) !== 0;
    const address = keys[index]?.pubkey;
    if (!address && !isOptional) return null;
    // The program's own address is Anchor's placeholder for an account that is left out.
    named[name] = !address || (isOptional && address.equals(programId)) ? null : address;
  }
  return named;
}

/** Returns null unless the arguments are all of the data: the same bytes come out when they are written again. */
function readExactly(
  tagged: Tagged<Record<string, unknown>>,
  data: Uint8Array,
): Record<string, unknown> | null {
  try {
    const args = readTagged(tagged, data);
    const again = writeTagged(tagged, args);
    const isAll = again.length === data.length && again.every((byte, at) => byte === data[at]);
    return isAll ? args : null;
  } catch (error) {
    if (error instanceof DecodeError) return null;
    throw error;
  }
}
