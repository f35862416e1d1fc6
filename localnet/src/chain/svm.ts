/** LiteSVM with base58 addresses, bigint balances and errors in the form of JSON-RPC. */
// The package's own class speaks @solana/kit types; the addon beneath it takes plain bytes.
import * as addon from "litesvm/dist/internal";
import { decodeBase58, encodeAddress, encodeBase58 } from "./base58";
import { transactionError, type TransactionError } from "./transaction-error";

export const SYSTEM_PROGRAM = "11111111111111111111111111111111";
export const SYSVAR_CLOCK = "SysvarC1ock11111111111111111111111111111111";
const SYSVAR_SLOT_HASHES = "SysvarS1otHashes111111111111111111111111111";

/** Programs read SlotHashes whole, so it always has its full length. */
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

/** Result of a simulation. */
export interface Simulated {
  outcome: Outcome;
  /** Converts the accounts as they would be, which few callers ask for. */
  readAccounts(): Map<string, AccountState>;
}

export interface SlotHash {
  slot: number;
  hash: string;
}

export class Svm {
  private constructor(private readonly inner: addon.LiteSvm) {
    // `Chain` checks signatures, the age of blockhashes and duplicates by the network's rules.
    inner.setBlockhashCheck(false);
    inner.setSigverify(false);
    inner.setTransactionHistory(0n);
  }

  /** Creates it with the programs of a fresh cluster: system, token, associated token, memo, lookup tables. */
  static create(): Svm {
    const inner = new addon.LiteSvm();
    inner.withNativeMints();
    return new Svm(inner);
  }

  /** Returns null for an account that does not exist or holds no lamports. */
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
        address: encodeAddress(found.address),
        account: accountState(found.account()),
      }))
      .filter(({ account }) => account.lamports > 0n);
  }

  rentExempt(size: number): bigint {
    return this.inner.minimumBalanceForRentExemption(BigInt(size));
  }

  /** Executes `wire`, which must come from `parseTransaction`: other bytes end the process. */
  execute(wire: Buffer): Outcome {
    return outcome(this.inner.sendVersionedTransaction(wire));
  }

  /** Returns the result that `execute` would have. */
  simulate(wire: Buffer): Simulated {
    const simulated = this.inner.simulateVersionedTransaction(wire);
    if (simulated instanceof addon.FailedTransactionMetadata) {
      return { outcome: outcome(simulated), readAccounts: () => new Map() };
    }
    return {
      outcome: outcome(simulated.meta()),
      readAccounts: () =>
        new Map(
          simulated
            .postAccounts()
            .map((after) => [encodeAddress(after.address), accountState(after.account())]),
        ),
    };
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

/** Decodes text that was checked before: an address, or a hash of this chain. */
function addressBytes(address: string): Buffer {
  let bytes = known.get(address);
  if (!bytes) {
    bytes = decodeBase58(address) as Buffer;
    // Few addresses repeat often, and these change with time, so a full cache is cleared.
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
  owner: encodeAddress(found.owner()),
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
    // A simulation's are seldom asked for.
    get innerInstructions() {
      return innerInstructions(meta);
    },
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
