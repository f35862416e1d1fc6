/** What a step's result and an account's bytes are held against, in words for the reader of the failure. */
import { type ChainAccount, expectError, type SendResult } from "../harness";

/** From which byte on the account differs. */
export function difference(account: ChainAccount | null, expected: Buffer | null): string {
  if (!account || !expected) return account ? "it should not exist" : "it does not exist";
  const offset = account.data.findIndex((byte, i) => byte !== expected[i]);
  const part = (bytes: Buffer): string => bytes.subarray(offset, offset + 32).toString("hex");
  return `from byte ${offset} on ${part(account.data)} instead of ${part(expected)}`;
}

/**
 * Demands the model's error, or success where it names none. `result` is null for what sends nothing; `codes` has the
 * errors that neither the IDL nor the runtime has a name for.
 */
export function expectOutcome(
  result: SendResult | null,
  error: string | null,
  codes: Record<string, number>,
): void {
  if (error !== null) {
    if (!result) throw new Error(`setting the clock cannot fail, the model says ${error}`);
    expectError(result, codes[error] ?? error);
  } else if (result && !result.ok) {
    throw new Error(
      [`expected success, got ${JSON.stringify(result.err)}`, ...result.logs].join("\n"),
    );
  }
}
