import { Buffer } from "buffer";
import type { PublicKey } from "@solana/web3.js";
import { DecodeError } from "../codec/bytes";
import { hasDiscriminator, readTagged, type Tagged } from "../codec/program";
import { PROGRAM_ID } from "../constants";
import { type EventData, EVENTS } from "../generated/events";

/** Names of the program's events, as in decision 0001. */
export type MilestoneEventName = Capitalize<keyof EventData>;

/** One event; `name` tells the type of `data`. Amounts are `BN` of base units, times `BN` of Unix seconds. */
export type MilestoneEvent = {
  [N in keyof EventData]: {
    /** Name of the event, such as `PaymentExecuted`. */
    name: Capitalize<N>;
    /** Fields of the event, which the program's IDL lists. */
    data: EventData[N];
    /** Index of the top-level instruction that caused it. */
    instructionIndex: number;
  };
}[keyof EventData];

/** Events of one transaction's logs. */
export interface DecodedEvents {
  /** Events of the Milepost program, in the order in which it wrote them. */
  events: MilestoneEvent[];
  /** The node cut the log off, so events may be missing: read the accounts instead. */
  isTruncated: boolean;
}

const INVOKE = /^Program (\w{32,44}) invoke \[(\d+)\]$/;
const EXIT = /^Program (\w{32,44}) (success|failed(?:: .*)?)$/;
const DATA = "Program data: ";

/**
 * The program's events in a transaction's logs, in order.
 *
 * A `Program data:` line names no program, so the stack of invocations is followed: only lines written while ours runs
 * count, whatever another program prints. Foreign and malformed lines are skipped. Logs of a transaction that failed
 * show what was rolled back: look at its `err` first.
 * @example
 * const { events } = decodeEvents(transaction.meta.logMessages);
 * for (const event of events) if (event.name === "PaymentExecuted") console.log(event.data.amount.toString());
 */
export function decodeEvents(
  logs: readonly string[],
  programId: PublicKey = PROGRAM_ID,
): DecodedEvents {
  const ours = programId.toBase58();
  const events: MilestoneEvent[] = [];
  let stack: string[] = [];
  let instructionIndex = -1;
  let isTruncated = false;
  for (const line of logs) {
    const invoke = INVOKE.exec(line);
    if (invoke) {
      const depth = Number(invoke[2]);
      if (depth === 1) instructionIndex += 1;
      // The depth is the runtime's word; a line lost in between must not shift who is taken to be running.
      stack = [...stack.slice(0, depth - 1), invoke[1]!];
      continue;
    }
    const exit = EXIT.exec(line);
    if (exit) {
      if (stack[stack.length - 1] === exit[1]) stack = stack.slice(0, -1);
      continue;
    }
    if (line === "Log truncated") {
      isTruncated = true;
    } else if (line.startsWith(DATA) && stack[stack.length - 1] === ours) {
      const event = decodeData(line.slice(DATA.length), instructionIndex);
      if (event) events.push(event);
    }
  }
  return { events, isTruncated };
}

function decodeData(base64: string, instructionIndex: number): MilestoneEvent | null {
  const bytes = Buffer.from(base64.trim(), "base64");
  const found = Object.entries(EVENTS).find(([, { discriminator }]) =>
    hasDiscriminator(bytes, discriminator),
  );
  // No event of this version.
  if (!found) return null;
  const name = found[0][0]!.toUpperCase() + found[0].slice(1);
  try {
    const data = readTagged(found[1] as Tagged<EventData[keyof EventData]>, bytes);
    return { name, data, instructionIndex } as MilestoneEvent;
  } catch (error) {
    // An event of that name with another shape: another version's.
    if (error instanceof DecodeError) return null;
    throw error;
  }
}
