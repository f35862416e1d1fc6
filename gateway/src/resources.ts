/** Every resource of the API, in the order of the OpenAPI document. */
import { actionRoutes } from "./actions/routes";
import { checkoutRoutes } from "./checkout/routes";
import { reviewRoutes } from "./reviews/routes";
import type { Routes } from "./http/app";
import { auditRoutes } from "./audit/routes";
import { eventRoutes } from "./event-feed/routes";
import { streamRoutes } from "./event-feed/stream-routes";
import { fileRoutes } from "./files/routes";
import { deliveryProofRoutes } from "./delivery-proofs/routes";
import { disputeRoutes } from "./disputes/routes";
import { escrowOrderRoutes } from "./escrow-orders/routes";
import { ledgerRoutes } from "./ledger/routes";
import { intentReportRoutes } from "./intent-reports/routes";
import { confirmRoutes } from "./intents/confirm-routes";
import { intentRoutes } from "./intents/routes";
import { inboxRoutes } from "./notifications/routes";
import { keyRoutes } from "./keys/routes";
import { refundRoutes } from "./milestones/refund-routes";
import { milestoneRoutes } from "./milestones/routes";
import { walletTransactionRoutes } from "./milestones/wallet-routes";
import { operatorRoutes } from "./operator/routes";
import { personRoutes } from "./persons/routes";
import { projectDisputeRoutes } from "./project-disputes/routes";
import { settlementRoutes } from "./project-disputes/settlement-routes";
import { projectReportRoutes } from "./project-reports/routes";
import { projectStepRoutes } from "./project-steps/routes";
import { stepSigningRoutes } from "./project-steps/signing-routes";
import { submissionRoutes } from "./project-steps/submission-routes";
import { projectRoutes } from "./projects/routes";
import { reconciliationRoutes } from "./reconciliation/routes";
import { sessionRoutes } from "./sessions/routes";
import { testClockRoutes } from "./test-clock/routes";
import { walletRoutes } from "./wallets/routes";
import { webhookRoutes } from "./webhooks/routes";

/** Routes at the root, outside of the API's prefixes. */
export const ROOT_ROUTES: readonly Routes[] = [actionRoutes];

/** Routes of each resource. */
export const RESOURCES: readonly Routes[] = [
  // One per line: resources are added side by side.
  keyRoutes,
  intentRoutes,
  checkoutRoutes,
  intentReportRoutes,
  confirmRoutes,
  milestoneRoutes,
  refundRoutes,
  escrowOrderRoutes,
  deliveryProofRoutes,
  disputeRoutes,
  ledgerRoutes,
  personRoutes,
  projectRoutes,
  projectStepRoutes,
  submissionRoutes,
  stepSigningRoutes,
  projectDisputeRoutes,
  settlementRoutes,
  projectReportRoutes,
  fileRoutes,
  testClockRoutes,
  reconciliationRoutes,
  eventRoutes,
  streamRoutes,
  webhookRoutes,
  auditRoutes,
  inboxRoutes,
  reviewRoutes,
  walletRoutes,
  walletTransactionRoutes,
  sessionRoutes,
  operatorRoutes,
];
