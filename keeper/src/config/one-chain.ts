/** Keeps a database to the chain it was made for. */
import type { Database } from "@milepost/database";
import { UsageError } from "./errors";

const BASE58 = /^[1-9A-HJ-NP-Za-km-z]{32,44}$/;

/**
 * Claims the database for this chain and program, or checks that it is theirs. Otherwise addresses and slots of two chains
 * would mix, and an unpaid milestone would count as paid. Throws `UsageError` when the database is another's.
 */
export async function keepToChain(
  database: Database,
  genesisHash: string,
  programId: string,
): Promise<void> {
  if (!BASE58.test(genesisHash) || !BASE58.test(programId)) {
    throw new Error("the RPC answers with an invalid genesis hash");
  }
  // When several keepers start first, the others wait for the one row that may exist.
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
    `the database is for ${theirs}, and --url and --program-id are ${mine}: give each chain its own --data-dir or --database-url`,
  );
}

function named(genesisHash: string, programId: string): string {
  return `chain ${genesisHash} program ${programId}`;
}
