import type { Connection } from "@solana/web3.js";
import type { MilestoneContext } from "../context/context";
import { type CommitmentLevel, commitmentLevel } from "./commitment";

/** Highest slot per commitment level. */
type Slots = Record<CommitmentLevel, number>;

interface Seen {
  /** Slots in which `send` saw a transaction land. */
  landed: Slots;
  /** Slots at which accounts were read. */
  read: Slots;
}

/** Seen slots by connection: all clients and contexts that share a connection share them. */
const seenBy = new WeakMap<Connection, Seen>();

/** Records that a transaction landed in the slot, at the context's commitment. */
export function noteLanded(context: MilestoneContext, slot: number): void {
  note(context, "landed", slot);
}

/** Newest slot that an operation has read, by its context. */
const operations = new WeakMap<MilestoneContext, number>();

/**
 * Returns a context for one operation that reads more than once. No read uses a state older than the previous one, so that
 * a policy's escrow is not missing because a lagging node answered.
 */
export function startOperation(context: MilestoneContext): MilestoneContext {
  // A part of an operation continues with the slots that the whole has read.
  if (operations.has(context)) return context;
  const { connection, wallet, programId, commitment, clock, minContextSlot } = context;
  const operation = { connection, wallet, programId, commitment, clock, minContextSlot };
  operations.set(operation, 0);
  return operation;
}

/** Returns the newest slot that the operation has read; 0 before its first read. */
export function readSlot(context: MilestoneContext): number {
  return operations.get(context) ?? 0;
}

/** Records that accounts were read as they stood in the slot, at the context's commitment. */
export function noteRead(context: MilestoneContext, slot: number): void {
  note(context, "read", slot);
  const before = operations.get(context);
  if (before !== undefined && slot > before) operations.set(context, slot);
}

/**
 * Returns the slot that a node must have reached before its answer to a read counts: the newest of the caller's, the one
 * in which `send` saw a transaction land, and the one that the same operation has read. 0 for any slot.
 */
export function minReadSlot(context: MilestoneContext): number {
  const read = operations.get(context) ?? 0;
  return Math.max(context.minContextSlot ?? 0, newest(context, "landed"), read);
}

/** Returns `minReadSlot` or the newest slot that was read, as instructions are built from accounts read there. */
export function minSimulationSlot(context: MilestoneContext): number {
  return Math.max(minReadSlot(context), newest(context, "read"));
}

function note(context: MilestoneContext, kind: keyof Seen, slot: number): void {
  if (!Number.isSafeInteger(slot)) return;
  let seen = seenBy.get(context.connection);
  if (!seen) {
    seen = { landed: { 0: 0, 1: 0, 2: 0 }, read: { 0: 0, 1: 0, 2: 0 } };
    seenBy.set(context.connection, seen);
  }
  const slots = seen[kind];
  const level = commitmentLevel(context.commitment);
  slots[level] = Math.max(slots[level], slot);
}

/** Returns the newest slot seen at the same or a higher commitment: a node may confirm a slot before it finalizes it. */
function newest(context: MilestoneContext, kind: keyof Seen): number {
  const slots = seenBy.get(context.connection)?.[kind];
  if (!slots) return 0;
  const level = commitmentLevel(context.commitment);
  return Math.max(...([0, 1, 2] as const).filter((at) => at >= level).map((at) => slots[at]));
}
