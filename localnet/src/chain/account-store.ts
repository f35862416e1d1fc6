/**
 * All accounts of the chain, outside the addon. LiteSVM executes transactions; reading thousands of accounts from it
 * copies each of them twice, and its own snapshot refuses more than about 40,000.
 */
import type { AccountState, AddressedAccount, Svm } from "./svm";

/** Owners of the accounts of a fresh LiteSVM. */
const BUNDLED_OWNERS = [
  "NativeLoader1111111111111111111111111111111",
  "BPFLoader1111111111111111111111111111111111",
  "BPFLoader2111111111111111111111111111111111",
  "BPFLoaderUpgradeab1e11111111111111111111111",
  "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
  "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb",
  "11111111111111111111111111111111",
];
/** The runtime changes these accounts by itself, so they are always read from it. */
const SYSVAR_OWNER = "Sysvar1111111111111111111111111111111111111";

export class AccountStore {
  private readonly byAddress = new Map<string, AccountState>();
  private readonly byOwner = new Map<string, Map<string, AccountState>>();
  /** Accounts that transactions or calls have written since LiteSVM was fresh. */
  private readonly written = new Set<string>();

  constructor(private readonly svm: Svm) {
    for (const owner of BUNDLED_OWNERS) {
      for (const { address, account } of svm.getProgramAccounts(owner)) this.keep(address, account);
    }
  }

  /** Returns null for an account that does not exist or holds no lamports. */
  get(address: string): AccountState | null {
    return this.byAddress.get(address) ?? this.svm.getAccount(address);
  }

  ofProgram(owner: string): AddressedAccount[] {
    if (owner === SYSVAR_OWNER) return this.svm.getProgramAccounts(owner);
    return [...(this.byOwner.get(owner) ?? [])].map(([address, account]) => ({ address, account }));
  }

  /** Writes an account into the runtime as well, without its checks. Throws when the runtime cannot load it. */
  set(address: string, account: AccountState): void {
    this.svm.setAccount(address, account);
    this.keep(address, account.lamports > 0n ? account : null);
    this.written.add(address);
  }

  /** Reads an account again after a transaction. Returns false when it has not changed. */
  refresh(address: string): boolean {
    const before = this.byAddress.get(address) ?? null;
    const after = this.svm.getAccount(address);
    if (isSame(before, after)) return false;
    this.keep(address, after);
    this.written.add(address);
    return true;
  }

  /** Returns programs last, since the runtime needs their bytes first. */
  changedAccounts(): AddressedAccount[] {
    const changed = [...this.written].flatMap((address) => {
      const account = this.byAddress.get(address);
      return account ? [{ address, account }] : [];
    });
    return [
      ...changed.filter(({ account }) => !account.executable),
      ...changed.filter(({ account }) => account.executable),
    ];
  }

  private keep(address: string, account: AccountState | null): void {
    const before = this.byAddress.get(address);
    if (before && before.owner !== account?.owner) this.byOwner.get(before.owner)?.delete(address);
    if (!account) {
      this.byAddress.delete(address);
      return;
    }
    if (account.owner === SYSVAR_OWNER) return;
    this.byAddress.set(address, account);
    const owned = this.byOwner.get(account.owner) ?? new Map<string, AccountState>();
    this.byOwner.set(account.owner, owned.set(address, account));
  }
}

function isSame(a: AccountState | null, b: AccountState | null): boolean {
  if (!a || !b) return a === b;
  return (
    a.lamports === b.lamports &&
    a.owner === b.owner &&
    a.executable === b.executable &&
    a.data.equals(b.data)
  );
}
