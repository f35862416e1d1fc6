import { Buffer } from "buffer";
import type { PublicKey } from "@solana/web3.js";
import { DecodeError } from "../codec/bytes";
import { hasDiscriminator, readTagged, type Tagged } from "../codec/program";
import { PROGRAM_ID } from "../constants";
import { type EventData, EVENTS } from "../generated/events";
import { readProgramData } from "./read-logs";

/** Names of the program's events, as in decision 0001. */
export type MilestoneEventName = Capitalize<keyof EventData>;

/** Event, whose `name` selects the type of `data`. Amounts are `BN` of base units, times `BN` of Unix seconds. */
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
  /** True when the node truncated the log, so that events may be missing: read the accounts instead. */
  isTruncated: boolean;
}

/**
 * Returns the program's events in a transaction's logs, in order.
 *
 * A `Program data:` line names no program, so the stack of invocations is followed: only lines written while the Milepost
 * program runs count. Lines of other programs and malformed lines are skipped. The logs of a failed transaction show what
 * was rolled back: check its `err` first.
 * @example
 * const { events } = decodeEvents(transaction.meta.logMessages);
 * for (const event of events) if (event.name === "PaymentExecuted") console.log(event.data.amount.toString());
 */
export function decodeEvents(
  logs: readonly string[],
  programId: PublicKey = PROGRAM_ID,
): DecodedEvents {
  const { lines, isTruncated } = readProgramData(logs, programId.toBase58());
  const events = lines.flatMap(
    ({ base64, instructionIndex }) => decodeData(base64, instructionIndex) ?? [],
  );
  return { events, isTruncated };
}

function decodeData(base64: string, instructionIndex: number): MilestoneEvent | null {
  const bytes = Buffer.from(base64, "base64");
  const found = Object.entries(EVENTS).find(([, { discriminator }]) =>
    hasDiscriminator(bytes, discriminator),
  );
  // Not an event of this version.
  if (!found) return null;
  const name = found[0][0]!.toUpperCase() + found[0].slice(1);
  try {
    const data = readTagged(found[1] as Tagged<EventData[keyof EventData]>, bytes);
    return { name, data, instructionIndex } as MilestoneEvent;
  } catch (error) {
    // An event of that name with another shape belongs to another version.
    if (error instanceof DecodeError) return null;
    throw error;
  }
}
