/** One chain for tests: sends, clock, accounts. The same on every runtime, and with nothing left to wall time. */
import { createHash } from "node:crypto";
import { utils } from "@coral-xyz/anchor";
import {
  AddressLookupTableAccount,
  ComputeBudgetProgram,
  Keypair,
  PublicKey,
  SystemProgram,
  Transaction,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import { ChainConnection } from "./connection";
import { fixedKeypair } from "./keys";
import { accountsOf, lookupTableAccount } from "./lookup-table";
import type { ChainAccount, Execution, Runtime, RuntimeName } from "./runtime";
import { areSignaturesValid } from "./signatures";
import type { TransactionError } from "./transaction-error";

const { bs58 } = utils.bytes;

/** A cluster accepts a blockhash for this many blocks. */
const BLOCKHASH_AGE = 150n;

export const START_SLOT = 1_000n;
/** 2027-01-15T08:00:00Z */
export const START_TIME = 1_800_000_000n;

export interface SendResult {
  ok: boolean;
  err: TransactionError | null;
  logs: string[];
  computeUnits: number;
  signature: string;
}

export interface SendOptions {
  /** Pays the fee and signs; `chain.payer` when absent. */
  feePayer?: Keypair;
  lookupTables?: AddressLookupTableAccount[];
  /** 0 when lookup tables are given, else "legacy". */
  version?: "legacy" | 0;
  /** Adds a compute limit after the other instructions, so that their indexes stay as they are. */
  computeUnitLimit?: number;
}

export interface LandedTransaction {
  slot: bigint;
  execution: Execution;
  transaction: VersionedTransaction;
  accounts: PublicKey[];
}

export type Sendable =
  Transaction | VersionedTransaction | TransactionInstruction | TransactionInstruction[];

export class Chain {
  readonly connection: ChainConnection;
  /** Pays where a test names no other payer. */
  readonly payer = fixedKeypair("chain/payer");
  /** Holds the upgrade right over the program under test. */
  readonly upgradeAuthority = fixedKeypair("chain/upgrade-authority");

  private currentSlot = START_SLOT;
  private currentTime = START_TIME;
  private blockhashCount = 0;
  private readonly blockhashes = new Map<string, bigint>();
  private readonly landed = new Map<string, LandedTransaction>();
  private readonly touched = new Map<string, PublicKey>();

  constructor(private readonly runtime: Runtime) {
    this.connection = new ChainConnection(this);
  }

  get runtimeName(): RuntimeName {
    return this.runtime.name;
  }

  // Clock

  now(): bigint {
    return this.currentTime;
  }

  slot(): bigint {
    return this.currentSlot;
  }

  /** Sets the chain's clock, in Unix seconds; the slot stays. */
  async setTime(unixSeconds: bigint): Promise<void> {
    this.currentTime = unixSeconds;
    await this.runtime.moveTo(this.currentSlot, this.currentTime);
  }

  /** Moves to a later slot; the clock stays. Blockhashes older than 150 slots expire. */
  async warpToSlot(slot: bigint): Promise<void> {
    if (slot < this.currentSlot) {
      throw new RangeError(`slot ${slot} is behind the current slot ${this.currentSlot}`);
    }
    this.currentSlot = slot;
    await this.runtime.moveTo(slot, this.currentTime);
  }

  // Accounts

  getAccount(address: PublicKey): Promise<ChainAccount | null> {
    return this.runtime.getAccount(address);
  }

  /** Writes an account as it is given, past every rule of the runtime. */
  async setAccount(address: PublicKey, account: ChainAccount): Promise<void> {
    this.touched.set(address.toBase58(), address);
    await this.runtime.setAccount(address, account);
  }

  /** Adds lamports to a system account, making it when there is none. */
  async airdrop(address: PublicKey, lamports: bigint = 10_000_000_000n): Promise<void> {
    const existing = await this.getAccount(address);
    await this.setAccount(address, {
      data: existing?.data ?? Buffer.alloc(0),
      owner: existing?.owner ?? SystemProgram.programId,
      executable: existing?.executable ?? false,
      lamports: (existing?.lamports ?? 0n) + lamports,
    });
  }

  rentExempt(size: number): Promise<bigint> {
    return this.runtime.rentExempt(size);
  }

  /** Every address that a transaction named or a test wrote; what a program owns is among them. */
  touchedAddresses(): PublicKey[] {
    return [...this.touched.values()];
  }

  /** A lookup table that can be used at once. */
  async createLookupTable(addresses: PublicKey[]): Promise<AddressLookupTableAccount> {
    const key = Keypair.generate().publicKey;
    const table = lookupTableAccount(addresses);
    await this.setAccount(key, { ...table, lamports: await this.rentExempt(table.data.length) });
    return new AddressLookupTableAccount({
      key,
      state: AddressLookupTableAccount.deserialize(table.data),
    });
  }

  // Transactions

  /** Returns a blockhash that was not used before: two sends of one instruction never collide by accident. */
  latestBlockhash(): { blockhash: string; lastValidBlockHeight: bigint } {
    this.blockhashCount += 1;
    const digest = createHash("sha256").update(`blockhash/${this.blockhashCount}`).digest();
    const blockhash = bs58.encode(digest);
    const lastValidBlockHeight = this.currentSlot + BLOCKHASH_AGE;
    this.blockhashes.set(blockhash, lastValidBlockHeight);
    return { blockhash, lastValidBlockHeight };
  }

  isBlockhashValid(blockhash: string): boolean {
    const lastValid = this.blockhashes.get(blockhash);
    return lastValid !== undefined && this.currentSlot <= lastValid;
  }

  /**
   * Signs with `signers` (and the fee payer) and processes. A failed transaction is a result, not an
   * exception. Signers the message does not need are ignored; a needed one that is missing is
   * "SignatureFailure".
   * @example const { ok, err } = await chain.send([instruction], [owner]);
   */
  async send(
    sendable: Sendable,
    signers: Keypair[] = [],
    options: SendOptions = {},
  ): Promise<SendResult> {
    return this.sendRaw(this.sign(sendable, signers, options).serialize());
  }

  /** `send` for steps that have to succeed: throws with the logs when they don't. */
  async sendOk(
    sendable: Sendable,
    signers: Keypair[] = [],
    options: SendOptions = {},
  ): Promise<SendResult> {
    const result = await this.send(sendable, signers, options);
    if (!result.ok) {
      throw new Error(
        `expected success, got ${JSON.stringify(result.err)}\n${result.logs.join("\n")}`,
      );
    }
    return result;
  }

  /** Builds and signs without sending, for tests that hold a transaction back or send it twice. */
  sign(
    sendable: Sendable,
    signers: Keypair[] = [],
    options: SendOptions = {},
  ): VersionedTransaction {
    const feePayer = options.feePayer ?? this.payer;
    const transaction = this.compile(sendable, feePayer.publicKey, options);
    const { header, staticAccountKeys } = transaction.message;
    const required = staticAccountKeys.slice(0, header.numRequiredSignatures);
    const needed = [feePayer, ...signers].filter((signer) =>
      required.some((key) => key.equals(signer.publicKey)),
    );
    transaction.sign(needed);
    return transaction;
  }

  /** Processes signed bytes as they are; the same bytes twice are "AlreadyProcessed". */
  async sendRaw(wire: Uint8Array): Promise<SendResult> {
    const transaction = VersionedTransaction.deserialize(wire);
    const signature = bs58.encode(transaction.signatures[0] as Uint8Array);
    const refusal = this.refusal(transaction, signature);
    if (refusal) return result(signature, { err: refusal, logs: [], computeUnits: 0 });

    const accounts = await accountsOf(this, transaction);
    for (const address of accounts) this.touched.set(address.toBase58(), address);
    const execution = await this.runtime.process(transaction, accounts);
    const slot = this.currentSlot;
    if (isRecorded(execution)) {
      this.landed.set(signature, { slot, execution, transaction, accounts });
    }
    return result(signature, execution);
  }

  /** What `sendRaw` would answer, with nothing changed. */
  async simulate(
    transaction: VersionedTransaction,
    checks: { sigVerify?: boolean; replaceRecentBlockhash?: boolean } = {},
  ): Promise<Execution> {
    const signature = bs58.encode(transaction.signatures[0] as Uint8Array);
    const refusal = this.refusal(transaction, signature, checks);
    if (refusal) return { err: refusal, logs: [], computeUnits: 0 };
    return this.runtime.simulate(transaction);
  }

  landedTransaction(signature: string): LandedTransaction | undefined {
    return this.landed.get(signature);
  }

  /** Signatures of transactions that named `address`, newest first. */
  signaturesFor(address: PublicKey): string[] {
    return [...this.landed]
      .filter(([, { accounts }]) => accounts.some((account) => account.equals(address)))
      .map(([signature]) => signature)
      .reverse();
  }

  private compile(
    sendable: Sendable,
    feePayer: PublicKey,
    options: SendOptions,
  ): VersionedTransaction {
    if (sendable instanceof VersionedTransaction) return sendable;
    if (sendable instanceof Transaction) {
      sendable.feePayer ??= feePayer;
      sendable.recentBlockhash ??= this.latestBlockhash().blockhash;
      return new VersionedTransaction(sendable.compileMessage());
    }
    const instructions = Array.isArray(sendable) ? [...sendable] : [sendable];
    if (options.computeUnitLimit !== undefined) {
      instructions.push(
        ComputeBudgetProgram.setComputeUnitLimit({ units: options.computeUnitLimit }),
      );
    }
    const message = new TransactionMessage({
      payerKey: feePayer,
      recentBlockhash: this.latestBlockhash().blockhash,
      instructions,
    });
    const isLegacy = (options.version ?? (options.lookupTables ? 0 : "legacy")) === "legacy";
    return new VersionedTransaction(
      isLegacy
        ? message.compileToLegacyMessage()
        : message.compileToV0Message(options.lookupTables ?? []),
    );
  }

  /** Why a validator would not even run it; in the order a validator looks. */
  private refusal(
    transaction: VersionedTransaction,
    signature: string,
    checks: { sigVerify?: boolean; replaceRecentBlockhash?: boolean } = {},
  ): TransactionError | null {
    const { sigVerify = true, replaceRecentBlockhash = false } = checks;
    if (sigVerify && !areSignaturesValid(transaction)) return "SignatureFailure";
    if (!replaceRecentBlockhash && !this.isBlockhashValid(transaction.message.recentBlockhash)) {
      return "BlockhashNotFound";
    }
    return this.landed.has(signature) ? "AlreadyProcessed" : null;
  }
}

const result = (signature: string, execution: Execution): SendResult => ({
  ok: execution.err === null,
  signature,
  ...execution,
});

/** A validator records what ran, failed or not; what could not be loaded leaves no trace. */
const isRecorded = ({ err }: Execution): boolean => err === null || typeof err === "object";
