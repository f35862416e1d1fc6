/** Loads the rules for all policies: the program's pause, and the gateways that the keeper may sign for. */
import { createHash } from "node:crypto";
import type { Commitment, Connection, PublicKey } from "@solana/web3.js";
import { ACCOUNT_SIZE, decodeAccount, GATEWAY_OFFSET, getConfigPda } from "@milepost/sdk";
import type { PlanRules } from "./plan";
import type { PolicySource } from "./source";

export interface PlanRulesSource {
  connection: Pick<Connection, "getAccountInfo" | "getProgramAccounts">;
  programId: PublicKey;
  commitment?: Commitment;
  /** Public keys of the gateway signers whose keys the keeper has. */
  gatewaySigners: readonly PublicKey[];
  /** Source that may know the signers' gateways. Default: the connection. */
  source?: Pick<PolicySource, "gatewaysOf">;
}

/** Rules as they were read. */
export interface LoadedRules extends PlanRules {
  /** Gateways that `signsFor` is true for, base58. */
  gateways: ReadonlySet<string>;
}

/** Reads the rules as they are now. Throws `AccountKindError`. */
export async function loadPlanRules(source: PlanRulesSource): Promise<LoadedRules> {
  const { connection, programId, commitment } = source;
  const [configAddress] = getConfigPda(programId);
  const info = await connection.getAccountInfo(configAddress, commitment);
  // Without a config there are no policies either.
  const isProgramPaused =
    info !== null && decodeAccount("programConfig", configAddress, info, programId).isPaused !== 0;
  const gateways = new Set<string>();
  for (const signer of source.gatewaySigners) {
    const found = await (source.source?.gatewaysOf?.(signer) ?? gatewaysOf(source, signer));
    for (const gateway of found) gateways.add(gateway.toBase58());
  }
  return { isProgramPaused, gateways, signsFor: (gateway) => gateways.has(gateway.toBase58()) };
}

/** Returns true when all plans are the same by both. */
export function areSameRules(a: LoadedRules, b: LoadedRules): boolean {
  if (a.isProgramPaused !== b.isProgramPaused || a.gateways.size !== b.gateways.size) return false;
  return [...a.gateways].every((gateway) => b.gateways.has(gateway));
}

/** Returns a short name that two keepers have in common when all plans of theirs are the same. */
export function nameOfRules({ isProgramPaused, gateways }: LoadedRules): string {
  const text = [isProgramPaused, ...[...gateways].sort()].join();
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

async function gatewaysOf(
  { connection, programId, commitment }: PlanRulesSource,
  signer: PublicKey,
): Promise<PublicKey[]> {
  const found = await connection.getProgramAccounts(programId, {
    commitment,
    filters: [
      { dataSize: ACCOUNT_SIZE.paymentGateway },
      { memcmp: { offset: GATEWAY_OFFSET.signer, bytes: signer.toBase58() } },
    ],
    dataSlice: { offset: 0, length: 0 },
  });
  return found.map(({ pubkey }) => pubkey);
}
