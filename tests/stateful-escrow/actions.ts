/** What one step does, with every name and number decided. The model predicts it, the chain performs it. */
import type { Person, Terms } from "../world";
import type { Address, Places } from "./state";

/** Where an instruction is led astray: one account is not what it should be. */
export type Detour =
  | "stranger's account for the recipient"
  | "stranger's account for the owner"
  | "vault for the recipient"
  | "vault for the owner"
  | "vault for the keeper"
  | "another policy's escrow"
  | "another policy's vault";

export interface OnMilestone {
  policy: Address;
  index: number;
  /** Signs in the place of the one who may; of the owner where two sign. */
  by: Person;
  detour?: { what: Detour; other: Places };
}

export type Action =
  | { kind: "time"; to: bigint }
  | {
      kind: "createPolicy";
      places: Places;
      bump: number;
      policyId: number;
      releaseCondition: number;
      amounts: bigint[];
      timestamps: bigint[];
    }
  | {
      kind: "open";
      policy: Address;
      by: Person;
      mediator: Person;
      terms: Terms;
      /** Of the escrow's address. */
      bump: number;
    }
  | { kind: "accept"; policy: Address; by: Person; mediator: Person; terms: Terms }
  | { kind: "fund"; policy: Address; by: Person; first: number; count: number }
  | ({ kind: "submit"; evidence: number } & OnMilestone)
  | ({ kind: "approve"; evidence: number } & OnMilestone)
  | ({ kind: "dispute"; reason: number } & OnMilestone)
  | ({ kind: "withdraw" } & OnMilestone)
  | ({ kind: "requestMediation" } & OnMilestone)
  | ({ kind: "resolve"; amount: bigint } & OnMilestone)
  | ({ kind: "expire" } & OnMilestone)
  | ({ kind: "settle"; amount: bigint; recipientBy: Person } & OnMilestone)
  | ({ kind: "reclaim" } & OnMilestone)
  | ({ kind: "reclaimAgreed"; recipientBy: Person } & OnMilestone)
  | ({ kind: "execute" } & OnMilestone)
  | { kind: "close"; policy: Address; by: Person }
  | { kind: "delete"; policy: Address; by: Person }
  | { kind: "pause"; policy: Address; by: Person; isPaused: boolean }
  | { kind: "donate"; policy: Address; amount: bigint }
  | { kind: "updateConfig"; isPaused: boolean; protocolFeeBps: number }
  | { kind: "updateGateway"; signer: Person; feeBps: number }
  | { kind: "setKeeperReward"; bps: number }
  /** The last transaction's very bytes once more. */
  | { kind: "resend" };

export type ActionKind = Action["kind"];
export type ActionOf<K extends ActionKind> = Extract<Action, { kind: K }>;
/** Whose account claims the reward of an execution: another one per milestone, so that all occur; null claims none. */
const KEEPERS: (Person | null)[] = ["stranger", "gatewayFees", null, "recipient"];
export const keeperOf = ({ index }: ActionOf<"execute">): Person | null => KEEPERS[index] ?? null;

/** Actions on one milestone of a held policy. */
export type MilestoneAction = Extract<Action, OnMilestone>;

/** The instruction of an action as `docs/escrow.md` names it in its table. */
export const ROW_NAMES: Partial<Record<ActionKind, string>> = {
  fund: "fund_milestones",
  submit: "submit_milestone",
  approve: "approve_milestone",
  execute: "execute_payment",
  dispute: "dispute_milestone",
  withdraw: "withdraw_dispute",
  requestMediation: "request_mediation",
  resolve: "resolve_dispute",
  expire: "expire_mediation",
  settle: "settle_milestone",
  reclaim: "reclaim_milestone",
  reclaimAgreed: "reclaim_milestone (agreed)",
};

/** For messages. */
export const describeAction = (action: Action): string =>
  JSON.stringify(action, (_, value: unknown) => (typeof value === "bigint" ? `${value}` : value));
