import { Buffer } from "buffer";
import {
  type AccountInfo,
  type Commitment,
  type Connection,
  type GetProgramAccountsFilter,
  PublicKey,
  type SignatureStatus,
} from "@solana/web3.js";
import { utils } from "@coral-xyz/anchor";

type Account = AccountInfo<Buffer>;

/**
 * The calls of a `Connection` that the SDK makes, over accounts in memory. Sending is a script: each step answers one
 * round of the send loop.
 */
export class FakeConnection {
  commitment: Commitment = "confirmed";
  rpcEndpoint = "https://rpc.example.com/v2/SECRET?api-key=SECRET";
  slot = 5_000;
  readonly accounts = new Map<string, Account>();
  readonly sent: Uint8Array[] = [];
  blockHeight = 100;
  lastValidBlockHeight = 250;
  blockhashes = 0;
  fees: number[] = [];
  simulation: { err: unknown; logs: string[]; unitsConsumed?: number } = {
    err: null,
    logs: [],
    unitsConsumed: 10_000,
  };
  /** What an RPC does in a round; the last one repeats. */
  onSend: () => void = () => undefined;
  onStatus: (searchHistory: boolean) => SignatureStatus | null = () => null;
  onHeight: () => number = () => this.blockHeight;
  /** How far the node is that answers about signatures. */
  onStatusSlot: () => number = () => this.slotAt(this.blockHeight);

  /** Requests that were sent while none was unanswered start a round. */
  rounds = 0;
  private unanswered = 0;

  /** Counts the request; its answer comes later, so that others of the same round join it. */
  private async inRound<T>(answer: () => T | Promise<T>): Promise<T> {
    if (this.unanswered === 0) this.rounds += 1;
    this.unanswered += 1;
    try {
      await new Promise((resolve) => setImmediate(resolve));
      return await answer();
    } finally {
      this.unanswered -= 1;
    }
  }

  asConnection(): Connection {
    return this as unknown as Connection;
  }

  set(address: PublicKey, owner: PublicKey, data: Uint8Array, executable = false): void {
    this.accounts.set(address.toBase58(), {
      owner,
      data: Buffer.from(data),
      executable,
      lamports: 1_000_000,
      rentEpoch: 0,
    });
  }

  async getAccountInfo(address: PublicKey): Promise<Account | null> {
    return this.accounts.get(address.toBase58()) ?? null;
  }

  async getMultipleAccountsInfo(addresses: PublicKey[]): Promise<(Account | null)[]> {
    if (addresses.length > 100) throw new Error("Too many inputs provided; max 100");
    return addresses.map((address) => this.accounts.get(address.toBase58()) ?? null);
  }

  async getMultipleAccountsInfoAndContext(
    addresses: PublicKey[],
    { minContextSlot = 0 }: { minContextSlot?: number } = {},
  ): Promise<{ context: { slot: number }; value: (Account | null)[] }> {
    return this.inRound(async () => {
      this.refuseBehind(minContextSlot);
      return { context: { slot: this.slot }, value: await this.getMultipleAccountsInfo(addresses) };
    });
  }

  /** As a node that has not reached the slot answers. */
  private refuseBehind(minContextSlot: number): void {
    if (minContextSlot <= this.slot) return;
    throw Object.assign(new Error("Minimum context slot has not been reached"), { code: -32016 });
  }

  async getProgramAccounts(
    programId: PublicKey,
    {
      filters,
      dataSlice,
      minContextSlot = 0,
      withContext = false,
    }: {
      filters: GetProgramAccountsFilter[];
      dataSlice?: { offset: number; length: number };
      minContextSlot?: number;
      withContext?: boolean;
    },
  ): Promise<unknown> {
    this.refuseBehind(minContextSlot);
    // As a node does.
    if (filters.length > 4) throw new Error("Too many filters provided; max 4");
    const passes = (data: Buffer) =>
      filters.every((filter) => {
        if ("dataSize" in filter) return data.length === filter.dataSize;
        const bytes = utils.bytes.bs58.decode(filter.memcmp.bytes);
        const { offset } = filter.memcmp;
        return data.subarray(offset, offset + bytes.length).equals(bytes);
      });
    const value = [...this.accounts.entries()]
      .filter(([, account]) => account.owner.equals(programId) && passes(account.data))
      .map(([key, account]) => {
        const { offset, length } = dataSlice ?? { offset: 0, length: account.data.length };
        const data = account.data.subarray(offset, offset + length);
        return { pubkey: new PublicKey(key), account: { ...account, data } };
      });
    return withContext ? { context: { slot: this.slot }, value } : value;
  }

  /** Mint at 0, owner at 32, whichever the token program. */
  async getTokenAccountsByOwner(owner: PublicKey, { mint }: { mint: PublicKey }) {
    const value = [...this.accounts.entries()]
      .filter(([, { data }]) => {
        const isTokenAccount = data.length === 165 || data[165] === 2;
        return isTokenAccount && mint.equals(at(data, 0)) && owner.equals(at(data, 32));
      })
      .map(([key, account]) => ({ pubkey: new PublicKey(key), account }));
    return this.inRound(() => ({ context: { slot: this.slot }, value }));
  }

  async getSlot(): Promise<number> {
    return this.slot;
  }

  async getLatestBlockhash(): Promise<{ blockhash: string; lastValidBlockHeight: number }> {
    this.blockhashes += 1;
    const blockhash = new PublicKey(Buffer.alloc(32, this.blockhashes)).toBase58();
    return { blockhash, lastValidBlockHeight: this.lastValidBlockHeight };
  }

  async simulateTransaction(
    _transaction: unknown,
    { minContextSlot = 0 }: { minContextSlot?: number },
  ): Promise<{ context: { slot: number }; value: FakeConnection["simulation"] }> {
    this.refuseBehind(minContextSlot);
    return { context: { slot: this.slot }, value: this.simulation };
  }

  async getRecentPrioritizationFees(): Promise<{ slot: number; prioritizationFee: number }[]> {
    return this.fees.map((prioritizationFee, slot) => ({ slot, prioritizationFee }));
  }

  async sendRawTransaction(bytes: Uint8Array): Promise<string> {
    this.sent.push(Uint8Array.from(bytes));
    this.onSend();
    return "signature";
  }

  async getSignatureStatuses(
    _signatures: string[],
    { searchTransactionHistory }: { searchTransactionHistory: boolean },
  ): Promise<{ context: { slot: number }; value: (SignatureStatus | null)[] }> {
    const status = this.onStatus(searchTransactionHistory);
    return { context: { slot: this.onStatusSlot() }, value: [status] };
  }

  /** Slots run 4,900 ahead of heights, and every block is final at once. */
  async getEpochInfo(): Promise<{ absoluteSlot: number; blockHeight: number }> {
    const blockHeight = this.onHeight();
    return { absoluteSlot: this.slotAt(blockHeight), blockHeight };
  }

  slotAt(blockHeight: number): number {
    return blockHeight + 4_900;
  }

  async getBlockHeight(): Promise<number> {
    return this.onHeight();
  }

  async getTransaction(): Promise<null> {
    return null;
  }
}

const at = (data: Buffer, offset: number): PublicKey =>
  new PublicKey(data.subarray(offset, offset + 32));
