/** The operator's gateway account on chain, and the balance that its process pays from. */
import { getPaymentGateway } from "@milepost/sdk";
import type { ChainRuntime } from "./chain-runtime";
import { contextOf } from "./sdk-context";

/** Settings of the gateway's account, and the sponsor's balance. Addresses are base58. */
export interface GatewayFacts {
  address: string;
  authority: string;
  signer: string;
  feeRecipient: string;
  feeBps: number;
  keeperRewardBps: number;
  openPolicies: number;
  sponsor: string;
  sponsorLamports: bigint;
}

/** Milliseconds after which the chain is asked again. */
const FRESH_MS = 10_000;

const KNOWN = new WeakMap<ChainRuntime, { facts: GatewayFacts; at: number }>();

/**
 * Returns the facts of a chain, at most ten seconds old. While the chain does not answer, the last known ones count: the operator
 * needs their report most in that time.
 * Throws the SDK's errors where the chain has not answered yet.
 */
export async function readGatewayFacts(chain: ChainRuntime, now: Date): Promise<GatewayFacts> {
  const known = KNOWN.get(chain);
  const age = now.getTime() - (known?.at ?? -Infinity);
  if (known && age >= 0 && age < FRESH_MS) return known.facts;
  try {
    const facts = await read(chain);
    KNOWN.set(chain, { facts, at: now.getTime() });
    return facts;
  } catch (error) {
    if (known) return known.facts;
    throw error;
  }
}

async function read(chain: ChainRuntime): Promise<GatewayFacts> {
  const { connection, gateway, sponsor } = chain;
  const [account, lamports] = await Promise.all([
    getPaymentGateway(contextOf(chain), gateway),
    connection.getBalance(sponsor.publicKey, "confirmed"),
  ]);
  const { feeBps, keeperRewardBps, openPolicies } = account;
  return {
    address: gateway.toBase58(),
    authority: account.authority.toBase58(),
    signer: account.signer.toBase58(),
    feeRecipient: account.feeRecipient.toBase58(),
    ...{ feeBps, keeperRewardBps, openPolicies },
    sponsor: sponsor.publicKey.toBase58(),
    sponsorLamports: BigInt(lamports),
  };
}
