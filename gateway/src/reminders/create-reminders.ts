/** The worker of reminders of one process: it shares the work with the other processes of the database, without a leader. */
import { randomUUID } from "node:crypto";
import type { Mode } from "../caller/mode";
import type { GatewayContext } from "../context";
import { type CrashHook, noCrash } from "../notifications/crash-points";
import { sendMails, type StillTrue } from "../notifications/mailer";
import type { MailTransport } from "../notifications/smtp";
import type { ProjectFacts, WatchedProject } from "./project-facts";
import { isDue, nextAt, scheduleOf } from "./schedule";
import { type ClaimedWatch, claimWatches, releaseWatch } from "./store";
import { tellReminder } from "./tell";

/** Settings of `createReminders`. */
export interface ReminderOptions {
  /** Where projects are read. */
  facts: ProjectFacts;
  /** Sends mails. Without it, reminders go to the inbox and to webhooks only. */
  mail?: MailTransport;
  /** Addresses of the platform's administrators, who are told when a mediator does not decide. */
  administrators?: readonly string[];
  /** Milliseconds between two looks of this process. Default: 15,000. */
  pollMs?: number;
  /** Most seconds of the chain's clock between two looks at a project. Default: 600. */
  lookSecs?: number;
  /** Seconds after which the work of a process that died is done by another one. Default: 120. */
  leaseSecs?: number;
  /** Runs at each crash point; for tests. */
  crash?: CrashHook;
}

/** What a look did. */
export interface Looked {
  /** Reminders that were told. */
  told: number;
  /** Mails that a server took. */
  mails: number;
}

/** Tells people what they have to do, until it is stopped. */
export interface Reminders {
  /** Begins to look, now and at every poll. */
  start(): void;
  /** Looks once at everything that is due. For tests and commands. */
  look(): Promise<Looked>;
  /** Begins no further look, and resolves when the present one has ended. */
  stop(): Promise<void>;
}

/** Projects that a process takes at once. */
const CLAIM_SIZE = 20;

/**
 * Creates the worker. Every process of a database may run one. Inbox and event of a reminder are written once; its mail is sent
 * at least once.
 * @example
 * const reminders = createReminders(context, { facts: projectFacts, mail: createSmtp({ smtpUrl, from }) });
 * reminders.start();
 */
export function createReminders(context: GatewayContext, options: ReminderOptions): Reminders {
  const { log } = context;
  let timer: NodeJS.Timeout | null = null;
  let looking: Promise<Looked> | null = null;
  let isFailing = false;
  const look = (): Promise<Looked> => {
    looking ??= lookAtAll(context, options).finally(() => (looking = null));
    return looking;
  };
  const quietly = async (): Promise<void> => {
    try {
      await look();
      isFailing = false;
    } catch (error) {
      // An hour without a database or chain logs one line, not one per poll.
      if (!isFailing) log.error({ err: error }, "reminders are not told");
      isFailing = true;
    }
  };
  return {
    start() {
      timer ??= setInterval(() => void quietly(), options.pollMs ?? 15_000).unref();
      void quietly();
    },
    look,
    async stop() {
      if (timer) clearInterval(timer);
      timer = null;
      await looking?.catch(() => undefined);
    },
  };
}

async function lookAtAll(context: GatewayContext, options: ReminderOptions): Promise<Looked> {
  const { database, chains } = context;
  const looked: Looked = { told: 0, mails: 0 };
  for (const mode of Object.keys(chains) as Mode[]) {
    const time = await chains[mode]!.time();
    await options.facts.watchActive(database, mode);
    looked.told += await lookAtProjects(context, options, mode, time);
    if (!options.mail) continue;
    const { mail: transport, leaseSecs, crash } = options;
    const stillTrue = stillTrueOf(context, options);
    looked.mails += await sendMails(context, mode, time, {
      transport,
      stillTrue,
      leaseSecs,
      crash,
    });
  }
  return looked;
}

async function lookAtProjects(
  context: GatewayContext,
  options: ReminderOptions,
  mode: Mode,
  time: bigint,
): Promise<number> {
  for (let told = 0; ;) {
    const claim = { lease: randomUUID(), leaseSecs: options.leaseSecs ?? 120, total: CLAIM_SIZE };
    const watches = await claimWatches(context.database, mode, time, claim);
    if (watches.length === 0) return told;
    for (const watch of watches) told += await lookAtProject(context, options, watch, time);
  }
}

/** Reads a project from the chain, and tells what is due at that second. */
async function lookAtProject(
  context: GatewayContext,
  options: ReminderOptions,
  watch: ClaimedWatch,
  time: bigint,
): Promise<number> {
  const { facts, administrators = [], lookSecs = 600, crash = noCrash } = options;
  const later = time + BigInt(lookSecs);
  let project: WatchedProject | null;
  try {
    project = await facts.read(context, watch);
  } catch (error) {
    // One project that cannot be read must not keep the others waiting.
    context.log.warn({ err: error, project: watch.id }, "a project was not read for its reminders");
    await releaseWatch(context.database, watch, later);
    return 0;
  }
  const milestone = project?.milestone ?? null;
  if (!project || !milestone) {
    await releaseWatch(context.database, watch, project && later);
    return 0;
  }
  const schedule = scheduleOf(milestone.clock);
  const due = schedule.filter((reminder) => isDue(reminder, project.time));
  await crash("before-record");
  const next = nextAt(schedule, project.time);
  const told = await context.database.transaction(async (transaction) => {
    let count = 0;
    for (const reminder of due) {
      const args = [project, milestone, reminder, administrators] as const;
      if (await tellReminder(context, transaction, ...args)) count += 1;
    }
    await releaseWatch(transaction, watch, next !== null && next < later ? next : later);
    return count;
  });
  await crash("after-record");
  return told;
}

/** Returns the check before a mail, which reads the chain again: a reminder is sent only while it is due. */
function stillTrueOf(context: GatewayContext, { facts }: ReminderOptions): StillTrue {
  return async ({ accountId, mode }, { kind, round, project_id: id, milestone_id }) => {
    // Only reminders have a round; what happened stays true.
    if (round === null || id === null) return true;
    const project = await facts.read(context, { accountId, mode, id });
    if (project?.milestone?.id !== milestone_id) return false;
    return scheduleOf(project.milestone.clock).some(
      (reminder) =>
        reminder.kind === kind && reminder.round === round && isDue(reminder, project.time),
    );
  };
}
