/** The token that a policy pays in, and its amounts as text. */
import type BN from "bn.js";
import type { KnownMint } from "../../config/page-config";
import { formatAmount } from "../../format/amount";

/** Token of a policy. */
export interface Token {
  symbol: string;
  mint: string;
  decimals: number;
}

/** Returns the token of a mint. A mint that the page's settings do not name is called by its address. */
export function tokenOf(
  mint: string,
  decimals: number,
  known: readonly KnownMint[] | undefined,
): Token {
  const found = known?.find((one) => one.mint === mint);
  return { symbol: found?.symbol ?? `${mint.slice(0, 4)}…${mint.slice(-4)}`, mint, decimals };
}

/** Returns base units as a bigint. */
export const unitsOf = (amount: BN): bigint => BigInt(amount.toString());

/** Writes an amount with its token. */
export function amountText(amount: BN | bigint, { decimals, symbol }: Token): string {
  const units = typeof amount === "bigint" ? amount : unitsOf(amount);
  return `${formatAmount(units, decimals)} ${symbol}`;
}
