/** The SOL that the sponsor spends per account and hour: fees and rent of transactions that a payer signed. */
import type { Database } from "@milepost/database";
import type { Mode } from "../caller/mode";
import { GatewayError } from "../errors/gateway-error";

/** Lamports per account and hour where nothing else is set: half a SOL, about 35 fundings. */
export const DEFAULT_LAMPORTS_PER_HOUR = 500_000_000n;

const HOUR_MS = 3_600_000;

/** Whose budget, and how much of it. */
export interface Spending {
  accountId: string;
  mode: Mode;
  lamports: bigint;
  /** Most lamports in this hour. */
  limit: bigint;
}

/**
 * Counts lamports against the account's budget of this hour. Runs in the transaction that enqueues the sending, so that what is
 * refused is not counted.
 * Throws `GatewayError` (`rate_limit_exceeded`) when the budget is used up.
 */
export async function spend(
  transaction: Database,
  { accountId, mode, lamports, limit }: Spending,
  now: Date,
): Promise<void> {
  const hour = Math.floor(now.getTime() / HOUR_MS);
  const [row] = await transaction.query<{ lamports: string | number }>(
    `INSERT INTO milepost_gateway.sponsor_spending (account_id, mode, hour, lamports)
     VALUES ($1, $2, $3, $4)
     ON CONFLICT (account_id, mode, hour)
       DO UPDATE SET lamports = milepost_gateway.sponsor_spending.lamports + EXCLUDED.lamports
     RETURNING lamports`,
    [accountId, mode, hour, lamports.toString()],
  );
  const spent = BigInt(row!.lamports);
  if (spent <= limit) return;
  const retryAfter = Math.ceil(((hour + 1) * HOUR_MS - now.getTime()) / 1_000);
  throw new GatewayError(
    "rate_limit_exceeded",
    `This account's transactions cost the gateway's sponsor up to ${limit} lamports per hour; this one would make it ` +
      `${spent}. Send it in ${retryAfter} seconds, or let the payer's wallet send it and confirm with its signature.`,
    { retryAfter },
  );
}
