import type { AccountInfo, PublicKey } from "@solana/web3.js";
import { AccountKindError } from "../errors/accounts";
import { readMint } from "./mint-layout";
import type { MintState } from "./mint-state";
import { isTokenProgram } from "./programs";

/**
 * Reads a mint of either token program. Throws `AccountKindError`.
 * @example
 * const { decimals } = parseMint(mint, await connection.getAccountInfo(mint));
 */
export function parseMint(address: PublicKey, info: AccountInfo<Uint8Array>): MintState {
  if (!isTokenProgram(info.owner)) {
    throw new AccountKindError("mint", address, `it belongs to program ${info.owner.toBase58()}`);
  }
  const fields = readMint(info.data);
  if (typeof fields === "string") throw new AccountKindError("mint", address, fields);
  return { address, tokenProgram: info.owner, ...fields };
}
