/** Changes to the tables of payment intents: what a dropped fork needs, and which transactions are not final. */
export const INTENT_STATE_TABLES = `
  -- Where the order stood before it ended: it continues there when the chain takes its last transaction back.
  ALTER TABLE milepost_gateway.escrow_orders ADD COLUMN ended_from text;
  -- From when on the payer alone may take the current milestone of this policy back; Unix seconds of the chain.
  ALTER TABLE milepost_gateway.intent_parts ADD COLUMN reclaimable_at bigint;
  -- Why a dispute could not be put on chain.
  ALTER TABLE milepost_gateway.disputes ADD COLUMN problem text;
  CREATE INDEX chain_jobs_subject_not_final ON milepost_gateway.chain_jobs (subject_id)
    WHERE state = 'landed' AND finalized_at IS NULL;
`;
