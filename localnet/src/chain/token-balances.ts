/** Balances of the token accounts that a transaction may change, in the form of its record. */
import type { TokenBalance } from "./history";
import type { MessageAccounts } from "./message-accounts";
import type { AccountState } from "./svm";
import { mintState, tokenAccountState } from "./token-state";

interface Accounts {
  getAccount(address: string): AccountState | null;
}

export function tokenBalances(
  accounts: Accounts,
  { addresses, isWritable }: MessageAccounts,
): TokenBalance[] {
  const decimals = new Map<string, number>();
  return addresses.flatMap((address, accountIndex) => {
    if (!isWritable(accountIndex)) return [];
    const account = accounts.getAccount(address);
    const token = tokenAccountState(account);
    if (!account || !token) return [];
    const { mint, owner, amount } = token;
    if (!decimals.has(mint)) {
      decimals.set(mint, mintState(accounts.getAccount(mint))?.decimals ?? 0);
    }
    return [
      {
        accountIndex,
        mint,
        owner,
        programId: account.owner,
        amount,
        decimals: decimals.get(mint) as number,
      },
    ];
  });
}
