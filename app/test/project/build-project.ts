/** Builders of a project's objects for tests of the rules: valid defaults, changed where a test says so. */
import type { CardSource } from "../../src/screens/project/rules/card";
import type {
  ActionName,
  PartyActions,
  PartyRole,
  Project,
  ProjectMilestone,
  Settlement,
  Statement,
} from "../../src/screens/project/rules/types";

/** Chain time of the tests. */
export const NOW = 1_800_000_000;

const DAY = 86_400;

/** Builds a milestone in a status, with the times that this status has. */
export function buildMilestone(change: Partial<ProjectMilestone> = {}): ProjectMilestone {
  const status = change.status ?? "unfunded";
  const isSubmitted = status === "pending_verification";
  const isDisputed = status === "disputed" || status === "in_mediation";
  return {
    id: "milestone_1",
    object: "project_milestone",
    projectId: "project_1",
    index: 0,
    title: "Demolition",
    description: "Old fittings removed",
    verificationMethod: "photo",
    amount: "300.00",
    fee: "7.50",
    total: "307.50",
    dueDate: null,
    isActive: true,
    submitted: isSubmitted ? NOW - DAY : null,
    disputed: isDisputed ? NOW - DAY : null,
    disputeUntil: isSubmitted ? NOW + 4 * DAY : null,
    paidBySilenceAt: isSubmitted ? NOW + 6 * DAY : null,
    mediationStarts: isDisputed ? NOW + 2 * DAY : null,
    mediationEnds: isDisputed ? NOW + 9 * DAY : null,
    takeBackFrom: status === "funded" ? NOW + 30 * DAY : null,
    payout: null,
    chain: null,
    ...change,
    status,
  };
}

const party = (role: PartyRole) => ({
  id: `person_${role}`,
  name: role,
  email: null,
  wallet: `wallet_${role}`,
});

/** Builds an active project whose first milestone is `milestone`. */
export function buildProject(milestone: ProjectMilestone, change: Partial<Project> = {}): Project {
  return {
    id: "project_1",
    object: "project",
    status: "active",
    title: "Kitchen",
    bidId: null,
    projectType: "kitchen_renovation",
    size: "small",
    currency: "USDC",
    amount: "1000.00",
    fee: "25.00",
    total: "1025.00",
    releaseRule: "approval",
    terms: {
      reviewPeriodSecs: 7 * DAY,
      disputeWindowSecs: 5 * DAY,
      mediationDelaySecs: 3 * DAY,
      mediationTimeoutSecs: 7 * DAY,
      deliveryGraceSecs: 30 * DAY,
      timeoutRecipientBps: 5_000,
      platformFeeBps: 250,
    },
    homeowner: party("homeowner"),
    contractor: party("contractor"),
    mediator: party("mediator"),
    milestones: [milestone],
    activeMilestone: milestone.id,
    policies: [],
    pendingAction: null,
    problem: null,
    metadata: {},
    created: NOW,
    updated: NOW,
    finalized: NOW,
    ended: null,
    ...change,
  };
}

/** Builds what a card depends on; `possible` are the actions on the active milestone. */
export function buildSource(
  role: PartyRole,
  milestone: ProjectMilestone,
  possible: readonly ActionName[],
  change: Partial<CardSource> & { now?: number } = {},
): CardSource {
  const { now = NOW, ...rest } = change;
  const project = rest.project ?? buildProject(milestone);
  const view: PartyActions = {
    object: "project_party_actions",
    projectId: project.id,
    party: `person_${role}`,
    role,
    now,
    possible: possible.map((action) => ({
      action,
      milestoneId: WHOLE.includes(action) ? null : milestone.id,
      method: "POST",
      path: `/v1/projects/${project.id}/${action}`,
      from: null,
      until: null,
    })),
    later: [],
    byItself: [],
    obstacles: [],
    toSign: [],
    pendingAction: null,
  };
  return { project, role, view, proposal: null, hasReviewed: false, ...rest };
}

const WHOLE: readonly ActionName[] = ["accept_terms", "close"];

/** Builds an open proposal of a party. */
export const buildProposal = (role: PartyRole): Settlement => ({
  id: "settlement_1",
  object: "project_settlement",
  projectId: "project_1",
  milestoneId: "milestone_1",
  status: "proposed",
  recipientAmount: "180.00",
  refund: "123.00",
  proposedBy: `person_${role}`,
  agreedBy: null,
  created: NOW,
});

const ZERO = {
  funded: "0.00",
  inEscrow: "0.00",
  received: "0.00",
  gatewayFee: "0.00",
  protocolFee: "0.00",
  platformFee: "0.00",
  refunded: "0.00",
};

/** Builds a statement of one divided milestone and one that is in escrow. */
export function buildStatement(change: Partial<Statement> = {}): Statement {
  const divided = {
    ...ZERO,
    funded: "307.50",
    received: "178.20",
    gatewayFee: "1.80",
    platformFee: "4.50",
    refunded: "123.00",
  };
  const held = { ...ZERO, funded: "512.50", inEscrow: "512.50" };
  return {
    object: "project_statement",
    projectId: "project_1",
    currency: "USDC",
    asOf: NOW,
    milestones: [
      { milestoneId: "milestone_1", index: 0, title: "Demolition", ...divided },
      { milestoneId: "milestone_2", index: 1, title: '=HYPERLINK("http://x")', ...held },
    ],
    ...divided,
    funded: "820.00",
    inEscrow: "512.50",
    chain: [],
    ...change,
  };
}
