/** Compares what a transaction does with the payment that the page shows. Any difference names its field. Pure. */
import {
  associatedTokenAddress,
  type DecodedInstruction,
  type EscrowTerms,
  TERM_FIELDS,
} from "@milepost/sdk";
import { PublicKey } from "@solana/web3.js";
import { formatAmount } from "../../format/amount";

/** A part of the payment as the page shows it. Addresses are base58, amounts base units. */
export interface ExpectedPart {
  /** Wallet that pays. */
  owner: string;
  recipient: string;
  mint: string;
  /** The operator's gateway account; null where the page's settings name none. */
  gateway: string | null;
  /** Null for a payment without escrow. */
  mediator: string | null;
  amounts: readonly bigint[];
  /** Conditions that keep what the page promises. */
  releaseConditions: readonly number[];
  terms: EscrowTerms | null;
  /** Highest fees that the page shows, in basis points. */
  maxGatewayFeeBps: number;
  maxProtocolFeeBps: number;
  /** Bounds of the milestones' dates, Unix seconds. */
  earliest: bigint;
  latest: bigint;
}

/** An instruction of another program than Milepost. */
export interface OtherInstruction {
  program: string;
  /** True for instructions that only prepare: compute budget, a memo, or the creation of a token account that the payment uses. */
  isHarmless: boolean;
}

/** A transaction, read from its bytes. */
export interface ReadPayment {
  feePayer: string;
  signers: readonly string[];
  milepost: readonly DecodedInstruction[];
  others: readonly OtherInstruction[];
}

/** First difference between the page and the transaction. */
export interface Difference {
  field: string;
  expected: string;
  found: string;
}

type Pair = [field: string, expected: unknown, found: unknown];

const HELD = [
  "createUserPayment",
  "createMilestonePolicy",
  "openEscrow",
  "fundMilestones",
  "syncDelegation",
];
const PULLED = ["createUserPayment", "createMilestonePolicy", "syncDelegation", "executePayment"];
/** Instructions that happen exactly once. */
const NEEDED = {
  held: ["createMilestonePolicy", "openEscrow", "fundMilestones"],
  pulled: ["createMilestonePolicy", "executePayment"],
};

const TOKEN_PROGRAMS = [
  "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
  "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb",
].map((address) => new PublicKey(address));

/** Most lamports of a payment's network fee: many times what a congested network asks for. */
const MOST_FEE = 10_000_000n;

/**
 * Returns the difference where the network fee takes more of the payer's SOL than any payment needs, or null.
 * @example
 * excessiveFee(5_000n); // null
 */
export function excessiveFee(lamports: bigint): Difference | null {
  if (lamports <= MOST_FEE) return null;
  const text = (amount: bigint): string => `${formatAmount(amount, 9)} SOL`;
  return {
    field: "network fee",
    expected: `at most ${text(MOST_FEE)}`,
    found: text(lamports),
  };
}

/** Returns the first field in which the transaction differs from the payment, or null. */
export function comparePayment(read: ReadPayment, expected: ExpectedPart): Difference | null {
  const unknown = unknownInstruction(read, expected);
  if (unknown) return unknown;
  const by = (name: string) => read.milepost.find((each) => each.name === name);
  const pairs: Pair[] = [
    ["fee payer", expected.owner, read.feePayer],
    ["signers", expected.owner, read.signers.join(", ")],
    ...creationPairs(by("createMilestonePolicy")!, expected),
    ...(expected.terms
      ? escrowPairs(
          by("openEscrow")!,
          by("fundMilestones")!,
          by("createMilestonePolicy")!,
          expected,
          expected.terms,
        )
      : executionPairs(by("executePayment")!, by("createMilestonePolicy")!, expected)),
  ];
  const differing = pairs.find(([, wanted, found]) => wanted !== found);
  if (!differing) return null;
  const [field, wanted, found] = differing;
  return { field, expected: String(wanted), found: String(found) };
}

