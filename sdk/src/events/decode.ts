import type { IdlEvents } from "@coral-xyz/anchor";
import type { PublicKey } from "@solana/web3.js";
import { milestoneCoder } from "../coder";
import { PROGRAM_ID } from "../constants";
import type { Milestone as MilestoneIdl } from "../generated/milestone";

type EventData = IdlEvents<MilestoneIdl>;

/** Names of the program's events, as in decision 0001. */
export type MilestoneEventName = Capitalize<keyof EventData & string>;

/** One event; `name` tells the type of `data`. Amounts are `BN` of base units, times `BN` of Unix seconds. */
export type MilestoneEvent = {
  [N in keyof EventData & string]: {
    name: Capitalize<N>;
    data: EventData[N];
    /** Index of the top-level instruction that caused it. */
    instructionIndex: number;
  };
}[keyof EventData & string];

export interface DecodedEvents {
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
  try {
    const event = milestoneCoder().events.decode(base64.trim());
    if (!event) return null;
    const name = event.name[0]!.toUpperCase() + event.name.slice(1);
    return { name, data: event.data, instructionIndex } as unknown as MilestoneEvent;
  } catch {
    // Data of another shape than any event's: a later version's, or no event at all.
    return null;
  }
}
