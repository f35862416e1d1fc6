/** LiteSVM as this package uses it: addresses are base58, balances bigint, errors as JSON-RPC shapes them. */
// The package's own class speaks @solana/kit types; the addon beneath it takes plain bytes.
import * as addon from "litesvm/dist/internal";
import { decodeBase58, encodeBase58 } from "./base58";
import { transactionError, type TransactionError } from "./transaction-error";

export const SYSTEM_PROGRAM = "11111111111111111111111111111111";
export const SYSVAR_CLOCK = "SysvarC1ock11111111111111111111111111111111";
const SYSVAR_SLOT_HASHES = "SysvarS1otHashes111111111111111111111111111";

/** SlotHashes is read whole by programs, so it always has the length of a full one. */
const SLOT_HASHES_BYTES = 8 + 512 * 40;
export const MAX_SLOT_HASHES = 512;
export const SLOTS_PER_EPOCH = 432_000;

/** State of one account, as the chain holds it. */
export interface AccountState {
  /** Balance in lamports. */
  lamports: bigint;
  /** Data in the layout of the owning program; empty for a wallet. */
  data: Buffer;
  /** Address of the program that owns the account, base58. */
  owner: string;
  /** True for a deployed program's account. */
  executable: boolean;
}

/** An account's address with its state. */
export interface AddressedAccount {
  /** Address of the account, base58. */
  address: string;
  /** State of the account at that address. */
  account: AccountState;
}

export interface InnerInstructions {
  index: number;
  instructions: {
    programIdIndex: number;
    accounts: number[];
    data: string;
    stackHeight: number;
  }[];
}

export interface Outcome {
  err: TransactionError | null;
  logs: string[];
  computeUnits: number;
  innerInstructions: InnerInstructions[];
  returnData: { programId: string; data: Buffer } | null;
}

export interface SlotHash {
  slot: number;
  hash: string;
}

export class Svm {
  private constructor(private readonly inner: addon.LiteSvm) {
    // Signatures, the age of blockhashes and duplicates are judged by `Chain`, which knows the network's rules.
    inner.setBlockhashCheck(false);
    inner.setSigverify(false);
    inner.setTransactionHistory(0n);
  }

  /** With the programs of a fresh cluster: system, token, associated token, memo, lookup tables. */
  static create(): Svm {
    const inner = new addon.LiteSvm();
    inner.withNativeMints();
    return new Svm(inner);
  }

  /** Null for an account that does not exist or holds no lamports. */
  getAccount(address: string): AccountState | null {
    const found = this.inner.getAccount(addressBytes(address));
    return found && found.lamports() > 0n ? accountState(found) : null;
  }

  setAccount(address: string, { lamports, data, owner, executable }: AccountState): void {
    this.inner.setAccount(
      addressBytes(address),
      new addon.Account(lamports, data, addressBytes(owner), executable, RENT_EPOCH_NEVER),
    );
  }

  getProgramAccounts(owner: string): AddressedAccount[] {
    return this.inner
      .getProgramAccounts(addressBytes(owner))
      .map((found) => ({
        address: encodeBase58(found.address),
        account: accountState(found.account()),
      }))
      .filter(({ account }) => account.lamports > 0n);
  }

  rentExempt(size: number): bigint {
    return this.inner.minimumBalanceForRentExemption(BigInt(size));
  }

  /** `wire` must have been read by `parseTransaction`: the addon does not survive anything else. */
  execute(wire: Buffer): Outcome {
    return outcome(this.inner.sendVersionedTransaction(wire));
  }

  /** What `execute` would do, and the accounts it would leave. */
  simulate(wire: Buffer): { outcome: Outcome; accounts: Map<string, AccountState> } {
    const simulated = this.inner.simulateVersionedTransaction(wire);
    if (simulated instanceof addon.FailedTransactionMetadata) {
      return { outcome: outcome(simulated), accounts: new Map() };
    }
    const accounts = simulated
      .postAccounts()
      .map((after): [string, AccountState] => [
        encodeBase58(after.address),
        accountState(after.account()),
      ]);
    return { outcome: outcome(simulated.meta()), accounts: new Map(accounts) };
  }

  /** Sets what programs read as the slot, the time (Unix seconds) and the recent slots, newest first. */
  setClock(slot: number, unixTimestamp: number, recent: SlotHash[]): void {
    const epoch = BigInt(Math.floor(slot / SLOTS_PER_EPOCH));
    this.inner.warpToSlot(BigInt(slot));
    const clock = this.inner.getClock();
    clock.slot = BigInt(slot);
    clock.epoch = epoch;
    clock.leaderScheduleEpoch = epoch + 1n;
    clock.unixTimestamp = BigInt(unixTimestamp);
    this.inner.setClock(clock);

    const data = Buffer.alloc(SLOT_HASHES_BYTES);
    data.writeBigUInt64LE(BigInt(recent.length), 0);
    recent.forEach(({ slot: past, hash }, i) => {
      data.writeBigUInt64LE(BigInt(past), 8 + 40 * i);
      addressBytes(hash).copy(data, 16 + 40 * i);
    });
    const account = this.inner.getAccount(addressBytes(SYSVAR_SLOT_HASHES)) as addon.Account;
    this.inner.setAccount(
      addressBytes(SYSVAR_SLOT_HASHES),
      new addon.Account(account.lamports(), data, account.owner(), false, account.rentEpoch()),
    );
  }
}

const RENT_EPOCH_NEVER = 0xffff_ffff_ffff_ffffn;

const MAX_KNOWN = 20_000;
const known = new Map<string, Buffer>();

/** Only for text that was checked before: an address or a hash of this chain's own making. */
function addressBytes(address: string): Buffer {
  let bytes = known.get(address);
  if (!bytes) {
    bytes = decodeBase58(address) as Buffer;
    // The same few addresses come again and again; which ones may change, so all are forgotten at times.
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(address, bytes);
  }
  return bytes;
}

const bufferOver = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const accountState = (found: addon.Account): AccountState => ({
  lamports: found.lamports(),
  data: bufferOver(found.data()),
  owner: encodeBase58(found.owner()),
  executable: found.executable(),
});

function outcome(result: addon.TransactionMetadata | addon.FailedTransactionMetadata): Outcome {
  const isFailed = result instanceof addon.FailedTransactionMetadata;
  const meta = isFailed ? result.meta() : result;
  const returned = meta.returnData();
  const data = returned.data();
  return {
    err: isFailed ? transactionError(result.err()) : null,
    logs: meta.logs(),
    computeUnits: Number(meta.computeUnitsConsumed()),
    innerInstructions: innerInstructions(meta),
    returnData:
      data.length > 0
        ? { programId: encodeBase58(returned.programId()), data: bufferOver(data) }
        : null,
  };
}

const innerInstructions = (meta: addon.TransactionMetadata): InnerInstructions[] =>
  meta
    .innerInstructions()
    .map((list, index) => ({
      index,
      instructions: list.map((inner) => {
        const instruction = inner.instruction();
        return {
          programIdIndex: instruction.programIdIndex(),
          accounts: [...instruction.accounts()],
          data: encodeBase58(instruction.data()),
          stackHeight: inner.stackHeight(),
        };
      }),
    }))
    .filter(({ instructions }) => instructions.length > 0);
