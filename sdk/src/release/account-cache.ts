import type { Buffer } from "buffer";
import type { AccountInfo, PublicKey } from "@solana/web3.js";
import { type AccountKind, type AccountKinds, decodeAccount, kindName } from "../accounts/decode";
import { fetchAccountInfos } from "../accounts/read-accounts";
import { addressKey } from "../codec/address-key";
import type { MilestoneContext } from "../context/context";
import { AccountNotFoundError } from "../errors/accounts";
import { parseMint } from "../tokens/mint";
import type { MintState } from "../tokens/mint-state";
import { rememberTokenProgram } from "../tokens/token-program";

/** Accounts by address, each fetched once and decoded once. */
export class AccountCache {
  private readonly found = new Map<string, AccountInfo<Buffer> | null>();
  private readonly decoded = new Map<string, unknown>();

  /** `context` is of one operation, see `startOperation`: a later round is not answered from an older state. */
  constructor(readonly context: MilestoneContext) {}

  /** Fetches what was not fetched yet, in one round of requests; returns whether there was any. */
  async load(addresses: readonly PublicKey[]): Promise<boolean> {
    const missing = new Map<string, PublicKey>();
    for (const address of addresses) {
      const key = addressKey(address);
      if (!this.found.has(key)) missing.set(key, address);
    }
    if (missing.size === 0) return false;
    const infos = await fetchAccountInfos(this.context, [...missing.values()]);
    [...missing.keys()].forEach((key, index) => this.found.set(key, infos[index] ?? null));
    return true;
  }

  get(address: PublicKey): AccountInfo<Buffer> | null {
    return this.found.get(addressKey(address)) ?? null;
  }

  /** Returns null before the account was fetched. Throws `AccountNotFoundError`, `AccountKindError`. */
  peek<K extends AccountKind>(kind: K, address: PublicKey): AccountKinds[K] | null {
    return this.found.has(addressKey(address)) ? this.decode(kind, address) : null;
  }

  /** Returns the decoded account. Throws `AccountNotFoundError`, `AccountKindError`. */
  decode<K extends AccountKind>(kind: K, address: PublicKey): AccountKinds[K] {
    return this.once(kind, address, () => {
      const info = this.get(address);
      if (!info) throw new AccountNotFoundError(kindName(kind), address);
      return decodeAccount(kind, address, info, this.context.programId);
    });
  }

  /** Returns null when the mint does not exist. Throws `AccountKindError`. */
  mint(address: PublicKey): MintState | null {
    return this.once("mint", address, () => {
      const info = this.get(address);
      if (!info) return null;
      const mint = parseMint(address, info);
      rememberTokenProgram(address, mint.tokenProgram);
      return mint;
    });
  }

  /** Decodes an account once: policies share their gateway, their mint and often their owner. */
  private once<T>(kind: string, address: PublicKey, read: () => T): T {
    const key = kind + addressKey(address);
    if (!this.decoded.has(key)) this.decoded.set(key, read());
    return this.decoded.get(key) as T;
  }
}
