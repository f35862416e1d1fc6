/** The program's events in a transaction's logs. */
import { BorshEventCoder } from "@coral-xyz/anchor";
import type { PublicKey } from "@solana/web3.js";
import { IDL, PROGRAM_ID } from "./instructions";

/** An event under the IDL's names; every field is required, a missing one throws when it is read. */
export interface ProgramEvent {
  name: string;
  data: Record<string, unknown>;
}

const coder = new BorshEventCoder(IDL);
const INVOKE = /^Program (\w+) invoke \[\d+\]$/;
const LEFT = /^Program (\w+) (?:success$|failed: )/;
const DATA = "Program data: ";

/**
 * The program's events in a transaction's logs. `Program data:` lines carry no program id, so the invoke stack says
 * whose they are: another program may print the same bytes. Throws at a line of ours that is not an event.
 */
export function programEvents(logs: string[], programId: PublicKey = PROGRAM_ID): ProgramEvent[] {
  const ours = programId.toBase58();
  const stack: string[] = [];
  const events: ProgramEvent[] = [];
  for (const line of logs) {
    const invoked = INVOKE.exec(line)?.[1];
    if (invoked) stack.push(invoked);
    if (LEFT.test(line)) stack.pop();
    if (!line.startsWith(DATA) || stack.at(-1) !== ours) continue;
    const event = coder.decode(line.slice(DATA.length));
    if (!event) throw new Error(`not an event of the IDL: ${line}`);
    events.push(event);
  }
  return events;
}
