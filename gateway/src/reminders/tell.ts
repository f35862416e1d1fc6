/** Tells one reminder: inbox, event and queued mails, in one transaction and once. */
import type { Database } from "@milepost/database";
import type { GatewayContext } from "../context";
import { recordEvent } from "../events/record";
import { notify, type Recipient } from "../notifications/notify";
import { showNotification } from "../notifications/show";
import type { WatchedMilestone, WatchedProject } from "./project-facts";
import type { Reminder } from "./schedule";
import { insertReminder } from "./store";
import { textOf } from "./text";

/** Type of the events of reminders. */
export const REMINDER_EVENT = "project.reminder";

/** Writes a reminder that is due; returns false when it was told already, by whichever process. */
export async function tellReminder(
  context: Pick<GatewayContext, "now">,
  transaction: Database,
  project: WatchedProject,
  milestone: WatchedMilestone,
  reminder: Reminder,
  administrators: readonly string[],
): Promise<boolean> {
  const { accountId, mode, id: projectId, time } = project;
  const { kind, round, roles, at, until } = reminder;
  const { id: milestoneId, policy } = milestone;
  const now = context.now();
  const key = { accountId, mode, milestoneId, policy, kind, round };
  if (!(await insertReminder(transaction, key, now))) return false;
  const recipients = roles.map((role): Recipient => {
    if (role === "administrators") return { personId: null, addresses: administrators };
    const { id, email } = project.people[role];
    return { personId: id, addresses: email === null ? [] : [email] };
  });
  const text = textOf(kind, project, milestone);
  const rows = await notify(
    transaction,
    { accountId, mode },
    { kind, recipients, projectId, milestoneId, ...text, at: time, round },
    now,
  );
  await recordEvent(
    transaction,
    {
      accountId,
      mode,
      type: REMINDER_EVENT,
      objectId: milestoneId,
      data: {
        object: "reminder",
        kind,
        projectId,
        milestoneId,
        policy,
        roles,
        ...text,
        due: Number(at),
        until: until === null ? null : Number(until),
        notifications: rows.map(showNotification),
      },
    },
    now,
  );
  return true;
}
