import type { Connection } from "@solana/web3.js";
import { walletFailure } from "../problems/wallet-problems";

const genesisHashes = /* @__PURE__ */ new WeakMap<Connection, Promise<string>>();

/** Throws `ProblemError` (`wallet.wrongCluster`) where the RPC belongs to another network. Asks once per connection. */
export async function requireCluster(
  connection: Connection,
  expected: string | null,
): Promise<void> {
  if (expected === null) return;
  const asked = genesisHashes.get(connection) ?? connection.getGenesisHash();
  genesisHashes.set(connection, asked);
  try {
    if ((await asked) !== expected) throw walletFailure("wrongCluster");
  } catch (error) {
    genesisHashes.delete(connection);
    throw error;
  }
}
