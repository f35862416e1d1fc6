/** Keeps a database to the chain it was made for. */
import type { Database } from "../types";
import { UsageError } from "./errors";

const BASE58 = /^[1-9A-HJ-NP-Za-km-z]{32,44}$/;

/**
 * Addresses and slots of two chains in one database would be taken for one another, and a milestone for paid that is not.
 * The schema's comment says which chain and program it is for; the first keeper writes it.
 * Throws `UsageError` when it is another.
 */
export async function keepToChain(
  database: Database,
  genesisHash: string,
  programId: string,
): Promise<void> {
  if (!BASE58.test(genesisHash) || !BASE58.test(programId)) {
    throw new Error("the RPC answers with a genesis hash that is none");
  }
  const mine = `chain ${genesisHash} program ${programId}`;
  const [row] = await database.query<{ comment: string | null }>(
    "SELECT obj_description('milepost_keeper'::regnamespace, 'pg_namespace') AS comment",
  );
  const found = row?.comment ?? null;
  if (found === null) {
    await database.script(`COMMENT ON SCHEMA milepost_keeper IS '${mine}'`);
  } else if (found !== mine) {
    throw new UsageError(
      `the database is for ${found}, and --url and --program-id are ${mine}: give each chain a --data-dir or --database-url of its own`,
    );
  }
}
