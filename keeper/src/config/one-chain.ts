/** Keeps a database to the chain it was made for. */
import type { Database } from "../types";
import { UsageError } from "./errors";

const BASE58 = /^[1-9A-HJ-NP-Za-km-z]{32,44}$/;

/**
 * Addresses and slots of two chains in one database would be taken for one another, and a milestone for paid that is not.
 * The first keeper writes down which chain and program it is for.
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
  // Of several first keepers, the others wait for the one row there may be.
  await database.query(
    `INSERT INTO milepost_keeper.chain (genesis_hash, program_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
    [genesisHash, programId],
  );
  const [found] = await database.query<{ genesis_hash: string; program_id: string }>(
    "SELECT genesis_hash, program_id FROM milepost_keeper.chain",
  );
  const theirs = named(found!.genesis_hash, found!.program_id);
  const mine = named(genesisHash, programId);
  if (theirs === mine) return;
  throw new UsageError(
    `the database is for ${theirs}, and --url and --program-id are ${mine}: give each chain a --data-dir or --database-url of its own`,
  );
}

function named(genesisHash: string, programId: string): string {
  return `chain ${genesisHash} program ${programId}`;
}
