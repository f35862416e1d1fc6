/** Size and age of the queue, for metrics. */
import type { Database } from "@milepost/database";

/** Numbers of the open jobs. */
export interface QueueStats {
  queued: number;
  signed: number;
  /** Jobs whose last attempt failed and that will be tried again. */
  retrying: number;
  /** Landed jobs that are not final. */
  notFinal: number;
  /** Seconds for which the oldest due job has waited; 0 without one. */
  oldestSeconds: number;
}

/** Reads the numbers in one statement. */
export async function queueStats(database: Database): Promise<QueueStats> {
  const [row] = await database.query<Record<string, number>>(`
    SELECT
      count(*) FILTER (WHERE state = 'queued')::integer AS queued,
      count(*) FILTER (WHERE state = 'signed')::integer AS signed,
      count(*) FILTER (WHERE troubles + refusals > 0 AND state <> 'landed')::integer AS retrying,
      count(*) FILTER (WHERE state = 'landed')::integer AS not_final,
      COALESCE(extract(epoch FROM clock_timestamp() - min(created_at) FILTER (
        WHERE state <> 'landed' AND NOT is_waiting AND not_before IS NULL)), 0)::float8 AS oldest
    FROM milepost_gateway.chain_jobs
    WHERE state IN ('queued', 'signed') OR (state = 'landed' AND finalized_at IS NULL)`);
  return {
    queued: row!.queued!,
    signed: row!.signed!,
    retrying: row!.retrying!,
    notFinal: row!.not_final!,
    oldestSeconds: row!.oldest!,
  };
}
