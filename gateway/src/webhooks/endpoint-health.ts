/** When a failing endpoint's owner is warned, and when the endpoint is disabled: never without a warning before. */

const HOUR_MS = 3_600_000;
/** Hours of failures after which the owner is warned. */
export const WARN_AFTER_HOURS = 24;
/** Hours of failures after which the endpoint is disabled. */
export const DISABLE_AFTER_HOURS = 72;

/** How long an endpoint has been failing. */
export interface EndpointFailures {
  /** First failed attempt since the last success. */
  failingSince: Date;
  /** Time of the warning; null before it. */
  warnedAt: Date | null;
}

/** Step that a failed attempt leads to. */
export type HealthStep = "none" | "warn" | "disable";

/**
 * Returns the step after a failed attempt. The time between warning and disabling is 48 hours at least, even when the gateway
 * itself did not run in between.
 */
export function healthStep({ failingSince, warnedAt }: EndpointFailures, now: Date): HealthStep {
  const hours = (since: Date) => (now.getTime() - since.getTime()) / HOUR_MS;
  if (warnedAt === null) return hours(failingSince) >= WARN_AFTER_HOURS ? "warn" : "none";
  const isOver =
    hours(failingSince) >= DISABLE_AFTER_HOURS &&
    hours(warnedAt) >= DISABLE_AFTER_HOURS - WARN_AFTER_HOURS;
  return isOver ? "disable" : "none";
}

/** A text for the owner of an endpoint, for mail and inbox. */
export interface EndpointNotice {
  subject: string;
  text: string;
}

/** Returns the text of a warning or of the disabling. */
export function endpointNotice(
  step: "warn" | "disable",
  { id, url }: { id: string; url: string },
  failingSince: Date,
  lastError: string,
): EndpointNotice {
  const since = failingSince.toISOString();
  if (step === "warn") {
    const end = new Date(failingSince.getTime() + DISABLE_AFTER_HOURS * HOUR_MS).toISOString();
    return {
      subject: `Your webhook endpoint ${id} is failing`,
      text:
        `Every delivery to ${url} has failed since ${since}. Last failure: ${lastError}. ` +
        `The gateway goes on trying and disables the endpoint on ${end} at the earliest. ` +
        `Repair the receiver; nothing else is needed.`,
    };
  }
  return {
    subject: `Your webhook endpoint ${id} is disabled`,
    text:
      `Every delivery to ${url} has failed since ${since}. Last failure: ${lastError}. ` +
      `The gateway has stopped trying. Repair the receiver, set the endpoint's status to "enabled", then send ` +
      `POST /v1/webhook-endpoints/${id}/recover with {"since": "${since}"} to get everything that was missed.`,
  };
}
