/** One bankrun bank: guarded calls, blockhashes that don't run out, and the way back to how it started. */
import { PublicKey, VersionedTransaction } from "@solana/web3.js";
import type { BanksClient, Clock, ProgramTestContext } from "solana-bankrun";
import type { ChainAccount } from "./runtime";

/** bankrun's server may stop answering after an error; a test must then fail, not hang. */
const ANSWER_WITHIN_MS = 60_000;

const NO_ACCOUNT: ChainAccount = {
  lamports: 0n,
  data: Buffer.alloc(0),
  owner: PublicKey.default,
  executable: false,
};

export class Bank {
  /** What accounts were before anything touched them. */
  private readonly originals = new Map<string, [PublicKey, ChainAccount | null]>();
  /** Messages already run under `usedBlockhash`: those need a newer one. */
  private readonly usedMessages = new Set<string>();
  private usedBlockhash = "";

  constructor(private readonly context: ProgramTestContext) {}

  async ask<T>(what: string, question: (client: BanksClient) => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`bankrun gave no answer to ${what} in ${ANSWER_WITHIN_MS} ms`)),
        ANSWER_WITHIN_MS,
      );
    });
    try {
      return await Promise.race([question(this.context.banksClient), silence]);
    } finally {
      clearTimeout(timer);
    }
  }

  async read(address: PublicKey): Promise<ChainAccount | null> {
    const found = await this.ask("getAccount", (client) => client.getAccount(address));
    if (!found || found.lamports === 0) return null;
    return {
      lamports: BigInt(found.lamports),
      data: Buffer.from(found.data),
      owner: new PublicKey(found.owner),
      executable: found.executable,
    };
  }

  write(address: PublicKey, account: ChainAccount): void {
    if (account.lamports > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new RangeError(`bankrun takes lamports up to 2^53, got ${account.lamports}`);
    }
    this.context.setAccount(address, { ...account, lamports: Number(account.lamports) });
  }

  setClock(clock: Clock): void {
    this.context.setClock(clock);
  }

  /** Keeps what the accounts are now, unless that is kept already, for `restore`. */
  async remember(addresses: PublicKey[]): Promise<void> {
    for (const address of addresses) {
      const name = address.toBase58();
      if (!this.originals.has(name)) this.originals.set(name, [address, await this.read(address)]);
    }
  }

  /** Gives every remembered account back what it was. */
  async restore(): Promise<void> {
    for (const [address, original] of this.originals.values()) {
      if (!isSame(await this.read(address), original)) this.write(address, original ?? NO_ACCOUNT);
    }
    this.originals.clear();
  }

  /**
   * bankrun rolls its blockhashes by wall time, about 140 a second, so the one that was signed for may be
   * gone on a slow machine. `Chain` has checked the signatures and the blockhash by its own slots;
   * bankrun checks no signature, so the hash can be replaced underneath them.
   */
  async underFreshBlockhash(
    transaction: VersionedTransaction,
    isRecorded = true,
  ): Promise<VersionedTransaction> {
    const copy = VersionedTransaction.deserialize(transaction.serialize());
    for (;;) {
      const latest = await this.ask("getLatestBlockhash", (client) => client.getLatestBlockhash());
      if (!latest) throw new Error("bankrun has no blockhash");
      if (latest[0] !== this.usedBlockhash) {
        this.usedBlockhash = latest[0];
        this.usedMessages.clear();
      }
      copy.message.recentBlockhash = latest[0];
      const message = Buffer.from(copy.message.serialize()).toString("base64");
      if (this.usedMessages.has(message)) continue;
      if (isRecorded) this.usedMessages.add(message);
      return copy;
    }
  }
}

const isSame = (one: ChainAccount | null, other: ChainAccount | null): boolean =>
  one === null || other === null
    ? one === other
    : one.lamports === other.lamports &&
      one.executable === other.executable &&
      one.owner.equals(other.owner) &&
      one.data.equals(other.data);
