/** Makes, extends, deactivates and closes lookup tables. Each step is in the store, so that no rent is forgotten. */
import {
  createLookupTable,
  extendLookupTable,
  type MilestoneContext,
  type PriorityFeeOptions,
} from "@milepost/sdk";
import {
  type AddressLookupTableAccount,
  AddressLookupTableProgram,
  PublicKey,
  type Signer,
  type TransactionInstruction,
} from "@solana/web3.js";
import type { Database } from "@milepost/database";
import {
  idleLookupTables,
  type LookupTableRecord,
  lookupTables,
  removeLookupTable,
  saveLookupTable,
} from "../store/lookup-tables";
import { deliver, type DeliverOptions } from "./deliver";
import { recentPrice, writableAccounts } from "./fees-and-blockhash";
import { draft } from "./message";
import { computeUnitLimitFor } from "./pack";
import { sign } from "./sign";
import { simulate } from "./simulate";

export interface LookupTableLifecycleOptions extends DeliverOptions {
  context: MilestoneContext;
  database: Database;
  /** Signer that pays the rent, gets it back, and is the tables' authority. */
  payer: Signer;
  /** Limit of tables in use; `maintain` retires the oldest beyond it. Default: 4. */
  maxTables?: number;
  /**
   * Number of slots without use after which `maintain` retires a table and gets its rent back. Default: 216,000,
   * about a day.
   */
  idleSlots?: number;
  /** Priority fee of its transactions. Default: that of `recentPrice`. */
  priorityFee?: PriorityFeeOptions;
  onProblem?: (error: unknown) => void;
}

const MAX_ADDRESSES = 256;
/** Number of sends of a transaction: payments wait for it, with leases that run out. */
const ROUNDS = 15;
/**
 * Slots after which a table can be closed: its deactivation has left the hashes of the last 512 slots that had a
 * block.
 */
const COOL_DOWN_SLOTS = 513;
/** Slots after which a creation can no longer land, as it names one of the newest slots. */
const CREATION_SLOTS = 512;
/** Slots within which a table's maker may still be at work on it; longer than a blockhash lives. */
const MAKER_SLOTS = 300;

export class LookupTableLifecycle {
  constructor(private readonly options: LookupTableLifecycleOptions) {}

  isOurs({ state }: AddressLookupTableAccount): boolean {
    return state.authority?.equals(this.payer) ?? false;
  }

  /**
   * Adds the addresses to the table of ours that has room for them, or to a new one. Resolves with true when all
   * landed.
   */
  async add(
    missing: readonly PublicKey[],
    tables: readonly AddressLookupTableAccount[],
  ): Promise<boolean> {
    const open = tables.find(
      (table) =>
        this.isOurs(table) && table.state.addresses.length + missing.length <= MAX_ADDRESSES,
    );
    if (open) return this.extend(open, missing);
    const { connection } = this.options.context;
    const recentSlot = await connection.getSlot("finalized");
    const authority = this.payer;
    const addresses = missing.slice(0, MAX_ADDRESSES);
    const plan = createLookupTable({ authority, payer: authority, recentSlot, addresses });
    const record: LookupTableRecord = {
      address: plan.lookupTable.toBase58(),
      state: "creating",
      addresses: addresses.map(String),
      changedSlot: recentSlot,
    };
    // The record is stored before anything is sent, so that the next keeper finds a table that may have been paid
    // for.
    await saveLookupTable(this.options.database, record);
    for (const instructions of plan.transactions) {
      if (!(await this.send(instructions))) return false;
    }
    await this.save(record, "active", record.addresses);
    return true;
  }

  /** Ends a table's use; `maintain` closes it later. Resolves with true when the chain has accepted it. */
  async retire(address: string): Promise<boolean> {
    const { database, context } = this.options;
    const record = (await lookupTables(database)).find((each) => each.address === address);
    const table = record && (await this.read(address, context.commitment));
    if (!table || !this.isOurs(table)) return false;
    // It is stored first: no keeper uses the table any more, even when the transaction fails.
    await this.save(record, "deactivating", record.addresses);
    return this.deactivate(table);
  }

  /**
   * Continues every started step, in this process or one that has ended, and ends tables that are no longer of use.
   * State counts when it is final, and no lagging RPC is believed: a table that is forgotten here is never closed.
   */
  async maintain(): Promise<void> {
    const { database, context, maxTables = 4, idleSlots = 216_000 } = this.options;
    const slot = await context.connection.getSlot("finalized");
    for (const record of await lookupTables(database, ["creating"])) {
      const table = await this.readFinal(record.address, slot);
      if (table) {
        if (slot > record.changedSlot + MAKER_SLOTS) await this.fill(record, table);
      } else if (slot > record.changedSlot + CREATION_SLOTS) {
        await removeLookupTable(database, record.address);
      }
    }
    const surplus = (await lookupTables(database)).slice(maxTables);
    const idle = await idleLookupTables(database, slot - idleSlots);
    for (const address of new Set([...surplus, ...idle].map((each) => each.address))) {
      await this.retire(address);
    }
    for (const record of await lookupTables(database, ["deactivating"])) {
      const table = await this.readFinal(record.address, slot);
      // This keeper closed it, or one that died before the next line.
      if (!table) await removeLookupTable(database, record.address);
      else if (this.isOurs(table)) await this.end(table, slot);
    }
  }

