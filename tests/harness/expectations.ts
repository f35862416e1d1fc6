/** What a failed transaction must look like: the exact error, and not one byte changed. */
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { LangErrorCode } from "@coral-xyz/anchor";
import type { PublicKey } from "@solana/web3.js";
import { AssertionError, expect } from "chai";
import type { Chain, SendResult } from "./chain";
import { idlPath } from "./program";
import type { ChainAccount } from "./runtime";
import { isBuiltinErrorName, type TransactionError } from "./transaction-error";

/** Returns the error that a promise rejects with. Throws when it does not reject. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  const [result] = await Promise.allSettled([promise]);
  if (result.status === "fulfilled") throw new Error("expected a rejection");
  return result.reason as Error;
}

export interface Snapshot {
  chain: Chain;
  accounts: Map<string, { address: PublicKey; account: ChainAccount | null }>;
}

/** The accounts as they are now; all the chain has ever touched when none are named. */
export async function snapshot(chain: Chain, addresses?: PublicKey[]): Promise<Snapshot> {
  const accounts: Snapshot["accounts"] = new Map();
  for (const address of addresses ?? chain.touchedAddresses()) {
    accounts.set(address.toBase58(), { address, account: await chain.getAccount(address) });
  }
  return { chain, accounts };
}

/**
 * Runs `action` and demands that no account of the snapshot changed: existence, lamports, owner and data.
 * Fee payers (`chain.payer` unless others are named) may lose lamports, and nothing else.
 */
export async function expectUnchanged<T>(
  before: Snapshot,
  action: () => Promise<T>,
  feePayers: PublicKey[] = [before.chain.payer.publicKey],
): Promise<T> {
  const value = await action();
  for (const [name, { address, account }] of before.accounts) {
    const now = await before.chain.getAccount(address);
    const isFeePayer = feePayers.some((payer) => payer.equals(address));
    expect(comparable(now, isFeePayer), `account ${name}`).to.deep.equal(
      comparable(account, isFeePayer),
    );
  }
  return value;
}

const comparable = (account: ChainAccount | null, isFeePayer: boolean) =>
  account && {
    lamports: isFeePayer ? "paid the fee" : account.lamports.toString(),
    owner: account.owner.toBase58(),
    executable: account.executable,
    data: account.data.toString("hex"),
  };

let idlErrors: Map<string, number> | undefined;

/** The program's error codes by name, from its IDL. */
export function programErrors(): Map<string, number> {
  if (!idlErrors) {
    const idl = JSON.parse(readFileSync(idlPath(), "utf8")) as {
      errors: { name: string; code: number }[];
    };
    idlErrors = new Map(idl.errors.map(({ name, code }) => [name, code]));
  }
  return idlErrors;
}

const ANCHOR_ERRORS: Record<string, number> = LangErrorCode;

/**
 * A name of the program's IDL, of the runtime or of Anchor's own errors; a number is a custom code.
 * The program's name wins: it and the runtime both have an `InsufficientFunds`.
 */
function expectedDetail(error: string | number): string | { Custom: number } {
  if (typeof error === "number") return { Custom: error };
  const own = programErrors().get(error);
  if (own !== undefined) return { Custom: own };
  if (isBuiltinErrorName(error)) return error;
  const anchor = ANCHOR_ERRORS[error];
  if (anchor === undefined) throw new Error(`"${error}" is no error of the program or the runtime`);
  return { Custom: anchor };
}

/** The error with names instead of codes, for readable failures. */
function readable(error: TransactionError | null): string {
  if (error === null) return "success";
  if (typeof error === "string" || !("InstructionError" in error)) return JSON.stringify(error);
  const [index, detail] = error.InstructionError;
  if (typeof detail === "string") return `${detail} in instruction ${index}`;
  const known = [...programErrors()].find(([, code]) => code === detail.Custom)?.[0];
  return `${known ?? `custom code ${detail.Custom}`} in instruction ${index}`;
}

/**
 * Demands exactly this error, from the instruction at `index` when one is given.
 * Errors of a whole transaction ("AlreadyProcessed") go by their names as well.
 * @example expectError(result, "PaymentNotDue")
 */
export function expectError(result: SendResult, error: string | number, index?: number): void {
  const detail = expectedDetail(error);
  const { err } = result;
  const isInstructionError = err !== null && typeof err === "object" && "InstructionError" in err;
  const actual = isInstructionError ? err.InstructionError[1] : err;
  const isRightPlace =
    index === undefined || (isInstructionError && err.InstructionError[0] === index);
  if (isDeepStrictEqual(actual, detail) && isRightPlace) return;
  const place = index === undefined ? "" : ` in instruction ${index}`;
  throw new AssertionError(
    [`expected ${error}${place}, got ${readable(err)}`, ...result.logs].join("\n  "),
  );
}
