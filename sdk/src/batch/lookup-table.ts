import {
  AddressLookupTableProgram,
  type PublicKey,
  type TransactionInstruction,
} from "@solana/web3.js";
import type { Execution } from "../actions/build-execution";
import { InvalidInputError } from "../errors/input";

/** Most addresses a lookup table holds. */
const MAX_TABLE_ADDRESSES = 256;
/** Most addresses that fit one `extend` transaction with its signatures. */
const ADDRESSES_AN_EXTEND = 20;

/**
 * Returns the addresses of executions that a lookup table can replace, the most used first. Signers and the called
 * programs are excluded: a transaction has to contain them.
 * @example
 * const addresses = lookupTableAddresses(executions);
 */
export function lookupTableAddresses(executions: readonly Execution[]): PublicKey[] {
  const uses = new Map<string, { address: PublicKey; count: number }>();
  const excluded = new Set<string>();
  for (const { setup, instruction } of executions) {
    for (const { programId, keys } of [...setup, instruction]) {
      excluded.add(programId.toBase58());
      for (const { pubkey, isSigner } of keys) {
        const key = pubkey.toBase58();
        if (isSigner) excluded.add(key);
        const use = uses.get(key) ?? { address: pubkey, count: 0 };
        uses.set(key, { ...use, count: use.count + 1 });
      }
    }
  }
  return [...uses.entries()]
    .filter(([key]) => !excluded.has(key))
    .map(([, use]) => use)
    .sort((a, b) => b.count - a.count)
    .slice(0, MAX_TABLE_ADDRESSES)
    .map(({ address }) => address);
}

/** Transactions that create and fill a lookup table, and its address. */
export interface LookupTablePlan {
  /** Address of the table, which the first transaction creates. */
  lookupTable: PublicKey;
  /** Instructions of one transaction each, to be sent in order. The table is usable one slot after the last. */
  transactions: TransactionInstruction[][];
}

/**
 * Builds the creation of a lookup table with these addresses. `authority` and `payer` sign.
 * `recentSlot` is a slot of the last few minutes: `await connection.getSlot("finalized")`.
 * Throws `InvalidInputError` for no or more than 256 addresses.
 * @example
 * const plan = createLookupTable({ authority, payer, recentSlot, addresses: lookupTableAddresses(executions) });
 */
export function createLookupTable(args: {
  authority: PublicKey;
  payer: PublicKey;
  recentSlot: number;
  addresses: readonly PublicKey[];
}): LookupTablePlan {
  const { authority, payer, recentSlot, addresses } = args;
  if (addresses.length === 0 || addresses.length > MAX_TABLE_ADDRESSES) {
    throw new InvalidInputError({
      field: "addresses",
      expected: `1 to ${MAX_TABLE_ADDRESSES} addresses`,
      received: addresses.length,
    });
  }
  const [create, lookupTable] = AddressLookupTableProgram.createLookupTable({
    authority,
    payer,
    recentSlot,
  });
  const extensions = extendLookupTable({ authority, payer, lookupTable, addresses });
  const [first, ...rest] = extensions;
  return { lookupTable, transactions: [[create, ...first!], ...rest] };
}

/**
 * Builds the addition of addresses to a lookup table, one list of instructions per transaction. `authority` and `payer`
 * sign.
 * @example
 * const transactions = extendLookupTable({ authority, payer, lookupTable, addresses });
 */
export function extendLookupTable(args: {
  authority: PublicKey;
  payer: PublicKey;
  lookupTable: PublicKey;
  addresses: readonly PublicKey[];
}): TransactionInstruction[][] {
  const transactions: TransactionInstruction[][] = [];
  for (let start = 0; start < args.addresses.length; start += ADDRESSES_AN_EXTEND) {
    const addresses = args.addresses.slice(start, start + ADDRESSES_AN_EXTEND);
    transactions.push([AddressLookupTableProgram.extendLookupTable({ ...args, addresses })]);
  }
  return transactions;
}
