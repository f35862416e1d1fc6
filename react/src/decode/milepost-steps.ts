/** The Milepost program's instructions in words. */
import type { DecodedInstruction } from "@milepost/sdk";
import type { PublicKey } from "@solana/web3.js";
import type BN from "bn.js";
import type { DecodedDetail, DecodedStep, DecodeLookups } from "./decoded-transaction";
import {
  addressDetail,
  amountDetail,
  bytesText,
  durationDetail,
  hexDetail,
  percentDetail,
  textDetail,
} from "./details";

type Args = Record<string, unknown>;
type Accounts = Record<string, PublicKey | null>;
type Describe = (args: Args, accounts: Accounts, lookups: DecodeLookups) => DecodedDetail[];

const CONDITIONS: Readonly<Record<number, string>> = {
  0: "Anyone may release it at any time",
  1: "Anyone may release it from its date on",
  2: "The gateway releases it",
  3: "The gateway releases it, from its date on",
  4: "The payer releases it",
  5: "The payer releases it, from its date on",
  8: "The recipient releases it",
  9: "The recipient releases it, from its date on",
};

const none: Describe = () => [];
const milestone: Describe = ({ milestoneIndex }) => [
  textDetail("Milestone", String(Number(milestoneIndex) + 1)),
];
const paidTo: Describe = (args, accounts) => [
  ...milestone(args, accounts, {}),
  ...addressDetail("Paid to the token account", accounts.recipientTokenAccount),
];
const terms: Describe = (args, accounts) => [
  { label: "Mediator", kind: "address", address: (args.mediator as PublicKey).toBase58() },
  durationDetail("Silence counts as approval after", args.reviewPeriodSecs),
  durationDetail("Disputes are possible for", args.disputeWindowSecs),
  durationDetail("Mediation starts after a dispute of", args.mediationDelaySecs),
  durationDetail("The mediator has", args.mediationTimeoutSecs),
  durationDetail(
    "Time to deliver before the payer can take the money back",
    args.deliveryGraceSecs,
  ),
  percentDetail("Recipient's share if the mediator is silent", args.timeoutRecipientBps),
  percentDetail("Platform fee on top", args.platformFeeBps),
  ...addressDetail("Escrow", accounts.escrow),
];
const split =
  (label: string): Describe =>
  (args, accounts, lookups) => [
    ...milestone(args, accounts, lookups),
    amountDetail(label, args.recipientAmount as BN, accounts.mint?.toBase58(), lookups),
    ...addressDetail("Paid to the token account", accounts.recipientTokenAccount),
    ...addressDetail("The rest goes back to", accounts.ownerTokenAccount),
  ];
const creation: Describe = (args, accounts, lookups) => {
  const count = Number(args.totalMilestones);
  const condition = Number(args.releaseCondition);
  const times = args.milestoneTimestamps as BN[];
  const amounts = (args.milestoneAmounts as BN[]).slice(0, count);
  const memo = bytesText(args.memo);
  return [
    ...addressDetail("Recipient", accounts.recipient),
    ...amounts.flatMap((amount, index): DecodedDetail[] => {
      const seconds = times[index]!.toNumber();
      const label = `Milestone ${index + 1}`;
      const date: DecodedDetail[] =
        seconds > 0 ? [{ label: `${label} is due`, kind: "time", seconds }] : [];
      return [amountDetail(label, amount, accounts.mint?.toBase58(), lookups), ...date];
    }),
    textDetail("Release", CONDITIONS[condition] ?? `condition ${condition}`),
    ...(memo ? [textDetail("Note", memo)] : []),
    percentDetail("Gateway fee at most", args.maxGatewayFeeBps),
    percentDetail("Protocol fee at most", args.maxProtocolFeeBps),
    ...addressDetail("Gateway", accounts.gateway),
    ...addressDetail("Pulled from the token account", accounts.tokenAccount),
  ];
};
const optional = (label: string, value: unknown, show: (value: never) => DecodedDetail[]) =>
  value === null || value === undefined ? [] : show(value as never).map((d) => ({ ...d, label }));
const gatewayChange: Describe = (args) => [
  ...optional("Signer", args.signer, (key: PublicKey) => addressDetail("", key)),
  ...optional("Fee recipient", args.feeRecipient, (key: PublicKey) => addressDetail("", key)),
  ...optional("Fee", args.feeBps, (bps: number) => [percentDetail("", bps)]),
  ...optional("Name", args.name, (bytes: number[]) => [textDetail("", bytesText(bytes))]),
  ...optional("URL", args.url, (bytes: number[]) => [textDetail("", bytesText(bytes))]),
];
const configChange: Describe = (args) => [
  ...optional("Fee recipient", args.feeRecipient, (key: PublicKey) => addressDetail("", key)),
  ...optional("Protocol fee", args.protocolFeeBps, (bps: number) => [percentDetail("", bps)]),
  ...optional("Paused", args.isPaused, (is: boolean) => [textDetail("", is ? "yes" : "no")]),
  ...optional("Next authority", args.pendingAuthority, (key: PublicKey) => addressDetail("", key)),
];

