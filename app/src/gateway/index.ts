/** What screens import of the gateway. */
export { dataOf, type PageClient } from "./client";
export type { Gateway } from "./gateway";
export {
  GatewayProvider,
  useGateway,
  useGatewayWallet,
  useReach,
  type UsedSession,
  useSession,
} from "./gateway-context";
export { type Explanation, explainGatewayProblem, GatewayProblem, toProblem } from "./problem";
export { ProblemNotice, ReachNotice } from "./problem-notice";
export type { WalletSession } from "./session";
export { SignInGate } from "./sign-in-gate";
export { type UsedResource, useResource } from "./use-resource";
export { type UsedWrite, useWrite } from "./use-write";
