/** The SDK's view of a chain: the sponsor is the wallet, so that it pays every fee and every rent by default. */
import { createContext, type MilestoneContext } from "@milepost/sdk";
import type { ChainRuntime, Currency, CurrencyMint } from "./chain-runtime";
import { GatewayError } from "../errors/gateway-error";

/** Returns the context for the SDK's actions on this chain. */
export function contextOf({ connection, sponsor, programId }: ChainRuntime): MilestoneContext {
  return createContext(connection, sponsor, { programId });
}

/** Returns the mint of a currency. Throws `GatewayError` when this chain has none. */
export function mintOf({ mints, mode }: ChainRuntime, currency: Currency): CurrencyMint {
  const found = mints[currency];
  if (found) return found;
  throw new GatewayError(
    "invalid_request",
    `currency: expected ${Object.keys(mints).join(" or ")} (${mode} mode of this gateway), received ${currency}`,
    { param: "currency" },
  );
}
