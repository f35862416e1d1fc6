/** Checks what was typed for a webhook endpoint. The gateway checks it again. Pure. */
import type { components } from "@milepost/gateway/client";

/** An endpoint as the API shows it. */
export type Endpoint = components["schemas"]["WebhookEndpoint"];

/** Pattern that chooses events. */
export type EventPattern = NonNullable<
  components["schemas"]["NewWebhookEndpoint"]["enabledEvents"]
>[number];

/** Fields as they were typed. */
export interface EndpointEntries {
  url: string;
  description: string;
  /** One pattern per line. */
  events: string;
}

/** A checked endpoint. */
export interface CheckedEndpoint {
  url: string;
  description: string | null;
  enabledEvents: EventPattern[];
}

const PATTERN = /^(\*|([a-z][a-z0-9_]*\.){1,2}(\*|[a-z][a-z0-9_]*))$/;

/** Returns the endpoint, or null with an error per field. */
export function readEndpoint({ url, description, events }: EndpointEntries): {
  entries: CheckedEndpoint | null;
  errors: { url?: string; events?: string };
} {
  const address = url.trim();
  const patterns = events.split(/[\s,]+/).filter((pattern) => pattern !== "");
  const wrong = patterns.find((pattern) => !PATTERN.test(pattern));
  const isUrl = URL.canParse(address) && /^https?:$/.test(new URL(address).protocol);
  const errors = {
    ...(isUrl ? {} : { url: "Enter an address such as https://shop.example.com/milepost." }),
    ...(patterns.length === 0 ? { events: "Enter at least one pattern, such as *." } : {}),
    ...(wrong === undefined
      ? {}
      : { events: `Expected a pattern such as milestone.*, received "${wrong}".` }),
  };
  const entries = {
    url: address,
    description: description.trim() === "" ? null : description.trim(),
    // The gateway knows the types, and names one that it does not know.
    enabledEvents: [...new Set(patterns)] as EventPattern[],
  };
  return { entries: Object.keys(errors).length === 0 ? entries : null, errors };
}

/**
 * Reads the start of a recovery: an event's id, or a local date and time. Returns null for neither.
 * @example
 * readSince("evt_01jdx3"); // "evt_01jdx3"
 */
export function readSince(text: string): string | number | null {
  const trimmed = text.trim();
  if (trimmed.startsWith("evt_")) return trimmed;
  const time = Date.parse(trimmed);
  return Number.isNaN(time) ? null : Math.floor(time / 1_000);
}
