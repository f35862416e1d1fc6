/** What each resource does with a policy that others have changed on chain. */
import { observeFreightItem } from "./freight/observe-item";
import { ID_PREFIXES } from "./ids/ids";
import { observeIntentPolicy } from "./intents/observe-policy";
import type { PolicyObservers } from "./policy-watch/watch";
import { observeProject } from "./projects/chain-state/observe";

/** Observer per prefix of the object's id. */
export const POLICY_OBSERVERS: PolicyObservers = {
  // One per line: resources are added side by side.
  [ID_PREFIXES.intent]: observeIntentPolicy,
  [ID_PREFIXES.freightItem]: observeFreightItem,
  [ID_PREFIXES.project]: observeProject,
};
