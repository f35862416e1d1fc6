/** Reads many accounts, and decodes each separately because any may be broken. */
import type { AccountInfo, PublicKey } from "@solana/web3.js";
import {
  AccountKindError,
  type MilestoneContext,
  parseTokenAccount,
  type TokenAccountState,
} from "@milepost/sdk";

export interface ReadAccounts {
  context: MilestoneContext;
  /** Listener for accounts that cannot be read; the others continue. Default: ignored. */
  onUnreadable?: (address: string, error: unknown) => void;
}

const ADDRESSES_PER_REQUEST = 100;

/** Calls `read` with each account; one that is gone, or for which it throws, is left out. Rejects when the RPC fails. */
export async function readEach(
  { context, onUnreadable }: ReadAccounts,
  addresses: readonly PublicKey[],
  read: (address: PublicKey, info: AccountInfo<Buffer>) => void,
): Promise<void> {
  for (let start = 0; start < addresses.length; start += ADDRESSES_PER_REQUEST) {
    const chunk = addresses.slice(start, start + ADDRESSES_PER_REQUEST);
    const infos = await context.connection.getMultipleAccountsInfo(chunk, context.commitment);
    chunk.forEach((address, index) => {
      const info = infos[index];
      if (!info) return;
      try {
        read(address, info);
      } catch (error) {
        onUnreadable?.(address.toBase58(), error);
      }
    });
  }
}

/** Reads a token account. Throws `AccountKindError` for any other account, or one that is not initialized. */
export function readTokenAccount(address: PublicKey, info: AccountInfo<Buffer>): TokenAccountState {
  const account = parseTokenAccount(address, info);
  if (account) return account;
  throw new AccountKindError("token account", address, `its owner is ${info.owner.toBase58()}`);
}
