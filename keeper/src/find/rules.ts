/** What holds for all policies: the program's pause, and for which gateways the keeper may sign. */
import type { Commitment, Connection, PublicKey } from "@solana/web3.js";
import { ACCOUNT_SIZE, decodeAccount, getConfigPda } from "@milepost/sdk";
import type { PlanRules } from "./plan";

/** Offset of `PaymentGateway.signer` (`docs/accounts.md`). */
const GATEWAY_SIGNER_OFFSET = 40;

export interface RulesSource {
  connection: Pick<Connection, "getAccountInfo" | "getProgramAccounts">;
  programId: PublicKey;
  commitment?: Commitment;
  /** Public keys of the gateway signers whose keys the keeper has. */
  gatewaySigners: readonly PublicKey[];
}

/** Reads the rules as they are now. Throws `AccountKindError`. */
export async function loadRules(source: RulesSource): Promise<PlanRules> {
  const { connection, programId, commitment } = source;
  const [configAddress] = getConfigPda(programId);
  const info = await connection.getAccountInfo(configAddress, commitment);
  // Without a config there are no policies either.
  const isProgramPaused =
    info !== null && decodeAccount("programConfig", configAddress, info, programId).isPaused !== 0;
  const gateways = new Set<string>();
  for (const signer of source.gatewaySigners) {
    const found = await connection.getProgramAccounts(programId, {
      commitment,
      filters: [
        { dataSize: ACCOUNT_SIZE.paymentGateway },
        { memcmp: { offset: GATEWAY_SIGNER_OFFSET, bytes: signer.toBase58() } },
      ],
      dataSlice: { offset: 0, length: 0 },
    });
    for (const { pubkey } of found) gateways.add(pubkey.toBase58());
  }
  return { isProgramPaused, signsFor: (gateway) => gateways.has(gateway.toBase58()) };
}
