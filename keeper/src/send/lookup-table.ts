/** Lookup tables of the accounts that executions share. Their life is in the store, so that no rent is forgotten. */
import { createLookupTable, type Execution, extendLookupTable } from "@milepost/sdk";
import type { MilestoneContext } from "@milepost/sdk";
import {
  type AddressLookupTableAccount,
  AddressLookupTableProgram,
  PublicKey,
  type Signer,
  type TransactionInstruction,
} from "@solana/web3.js";
import {
  type LookupTableRecord,
  lookupTables,
  removeLookupTable,
  saveLookupTable,
} from "../store/lookup-tables";
import type { Database } from "../types";
import { deliver, type DeliverOptions } from "./deliver";
import { sign } from "./sign";

export interface LookupTablesOptions extends DeliverOptions {
  context: MilestoneContext;
  database: Database;
  /** Pays the rent, gets it back, and is the tables' authority. */
  payer: Signer;
  /** How often an address has to occur to be worth a place. Default: 2. */
  minUses?: number;
  /** New addresses that are worth the fee and the rent. Default: 4. */
  minNew?: number;
  /** Tables in use; `maintain` retires the oldest beyond. Default: 4. */
  maxTables?: number;
  onProblem?: (error: unknown) => void;
}

const MAX_ADDRESSES = 256;
/** A table can be closed when the slot of its deactivation has left the slot hashes. */
const COOL_DOWN_SLOTS = 513;
/** A creation names one of the newest slots; when nothing has come of it by then, nothing will. */
const CREATION_SLOTS = 512;
/** As long, and longer than a blockhash lives, its maker may still be at work on it. */
const MAKER_SLOTS = 300;
/** How often a slot is waited for before going on without the table. */
const SLOT_WAITS = 10;
const SLOT_MS = 400;

