/** Jobs of projects: the sandbox's parties sign here; payments by silence need only the sponsor. */
import { MilestoneProgramError } from "@milepost/sdk";
import type { Keypair } from "@solana/web3.js";
import {
  type Build,
  buildExpireMediation,
  buildRelease,
  type ChainRuntime,
  findFunded,
  memoOf,
  type PolicyMilestone,
  readPolicy,
} from "../chain";
import { createdPolicy } from "../chain/policy-history";
import type { GatewayContext } from "../context";
import { GatewayError } from "../errors/gateway-error";
import type { Built, Job, JobHandler, Receipt } from "../outbox/outbox";
import { foreignReason } from "../policies/own-policy";
import { applyUpdate } from "../projects/chain-state/apply-update";
import {
  enqueueTakeBack,
  REPEAT_STEP,
  SENT_AGAIN,
  TAKE_BACK_JOB,
  takeBackHandler,
  WATCH_JOB,
  watchHandler,
} from "../projects/chain-state/finality-jobs";
import { type PolicyUpdate, readUpdate } from "../projects/chain-state/read-update";
import { EXPIRE_JOB, RELEASE_JOB, type TimedPayload } from "../projects/chain-state/timed-jobs";
import { SANDBOX_ROLES } from "../projects/parties";
import { requireProject } from "../projects/require";
import { PARTY_ROLES, type ProjectRow } from "../projects/rows";
import { type ActionRow, failAction, findAction, landAction, revertAction } from "./action-store";
import { buildSigned, type SignedPayload } from "../signing/service";
import { buildStep, requireOwnPolicy } from "./build-step";
import { fundSandboxWallet } from "./fund-wallet";
import { STEP_JOB } from "./start-action";

/** Registers the handlers of projects; called at the start of the process. */
export function registerProjectJobs(context: GatewayContext): void {
  context.outbox.register(STEP_JOB, stepHandler(context));
  context.outbox.register(RELEASE_JOB, timedHandler(context, RELEASE_JOB));
  context.outbox.register(EXPIRE_JOB, timedHandler(context, EXPIRE_JOB));
  context.outbox.register(WATCH_JOB, watchHandler(context));
  context.outbox.register(TAKE_BACK_JOB, takeBackHandler(context));
}

interface Loaded {
  action: ActionRow;
  project: ProjectRow;
}

function stepHandler(context: GatewayContext): JobHandler<PolicyUpdate> {
  const load = async ({ payload }: Job): Promise<Loaded> => {
    const action = (await findAction(context.database, payload["actionId"] as string))!;
    const owner = { accountId: action.account_id, mode: action.mode };
    return { action, project: await requireProject(context.database, owner, action.project_id) };
  };
  return {
    async build(chain, job) {
      const signed = job.payload["signed"] as SignedPayload | undefined;
      const { action, project } = await load(job);
      if (signed) {
        return buildOrFail(async () => {
          await requireOwnPolicy(chain, project, action.part);
          return buildSigned(job, signed);
        });
      }
      const isNewPart = !project.policies.some(({ part }) => part === action.part);
      if (isNewPart && job.attempts > 0 && (await findPart(chain, project, action.part))) {
        return { do: "done", signature: null, slot: null };
      }
      await fundSandboxWallet(chain, project, action);
      return buildOrFail(async () => {
        const build = await buildStep(chain, project, action);
        return toSend(chain, build, sandboxSigners(chain, project));
      });
    },
    async observe(chain, job, receipt) {
      const { action, project } = await load(job);
      const known = project.policies.find(({ part }) => part === action.part);
      const address = known?.address ?? (await addressOf(chain, project, action.part, receipt));
      return readUpdate(
        chain,
        {
          address,
          escrow: known?.escrow ?? null,
          lastSignature: known?.last_signature ?? null,
        },
        receipt.slot ?? undefined,
      );
    },
    async landed(transaction, job, receipt, update) {
      const action = (await findAction(transaction, job.payload["actionId"] as string))!;
      const { project_id: id, account_id, mode, part } = action;
      await landAction(transaction, action.id, receipt, context.now());
      await applyUpdate(context, transaction, { project: { id, account_id, mode }, part }, update);
    },
    async failed(transaction, job, reason) {
      const action = (await findAction(transaction, job.payload["actionId"] as string))!;
      await failAction(transaction, action, reason, context.now());
    },
    async reverted(transaction, job) {
      await revertAction(transaction, job.payload["actionId"] as string, job.error!);
      await enqueueTakeBack(context, transaction, job, job.signature!, REPEAT_STEP);
    },
  };
}

