/** JSON with bigints, as the database keeps it: a bigint is its digits and an "n". */

const BIGINT = /^-?\d+n$/;

/**
 * Returns the text of a value whose bigints stay bigints when it is read.
 * @example
 * writeStored({ amount: 5n }); // '{"amount":"5n"}'
 */
export const writeStored = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "bigint" ? `${inner}n` : inner,
  );

/** Returns what `writeStored` was given, from the object that the driver parsed. */
export function readStored<T>(value: unknown): T {
  return revive(value) as T;
}

function revive(value: unknown): unknown {
  if (typeof value === "string") return BIGINT.test(value) ? BigInt(value.slice(0, -1)) : value;
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revive(inner)]));
}
