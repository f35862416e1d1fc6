/** Money in a token account, such as a vault or a wallet's associated account. */
import { associatedTokenAddress, parseTokenAccount } from "@milepost/sdk";
import { type Address, toAddress } from "./address";
import type { ChainRuntime, Currency } from "./chain-runtime";

/** Returns the base units in a token account; 0 where it does not exist. Throws the connection's errors. */
export async function readTokenBalance(
  { connection }: ChainRuntime,
  account: Address,
): Promise<bigint> {
  const address = toAddress(account, "account");
  return parseTokenAccount(address, await connection.getAccountInfo(address))?.amount ?? 0n;
}

/** Returns the base units in a wallet's associated token account; 0 where it does not exist. Throws the connection's errors. */
export async function readWalletBalance(
  chain: ChainRuntime,
  wallet: Address,
  currency: Currency,
): Promise<bigint> {
  const { mint } = chain.mints[currency]!;
  const info = await chain.connection.getAccountInfo(mint);
  if (!info) return 0n;
  const owner = toAddress(wallet, "wallet");
  return readTokenBalance(chain, associatedTokenAddress(mint, owner, info.owner));
}
