/** Bigints in the JSON of the ledger's files. */

export const replaceBigint = (_key: string, value: unknown): unknown =>
  typeof value === "bigint" ? { u64: value.toString() } : value;

export const reviveBigint = (_key: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && "u64" in value
    ? BigInt((value as { u64: string }).u64)
    : value;