export class LookupTables {
  private readonly known = new Map<string, AddressLookupTableAccount>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: LookupTablesOptions) {}

  /**
   * Tables for these executions that can be used in the next slot, made or extended where that is worth it. Without any
   * when it does not work out: then a transaction takes fewer executions.
   */
  tablesFor(executions: readonly Execution[]): Promise<AddressLookupTableAccount[]> {
    // One after another: two that miss the same addresses at once would pay for them twice.
    const result = this.last.then(() => this.tablesInTurn(executions));
    this.last = result;
    return result;
  }

  private async tablesInTurn(
    executions: readonly Execution[],
  ): Promise<AddressLookupTableAccount[]> {
    try {
      const wanted = sharedAddresses(executions, this.options.minUses ?? 2);
      const tables = await this.active();
      const held = new Set(tables.flatMap(({ state }) => state.addresses.map(String)));
      const missing = wanted.filter((address) => !held.has(address.toBase58()));
      if (missing.length >= (this.options.minNew ?? 4)) await this.add(missing, tables);
      return await this.usable(await this.active());
    } catch (error) {
      this.options.onProblem?.(error);
      return [];
    }
  }

  /** Looks at the tables anew; after an error that a table was part of. */
  forget(): void {
    this.known.clear();
  }

  /** Ends a table's use; `maintain` closes it later. Resolves with whether the chain has taken it. */
  async retire(address: string): Promise<boolean> {
    const lookupTable = new PublicKey(address);
    const [record] = (await lookupTables(this.options.database)).filter(
      (t) => t.address === address,
    );
    if (!record) return false;
    // Stored first: nobody uses it any more, whatever becomes of the transaction.
    await this.save(record, "deactivating", record.addresses);
    this.known.delete(address);
    return this.deactivate(lookupTable);
  }

  /** Goes on with whatever was begun, in this process or one that is gone: creations, deactivations, closings. */
  async maintain(): Promise<void> {
    const { database, context } = this.options;
    const slot = await context.connection.getSlot(context.commitment);
    for (const record of await lookupTables(database, ["creating"])) {
      const table = await this.read(record.address);
      if (table) {
        if (slot > record.changedSlot + MAKER_SLOTS) await this.fill(record, table);
      } else if (slot > record.changedSlot + CREATION_SLOTS) {
        await removeLookupTable(database, record.address);
      }
    }
    const surplus = (await lookupTables(database)).slice(this.options.maxTables ?? 4);
    for (const { address } of surplus) await this.retire(address);
    for (const record of await lookupTables(database, ["deactivating"])) {
      const table = await this.read(record.address);
      if (!table) {
        await removeLookupTable(database, record.address);
        continue;
      }
      const { deactivationSlot } = table.state;
      if (table.isActive()) await this.deactivate(table.key);
      else if (BigInt(slot) > deactivationSlot + BigInt(COOL_DOWN_SLOTS)) {
        const isClosed = await this.send([
          AddressLookupTableProgram.closeLookupTable({
            lookupTable: table.key,
            authority: this.payer,
            recipient: this.payer,
          }),
        ]);
        if (isClosed) await removeLookupTable(database, record.address);
      }
    }
  }

  private get payer(): PublicKey {
    return this.options.payer.publicKey;
  }

  private async add(
    missing: readonly PublicKey[],
    tables: readonly AddressLookupTableAccount[],
  ): Promise<void> {
    const open = tables.find(
      ({ state }) =>
        state.authority?.equals(this.payer) &&
        state.addresses.length + missing.length <= MAX_ADDRESSES,
    );
    if (open) return this.extend(open, missing);
    const { context } = this.options;
    const recentSlot = await context.connection.getSlot("finalized");
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
      if (!(await this.send(instructions))) return;
    }
    await this.save(record, "active", record.addresses);
  }

  private async extend(
    table: AddressLookupTableAccount,
    missing: readonly PublicKey[],
  ): Promise<void> {
    const lookupTable = table.key;
    const transactions = extendLookupTable({
      authority: this.payer,
      payer: this.payer,
      lookupTable,
      addresses: missing,
    });
    for (const instructions of transactions) {
      if (!(await this.send(instructions))) break;
    }
    this.known.delete(lookupTable.toBase58());
    const now = await this.read(lookupTable.toBase58());
    if (!now) return;
    const address = lookupTable.toBase58();
    await this.save({ address, changedSlot: 0 }, "active", now.state.addresses.map(String));
  }

  /** Adds what a creation that was broken off did not get to. */
  private async fill(record: LookupTableRecord, table: AddressLookupTableAccount): Promise<void> {
    const held = new Set(table.state.addresses.map(String));
    const missing = record.addresses.filter((address) => !held.has(address));
    if (missing.length > 0 && table.state.authority?.equals(this.payer)) {
      await this.extend(
        table,
        missing.map((address) => new PublicKey(address)),
      );
    } else {
      await this.save(record, "active", [...held]);
    }
  }

  private deactivate(lookupTable: PublicKey): Promise<boolean> {
    const authority = this.payer;
    return this.send([AddressLookupTableProgram.deactivateLookupTable({ lookupTable, authority })]);
  }

  private async active(): Promise<AddressLookupTableAccount[]> {
    const records = await lookupTables(this.options.database);
    const tables = await Promise.all(
      records.map(async ({ address, addresses }) => {
        const known = this.known.get(address);
        if (known && known.state.addresses.length === addresses.length) return known;
        return this.read(address);
      }),
    );
    return tables.filter(
      (table) => table !== null && table.isActive(),
    ) as AddressLookupTableAccount[];
  }

  /** A table counts from the slot after its last extension on. */
  private async usable(
    tables: readonly AddressLookupTableAccount[],
  ): Promise<AddressLookupTableAccount[]> {
    const { context, pause, signal } = this.options;
    const newest = Math.max(0, ...tables.map(({ state }) => state.lastExtendedSlot));
    let slot = await context.connection.getSlot(context.commitment);
    for (let waits = 0; slot <= newest && waits < SLOT_WAITS; waits += 1) {
      await pause(SLOT_MS, signal);
      slot = await context.connection.getSlot(context.commitment);
    }
    return tables.filter(({ state }) => state.lastExtendedSlot < slot);
  }

  private async read(address: string): Promise<AddressLookupTableAccount | null> {
    const { connection, commitment } = this.options.context;
    const { value } = await connection.getAddressLookupTable(new PublicKey(address), {
      commitment,
    });
    if (value) this.known.set(address, value);
    return value;
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
    const { context, payer } = this.options;
    const signed = await sign(context, instructions, { payer });
    const { state } = await deliver(
      { ...signed, members: [] },
      { ...this.options, onSent: undefined },
    );
    return state === "landed";
  }
}

/** What at least `minUses` of the executions name, the most used first; neither signers nor the programs called. */
export function sharedAddresses(executions: readonly Execution[], minUses: number): PublicKey[] {
  const uses = new Map<string, { address: PublicKey; count: number }>();
  const excluded = new Set<string>();
  for (const { setup, instruction } of executions) {
    const named = new Map<string, PublicKey>();
    for (const { programId, keys } of [...setup, instruction]) {
      excluded.add(programId.toBase58());
      for (const { pubkey, isSigner } of keys) {
        if (isSigner) excluded.add(pubkey.toBase58());
        named.set(pubkey.toBase58(), pubkey);
      }
    }
    for (const [key, address] of named) {
      uses.set(key, { address, count: (uses.get(key)?.count ?? 0) + 1 });
    }
  }
  return [...uses]
    .filter(([key, { count }]) => !excluded.has(key) && count >= minUses)
    .sort(([, a], [, b]) => b.count - a.count)
    .slice(0, MAX_ADDRESSES)
    .map(([, { address }]) => address);
}
