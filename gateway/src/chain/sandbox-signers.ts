/** The keys that this process has for the parties of a transaction: all of the sandbox's, the gateway's own live. */
import type { Keypair, PublicKey } from "@solana/web3.js";
import type { ChainRuntime, SandboxRole } from "./chain-runtime";

const ROLES: readonly SandboxRole[] = ["payer", "payee", "mediator"];

/**
 * Returns the keys for the addresses, and the addresses for which this process has none.
 * @example
 * const { keys, missing } = keysFor(chain, accountId, build.signers);
 */
export function keysFor(
  chain: ChainRuntime,
  accountId: string,
  addresses: readonly PublicKey[],
): { keys: Keypair[]; missing: PublicKey[] } {
  const parties = chain.sandboxKey ? ROLES.map((role) => chain.sandboxKey!(accountId, role)) : [];
  const known = [chain.signer, ...parties];
  const keys: Keypair[] = [];
  const missing: PublicKey[] = [];
  for (const address of addresses) {
    const key = known.find(({ publicKey }) => publicKey.equals(address));
    if (key) keys.push(key);
    else missing.push(address);
  }
  return { keys, missing };
}
