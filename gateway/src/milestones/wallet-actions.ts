/** Transactions that parties sign with their wallets, on one milestone or on a part's terms: built for whose turn it is. */
import type { Database } from "@milepost/database";
import {
  buildAccept,
  type ChainRuntime,
  type MilestoneRef,
  placeOf,
  type PolicyState,
  readPolicy,
} from "../chain";
import type { GatewayContext } from "../context";
import { shareOf } from "../disputes/end";
import { GatewayError } from "../errors/gateway-error";
import { readOrder } from "../escrow-orders/store";
import type { Intent, PartDetails } from "../intents/intent";
import { listParts } from "../intents/parts-store";
import { hasPayerKey } from "../intents/payer-key";
import { foreignReason } from "../policies/own-policy";
import {
  prepareSigning,
  type SignedPayload,
  type SigningBuild,
  type SigningRequest,
} from "../signing/service";
import { BUILDERS } from "./action-handler";
import type { ActionPayload } from "./action-payload";
import { decideAction, WALLET_ACTIONS, type WalletAction } from "./chain-actions";
import { enqueueAction } from "./enqueue-action";
import { findMilestone } from "./find";
import type { Milestone } from "./milestone";
import { proofHash } from "./proof";
import type { UnsignedActionBody } from "./wallet-schema";

/** Purpose of the payee's acceptance, as `signings` and the outbox have it. */
export const ACCEPT_TERMS = "accept_terms";

/** An action to build. */
export interface WalletActionRequest {
  intent: Intent;
  chain: ChainRuntime;
  body: UnsignedActionBody;
  /** Wallet of the session that asks, which then signs in test mode as well. Absent for an API key. */
  askedBy?: string;
}

/** A transaction for a wallet. */
export interface ActionTransaction extends SigningRequest {
  purpose: WalletAction;
  part: number;
  /** Null for the terms of a whole part. */
  milestoneId: string | null;
}

const refuse = (action: string, why: string): GatewayError =>
  new GatewayError("invalid_status", `Cannot build ${action}: ${why}.`);

/**
 * Builds and keeps the transactions of an action: one per part for the terms, otherwise one. It calls the network: run it in
 * `finish` of a write.
 * Throws `GatewayError`: `invalid_status` when it is not possible now, `invalid_request`, `resource_missing`; and the SDK's errors.
 */
export async function prepareAction(
  context: GatewayContext,
  request: WalletActionRequest,
): Promise<ActionTransaction[]> {
  const { intent, chain, body, askedBy } = request;
  if (chain.sandboxKey && askedBy === undefined && hasPayerKey(chain, intent)) {
    throw refuse(
      body.action,
      "in test mode the sandbox's keys sign, and each endpoint acts at once",
    );
  }
  return body.action === ACCEPT_TERMS
    ? prepareAcceptance(context, request)
    : [await prepareMilestoneAction(context, { ...request, action: body.action })];
}

async function prepareAcceptance(
  context: GatewayContext,
  { intent, chain, askedBy }: WalletActionRequest,
): Promise<ActionTransaction[]> {
  const found: ActionTransaction[] = [];
  for (const { part, policy } of await listParts(context.database, intent.id)) {
    if (policy === null) continue;
    const state = await readPolicy(chain, policy);
    if (!state?.escrow || state.escrow.acceptedAt !== null) continue;
    requireOwn(ACCEPT_TERMS, intent, part, state);
    const build = await buildAccept(chain, { policy });
    const signing = await prepareSigning(
      context,
      ...subjectOf(intent, ACCEPT_TERMS, { part }, build),
      askedBy,
    );
    found.push({ purpose: ACCEPT_TERMS, part, milestoneId: null, ...signing });
  }
  if (found.length === 0) throw refuse(ACCEPT_TERMS, "no funded part waits for the payee");
  return found;
}

const subjectOf = (
  { accountId, mode, id: objectId }: Intent,
  purpose: string,
  payload: Record<string, unknown>,
  build: SigningBuild["build"],
): [SigningBuild["subject"], SigningBuild["build"]] => [
  { accountId, mode, objectId, purpose, payload },
  build,
];

type MilestoneRequest = WalletActionRequest & { action: Exclude<WalletAction, "accept_terms"> };

