/** Notifications as the API shows them. */
import { toSeconds } from "../time/seconds";
import type { Notification } from "./schema";
import type { NotificationRow } from "./store";

/** Returns a notification as the API shows it. */
export const showNotification = (row: NotificationRow): Notification => ({
  id: row.id,
  object: "notification",
  person: row.person_id,
  kind: row.kind,
  projectId: row.project_id,
  milestoneId: row.milestone_id,
  subject: row.subject,
  text: row.text,
  at: row.at,
  created: toSeconds(row.created_at),
  read: toSeconds(row.read_at),
});
