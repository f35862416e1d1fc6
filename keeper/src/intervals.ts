/** Intervals of the keeper's background tasks, in milliseconds. */
export const INTERVAL_MS = {
  schedule: 1_000,
  maintain: 5_000,
  sample: 15_000,
  rehearse: 30_000,
  alert: 600_000,
  firstAlert: 60_000,
  checkRpcs: 15_000,
  notify: 30_000,
  schema: 30_000,
  recover: 30_000,
  lookupTables: 60_000,
  forget: 3_600_000,
} as const;
