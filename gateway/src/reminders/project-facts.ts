/** What reminders need to know of projects. */
import type { Database } from "@milepost/database";
import type { Mode } from "../caller/mode";
import type { GatewayContext } from "../context";
import type { MilestoneClock } from "./schedule";

/** A person whom a reminder may reach. */
export interface ReminderPerson {
  id: string;
  /** Address for mails; null for the inbox alone. */
  email: string | null;
}

/** The milestone of a project whose turn it is. */
export interface WatchedMilestone {
  id: string;
  /** Index within the project, from 0. */
  index: number;
  title: string;
  /** Amount for the contractor, such as `300.00 USDC`. */
  amount: string;
  /** What the homeowner's wallet lacks for funding it, such as `12.50 USDC`. */
  shortfall: string;
  /** Address of its policy, base58; null while it has none. */
  policy: string | null;
  clock: MilestoneClock;
}

/** An active project, as the chain has it now. */
export interface WatchedProject {
  id: string;
  accountId: string;
  mode: Mode;
  title: string;
  people: Readonly<Record<"homeowner" | "contractor" | "mediator", ReminderPerson>>;
  /** Null when no milestone is open. */
  milestone: WatchedMilestone | null;
  /** The chain's time at which this was read, Unix seconds. */
  time: bigint;
}

/** A project by its account and id. */
export interface ProjectRef {
  accountId: string;
  mode: Mode;
  id: string;
}

/** Where reminders read projects. */
export interface ProjectFacts {
  /** Adds every active project of a mode to `reminder_watches` that is not there yet. */
  watchActive(database: Database, mode: Mode): Promise<void>;
  /** Reads a project and its open milestone from the chain; null when the project is not active. */
  read(context: GatewayContext, project: ProjectRef): Promise<WatchedProject | null>;
}
