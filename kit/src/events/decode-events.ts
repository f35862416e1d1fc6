import { readProgramData } from "@milepost/sdk/rules";
import { type Address, type Decoder, getBase64Encoder, type ReadonlyUint8Array } from "@solana/kit";
import { MILESTONE_EVENTS, type MilestoneEventData } from "../generated/events";
import { MILESTONE_PROGRAM_ADDRESS } from "../generated/programs";

/** Event, whose `name` selects the type of `data`. Amounts are bigints of base units, times bigints of Unix seconds. */
export type MilestoneEvent = {
  [N in keyof MilestoneEventData]: {
    /** Name of the event, such as `PaymentExecuted`. */
    name: Capitalize<N>;
    /** Fields of the event. */
    data: MilestoneEventData[N];
    /** Index of the top-level instruction that caused it. */
    instructionIndex: number;
  };
}[keyof MilestoneEventData];

/** Events of one transaction's logs. */
export interface DecodedEvents {
  /** Events of the Milepost program, in the order in which it wrote them. */
  events: MilestoneEvent[];
  /** True when the node truncated the log, so that events may be missing: read the accounts instead. */
  isTruncated: boolean;
}

/**
 * Returns the program's events in a transaction's logs, in order. Lines of other programs and malformed lines are skipped.
 * The logs of a failed transaction show what was rolled back: check its `err` first.
 * @example
 * const { events } = decodeEvents(transaction.meta.logMessages);
 * for (const event of events) if (event.name === "PaymentExecuted") console.log(event.data.amount);
 */
export function decodeEvents(
  logs: readonly string[],
  { programAddress = MILESTONE_PROGRAM_ADDRESS }: { programAddress?: Address } = {},
): DecodedEvents {
  const { lines, isTruncated } = readProgramData(logs, programAddress);
  const events = lines.flatMap(({ base64, instructionIndex }) => {
    const event = decodeData(base64);
    return event ? [{ ...event, instructionIndex } as MilestoneEvent] : [];
  });
  return { events, isTruncated };
}

function decodeData(base64: string): { name: string; data: object } | null {
  const bytes = toBytes(base64);
  const found =
    bytes &&
    Object.entries(MILESTONE_EVENTS).find(([, { discriminator }]) =>
      discriminator.every((byte, index) => bytes[index] === byte),
    );
  // Not an event of this version.
  if (!found) return null;
  const [name, { discriminator, decoder }] = found;
  try {
    const data = (decoder as () => Decoder<object>)().decode(bytes, discriminator.length);
    return { name: name[0]!.toUpperCase() + name.slice(1), data };
  } catch {
    // An event of that name with another shape belongs to another version.
    return null;
  }
}

function toBytes(base64: string): ReadonlyUint8Array | null {
  try {
    return getBase64Encoder().encode(base64);
  } catch {
    return null;
  }
}
