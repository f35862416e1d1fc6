/** The wallets of a payment: the sandbox's own, or those that the platform names. */
import { PublicKey } from "@solana/web3.js";
import type { ChainRuntime, SandboxRole } from "../../chain";
import { GatewayError } from "../../errors/gateway-error";
import type { Owner } from "../owner";

/** Addresses in base58; null until they are known. */
export interface Parties {
  payer: string | null;
  recipient: string | null;
  mediator: string | null;
}

const ROLES: Readonly<Record<keyof Parties, SandboxRole>> = {
  payer: "payer",
  recipient: "payee",
  mediator: "mediator",
};

/** Returns the parties of a new intent. Throws `GatewayError` (`invalid_request`). */
export function partiesOf(
  chain: ChainRuntime,
  { accountId }: Owner,
  given: Partial<Record<keyof Parties, string>>,
): Parties {
  const { sandboxKey } = chain;
  const addressOf = (party: keyof Parties): string | null => {
    const text = given[party];
    if (sandboxKey) {
      const own = sandboxKey(accountId, ROLES[party]).publicKey.toBase58();
      if (text === undefined || text === own) return own;
      throw refused(party, `the sandbox's ${own}, whose key the gateway has`, text);
    }
    return text === undefined ? null : parsed(text, party);
  };
  return {
    payer: addressOf("payer"),
    recipient: addressOf("recipient"),
    mediator: addressOf("mediator"),
  };
}

function parsed(text: string, party: string): string {
  try {
    return new PublicKey(text).toBase58();
  } catch {
    throw refused(party, "a Solana address (base58, 32 bytes)", text);
  }
}

const refused = (party: string, expected: string, received: string): GatewayError =>
  new GatewayError(
    "invalid_request",
    `${party}: expected ${expected}, received ${JSON.stringify(received)}`,
    { param: party },
  );
