/** From a request's body to the terms of an intent. Finternet's clients put some of them into `metadata`. */
import { GatewayError } from "../errors/gateway-error";
import { parseAmount } from "../money/amount";
import type { CreateIntentBody } from "./schema";
import { type IntentType, RELEASE_TYPES, type ReleaseType } from "./release-plan";
import { parseSeconds } from "./time-lock";

/** 30 days, as in Finternet's API. */
export const DEFAULT_DELIVERY_PERIOD_SECS = 2_592_000;
/** The program's bound of a grace period: 365 days. */
export const MAX_DELIVERY_PERIOD_SECS = 31_536_000;

/** Terms of an intent, checked. */
export interface IntentTerms {
  type: IntentType;
  /** Base units. */
  amount: bigint;
  /** Null for a consented pull. */
  releaseType: ReleaseType | null;
  autoRelease: boolean;
  timeLockUntil: bigint | null;
  deliveryPeriodSecs: number;
}

/** Names that count the same in `metadata`. */
const METADATA_TERMS = ["releaseType", "autoRelease", "timeLockUntil", "deliveryPeriod"] as const;

type Term = { value: unknown; param: string };
type Terms = Record<(typeof METADATA_TERMS)[number], Term>;

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

/** Returns each term from the top level or the metadata. Refuses two different values. */
function collectTerms(body: CreateIntentBody): Terms {
  const metadata = body.metadata ?? {};
  const entries = METADATA_TERMS.map((name): [string, Term] => {
    const [top, inner] = [body[name], metadata[name]];
    if (top !== undefined && inner !== undefined && String(top) !== textOf(inner)) {
      throw new GatewayError(
        "invalid_request",
        `${name}: expected the same value as metadata.${name} (${JSON.stringify(inner)}), received ${JSON.stringify(top)}`,
        { param: name },
      );
    }
    const param = top === undefined && inner !== undefined ? `metadata.${name}` : name;
    return [name, { value: top ?? inner ?? undefined, param }];
  });
  return Object.fromEntries(entries) as Terms;
}

/**
 * Returns an intent's terms.
 * Throws `GatewayError` (`invalid_request`), which names the parameter.
 */
export function parseTerms(body: CreateIntentBody, decimals: number): IntentTerms {
  const terms = collectTerms(body);
  const amount = parseAmount(body.amount, decimals, "amount");
  if (body.type === "CONSENTED_PULL") return pullTerms(amount, terms);
  const releaseType = parseReleaseType(terms.releaseType);
  return {
    type: body.type,
    amount,
    releaseType,
    autoRelease: parseFlag(terms.autoRelease) ?? releaseType === "AUTO_RELEASE",
    timeLockUntil: parseTimeLock(releaseType, terms.timeLockUntil),
    deliveryPeriodSecs: parsePeriod(terms.deliveryPeriod),
  };
}

/** A consented pull is paid at once: an escrow's terms would promise what it does not keep. */
function pullTerms(amount: bigint, terms: Terms): IntentTerms {
  for (const { value, param } of [terms.releaseType, terms.timeLockUntil]) {
    if (value === undefined) continue;
    throw new GatewayError(
      "invalid_request",
      `${param}: a CONSENTED_PULL is paid at once, without escrow. Leave it out, or use the type DELIVERY_VS_PAYMENT.`,
      { param },
    );
  }
  return {
    type: "CONSENTED_PULL",
    amount,
    releaseType: null,
    autoRelease: true,
    timeLockUntil: null,
    deliveryPeriodSecs: parsePeriod(terms.deliveryPeriod),
  };
}

function parseReleaseType({ value, param }: Term): ReleaseType {
  if (value === undefined) return "DELIVERY_PROOF";
  const found = RELEASE_TYPES.find((each) => each === value);
  if (found) return found;
  throw new GatewayError(
    "invalid_request",
    `${param}: expected ${RELEASE_TYPES.join(", ")}, received ${JSON.stringify(value)}`,
    { param },
  );
}

function parseFlag({ value, param }: Term): boolean | null {
  if (value === undefined) return null;
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  throw new GatewayError(
    "invalid_request",
    `${param}: expected true or false, received ${JSON.stringify(value)}`,
    { param },
  );
}

function parseTimeLock(releaseType: ReleaseType, { value, param }: Term): bigint | null {
  if (value !== undefined && releaseType !== "TIME_LOCKED") {
    throw new GatewayError(
      "invalid_request",
      `${param}: only a TIME_LOCKED order has a time lock; this one is ${releaseType}. Leave it out, or change the release type.`,
      { param },
    );
  }
  if (releaseType !== "TIME_LOCKED") return null;
  if (value !== undefined) return parseSeconds(value, param);
  throw new GatewayError(
    "invalid_request",
    `${param}: required for TIME_LOCKED, and missing. Send Unix seconds as a decimal string.`,
    { param },
  );
}

function parsePeriod({ value, param }: Term): number {
  if (value === undefined) return DEFAULT_DELIVERY_PERIOD_SECS;
  const text = typeof value === "number" || typeof value === "string" ? String(value) : "";
  const seconds = /^\d{1,12}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= MAX_DELIVERY_PERIOD_SECS) return seconds;
  throw new GatewayError(
    "invalid_request",
    `${param}: expected 1 to ${MAX_DELIVERY_PERIOD_SECS} seconds (365 days), received ${JSON.stringify(value)}`,
    { param },
  );
}
