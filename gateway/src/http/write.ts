/** Runs a write once per Idempotency-Key: the effect and the kept answer commit in one transaction. */
import { createHash } from "node:crypto";
import type { Database } from "@milepost/database";
import type { FastifyReply, FastifyRequest } from "fastify";
import { recordAudit } from "../audit/record";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import type { Caller } from "../caller/caller";
import { isSealed } from "../secrets/secret-box";
import { callerOf } from "./authenticate";
import { type Claim, claimKey, keepAnswer, releaseKey, scopedKey } from "./idempotency-keys";

/** Answer of a write. */
export interface Answer {
  status: 200 | 201 | 202;
  body: unknown;
  /** What a replay answers instead of `body`, where `body` has a secret that must not be stored. */
  kept?: unknown;
  /** True where a replay shows the secret in `body` again: the answer is kept encrypted. */
  hasSecret?: boolean;
}

/** What a write has to do after its transaction has committed, such as waiting for the chain. */
export interface Unfinished {
  /** Runs outside any transaction and returns the answer. It may run again after a crash. */
  finish(): Promise<Answer>;
}

/** A write's work. It may run again after a deadlock: nothing outside `transaction` may depend on how often it runs. */
export type Work<Request extends FastifyRequest, Prepared = undefined> = (
  transaction: Database,
  request: Request,
  caller: Caller,
  prepared: Prepared,
) => Promise<Answer | Unfinished>;

/** Reads what the work needs of the chain, before its transaction begins. A replay does not run it. */
export type Prepare<Request extends FastifyRequest, Prepared> = (
  request: Request,
  caller: Caller,
) => Promise<Prepared>;

/**
 * Returns a route handler. No network call belongs into `work`: the embedded database has one session, which the transaction
 * holds. Reading the chain goes into `prepare`, waiting for it into `finish`.
 * @example
 * app.post("/payment-intents", { schema, config: { scope: "intents:write" } }, write(context, async (transaction, request, caller) => ({
 *   status: 201,
 *   body: await createIntent(context, transaction, caller, request.body),
 * })));
 */
export function write<Request extends FastifyRequest, Prepared = undefined>(
  context: GatewayContext,
  work: Work<Request, Prepared>,
  prepare: Prepare<Request, Prepared> = () => Promise.resolve(undefined as Prepared),
) {
  const steps = { prepare, work };
  return async (request: Request, reply: FastifyReply): Promise<void> => {
    const caller = callerOf(request);
    const key = keyIn(request);
    if (key === null) {
      return send(reply, await run(context, request, caller, steps, null));
    }
    const claim = { caller, key: scopedKey(caller, key), fingerprint: fingerprintOf(request) };
    const kept = await claimKey(context, claim);
    if (kept) {
      void reply.header("Idempotent-Replayed", "true").header("content-type", "application/json");
      await reply.status(kept.status).send(bodyOf(context, claim, kept.body));
      return;
    }
    try {
      return await send(reply, await run(context, request, caller, steps, claim));
    } catch (error) {
      if (error instanceof GatewayError && error.status < 500) {
        // A refusal is an answer too. It is kept after the rollback of whatever the work wrote.
        await keepAnswer(
          context.database,
          claim,
          error.status,
          JSON.stringify(error.toBody(context.publicUrl)),
        );
      } else await releaseKey(context.database, claim);
      throw error;
    }
  };
}

async function run<Request extends FastifyRequest, Prepared>(
  context: GatewayContext,
  request: Request,
  caller: Caller,
  { prepare, work }: { prepare: Prepare<Request, Prepared>; work: Work<Request, Prepared> },
  claim: Claim | null,
): Promise<Answer> {
  const prepared = await prepare(request, caller);
  const done = await context.database.transaction(async (transaction) => {
    const result = await work(transaction, request, caller, prepared);
    const action = `${request.method} ${request.routeOptions.url ?? request.url}`;
    const [inPath] = Object.values((request.params ?? {}) as Record<string, string>);
    const objectId = inPath ?? (isAnswer(result) ? idOf(result.body) : undefined);
    await recordAudit(
      transaction,
      caller,
      { action, objectId, requestId: request.id },
      context.now(),
    );
    if (claim && isAnswer(result)) {
      await keepAnswer(transaction, claim, result.status, textToKeep(context, claim, result));
    }
    return result;
  });
  context.outbox.wake();
  if (isAnswer(done)) return done;
  const answer = await done.finish();
  if (claim) {
    await keepAnswer(context.database, claim, answer.status, textToKeep(context, claim, answer));
  }
  return answer;
}

/** Returns the text of an answer as the database keeps it. */
function textToKeep(context: GatewayContext, claim: Claim, answer: Answer): string {
  const text = JSON.stringify(answer.kept ?? answer.body);
  return answer.hasSecret ? context.secrets.box.seal(text, labelOf(claim)) : text;
}

function bodyOf(context: GatewayContext, claim: Claim, kept: string): string {
  return isSealed(kept) ? context.secrets.box.open(kept, labelOf(claim)) : kept;
}

const labelOf = ({ caller, key }: Claim): string =>
  `answer ${caller.accountId} ${caller.mode} ${key}`;

/** Returns the id of an answer's object, which a POST to a collection has created. */
function idOf(body: unknown): string | undefined {
  const id = (body as { id?: unknown } | null)?.id;
  return typeof id === "string" ? id : undefined;
}

const isAnswer = (result: Answer | Unfinished): result is Answer => "status" in result;

async function send(reply: FastifyReply, { status, body }: Answer): Promise<void> {
  await reply.status(status).send(body);
}

function keyIn({ headers }: FastifyRequest): string | null {
  const key = headers["idempotency-key"];
  if (key === undefined) return null;
  if (typeof key === "string" && /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new GatewayError(
    "invalid_request",
    "Idempotency-Key: expected 1 to 255 visible ASCII characters.",
    { param: "Idempotency-Key" },
  );
}

function fingerprintOf({ method, url, body }: FastifyRequest): string {
  const path = url.replace(/^\/api(?=\/v1)/, "");
  return createHash("sha256")
    .update(`${method} ${path}\n${JSON.stringify(body ?? null)}`)
    .digest("hex");
}
