import { expect } from "chai";

type ErrorClass<T extends Error> = abstract new (...args: never[]) => T;

/** Runs `call`, which has to throw a `kind`, and hands the error back. */
export async function expectError<T extends Error>(
  kind: ErrorClass<T>,
  call: () => unknown,
): Promise<T> {
  let result: unknown;
  try {
    result = await call();
  } catch (error) {
    expect(error).to.be.instanceOf(kind);
    return error as T;
  }
  return expect.fail(`expected ${kind.name}, got ${String(result)}`);
}
