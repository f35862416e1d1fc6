/** Whose freight it is, and how its integer ids count. */
import type { Database } from "@milepost/database";
import type { Caller } from "../caller/caller";
import { GatewayError } from "../errors/gateway-error";

/** Account and mode that an object belongs to: ids count per owner, so an id alone names nothing. */
export type Owner = Pick<Caller, "accountId" | "mode">;

/** Values of the columns `account_id` and `mode`, which every statement begins with. */
export const ownerValues = ({ accountId, mode }: Owner): [string, string] => [accountId, mode];

/** Kinds of objects with integer ids, and their first ids in the sandbox: those that spec 004 prints. */
const FIRST_IDS = {
  shipment: 15n,
  token: 7n,
  intent: 9n,
  schedule: 3n,
  event: 42n,
  item: 1n,
  settlement: 1n,
  log: 1n,
} as const;

/** Kind of object with integer ids. */
export type FreightKind = keyof typeof FIRST_IDS;

/** Returns the owner's next id of a kind. It stays locked until the transaction ends, so that ids have no gaps. */
export async function nextId(
  transaction: Database,
  owner: Owner,
  kind: FreightKind,
): Promise<bigint> {
  const first = owner.mode === "test" ? FIRST_IDS[kind] : 1n;
  const [row] = await transaction.query<{ last: string | number }>(
    `INSERT INTO milepost_gateway.freight_sequences (account_id, mode, kind, last) VALUES ($1, $2, $3, $4)
     ON CONFLICT (account_id, mode, kind) DO UPDATE SET last = milepost_gateway.freight_sequences.last + 1
     RETURNING last`,
    [...ownerValues(owner), kind, first.toString()],
  );
  return BigInt(row!.last);
}

/** Returns the refusal of an id that the owner does not have; another account's id looks the same. */
export const notFound = (what: string): GatewayError =>
  new GatewayError("resource_missing", `${what} not found`);
