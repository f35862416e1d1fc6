/** Records an event in the transaction of the change that it tells. */
import type { Database } from "@milepost/database";
import { newId } from "../ids/ids";
import type { Mode } from "../caller/mode";
import type { EventType } from "./types";
import { createDeliveriesOf } from "./fan-out";

/** What the chain says about an event; `verifyEvent` derives it again from an RPC. */
export interface ChainProof {
  /** Signature of the transaction, base58. */
  signature: string;
  /** Slot it landed in. */
  slot: number;
  /** Address of the account whose state the event tells, base58. */
  account: string;
  /** SHA-256 of the account's data after the transaction, hex; null where the account is closed. */
  accountHash: string | null;
}

/** Input of `recordEvent`. */
export interface NewEvent {
  accountId: string;
  mode: Mode;
  /** Name such as `milestone.completed`. */
  type: EventType;
  /** Id of the object that changed; events of one object are delivered in order. */
  objectId: string;
  /** The whole object as the API shows it after the change. */
  data: unknown;
  /** Present on every event that a transaction caused. */
  chain?: ChainProof;
  /** Id of the only endpoint that gets it, whatever its event types are. Default: every endpoint that chose the type. */
  onlyTo?: string;
}

/**
 * Records an event with the object's next sequence number, and its deliveries to the account's endpoints. The object's row of
 * sequences stays locked until the transaction ends, so that numbers have no gaps and come in the order of commits.
 */
export async function recordEvent(
  transaction: Database,
  { accountId, mode, type, objectId, data, chain, onlyTo }: NewEvent,
  now: Date,
): Promise<string> {
  const id = newId("event", now);
  const [row] = await transaction.query<{ last: number }>(
    `INSERT INTO milepost_gateway.object_sequences (object_id, last) VALUES ($1, 1)
     ON CONFLICT (object_id) DO UPDATE SET last = milepost_gateway.object_sequences.last + 1
     RETURNING last`,
    [objectId],
  );
  await transaction.query(
    `INSERT INTO milepost_gateway.events (id, account_id, mode, type, object_id, sequence, data, chain, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      id,
      accountId,
      mode,
      type,
      objectId,
      row!.last,
      JSON.stringify(data),
      chain ? JSON.stringify(chain) : null,
      now,
    ],
  );
  const event = { id, accountId, mode, type, objectId, sequence: row!.last };
  await createDeliveriesOf(transaction, event, onlyTo ?? null, now);
  return id;
}
