import { utils } from "@coral-xyz/anchor";
import { PROGRAM_ID } from "@milepost/sdk";
import {
  type AccountInfo,
  type Connection,
  type DataSlice,
  type GetProgramAccountsFilter,
  PublicKey,
  SYSVAR_CLOCK_PUBKEY,
} from "@solana/web3.js";

type Account = AccountInfo<Buffer>;
type ProgramListener = (
  change: { accountId: PublicKey; accountInfo: Account },
  context: { slot: number },
) => void;

/** Holds accounts in memory behind the `Connection` calls of the finder, and sockets that report changes. */
export class FakeChain {
  slot = 1_000;
  readonly accounts = new Map<string, Account>();
  readonly calls: { method: string; length: number }[] = [];
  readonly sockets: FakeSocket[] = [];
  /** Runs before each answer; may change the chain or throw. */
  onCall: (method: string, argument: unknown) => void = () => undefined;
  /** Addresses that scans leave out. */
  readonly hidden = new Set<string>();

  asConnection(): Connection {
    return this as unknown as Connection;
  }

  /** True to report no changes. */
  isMissing = false;
  /** True to open sockets that report nothing by themselves. */
  isSilent = false;

  connect = () => {
    const socket = new FakeSocket(this.isSilent ? null : () => this.slot);
    this.sockets.push(socket);
    return {
      connection: socket as unknown as Connection,
      close: () => void (socket.isClosed = true),
      onHangUp: (tell: () => void) => void socket.hangUps.push(tell),
    };
  };

  /** Writes an account in a new slot and reports it to the sockets. */
  set(address: PublicKey, data: Uint8Array, owner: PublicKey = PROGRAM_ID): void {
    this.slot += 1;
    const info = { owner, data: Buffer.from(data), executable: false, lamports: 1, rentEpoch: 0 };
    this.accounts.set(address.toBase58(), info);
    if (this.isMissing) return;
    for (const socket of this.sockets) socket.tell(address, info, this.slot);
  }

  delete(address: PublicKey): void {
    this.slot += 1;
    this.accounts.delete(address.toBase58());
  }

  setTime(now: bigint): void {
    this.slot += 1;
    const data = Buffer.alloc(40);
    data.writeBigUInt64LE(BigInt(this.slot), 0);
    data.writeBigInt64LE(now, 32);
    this.accounts.set(SYSVAR_CLOCK_PUBKEY.toBase58(), {
      ...{ owner: PublicKey.default, data, executable: false, lamports: 1, rentEpoch: 0 },
    });
  }

  async getAccountInfo(address: PublicKey): Promise<Account | null> {
    this.answer("getAccountInfo", 1, address);
    return this.accounts.get(address.toBase58()) ?? null;
  }

  async getMultipleAccountsInfo(addresses: PublicKey[]): Promise<(Account | null)[]> {
    if (addresses.length > 100) throw new Error("Too many inputs provided; max 100");
    this.answer("getMultipleAccounts", addresses.length, addresses);
    return addresses.map((address) => this.accounts.get(address.toBase58()) ?? null);
  }

  async getMultipleAccountsInfoAndContext(
    addresses: PublicKey[],
    { minContextSlot }: { minContextSlot?: number } = {},
  ): Promise<{ context: { slot: number }; value: (Account | null)[] }> {
    const value = await this.getMultipleAccountsInfo(addresses);
    if (minContextSlot !== undefined && minContextSlot > this.slot) {
      throw new Error("Minimum context slot has not been reached");
    }
    return { context: { slot: this.slot }, value };
  }

  async getProgramAccounts(
    programId: PublicKey,
    options: {
      filters: GetProgramAccountsFilter[];
      dataSlice?: DataSlice;
      withContext?: boolean;
    },
  ): Promise<unknown> {
    const { filters, dataSlice, withContext } = options;
    this.answer("getProgramAccounts", 0, options);
    const passes = (data: Buffer) =>
      filters.every((filter) => {
        if ("dataSize" in filter) return data.length === filter.dataSize;
        const bytes = utils.bytes.bs58.decode(filter.memcmp.bytes);
        const { offset } = filter.memcmp;
        return data.subarray(offset, offset + bytes.length).equals(bytes);
      });
    const value = [...this.accounts.entries()]
      .filter(
        ([address, { owner, data }]) =>
          !this.hidden.has(address) && owner.equals(programId) && passes(data),
      )
      .map(([address, account]) => {
        const { offset, length } = dataSlice ?? { offset: 0, length: account.data.length };
        const data = account.data.subarray(offset, offset + length);
        return { pubkey: new PublicKey(address), account: { ...account, data } };
      });
    this.calls[this.calls.length - 1]!.length = value.length;
    return withContext ? { context: { slot: this.slot }, value } : value;
  }

  private answer(method: string, length: number, argument: unknown): void {
    this.calls.push({ method, length });
    this.onCall(method, argument);
  }
}

interface SlotNews {
  slot: number;
  parent: number;
}

/** Holds the subscriptions of a `Connection`. A subscription to slots starts with the slot that it was made in. */
export class FakeSocket {
  isClosed = false;
  readonly hangUps: (() => void)[] = [];
  private toldSlot = 0;
  private id = 0;
  private readonly programs = new Map<number, { size: number; listener: ProgramListener }>();
  private readonly single = new Map<
    number,
    { address: string; listener: (info: Account, context: { slot: number }) => void }
  >();
  private readonly slots = new Map<number, (info: SlotNews) => void>();

  constructor(private readonly slotNow: (() => number) | null) {}

  get listeners(): number {
    return this.programs.size + this.single.size + this.slots.size;
  }

  tell(address: PublicKey, info: Account, slot: number): void {
    for (const { size, listener } of this.programs.values()) {
      const isProgram = info.owner.equals(PROGRAM_ID) && info.data.length === size;
      if (isProgram) listener({ accountId: address, accountInfo: info }, { slot });
    }
    for (const { address: wanted, listener } of this.single.values()) {
      if (wanted === address.toBase58()) listener(info, { slot });
    }
  }

  /** Reports a slot; by default, it follows the last one. */
  tellSlot(slot: number, parent = this.toldSlot): void {
    this.toldSlot = slot;
    for (const listener of this.slots.values()) listener({ slot, parent });
  }

  /** Ends the socket, which comes back by itself with the same subscriptions and a slot. */
  hangUp(slot: number): void {
    for (const tell of this.hangUps) tell();
    this.tellSlot(slot);
  }

  onProgramAccountChange(
    _program: PublicKey,
    listener: ProgramListener,
    { filters }: { filters: { dataSize: number }[] },
  ): number {
    this.programs.set((this.id += 1), { size: filters[0]!.dataSize, listener });
    return this.id;
  }

  onAccountChange(
    address: PublicKey,
    listener: (info: Account, context: { slot: number }) => void,
  ): number {
    this.single.set((this.id += 1), { address: address.toBase58(), listener });
    return this.id;
  }

  onSlotChange(listener: (info: SlotNews) => void): number {
    this.slots.set((this.id += 1), listener);
    const { slotNow } = this;
    if (slotNow) queueMicrotask(() => this.tellSlot(slotNow()));
    return this.id;
  }

  async removeProgramAccountChangeListener(id: number): Promise<void> {
    this.programs.delete(id);
  }

  async removeAccountChangeListener(id: number): Promise<void> {
    this.single.delete(id);
  }

  async removeSlotChangeListener(id: number): Promise<void> {
    this.slots.delete(id);
  }
}
