/** One valid call of each instruction on held policies. */
import type { Builder } from "./calls";
import { EXECUTE_HELD } from "./kinds";
import type { Party } from "./stage";
import { HeldPolicy } from "../world";

/** Half of the milestone's amount, so that everyone gets something. */
export const HALF = 25_000n;

const DESTINATIONS: Record<string, Party> = {
  recipient_token_account: "recipient",
  owner_token_account: "owner",
  gateway_fee_account: "gatewayFees",
  protocol_fee_account: "protocolFees",
  keeper_token_account: "stranger",
};

export const ESCROW_BUILDERS: Record<string, Builder> = {
  open_escrow: async (stage) => {
    const schedule = { amounts: [], timestamps: [], releaseCondition: 2 };
    const valid = { address: stage.policies.valid, id: 0, schedule };
    return new HeldPolicy(stage.world, valid).open({}, { payer: stage.key("rentPayer") });
  },
  accept_escrow: async ({ held }) => held.opened.accept(),
  fund_milestones: async ({ held }) => held.unfunded.fund(0, 2),
  submit_milestone: async ({ held }) => held.funded.submit(0),
  approve_milestone: async ({ held }) => ({
    instruction: held.submitted.approve(0),
    parties: DESTINATIONS,
  }),
  dispute_milestone: async ({ held }) => held.submitted.dispute(0),
  withdraw_dispute: async ({ held }) => held.disputed.withdrawDispute(0),
  request_mediation: async ({ held }) => held.disputed.requestMediation(0),
  resolve_dispute: async (stage) => ({
    instruction: stage.held.mediated.resolve(0, HALF),
    parties: DESTINATIONS,
  }),
  expire_mediation: async (stage) => ({
    instruction: stage.held.timedOut.expire(0),
    parties: DESTINATIONS,
  }),
  settle_milestone: async (stage) => ({
    instruction: stage.held.submitted.settle(0, HALF),
    parties: DESTINATIONS,
  }),
  reclaim_milestone: async (stage) => ({
    instruction: stage.held.funded.reclaimAgreed(0),
    parties: DESTINATIONS,
  }),
  close_escrow: async (stage) => ({
    instruction: stage.held.opened.close({ rent_payer: stage.key("rentPayer") }),
    parties: DESTINATIONS,
  }),
  [EXECUTE_HELD]: async ({ world, held }) => ({
    instruction: held.funded.execute(0, {
      executor: world.key("gatewaySigner"),
      keeper_token_account: world.tokens.stranger,
    }),
    parties: DESTINATIONS,
  }),
};
