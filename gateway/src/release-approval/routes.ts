/** Serves the release rule to keepers: their questions are signed by Standard Webhooks, with a secret of their own. */
import type { FastifyInstance } from "fastify";
import { Webhook } from "standardwebhooks";
import type { Mode } from "../caller/mode";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import { approveRelease, type ReleaseApproval } from "./approve-release";

/** Path that a keeper's `--rule http:URL` names. */
export const RELEASE_APPROVAL_PATH = "/release-approval";

/** Longest question in bytes. */
const BODY_LIMIT = 4_096;

/** Question of a keeper. */
interface Question {
  policy: string;
  milestoneIndex: number;
}

/** Returns true for a secret that signs questions: `whsec_` and at least 16 characters of base64. */
export function isReleaseSecret(secret: string): boolean {
  if (!/^(whsec_)?[A-Za-z0-9+/]{16,}={0,2}$/.test(secret)) return false;
  try {
    return new Webhook(secret) instanceof Webhook;
  } catch {
    return false;
  }
}

/** Adds the path. It takes no API key, and answers only questions with a valid signature of the last five minutes. */
export function addReleaseApproval(
  app: FastifyInstance,
  context: Pick<GatewayContext, "database" | "chains">,
  secret: string,
): void {
  const webhook = new Webhook(secret);
  void app.register((rule, _options, done) => {
    rule.removeAllContentTypeParsers();
    // The signature is of the bytes as they came.
    rule.addContentTypeParser("*", { parseAs: "string", bodyLimit: BODY_LIMIT }, (_r, body, end) =>
      end(null, body),
    );
    const options = {
      config: { isPublic: true, isUnlimited: true },
      schema: { hide: true, operationId: "approveRelease" },
    };
    rule.post(RELEASE_APPROVAL_PATH, options, async (request) => {
      const { body, headers } = request;
      requireSignature(webhook, typeof body === "string" ? body : "", headers);
      const data = questionIn(body as string);
      const approve = await answerTo(context, data);
      return { approve, id: headers["webhook-id"], data };
    });
    done();
  });
}

function requireSignature(
  webhook: Webhook,
  body: string,
  headers: Readonly<Record<string, unknown>>,
): void {
  try {
    webhook.verify(body, headers as Record<string, string>);
  } catch {
    throw new GatewayError(
      "authentication_required",
      "The request has no valid signature. Give the keeper the same secret as the gateway.",
    );
  }
}

function questionIn(body: string): Question {
  const refuse = (): GatewayError =>
    new GatewayError(
      "invalid_request",
      'body: expected {"type":"milestone.release","data":{"policy","milestoneIndex"}}',
      { param: "body" },
    );
  let asked: { type?: unknown; data?: Partial<Record<keyof Question, unknown>> | null };
  try {
    asked = JSON.parse(body) as typeof asked;
  } catch {
    throw refuse();
  }
  const { policy, milestoneIndex } = asked?.data ?? {};
  const isIndex = Number.isInteger(milestoneIndex) && Math.abs(milestoneIndex as number) < 256;
  if (asked?.type !== "milestone.release" || typeof policy !== "string" || !isIndex) throw refuse();
  return { policy, milestoneIndex: milestoneIndex as number };
}

/** A keeper asks about an address of its chain, which only one of the modes knows. */
async function answerTo(
  { database, chains }: Pick<GatewayContext, "database" | "chains">,
  { policy, milestoneIndex: index }: Question,
): Promise<ReleaseApproval> {
  for (const mode of Object.keys(chains) as Mode[]) {
    if ((await approveRelease(database, { mode, policy, index })) === "yes") return "yes";
  }
  return "later";
}
