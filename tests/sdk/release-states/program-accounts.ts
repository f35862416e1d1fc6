/** The program's own accounts in a generated state, in the form that Anchor's coder encodes. */
import { PublicKey } from "@solana/web3.js";
import type { Escrow } from "@milepost/sdk";
import BN from "bn.js";
import { dueDate, MEDIATION_AT, NOW, TERMS } from "./clock";
import type { PersonName } from "./people";
import { fundingOf, type ReleaseState } from "./state";

/** The addresses that the accounts name. */
export interface Surroundings {
  key(name: PersonName): PublicKey;
  config: PublicKey;
  gateway: PublicKey;
  userPayment: PublicKey;
  policy: PublicKey;
  escrow: PublicKey;
  ownerTokenAccount: PublicKey;
  vault: PublicKey;
  feeWallets: { gateway: PublicKey; protocol: PublicKey };
  bumps: { userPayment: number; escrow: number };
}

export interface ProgramAccount {
  type: string;
  address: PublicKey;
  account: object;
}

const zeros = (length: number): number[] => new Array<number>(length).fill(0);
const four = (values: BN[]): BN[] => [0, 1, 2, 3].map((slot) => values[slot] ?? new BN(0));
const times = () => ({ createdAt: new BN(NOW), updatedAt: new BN(NOW) });

/** Returns every account of the program that the state has; the escrow only of a held policy. */
export function programAccounts(state: ReleaseState, at: Surroundings): ProgramAccount[] {
  return [
    { type: "programConfig", address: at.config, account: config(state, at) },
    { type: "paymentGateway", address: at.gateway, account: gateway(state, at) },
    { type: "userPayment", address: at.userPayment, account: userPayment(state, at) },
    { type: "paymentPolicy", address: at.policy, account: policy(state, at) },
    ...(state.funding === "held"
      ? [{ type: "escrow", address: at.escrow, account: escrow(state, at) }]
      : []),
  ];
}

const config = (state: ReleaseState, at: Surroundings): object => ({
  authority: at.key("protocolAuthority"),
  pendingAuthority: PublicKey.default,
  feeRecipient: at.feeWallets.protocol,
  protocolFeeBps: state.protocolFeeBps,
  isPaused: Number(state.isProgramPaused),
  bump: 255,
  reserved: zeros(32),
});

const gateway = (state: ReleaseState, at: Surroundings): object => ({
  authority: at.key("gatewayAuthority"),
  signer: at.key(state.isSignerChanged ? "otherSigner" : "gatewaySigner"),
  feeRecipient: at.feeWallets.gateway,
  feeBps: state.gatewayFeeBps,
  name: zeros(32),
  url: zeros(64),
  openPolicies: 1,
  rentPayer: at.key("stranger"),
  bump: 255,
  ...times(),
  keeperRewardBps: 0,
  reserved: zeros(30),
});

const userPayment = (state: ReleaseState, at: Surroundings): object => ({
  owner: at.key("owner"),
  mint: at.key("mint"),
  tokenAccount: at.ownerTokenAccount,
  committed: new BN(state.amount * 4),
  openPolicies: 1,
  nextPolicyId: 8,
  rentPayer: at.key("stranger"),
  bump: at.bumps.userPayment,
  ...times(),
  reserved: zeros(36),
});

function policy(state: ReleaseState, at: Surroundings): object {
  const amounts = Array.from({ length: state.total }, () => new BN(state.amount));
  return {
    userPayment: at.userPayment,
    recipient: at.key("recipient"),
    gateway: at.gateway,
    policyType: {
      milestone: {
        milestoneAmounts: four(amounts),
        milestoneTimestamps: four(amounts.map(() => new BN(dueDate(state)))),
        currentMilestone: state.current,
        releaseCondition: state.condition,
        totalMilestones: state.total,
        escrowAmount: new BN(state.amount * state.total),
        padding: zeros(53),
      },
    },
    status: state.isPaused ? { paused: {} } : { active: {} },
    memo: zeros(64),
    totalPaid: new BN(0),
    policyId: 7,
    protocolFeeBps: state.protocolFeeBps,
    gatewayFeeBps: state.gatewayFeeBps,
    rentPayer: at.key("stranger"),
    bump: 255,
    ...times(),
    fundingKind: ["delegated", "held", "closed"].indexOf(state.funding),
    reserved: zeros(20),
  };
}

function escrow(state: ReleaseState, at: Surroundings): Escrow {
  const isDisputed = state.escrow === "disputed" || state.escrow === "mediation";
  const isSubmitted = isDisputed || state.escrow === "submitted";
  const funded = new BN(fundingOf(state));
  const slot = (index: number) => {
    const isCurrent = index === state.current;
    const name = isCurrent ? state.escrow : index < state.current ? "released" : "funded";
    return {
      state: { [name]: {} },
      funded: name === "unfunded" ? new BN(0) : funded,
      paid: name === "released" ? funded : new BN(0),
      refunded: new BN(0),
      submittedAt: new BN(isCurrent && isSubmitted ? NOW : 0),
      disputedAt: new BN(isCurrent && isDisputed ? NOW + 10 : 0),
      evidenceHash: zeros(32),
      reasonHash: zeros(32),
    };
  };
  return {
    policy: at.policy,
    mediator: at.key("mediator"),
    vault: at.vault,
    rentPayer: at.key("stranger"),
    ...TERMS,
    platformFeeBps: state.platformFeeBps,
    acceptedAt: new BN(state.isAccepted ? NOW - 100 : 0),
    readyAt: new BN(NOW - 50),
    mediationAt: new BN(isDisputed ? MEDIATION_AT : 0),
    ...times(),
    bump: at.bumps.escrow,
    milestones: [0, 1, 2, 3].map(slot) as Escrow["milestones"],
    reserved: zeros(19),
  };
}
