/** Reads the token program's instructions out of a landed payment, one by one. */
import bs58 from "bs58";
import type { VersionedTransactionResponse } from "@solana/web3.js";

/** What the node kept of the instructions that a transaction called. */
export type Meta = Pick<NonNullable<VersionedTransactionResponse["meta"]>, "innerInstructions">;

/** An instruction that a payment called; accounts are indexes of the transaction's. */
export interface InnerInstruction {
  accounts: readonly number[];
  data: Buffer;
}

/** p-token's instruction of several: per entry the number of its accounts, the length of its data, and the data. */
const BATCH = 255;

/** Returns what the instruction at `index` called, a `Batch` as its parts. Null when the node did not keep it. */
export function innerInstructionsOf(
  { innerInstructions }: Meta,
  index: number | undefined,
): InnerInstruction[] | null {
  const inner = innerInstructions?.find((each) => each.index === index)?.instructions;
  if (!inner) return null;
  return inner.flatMap(({ accounts, data }) => {
    const bytes = Buffer.from(bs58.decode(data));
    const parts = bytes[0] === BATCH ? partsOf(accounts, bytes) : null;
    return parts ?? [{ accounts, data: bytes }];
  });
}

/** Returns the parts of a batch; null when its lengths do not add up. */
function partsOf(accounts: readonly number[], batch: Buffer): InnerInstruction[] | null {
  const parts: InnerInstruction[] = [];
  let at = 1;
  let used = 0;
  while (at < batch.length) {
    const [count = 0, length = 0] = batch.subarray(at, at + 2);
    const start = at + 2;
    const data = batch.subarray(start, start + length);
    const own = accounts.slice(used, used + count);
    if (length === 0 || data.length < length || own.length < count) return null;
    parts.push({ accounts: own, data });
    used += count;
    at = start + length;
  }
  return used === accounts.length ? parts : null;
}
