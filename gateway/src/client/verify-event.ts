/** Verifies a webhook twice: the gateway's signature, and what it says about the chain from an RPC of the receiver's. */
import { type RpcCall, rpcAt } from "./rpc";
import { EventVerificationError } from "./verification-error";
import { type ChainVerdict, type EventChainProof, verifyChainProof } from "./verify-chain";
import {
  type SignatureOptions,
  type SignatureScheme,
  verifySignature,
  type WebhookHeaders,
} from "./verify-signature";

/** An event as webhooks carry it. */
export interface WebhookEvent<Data = unknown> {
  /** Same for each delivery: remember it to recognise repetitions. */
  id: string;
  /** Kind of the object, always `event`. */
  object: "event";
  /** Name of what happened, such as `milestone.completed`. */
  type: string;
  /** Mode of the object: test and live never mix. */
  mode: "test" | "live";
  /** Id of the object that changed. */
  objectId: string;
  /** Number among the events of the object, from 1 and without gaps. */
  sequence: number;
  /** Unix seconds. */
  created: number;
  /** The whole object after the change. */
  data: Data;
  /** Proof of the transaction that caused it; null where none did. */
  chain: EventChainProof | null;
}

/** A webhook as it came. */
export interface IncomingWebhook {
  /** Exact body, not parsed. */
  body: string | Uint8Array;
  /** Headers as they came. */
  headers: WebhookHeaders;
}

/** Options of `verifyEvent`. */
export interface VerifyOptions extends SignatureOptions {
  /** RPC that derives the chain proof: a URL, or a function. Without one, only the signature is verified. */
  rpc?: string | RpcCall;
}

/** A webhook that verifies. */
export interface VerifiedEvent<Data = unknown> {
  /** The event. */
  event: WebhookEvent<Data>;
  /** Scheme of the signature that matched. */
  signature: SignatureScheme;
  /** What the RPC says; null without an RPC, or for an event that no transaction caused. */
  chain: ChainVerdict | null;
}

/**
 * Verifies a webhook's signature, then the event's chain proof. Throws `EventVerificationError`: acknowledge nothing that does
 * not verify, except that `rpc_unavailable` and `transaction_missing` are worth a later attempt.
 * @example
 * const { event, chain } = await verifyEvent(
 *   { body: rawBody, headers: request.headers },
 *   { secrets: [process.env.WEBHOOK_SECRET!], rpc: "https://api.mainnet-beta.solana.com" },
 * );
 */
export async function verifyEvent<Data = unknown>(
  { body, headers }: IncomingWebhook,
  { rpc, ...options }: VerifyOptions,
): Promise<VerifiedEvent<Data>> {
  const signature = verifySignature(body, headers, options);
  const event = parseEvent<Data>(body);
  if (rpc === undefined || event.chain === null) return { event, signature, chain: null };
  const call = typeof rpc === "string" ? rpcAt(rpc) : rpc;
  return { event, signature, chain: await verifyChainProof(event.chain, call) };
}

function parseEvent<Data>(body: string | Uint8Array): WebhookEvent<Data> {
  const text = typeof body === "string" ? body : Buffer.from(body).toString("utf8");
  let event: WebhookEvent<Data>;
  try {
    event = JSON.parse(text) as WebhookEvent<Data>;
  } catch (error) {
    throw new EventVerificationError("body_invalid", "the body is not JSON", { cause: error });
  }
  if (event?.object === "event" && typeof event.id === "string") return event;
  throw new EventVerificationError("body_invalid", "the body is not an event");
}
