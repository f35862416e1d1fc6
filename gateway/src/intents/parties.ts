/** Who receives an intent's money and who decides its disputes: the sandbox's keys, or wallets that the platform names. */
import type { Database } from "@milepost/database";
import type { Caller } from "../caller/caller";
import { type ChainRuntime, isAddress } from "../chain";
import { GatewayError } from "../errors/gateway-error";
import { ID_PREFIXES } from "../ids/ids";
import { findWallet } from "../wallets/service";
import { isOwnWallet } from "../wallets/store";
import type { ReleasePlan } from "./release-plan";
import type { CreateIntentBody } from "./schema";

/** Wallets of an intent, as far as they are known at its creation. */
export interface IntentParties {
  /** Base58. */
  recipient: string;
  /** Base58; null for a consented pull, which nobody disputes. */
  mediator: string | null;
  /** True where the key's own account receives the money. */
  isPayeeKey: boolean;
}

/** Input of `partiesOf`. */
export interface PartiesRequest {
  caller: Caller;
  chain: ChainRuntime;
  body: Pick<CreateIntentBody, "settlementDestination" | "mediatorAddress">;
  funding: ReleasePlan["funding"];
}

/**
 * Returns the parties of a new intent.
 * Throws `GatewayError`: `invalid_request`, `resource_missing` for an unknown wallet id.
 */
export async function partiesOf(
  database: Database,
  { caller, chain, body, funding }: PartiesRequest,
): Promise<IntentParties> {
  const { sandboxKey } = chain;
  const isHeld = funding === "held";
  if (sandboxKey) {
    const addressOf = (role: "payee" | "mediator") =>
      sandboxKey(caller.accountId, role).publicKey.toBase58();
    const mediator = isHeld ? addressOf("mediator") : null;
    return { recipient: addressOf("payee"), mediator, isPayeeKey: false };
  }
  const recipient = await recipientOf(database, caller, body.settlementDestination);
  requireForeign(chain, recipient, "settlementDestination");
  const mediator = isHeld ? mediatorOf(chain, body.mediatorAddress, recipient) : null;
  return { recipient, mediator, isPayeeKey: await isOwnWallet(database, caller, recipient) };
}

async function recipientOf(
  database: Database,
  caller: Caller,
  settlementDestination: string,
): Promise<string> {
  if (settlementDestination.startsWith(ID_PREFIXES.wallet)) {
    return (await findWallet(database, caller, settlementDestination)).address;
  }
  if (isAddress(settlementDestination)) return settlementDestination;
  throw new GatewayError(
    "invalid_request",
    "settlementDestination: expected the payee's wallet, as a Solana address or as the id of a registered wallet, " +
      `received ${JSON.stringify(settlementDestination)}`,
    { param: "settlementDestination" },
  );
}

function mediatorOf(chain: ChainRuntime, mediator: string | undefined, recipient: string): string {
  const param = "mediatorAddress";
  if (mediator === undefined) {
    throw new GatewayError(
      "invalid_request",
      `${param}: required in live mode, and missing. Name the wallet that decides disputes; it is fixed on chain.`,
      { param },
    );
  }
  if (!isAddress(mediator)) {
    throw new GatewayError(
      "invalid_request",
      `${param}: expected a Solana address (base58, 32 bytes), received ${JSON.stringify(mediator)}`,
      { param },
    );
  }
  requireForeign(chain, mediator, param);
  if (mediator !== recipient) return mediator;
  throw new GatewayError(
    "invalid_request",
    `${param}: expected a wallet other than the payee's. A mediator is neither payer nor payee.`,
    { param },
  );
}

/** The gateway's own keys are not a party of any payment. */
function requireForeign({ sponsor, signer }: ChainRuntime, address: string, param: string): void {
  const own = [sponsor, signer].map(({ publicKey }) => publicKey.toBase58());
  if (!own.includes(address)) return;
  throw new GatewayError(
    "invalid_request",
    `${param}: expected a party's wallet, received a key of the gateway`,
    { param },
  );
}