async function prepareMilestoneAction(
  context: GatewayContext,
  request: MilestoneRequest,
): Promise<ActionTransaction> {
  const { intent, chain, body, action } = request;
  const { database } = context;
  if (body.milestoneId === undefined) {
    throw new GatewayError("invalid_request", "milestoneId: required, and missing", {
      param: "milestoneId",
    });
  }
  const milestone = await findMilestone(database, intent, body.milestoneId);
  const { part: number, index } = placeOf(milestone.milestoneIndex);
  const part = (await listParts(database, intent.id))[number];
  const state = await stateOf(chain, action, part);
  requireOwn(action, intent, number, state);
  const isAgreed = body.isAgreed ?? false;
  const verdict = decideAction({ action, state, index, isAgreed });
  if (verdict.do === "done") throw refuse(action, "the chain has it already");
  if (verdict.do !== "act") throw refuse(action, verdict.reason);
  const payload = await payloadOf(database, request, milestone);
  const ref: MilestoneRef = { policy: state.address, index };
  const build = await BUILDERS[action](chain, ref, payload, intent);
  const signing = await prepareSigning(
    context,
    ...subjectOf(intent, action, { ...payload }, build),
    request.askedBy,
  );
  return { purpose: action, part: number, milestoneId: milestone.id, ...signing };
}

async function stateOf(
  chain: ChainRuntime,
  action: string,
  part: PartDetails | undefined,
): Promise<PolicyState> {
  const state = part?.policy ? await readPolicy(chain, part.policy) : null;
  if (!state) throw refuse(action, "the payment is not in escrow");
  return state;
}

/** Nothing is built on a policy that is not the intent's. */
function requireOwn(
  action: string,
  { id: objectId, recipient }: Intent,
  part: number,
  state: PolicyState,
): void {
  const foreign = foreignReason(state, { objectId, part, recipient });
  if (foreign) throw refuse(action, foreign);
}

/** Returns what the job of the action carries. */
async function payloadOf(
  database: Database,
  { intent, body, action }: MilestoneRequest,
  milestone: Milestone,
): Promise<ActionPayload> {
  const base = { intentId: intent.id, milestoneId: milestone.id };
  switch (action) {
    case "submit_milestone": {
      const order = await readOrder(database, intent.id);
      const { completedBy = "payee", completionProof, completionProofURI } = body;
      const hash = completionProof
        ? proofHash(completionProof)
        : (order?.deliveryHash ?? proofHash(milestone.id));
      const labels = {
        completedBy,
        completionProof: completionProof ?? null,
        completionProofUri: completionProofURI ?? null,
      };
      return { ...base, hash, labels };
    }
    case "dispute_milestone": {
      const { reason, raisedBy = "payer" } = body;
      if (reason === undefined) {
        throw new GatewayError("invalid_request", "reason: required for a dispute, and missing", {
          param: "reason",
        });
      }
      return { ...base, hash: proofHash(reason), dispute: { reason, raisedBy } };
    }
    case "request_mediation":
      return { ...base, role: body.party ?? "payer" };
    case "resolve_dispute":
    case "settle_milestone":
      return { ...base, recipientUnits: shareOf(intent, milestone.amount!, body).toString() };
    case "reclaim_milestone":
      return { ...base, isAgreed: body.isAgreed ?? false };
    default:
      return base;
  }
}

/** An action's transaction with every signature. */
export interface SignedAction {
  intent: Intent;
  purpose: string;
  payload: Record<string, unknown>;
  signed: SignedPayload;
}

/** Hands the signed bytes to the outbox; returns the job. */
export async function sendSignedAction(
  context: GatewayContext,
  transaction: Database,
  { intent, purpose, payload, signed }: SignedAction,
): Promise<string> {
  if (purpose === ACCEPT_TERMS) {
    return context.outbox.enqueue(transaction, {
      accountId: intent.accountId,
      mode: intent.mode,
      kind: ACCEPT_TERMS,
      subjectId: intent.id,
      dedupeKey: `${ACCEPT_TERMS}:${intent.id}:${signed.signature}`,
      payload: { intentId: intent.id, ...payload, signed },
    });
  }
  const action = WALLET_ACTIONS.find((each) => each === purpose);
  if (!action || action === ACCEPT_TERMS) throw new Error(`no wallet signs ${purpose}`);
  const details = payload as unknown as ActionPayload;
  const milestone = await findMilestone(transaction, intent, details.milestoneId);
  const request = { intent, milestone, action, discriminator: signed.signature };
  return enqueueAction(context, transaction, { ...request, details: { ...details, signed } });
}
