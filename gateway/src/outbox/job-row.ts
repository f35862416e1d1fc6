/** Rows of `chain_jobs`, and jobs as handlers see them. */
import type { Mode } from "../caller/mode";
import type { Job, JobState } from "./outbox";

/** A row of `chain_jobs` as the worker reads it. */
export interface JobRow {
  id: string;
  account_id: string;
  mode: Mode;
  kind: string;
  subject_id: string;
  serial_key: string | null;
  dedupe_key: string;
  payload: Record<string, unknown>;
  state: JobState;
  attempts: number;
  troubles: number;
  refusals: number;
  refusal: string | null;
  error: string | null;
  signature: string | null;
  wire: Uint8Array | null;
  last_valid_block_height: string | null;
  slot: string | null;
}

/** Columns of `JobRow`. */
export const JOB_COLUMNS = `id, account_id, mode, kind, subject_id, serial_key, dedupe_key, payload, state, attempts,
  troubles, refusals, refusal, error, signature, wire, last_valid_block_height, slot`;

/** Returns the job as a handler sees it. */
export function toJob(row: JobRow): Job {
  return {
    id: row.id,
    accountId: row.account_id,
    mode: row.mode,
    kind: row.kind,
    subjectId: row.subject_id,
    ...(row.serial_key === null ? {} : { serialKey: row.serial_key }),
    dedupeKey: row.dedupe_key,
    payload: row.payload,
    state: row.state,
    attempts: row.attempts,
    signature: row.signature,
    error: row.error,
  };
}
