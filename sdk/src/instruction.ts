import { type AccountMeta, PublicKey, TransactionInstruction } from "@solana/web3.js";
import { Buffer } from "buffer";
import { writeTagged } from "./codec/program";
import { PROGRAM_ID } from "./constants";
import { InvalidInputError } from "./errors/input";
import { ACCOUNT_FLAG, INSTRUCTIONS } from "./generated/instructions";
import type { Milestone as MilestoneIdl } from "./generated/milestone";

type Instruction = MilestoneIdl["instructions"][number];
type AccountItem<N extends InstructionName> = Extract<Instruction, { name: N }>["accounts"][number];

/** The program's instructions, in Anchor's spelling. */
export type InstructionName = Instruction["name"];

interface Optional {
  /** True for an account that may be left out. */
  optional: true;
}

/** Accounts of one instruction by name; an optional one may be `null` or left out. */
export type InstructionAccounts<N extends InstructionName> = {
  [A in Exclude<AccountItem<N>, Optional>["name"]]: PublicKey;
} & {
  [A in Extract<AccountItem<N>, Optional>["name"]]?: PublicKey | null;
};

type AnyAccountItem = readonly [name: string, flags: number];

const has = ([, flags]: AnyAccountItem, flag: keyof typeof ACCOUNT_FLAG): boolean =>
  (flags & ACCOUNT_FLAG[flag]) !== 0;

/**
 * One instruction, byte for byte as the IDL says, with nothing looked up and nothing checked. The actions
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
 * `executePayment` leaves off optional accounts at its end that are absent, as it could before held policies: the escrow
 * and the keeper's token account are read as remaining accounts, a release without them stays as it was on the wire, and
 * no batch loses room to them.
 * Everywhere else Anchor wants a placeholder for each.
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
