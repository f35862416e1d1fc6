/** Reads what a payer's wallet could pay: it guarantees nothing, because the payer can spend it. */
import { AccountNotFoundError, associatedTokenAddress, delegationCoverage } from "@milepost/sdk";
import { type Address, toAddress } from "./address";
import type { ChainRuntime, Currency } from "./chain-runtime";
import { callRpc, chainError } from "./rpc";
import { contextOf, mintOf } from "./sdk-context";
import { readTokenBalance } from "./token-balance";

/** Base units of one currency. */
export interface PayerFunds {
  balance: bigint;
  /** What consented pulls may take in all. */
  allowance: bigint;
  /** What live consented pulls may still take. */
  committed: bigint;
}

/**
 * Returns a wallet's funds.
 * Throws `GatewayError`: `chain_unavailable`, `chain_refused`.
 */
export async function readPayerFunds(
  chain: ChainRuntime,
  owner: Address,
  currency: Currency,
): Promise<PayerFunds> {
  const { mint } = mintOf(chain, currency);
  const wallet = toAddress(owner, "payerAddress");
  try {
    const found = await delegationCoverage(contextOf(chain), wallet, mint);
    const [balance, allowance, committed] = [found.balance, found.allowance, found.committed].map(
      (units) => BigInt(units.toString()),
    );
    return { balance: balance!, allowance: allowance!, committed: committed! };
  } catch (error) {
    if (!(error instanceof AccountNotFoundError)) throw chainError(error) ?? error;
  }
  const info = await callRpc("getAccountInfo", () => chain.connection.getAccountInfo(mint));
  const account = info && associatedTokenAddress(mint, wallet, info.owner);
  const balance = account
    ? await callRpc("getAccountInfo", () => readTokenBalance(chain, account))
    : 0n;
  return { balance, allowance: 0n, committed: 0n };
}
