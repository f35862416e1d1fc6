import type { Buffer } from "buffer";
import BN from "bn.js";
import { type AccountInfo, SYSVAR_CLOCK_PUBKEY } from "@solana/web3.js";
import type { MilestoneContext } from "../context/context";
import { AccountNotFoundError } from "../errors/accounts";
import { fetchAccountInfo } from "./read-accounts";

/** Offset of `unix_timestamp` in the Clock sysvar, after slot, epoch start, epoch and leader schedule epoch. */
const UNIX_TIMESTAMP_OFFSET = 32;

/** Returns Unix seconds by the Clock sysvar. Throws `AccountNotFoundError`. */
export function parseClock(info: AccountInfo<Buffer> | null | undefined): BN {
  if (!info) throw new AccountNotFoundError("Clock sysvar", SYSVAR_CLOCK_PUBKEY);
  const bytes = info.data.subarray(UNIX_TIMESTAMP_OFFSET, UNIX_TIMESTAMP_OFFSET + 8);
  return new BN(bytes, "le").fromTwos(64);
}

/**
 * Returns Unix seconds by the chain's clock. The program compares due dates with it; a local clock may differ by seconds.
 * @example
 * const now = await getChainTime(context);
 */
export async function getChainTime(context: MilestoneContext): Promise<BN> {
  return parseClock(await fetchAccountInfo(context, SYSVAR_CLOCK_PUBKEY));
}