/** Titles of every instruction, and what to show of it. */
const STEPS: Readonly<
  Record<DecodedInstruction["name"], readonly [title: string, describe: Describe]>
> = {
  acceptAuthority: ["Become the authority of the program's settings", none],
  acceptEscrow: ["Accept the terms of the escrow", terms],
  approveMilestone: [
    "Approve a milestone and pay it to the recipient",
    (args, accounts) => [
      ...paidTo(args, accounts, {}),
      hexDetail("Hash of the delivery", args.evidenceHash),
    ],
  ],
  changePaymentPolicyStatus: [
    "Pause or resume a payment",
    ({ status }) => [
      textDetail("New status", Object.keys(status as object)[0] === "paused" ? "paused" : "active"),
    ],
  ],
  closeEscrow: [
    "Close the escrow; what is left goes back to the payer",
    (_args, { ownerTokenAccount }) => addressDetail("Paid back to", ownerTokenAccount),
  ],
  closeGateway: ["Close a gateway", (_args, { gateway }) => addressDetail("Gateway", gateway)],
  closeUserPayment: ["Close the payer's account for a token", none],
  createGateway: ["Create a gateway", gatewayChange],
  createMilestonePolicy: ["Create a payment in milestones", creation],
  createUserPayment: [
    "Open the payer's account for a token",
    (_args, { mint, tokenAccount }) => [
      ...addressDetail("Token", mint),
      ...addressDetail("Pulled from the token account", tokenAccount),
    ],
  ],
  deletePaymentPolicy: ["Delete a payment", none],
  disputeMilestone: [
    "Dispute a delivery",
    (args, accounts) => [
      ...milestone(args, accounts, {}),
      hexDetail("Hash of the reason", args.reasonHash),
    ],
  ],
  executePayment: ["Pay a milestone to the recipient", paidTo],
  expireMediation: ["Pay out the split that the terms name", paidTo],
  fundMilestones: [
    "Move money into the escrow's vault",
    ({ firstMilestone, count }, { tokenAccount, vault }) => [
      textDetail("First milestone", String(Number(firstMilestone) + 1)),
      textDetail("Number of milestones", String(Number(count))),
      ...addressDetail("From the token account", tokenAccount),
      ...addressDetail("Into the vault", vault),
    ],
  ],
  initializeConfig: ["Create the program's settings", configChange],
  openEscrow: ["Open an escrow for a payment", terms],
  reclaimMilestone: [
    "Take a milestone's money back",
    (args, accounts) => [
      ...milestone(args, accounts, {}),
      ...addressDetail("Paid back to", accounts.ownerTokenAccount),
    ],
  ],
  requestMediation: ["Ask for mediation", milestone],
  resolveDispute: ["Decide a dispute", split("To the recipient, before fees")],
  setKeeperReward: [
    "Set the keeper's reward",
    ({ keeperRewardBps }) => [percentDetail("Share of the gateway's fee", keeperRewardBps)],
  ],
  settleMilestone: ["Settle a milestone by agreement", split("To the recipient, before fees")],
  submitMilestone: [
    "Deliver a milestone",
    (args, accounts) => [
      ...milestone(args, accounts, {}),
      hexDetail("Hash of the delivery", args.evidenceHash),
    ],
  ],
  syncDelegation: [
    "Give Milepost the permission to pull what the payments still need",
    ({ replaceDelegate }, { tokenAccount }) => [
      ...addressDetail("From the token account", tokenAccount),
      ...(replaceDelegate ? [textDetail("Replaces", "the permission of another program")] : []),
    ],
  ],
  updateConfig: ["Change the program's settings", configChange],
  updateGateway: ["Change a gateway's settings", gatewayChange],
  withdrawDispute: ["Withdraw a dispute", milestone],
};

/** Returns an instruction of the program in words. */
export function milepostStep(
  { name, args, accounts }: DecodedInstruction,
  lookups: DecodeLookups,
): DecodedStep {
  const [title, describe] = STEPS[name];
  const details = [
    ...describe(args, accounts, lookups),
    ...addressDetail("Payment", accounts.policy),
  ];
  return { program: "milepost", name, title, details, isMinor: false };
}
