/** A cluster that is only read, as reconciliation reads it: no key of the operator is needed. */
import { getChainTime } from "@milepost/sdk";
import { type Connection, Keypair, type PublicKey } from "@solana/web3.js";
import type { Mode } from "../caller/mode";
import type { ChainRuntime } from "./chain-runtime";
import { requireGenesis, requireProgram } from "./live-chain";
import { contextOf } from "./sdk-context";

/**
 * Checks genesis and program, and returns the chain. Its keys are new ones that nobody has funded.
 * Throws `ChainSetupError`.
 */
export async function createReadOnlyChain({
  connection,
  programId,
  mode,
  genesisHash: expected,
}: {
  connection: Connection;
  programId: PublicKey;
  mode: Mode;
  genesisHash?: string;
}): Promise<ChainRuntime> {
  const genesisHash = await requireGenesis(connection, expected);
  await requireProgram(connection, programId);
  const nobody = Keypair.generate();
  const chain: ChainRuntime = {
    ...{ mode, connection, genesisHash, programId },
    gateway: nobody.publicKey,
    signer: nobody,
    sponsor: nobody,
    mints: {},
    time: async () => BigInt((await getChainTime(contextOf(chain))).toString()),
    sandboxKey: null,
    sandboxFund: null,
  };
  return chain;
}
