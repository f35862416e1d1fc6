/** The ledger lists the money of every kind of object, and a freight item may have gone back to its payer. */
export const OBJECT_LEDGER_TABLES = `
  -- Also the item of a freight schedule.
  ALTER TABLE milepost_gateway.ledger_entries DROP CONSTRAINT ledger_entries_intent_id_fkey;

  ALTER TABLE milepost_gateway.freight_items DROP CONSTRAINT freight_items_funding_check;
  ALTER TABLE milepost_gateway.freight_items ADD CONSTRAINT freight_items_funding_check
    CHECK (funding IN ('none', 'unsigned', 'funding', 'funded', 'failed', 'returned'));
`;
