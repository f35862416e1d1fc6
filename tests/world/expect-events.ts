/** What a transaction's events must say. */
import { PublicKey } from "@solana/web3.js";
import { BN } from "@coral-xyz/anchor";
import { expect } from "chai";
import { PROGRAM_ID } from "../harness";
import { ProgramEvent, programEvents } from "./program-events";

/** The canonical bump of the program's address for these seeds. */
export const bumpOf = (...seeds: (string | Uint8Array)[]): number =>
  PublicKey.findProgramAddressSync(
    seeds.map((seed) => Buffer.from(seed as Uint8Array)),
    PROGRAM_ID,
  )[1];

/** Addresses as base58, wide numbers as decimal strings, bytes as hex: comparable, and readable in a diff. */
function plain(value: unknown): unknown {
  if (value instanceof PublicKey) return value.toBase58();
  if (BN.isBN(value) || typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) {
    const isBytes = value.length > 4 && value.every((item) => typeof item === "number");
    return isBytes ? Buffer.from(value).toString("hex") : value.map(plain);
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
  }
  return value;
}

/** Demands that the program logged these events with these fields, in this order, and nothing else. */
export function expectEvents(
  logs: string[],
  ...expected: [string, Record<string, unknown>][]
): void {
  const events: ProgramEvent[] = programEvents(logs);
  expect(events.map(({ name, data }) => [name, plain(data)])).to.deep.equal(
    expected.map(([name, fields]) => [name, plain(fields)]),
  );
}
