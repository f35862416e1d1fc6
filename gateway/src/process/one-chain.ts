/** Keeps a database to the chain of each mode that it was made for. */
import type { Database } from "@milepost/database";
import type { ChainRuntime } from "../chain";
import { ChainSetupError } from "../chain";

/**
 * Claims the database for this chain and program, or checks that it is theirs. Throws `ChainSetupError` when the mode's
 * objects are of another chain.
 */
export async function keepToChain(
  database: Database,
  { mode, genesisHash, programId }: Pick<ChainRuntime, "mode" | "genesisHash" | "programId">,
  now: Date,
): Promise<void> {
  // When several processes start first, the others wait for the one row that may exist.
  await database.query(
    `INSERT INTO milepost_gateway.chains (mode, genesis_hash, program_id, created_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING`,
    [mode, genesisHash, programId.toBase58(), now],
  );
  const [found] = await database.query<{ genesis_hash: string; program_id: string }>(
    "SELECT genesis_hash, program_id FROM milepost_gateway.chains WHERE mode = $1",
    [mode],
  );
  const theirs = named(found!.genesis_hash, found!.program_id);
  const mine = named(genesisHash, programId.toBase58());
  if (theirs === mine) return;
  throw new ChainSetupError(
    `databaseUrl: the ${mode} objects in this database belong to ${theirs}, but the RPC serves ${mine}. Use a separate database for each chain.`,
  );
}

const named = (genesisHash: string, programId: string): string =>
  `chain ${genesisHash} program ${programId}`;
