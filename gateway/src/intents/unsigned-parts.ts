/** Builds the transactions that a payer's wallet signs: one per part that is not funded, in the order in which they land. */
import {
  buildFundings,
  buildPull,
  type ChainRuntime,
  type FundingBuild,
  memoOf,
  type PullBuild,
} from "../chain";
import type { GatewayContext } from "../context";
import { prepareSignings, type SigningBuild, type SigningRequest } from "../signing/service";
import { amountsOf, fundingRequestOf, type PartToBuild, pullRequestOf } from "./fund-part";
import type { Intent, PartDetails } from "./intent";
import { isFree, listParts } from "./parts-store";

/** Purpose of a part's transaction, as `signings` has it. */
export const FUND_PART = "fund_part";

/** What a part's signed transaction carries. */
export interface FundPartPayload {
  [key: string]: unknown;
  part: number;
  /** Address of the policy that it creates. */
  policy: string;
  payer: string;
  releaseCondition: number;
}

/** How a part is to be built. */
export interface PartOptions {
  /** True where the payee accepts in the same transaction. */
  isAccepted: boolean;
  /** Wallet that pays fee and rent. Default: the sponsor. */
  feePayer?: string;
}

/** A transaction of a part, for a wallet. */
export interface PartTransaction extends SigningRequest {
  purpose: typeof FUND_PART;
  part: number;
}

/** A part with its instructions. */
export interface BuiltPart {
  part: PartDetails;
  build: FundingBuild | PullBuild;
}

/** Returns the parts that nothing has funded or may fund any more, built. Throws `GatewayError` and the SDK's errors. */
export async function buildFreeParts(
  context: GatewayContext,
  chain: ChainRuntime,
  intent: Intent,
  { isAccepted, feePayer }: PartOptions,
): Promise<BuiltPart[]> {
  const free = (await listParts(context.database, intent.id)).filter(isFree);
  const planned: PartToBuild[] = [];
  for (const part of free) {
    const amounts = await amountsOf(context, part);
    planned.push({ intent, part, amounts, memo: memoOf(intent.id, part.part) });
  }
  const [first] = planned;
  if (!first) return [];
  if (intent.releaseType === null) {
    const build = await buildPull(chain, { ...pullRequestOf(first), feePayer });
    return [{ part: first.part, build }];
  }
  const requests = await Promise.all(planned.map((each) => fundingRequestOf(chain, each)));
  const builds = await buildFundings(
    chain,
    requests.map((request) => ({ ...request, isAccepted, feePayer })),
  );
  return builds.map((build, index) => ({ part: free[index]!, build }));
}

/**
 * Builds and keeps the transactions of all parts that are not funded. It calls the network: run it in `finish` of a write.
 * Throws `GatewayError` and the SDK's errors.
 */
export async function preparePartTransactions(
  context: GatewayContext,
  chain: ChainRuntime,
  intent: Intent,
  options: PartOptions,
): Promise<PartTransaction[]> {
  const built = await buildFreeParts(context, chain, intent, options);
  const { accountId, mode, id: objectId } = intent;
  const parts = built.map(({ part, build }): SigningBuild => {
    const payload = payloadOf(intent, part, build.policy);
    return { subject: { accountId, mode, objectId, purpose: FUND_PART, payload }, build };
  });
  const requests = await prepareSignings(context, mode, parts);
  return requests.map((request, index) => ({
    purpose: FUND_PART,
    part: built[index]!.part.part,
    ...request,
  }));
}

/** Returns what a part's transaction carries. */
export const payloadOf = (
  { payer, releaseCondition }: Intent,
  { part }: Pick<PartDetails, "part">,
  policy: string,
): FundPartPayload => ({ part, policy, payer: payer!, releaseCondition });