/** Returns the policy of a part that an earlier attempt created. */
const findPart = (chain: ChainRuntime, project: ProjectRow, part: number) =>
  findFunded(chain, {
    owner: project.wallets!.homeowner,
    currency: project.currency,
    memo: memoOf(project.id, part),
  });

async function addressOf(
  chain: ChainRuntime,
  project: ProjectRow,
  part: number,
  { signature }: Receipt,
): Promise<string> {
  const created = signature === null ? null : await createdPolicy(chain, signature);
  const address = created ?? (await findPart(chain, project, part))?.address;
  if (address === undefined) throw new Error(`the policy of ${project.id}, part ${part}, is gone`);
  return address;
}

function sandboxSigners(chain: ChainRuntime, { account_id }: ProjectRow): Keypair[] {
  return PARTY_ROLES.flatMap((role) => {
    const key = chain.sandboxKey?.(account_id, SANDBOX_ROLES[role]);
    return key ? [key] : [];
  });
}

function toSend(
  { sponsor }: ChainRuntime,
  { instructions, signers }: Build,
  keys: readonly Keypair[],
): Built {
  const needed = keys.filter(({ publicKey }) => signers.some((signer) => signer.equals(publicKey)));
  return { do: "send", instructions, payer: sponsor, signers: needed };
}

/** Fails at once where the SDK knows that the program refuses, or the policy is another's: the state has changed since the request. */
async function buildOrFail(build: () => Promise<Built>): Promise<Built> {
  try {
    return await build();
  } catch (error) {
    const isForeign = error instanceof GatewayError && error.code === "invalid_status";
    if (error instanceof MilestoneProgramError || isForeign)
      return { do: "fail", reason: error.message };
    throw error;
  }
}

const isInDispute = (milestone: PolicyMilestone | undefined): boolean =>
  milestone?.state === "disputed" || milestone?.state === "mediation";

/** Seconds between two looks of a timed job that woke too early. */
const LOOK_AGAIN_SECS = 5;

function timedHandler(
  context: GatewayContext,
  kind: typeof RELEASE_JOB | typeof EXPIRE_JOB,
): JobHandler<PolicyUpdate | null> {
  return {
    async build(chain, job) {
      const { projectId, policy, index, due } = job.payload as TimedPayload;
      const state = await readPolicy(chain, policy);
      const { wallets, policies } = await requireProject(context.database, job, projectId);
      const known = policies.find(({ address }) => address === policy);
      const recipient = wallets?.contractor ?? null;
      const foreign =
        state &&
        known &&
        foreignReason(state, { objectId: projectId, part: known.part, recipient });
      if (foreign) return { do: "fail", reason: foreign };
      const milestone = state?.milestones[index];
      const isRelease = kind === RELEASE_JOB;
      const done: Built = { do: "done", signature: null, slot: null };
      const waitsFor = isRelease
        ? milestone?.silentApprovalAt
        : isInDispute(milestone) && state!.escrow!.mediationExpiresAt;
      // The milestone went another way: where that way has a time, it has queued a job of its own.
      if (waitsFor?.toString() !== due) return done;
      if (state!.time < BigInt(due)) {
        const reason = `not before ${due}; the chain's time is ${state!.time}`;
        return { do: "wait", seconds: LOOK_AGAIN_SECS, reason };
      }
      const build = isRelease ? buildRelease : buildExpireMediation;
      return toSend(chain, await build(chain, { policy, index }), []);
    },
    async observe(chain, job) {
      const { projectId, policy } = job.payload as TimedPayload;
      const project = await requireProject(context.database, job, projectId);
      const known = project.policies.find(({ address }) => address === policy);
      if (!known) return null;
      const { escrow, last_signature: lastSignature } = known;
      return readUpdate(chain, { address: policy, escrow, lastSignature });
    },
    async landed(transaction, job, _receipt, update) {
      if (!update) return;
      const { projectId } = job.payload as TimedPayload;
      const { accountId: account_id, mode } = job;
      const project = { id: projectId, account_id, mode };
      await applyUpdate(context, transaction, { project, part: 0 }, update);
    },
    failed(_transaction, job, reason) {
      context.log.error({ job: job.id, reason }, "a payment that happens by itself failed");
      return Promise.resolve();
    },
    async reverted(transaction, job) {
      await enqueueTakeBack(context, transaction, job, job.signature!, SENT_AGAIN);
      const { accountId, mode, subjectId, payload } = job;
      await context.outbox.enqueue(transaction, {
        ...{ accountId, mode, kind, subjectId, payload },
        dedupeKey: `${job.dedupeKey}:after:${job.signature}`,
      });
    },
  };
}