  /** Reads the table from the chain; null when it does not exist. */
  async read(
    address: string,
    commitment = this.options.context.commitment,
    minContextSlot?: number,
  ): Promise<AddressLookupTableAccount | null> {
    const { connection } = this.options.context;
    const config = { commitment, minContextSlot };
    const { context, value } = await connection.getAddressLookupTable(
      new PublicKey(address),
      config,
    );
    // Some nodes ignore the condition, and earlier state of a table proves nothing.
    if (context.slot < (minContextSlot ?? 0)) {
      throw new Error(`the RPC answered as of slot ${context.slot}, before ${minContextSlot}`);
    }
    return value;
  }

  private readFinal(address: string, slot: number): Promise<AddressLookupTableAccount | null> {
    return this.read(address, "finalized", slot);
  }

  private get payer(): PublicKey {
    return this.options.payer.publicKey;
  }

  private async extend(
    table: AddressLookupTableAccount,
    missing: readonly PublicKey[],
  ): Promise<boolean> {
    const address = table.key.toBase58();
    const transactions = extendLookupTable({
      authority: this.payer,
      payer: this.payer,
      lookupTable: table.key,
      addresses: missing,
    });
    let landed = 0;
    for (const instructions of transactions) {
      if (!(await this.send(instructions))) break;
      landed += 1;
    }
    const now = await this.read(address);
    if (!now) return false;
    await this.save({ address, changedSlot: 0 }, "active", now.state.addresses.map(String));
    return landed === transactions.length;
  }

  /** Adds the addresses that an interrupted creation left out. */
  private async fill(record: LookupTableRecord, table: AddressLookupTableAccount): Promise<void> {
    const held = new Set(table.state.addresses.map(String));
    const missing = record.addresses.filter((address) => !held.has(address));
    if (missing.length > 0 && this.isOurs(table)) {
      await this.extend(
        table,
        missing.map((address) => new PublicKey(address)),
      );
    } else {
      await this.save(record, "active", [...held]);
    }
  }

  /** Takes the next step towards closing the table. */
  private async end(table: AddressLookupTableAccount, slot: number): Promise<void> {
    if (table.isActive()) await this.deactivate(table);
    else if (BigInt(slot) > table.state.deactivationSlot + BigInt(COOL_DOWN_SLOTS)) {
      const [authority, recipient] = [this.payer, this.payer];
      // The table is forgotten only when the chain shows for good that it is gone.
      await this.send([
        AddressLookupTableProgram.closeLookupTable({
          lookupTable: table.key,
          authority,
          recipient,
        }),
      ]);
    }
  }

  private deactivate({ key: lookupTable }: AddressLookupTableAccount): Promise<boolean> {
    const authority = this.payer;
    return this.send([AddressLookupTableProgram.deactivateLookupTable({ lookupTable, authority })]);
  }

  private async save(
    { address, changedSlot }: Pick<LookupTableRecord, "address" | "changedSlot">,
    state: LookupTableRecord["state"],
    addresses: readonly string[],
  ): Promise<void> {
    const { connection, commitment } = this.options.context;
    const slot = Math.max(changedSlot, await connection.getSlot(commitment));
    await saveLookupTable(this.options.database, {
      address,
      state,
      addresses: [...addresses],
      changedSlot: slot,
    });
  }

  /** Sends, and returns true when it landed. `maintain` checks an open transaction on chain. */
  private async send(instructions: readonly TransactionInstruction[]): Promise<boolean> {
    const { context, payer, onProblem, priorityFee } = this.options;
    const contents = { instructions: [...instructions], lookupTables: [] };
    const made = draft(contents, {
      payer: payer.publicKey,
      // The waiting payments offer as much.
      computeUnitPrice: await recentPrice(context, writableAccounts(instructions), priorityFee),
    });
    // Another keeper may have been first, or slots without blocks extend the pause: a failed simulation costs no fee.
    const simulation = await simulate(context, made);
    if (!simulation.isOk) {
      onProblem?.(simulation.error);
      return false;
    }
    const { connection, commitment } = context;
    const computeUnitLimit = computeUnitLimitFor(simulation.computeUnits);
    const terms = { ...(await connection.getLatestBlockhash(commitment)), computeUnitLimit };
    const signed = sign(made, terms, { payer });
    const { state } = await deliver(
      { ...signed, members: [] },
      { ...this.options, maxRounds: this.options.maxRounds ?? ROUNDS, onSent: undefined },
    );
    return state === "landed";
  }
}
