import { Buffer } from "buffer";
import { type AccountMeta, PublicKey, TransactionInstruction } from "@solana/web3.js";
import { writeTagged } from "../codec/program";
import { PROGRAM_ID } from "../constants";
import { InvalidInputError } from "../errors/input";
import { ACCOUNT_FLAG, INSTRUCTIONS } from "../generated/instructions";
import type { Milestone as MilestoneIdl } from "../generated/milestone";

type Instruction = MilestoneIdl["instructions"][number];
type AccountItem<N extends InstructionName> = Extract<Instruction, { name: N }>["accounts"][number];

/** The program's instructions, in Anchor's spelling. */
export type InstructionName = Instruction["name"];

interface Optional {
  /** True for an account that may be omitted. */
  optional: true;
}

/** Accounts of one instruction by name; an optional one may be `null` or omitted. */
export type InstructionAccounts<N extends InstructionName> = {
  [A in Exclude<AccountItem<N>, Optional>["name"]]: PublicKey;
} & {
  [A in Extract<AccountItem<N>, Optional>["name"]]?: PublicKey | null;
};

type AnyAccountItem = readonly [name: string, flags: number];

const has = ([, flags]: AnyAccountItem, flag: keyof typeof ACCOUNT_FLAG): boolean =>
  (flags & ACCOUNT_FLAG[flag]) !== 0;

/**
 * Builds one instruction, byte for byte as the IDL says, without reading or checking anything. The actions
 * (`createMilestone`, `executePayment`, ...) fill in accounts and check them first; this is for tools and tests.
 * Throws `InvalidInputError` when an account is missing or an argument does not fit its type.
 * @example
 * buildInstruction("acceptAuthority", { pendingAuthority, config }, {});
 */
export function buildInstruction<N extends InstructionName>(
  name: N,
  accounts: InstructionAccounts<N>,
  args: Record<string, unknown> = {},
  programId: PublicKey = PROGRAM_ID,
): TransactionInstruction {
  if (!Object.hasOwn(INSTRUCTIONS, name)) {
    throw new InvalidInputError({ field: "name", expected: "an instruction", received: name });
  }
  const { discriminator, accounts: items, args: codec } = INSTRUCTIONS[name];
  const given = accounts as Record<string, PublicKey | null | undefined>;
  const keys = withoutAbsentEnd(name, items, given).map((item) =>
    toMeta(item, given[item[0]], programId),
  );
  const data = Buffer.from(writeTagged({ discriminator, codec }, args));
  return new TransactionInstruction({ programId, keys, data });
}

/**
 * Drops the absent optional accounts at the end of `executePayment`. The program reads the escrow and the keeper's token
 * account as remaining accounts, so a release without them keeps the bytes it had before held policies, and no batch
 * loses room to them. Every other instruction has Anchor's placeholder for each.
 */
function withoutAbsentEnd(
  name: InstructionName,
  items: readonly AnyAccountItem[],
  given: Record<string, PublicKey | null | undefined>,
): readonly AnyAccountItem[] {
  if (name !== "executePayment") return items;
  let end = items.length;
  while (end > 0 && has(items[end - 1]!, "optional") && !given[items[end - 1]![0]]) end -= 1;
  return items.slice(0, end);
}

function toMeta(
  item: AnyAccountItem,
  pubkey: PublicKey | null | undefined,
  programId: PublicKey,
): AccountMeta {
  if (pubkey) {
    return { pubkey, isSigner: has(item, "signer"), isWritable: has(item, "writable") };
  }
  // Anchor's convention for an absent optional account.
  if (has(item, "optional")) return { pubkey: programId, isSigner: false, isWritable: false };
  throw new InvalidInputError({ field: item[0], expected: "a PublicKey", received: pubkey });
}
