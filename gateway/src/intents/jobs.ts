/** The jobs of payment intents, of their milestones and of their ledger. */
import type { GatewayContext } from "../context";
import { offRampHandler } from "../ledger/off-ramp";
import { acceptTermsHandler } from "../milestones/accept-handler";
import { milestoneActionHandler } from "../milestones/action-handler";
import { MILESTONE_ACTIONS } from "../milestones/chain-actions";
import { FINAL_JOB, finalizeHandler, WATCH_JOB, watchTransactionHandler } from "./finality-jobs";
import { AWAIT_PART, awaitPartHandler } from "./await-part";
import { fundPartHandler } from "./fund-part";

/** Registers the handlers with `context.outbox`. */
export function registerIntentJobs(context: GatewayContext): void {
  const { outbox } = context;
  outbox.register("fund_part", fundPartHandler(context));
  outbox.register("pull_payment", fundPartHandler(context));
  outbox.register(AWAIT_PART, awaitPartHandler(context));
  outbox.register("accept_terms", acceptTermsHandler(context));
  outbox.register("off_ramp", offRampHandler(context));
  outbox.register(WATCH_JOB, watchTransactionHandler(context));
  outbox.register(FINAL_JOB, finalizeHandler(context));
  for (const action of MILESTONE_ACTIONS) {
    outbox.register(action, milestoneActionHandler(context, action));
  }
}
