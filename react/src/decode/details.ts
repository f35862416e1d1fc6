/** Builders of the facts that a decoded instruction shows. */
import type { PublicKey } from "@solana/web3.js";
import type { DecodedDetail, DecodeLookups } from "./decoded-transaction";

/** Value that prints as a decimal number, such as a `BN` or a `bigint`. */
interface Printable {
  toString(): string;
}

export function addressDetail(label: string, address: PublicKey | null | undefined) {
  const detail: DecodedDetail[] = address
    ? [{ label, kind: "address", address: address.toBase58() }]
    : [];
  return detail;
}

/** Amount of base units; null for SOL. */
export function amountDetail(
  label: string,
  amount: Printable,
  mint: string | null | undefined,
  { mints }: DecodeLookups,
): DecodedDetail {
  const facts = mint ? mints?.[mint] : undefined;
  return {
    label,
    kind: "amount",
    baseUnits: BigInt(amount.toString()),
    mint: mint ?? null,
    decimals: facts?.decimals ?? null,
    symbol: facts?.symbol ?? null,
  };
}

export function solDetail(label: string, lamports: bigint): DecodedDetail {
  return { label, kind: "amount", baseUnits: lamports, mint: null, decimals: 9, symbol: "SOL" };
}

export function textDetail(label: string, text: string): DecodedDetail {
  return { label, kind: "text", text };
}

export function percentDetail(label: string, bps: unknown): DecodedDetail {
  return { label, kind: "percent", bps: Number(bps) };
}

export function durationDetail(label: string, seconds: unknown): DecodedDetail {
  return { label, kind: "duration", seconds: Number(seconds) };
}

export function hexDetail(label: string, bytes: unknown): DecodedDetail {
  const hex = (bytes as number[]).map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return textDetail(label, hex);
}

/** Text in bytes that zeros fill up. */
export function bytesText(bytes: unknown): string {
  const list = bytes as number[];
  const end = list.indexOf(0);
  return new TextDecoder().decode(Uint8Array.from(end === -1 ? list : list.slice(0, end)));
}