function unknownInstruction(
  { milepost, others }: ReadPayment,
  { terms }: ExpectedPart,
): Difference | null {
  const [allowed, needed] = terms ? [HELD, NEEDED.held] : [PULLED, NEEDED.pulled];
  const foreign = others.find(({ isHarmless }) => !isHarmless)?.program;
  const surplus = milepost.find(
    ({ name }, at) =>
      !allowed.includes(name) || milepost.findIndex((each) => each.name === name) !== at,
  )?.name;
  const missing = needed.find((name) => !milepost.some((each) => each.name === name));
  if (foreign ?? surplus) {
    return {
      field: "instructions",
      expected: "this payment alone",
      found: `also ${foreign ?? surplus}`,
    };
  }
  return missing ? { field: "instructions", expected: missing, found: "none" } : null;
}

const address = (value: unknown): string =>
  value instanceof PublicKey ? value.toBase58() : "none";
const integer = (value: unknown): bigint => BigInt(String(value));

function creationPairs({ accounts, args }: DecodedInstruction, expected: ExpectedPart): Pair[] {
  const count = Number(args.totalMilestones);
  const amounts = (args.milestoneAmounts as unknown[]).slice(0, count).map(integer);
  const dates = (args.milestoneTimestamps as unknown[]).slice(0, count).map(integer);
  const { earliest, latest } = expected;
  const early = dates.find((date) => date < earliest);
  const late = dates.find((date) => date > latest);
  const condition = Number(args.releaseCondition);
  const atMost = (bps: unknown, most: number): Pair[2] =>
    Number(bps) <= most ? most : Number(bps);
  return [
    ["payer", expected.owner, address(accounts.owner)],
    ["recipient", expected.recipient, address(accounts.recipient)],
    ["token", expected.mint, address(accounts.mint)],
    ...(expected.gateway === null
      ? []
      : [["gateway", expected.gateway, address(accounts.gateway)] satisfies Pair]),
    ["number of milestones", expected.amounts.length, count],
    ...expected.amounts.map((amount, index): Pair => [
      `amount of milestone ${index + 1}`,
      amount,
      amounts[index],
    ]),
    [
      "release condition",
      expected.releaseConditions.find((each) => each === condition) ??
        expected.releaseConditions[0],
      condition,
    ],
    ["earliest date", early === undefined ? null : earliest, early ?? null],
    ["latest date", late === undefined ? null : latest, late ?? null],
    [
      "gateway fee",
      expected.maxGatewayFeeBps,
      atMost(args.maxGatewayFeeBps, expected.maxGatewayFeeBps),
    ],
    [
      "protocol fee",
      expected.maxProtocolFeeBps,
      atMost(args.maxProtocolFeeBps, expected.maxProtocolFeeBps),
    ],
  ];
}

function escrowPairs(
  open: DecodedInstruction,
  fund: DecodedInstruction,
  creation: DecodedInstruction,
  expected: ExpectedPart,
  terms: EscrowTerms,
): Pair[] {
  const policy = address(creation.accounts.policy);
  return [
    ["mediator", expected.mediator, address(open.args.mediator)],
    ...TERM_FIELDS.map((field): Pair => [`terms.${field}`, terms[field], Number(open.args[field])]),
    ["payment of the escrow", policy, address(open.accounts.policy)],
    ["payment that is funded", policy, address(fund.accounts.policy)],
    ["vault", address(open.accounts.vault), address(fund.accounts.vault)],
    ["token that is funded", expected.mint, address(fund.accounts.mint)],
    ["first funded milestone", 0, Number(fund.args.firstMilestone)],
    ["funded milestones", expected.amounts.length, Number(fund.args.count)],
  ];
}

function executionPairs(
  { accounts }: DecodedInstruction,
  creation: DecodedInstruction,
  expected: ExpectedPart,
): Pair[] {
  const recipient = new PublicKey(expected.recipient);
  const own = TOKEN_PROGRAMS.map((program) =>
    associatedTokenAddress(new PublicKey(expected.mint), recipient, program).toBase58(),
  );
  const paid = address(accounts.recipientTokenAccount);
  return [
    ["payment that is paid", address(creation.accounts.policy), address(accounts.policy)],
    ["recipient's token account", own.includes(paid) ? paid : own[0], paid],
  ];
}
