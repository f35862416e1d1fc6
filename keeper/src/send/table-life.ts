/** The life of a lookup table: made, extended, deactivated, closed. Each step is in the store, so that no rent is forgotten. */
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
import {
  idleLookupTables,
  type LookupTableRecord,
  lookupTables,
  removeLookupTable,
  saveLookupTable,
} from "../store/lookup-tables";
import type { Database } from "../types";
import { deliver, type DeliverOptions } from "./deliver";
import { computeUnitLimitFor, recentPrice, simulateGroup, withBudget } from "./pack";
import { sign } from "./sign";

export interface TableLifeOptions extends DeliverOptions {
  context: MilestoneContext;
  database: Database;
  /** Pays the rent, gets it back, and is the tables' authority. */
  payer: Signer;
  /** Tables in use; `maintain` retires the oldest beyond. Default: 4. */
  maxTables?: number;
  /** Without use for so many slots, `maintain` retires a table and gets its rent back. Default: 216,000, about a day. */
  idleSlots?: number;
  /** Default: that of `recentPrice`. */
  priorityFee?: PriorityFeeOptions;
  onProblem?: (error: unknown) => void;
}

const MAX_ADDRESSES = 256;
/** How often a transaction is sent: payments wait for it, with leases that run out. */
const ROUNDS = 15;
/** A table can be closed when its deactivation has left the hashes of the last 512 slots that had a block. */
const COOL_DOWN_SLOTS = 513;
/** A creation names one of the newest slots; when nothing has come of it by then, nothing will. */
const CREATION_SLOTS = 512;
/** As long, and longer than a blockhash lives, its maker may still be at work on it. */
const MAKER_SLOTS = 300;

export class TableLife {
  constructor(private readonly options: TableLifeOptions) {}

  isOurs({ state }: AddressLookupTableAccount): boolean {
    return state.authority?.equals(this.payer) ?? false;
  }

  /** Adds the addresses to the table of ours that has room for them, or to a new one. Resolves with whether all landed. */
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
    // Before anything is sent: whoever comes next finds what may have been paid for.
    await saveLookupTable(this.options.database, record);
    for (const instructions of plan.transactions) {
      if (!(await this.send(instructions))) return false;
    }
    await this.save(record, "active", record.addresses);
    return true;
  }

  /** Ends a table's use; `maintain` closes it later. Resolves with whether the chain has taken it. */
  async retire(address: string): Promise<boolean> {
    const { database, context } = this.options;
    const record = (await lookupTables(database)).find((each) => each.address === address);
    const table = record && (await this.read(address, context.commitment));
    if (!table || !this.isOurs(table)) return false;
    // Stored first: nobody uses it any more, whatever becomes of the transaction.
    await this.save(record, "deactivating", record.addresses);
    return this.deactivate(table);
  }

  /**
   * Goes on with whatever was begun, in this process or one that is gone, and ends what is no longer of use. What the
   * chain shows counts when it is final, and no RPC that lags behind is believed: what is forgotten here is never closed.
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
      // Closed: here or by somebody whose end came before the next line.
      if (!table) await removeLookupTable(database, record.address);
      else if (this.isOurs(table)) await this.end(table, slot);
    }
  }

  /** As the chain has it, null when it does not. */
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
    // Not every node heeds the condition, and what a table was before says nothing.
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

  /** Adds what a creation that was broken off did not get to. */
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

  /** The next step of what is to be closed. */
  private async end(table: AddressLookupTableAccount, slot: number): Promise<void> {
    if (table.isActive()) await this.deactivate(table);
    else if (BigInt(slot) > table.state.deactivationSlot + BigInt(COOL_DOWN_SLOTS)) {
      const [authority, recipient] = [this.payer, this.payer];
      // Forgotten only when the chain shows for good that it is gone.
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

  /** Whether it landed. What is left open is looked at on chain by `maintain`. */
  private async send(instructions: readonly TransactionInstruction[]): Promise<boolean> {
    const { context, payer, onProblem, priorityFee } = this.options;
    const contents = { instructions: [...instructions], lookupTables: [] };
    // Another keeper may have been first, or slots without blocks make the pause longer: that costs no fee.
    const simulation = await simulateGroup(context, payer.publicKey, contents);
    if (!simulation.isOk) {
      onProblem?.(simulation.error);
      return false;
    }
    // As much as the payments offer that wait for it.
    const budgeted = withBudget(contents, {
      computeUnitLimit: computeUnitLimitFor(simulation.computeUnits),
      computeUnitPrice: await recentPrice(context, instructions, priorityFee),
    });
    const signed = await sign(context, budgeted, { payer });
    const { state } = await deliver(
      { ...signed, members: [] },
      { ...this.options, maxRounds: this.options.maxRounds ?? ROUNDS, onSent: undefined },
    );
    return state === "landed";
  }
}
