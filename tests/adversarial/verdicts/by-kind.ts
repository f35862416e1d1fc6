/**
 * What each kind of slot answers to each impostor, written from the rules in `docs/decisions/0001-interface.md`, never
 * recorded from a run. Anchor loads every account before it checks how they belong together:
 *
 * - one of ours, read-only: owner program, then length, then discriminator;
 * - one of ours, writable: the write lock, then length, owner program, discriminator;
 * - anything else is judged by its address or by the token rules of the instruction.
 */

/** An error's name or number; `allowed` is proven by `outcomes.ts`. */
export type Verdict = string | number;
export type SlotVerdicts = Record<string, Verdict>;

export interface InstructionVerdicts {
  slots: Record<string, SlotVerdicts>;
  /** Slots that share their account with no other slot, whatever it is: `DUPLICATE`. */
  exclusive: string[];
  /** "slot <- other": the slot is given the other slot's account. Every pair of slots that are not exclusive. */
  duplicates: Record<string, Verdict>;
}

/** Anchor's "a mutable account is passed twice", which its TypeScript list of codes does not have yet. */
export const DUPLICATE = 2040;
export const ALLOWED = "allowed";

const PROGRAMS = ["the program itself", "the other token program", "a fake token program"];
const ACCOUNTS = [
  "an empty address",
  "a stranger's wallet",
  "a config",
  "another gateway",
  "another owner's UserPayment",
  "the UserPayment of another mint",
  "another owner's policy",
  "the policy of another mint",
  "the policy of another gateway",
  "the owner's other policy",
  "the owner's other held policy",
  "another owner's escrow",
  "the escrow of the owner's other policy",
  "the vault of the owner's other policy",
  "the escrow's token account beside its vault",
  "another mint",
  "another owner's token account",
  "its owner's token account of another mint",
  "its owner's Token-2022 account",
  "its owner's second token account",
];
const COPIES = ["its bytes under another program", "zero bytes under the right program"];

const all = (names: string[], verdict: Verdict): SlotVerdicts =>
  Object.fromEntries(names.map((name) => [name, verdict]));

/** Fewer accounts than the instruction has, whichever is left out. */
const MISSING: SlotVerdicts = { missing: "NotEnoughAccountKeys" };
/** Runtimes take no write lock on a program, so the slot finds it read-only. */
const UNLOCKABLE = all(PROGRAMS, "ConstraintMut");
const READ_ONLY: SlotVerdicts = { "read-only": "ConstraintMut" };

/** A signer that the transaction must carry: only a wallet that really signs comes as far as `stranger`. */
export const signer = (stranger: Verdict, unsigned: Verdict): SlotVerdicts => ({
  ...MISSING,
  unsigned,
  ...all([...PROGRAMS, ...ACCOUNTS], unsigned),
  "a stranger's wallet": stranger,
});

/** Pays rent: any wallet that signs. Anchor asks for both flags at once and names the signature. */
export const PAYER: SlotVerdicts = {
  ...signer(ALLOWED, "MissingRequiredSignature"),
  "read-only": "MissingRequiredSignature",
};

/** Judged as one account that has to be right, read-only. */
export const exactly = (verdict: Verdict): SlotVerdicts => ({
  ...MISSING,
  ...all([...PROGRAMS, ...ACCOUNTS], verdict),
});

/** As `exactly`, writable. */
export const exactlyWritable = (verdict: Verdict): SlotVerdicts => ({
  ...exactly(verdict),
  ...UNLOCKABLE,
  ...READ_ONLY,
});

/** Copies of the right account at other addresses. */
export const copies = (verdict: Verdict): SlotVerdicts => all(COPIES, verdict);

/** The address of an account that the call creates. */
export const VACANT: SlotVerdicts = {
  ...exactlyWritable("InvalidAddress"),
  "already funded by somebody": ALLOWED,
  "already funded beyond its rent": ALLOWED,
  "already assigned to another program": "AccountAlreadyExists",
  "already allocated": "AccountAlreadyExists",
  "already ours": "AccountAlreadyExists",
};

export const SYSTEM_PROGRAM: SlotVerdicts = {
  ...MISSING,
  ...all(ACCOUNTS, "ConstraintExecutable"),
  ...all(PROGRAMS, "IncorrectProgramId"),
};

export const TOKEN_PROGRAM = exactly("InvalidTokenProgram");

const ESCROWS = ["another owner's escrow", "the escrow of the owner's other policy"];

/** Of our accounts' lengths 140, 205, 287, 384 and 640, shorter ones are too small and longer ones of another type. */
const OURS_READ_ONLY: SlotVerdicts = {
  ...exactly("IllegalOwner"),
  ...all(ESCROWS, "InvalidAccountData"),
  "an empty address": "UninitializedAccount",
  "its bytes under another program": "IllegalOwner",
  "zero bytes under the right program": "InvalidAccountData",
};
const OURS_WRITABLE: SlotVerdicts = {
  ...exactlyWritable("AccountDataTooSmall"),
  ...all(ESCROWS, "InvalidAccountData"),
  "its bytes under another program": "IllegalOwner",
  "zero bytes under the right program": "InvalidAccountData",
};
const POLICIES = [
  "another owner's policy",
  "the policy of another mint",
  "the policy of another gateway",
  "the owner's other policy",
  "the owner's other held policy",
];
const USER_PAYMENTS = ["another owner's UserPayment", "the UserPayment of another mint"];

/** There is one config on a chain, so another one of ours cannot be passed. */
const withoutConfig = (verdicts: SlotVerdicts): SlotVerdicts =>
  Object.fromEntries(Object.entries(verdicts).filter(([name]) => name !== "a config"));

export const CONFIG = withoutConfig({
  ...OURS_READ_ONLY,
  ...all(["another gateway", ...USER_PAYMENTS, ...POLICIES], "InvalidAccountData"),
});

export const CONFIG_WRITABLE = withoutConfig({
  ...OURS_WRITABLE,
  ...all(["another gateway", ...USER_PAYMENTS, ...POLICIES], "InvalidAccountData"),
  // Token accounts (165 and 170 bytes) are longer than a config.
  "another owner's token account": "IllegalOwner",
  "its owner's token account of another mint": "IllegalOwner",
  "its owner's Token-2022 account": "IllegalOwner",
  "its owner's second token account": "IllegalOwner",
  "the vault of the owner's other policy": "IllegalOwner",
  "the escrow's token account beside its vault": "IllegalOwner",
});

export const gateway = (another: Verdict): SlotVerdicts => ({
  ...OURS_READ_ONLY,
  ...all(["a config", ...USER_PAYMENTS], "AccountDataTooSmall"),
  ...all(POLICIES, "InvalidAccountData"),
  "another gateway": another,
});

export const gatewayWritable = (another: Verdict): SlotVerdicts => ({
  ...OURS_WRITABLE,
  ...all(POLICIES, "InvalidAccountData"),
  "another gateway": another,
});

export const userPayment = (ofOtherOwner: Verdict, ofOtherMint: Verdict): SlotVerdicts => ({
  ...OURS_READ_ONLY,
  "a config": "AccountDataTooSmall",
  ...all(["another gateway", ...POLICIES], "InvalidAccountData"),
  "another owner's UserPayment": ofOtherOwner,
  "the UserPayment of another mint": ofOtherMint,
});

export const userPaymentWritable = (ofOtherOwner: Verdict, ofOtherMint: Verdict): SlotVerdicts => ({
  ...OURS_WRITABLE,
  ...all(["another gateway", ...POLICIES], "InvalidAccountData"),
  "another owner's UserPayment": ofOtherOwner,
  "the UserPayment of another mint": ofOtherMint,
});

/** Which other policies are refused, and how, is for each instruction to say. */
export interface OtherPolicies {
  "another owner's policy": Verdict;
  "the policy of another mint": Verdict;
  "the policy of another gateway": Verdict;
  "the owner's other policy": Verdict;
  "the owner's other held policy": Verdict;
}

export const policyWritable = (others: OtherPolicies): SlotVerdicts => ({
  ...OURS_WRITABLE,
  ...others,
});

export const policy = (others: OtherPolicies): SlotVerdicts => ({
  ...OURS_READ_ONLY,
  ...all(["a config", "another gateway", ...USER_PAYMENTS], "AccountDataTooSmall"),
  ...others,
});

/** No escrow but the policy's own. */
export const ESCROW: SlotVerdicts = { ...OURS_WRITABLE, ...all(ESCROWS, "InvalidEscrow") };

const MOVED_UP = "missing, and the next ones move up";

/**
 * The eleven accounts of `execute_payment` with one left out and the twelfth, the escrow, at the end: each slot behind it holds the next
 * one's account, and the first that cannot take it answers.
 */
export function movedUp(
  slots: Record<string, SlotVerdicts>,
  verdicts: Record<string, Verdict>,
): Record<string, SlotVerdicts> {
  return Object.fromEntries(
    Object.entries(slots).map(([name, of]) => [
      name,
      name in verdicts ? { ...of, [MOVED_UP]: verdicts[name] as Verdict } : of,
    ]),
  );
}

/** Any token account of the mint, with any owner; none where the program's id or nothing takes its place. */
export const KEEPER_TOKEN_ACCOUNT: SlotVerdicts = {
  ...exactly("InvalidKeeperTokenAccount"),
  ...copies("InvalidKeeperTokenAccount"),
  "read-only": "PrivilegeEscalation",
  missing: ALLOWED,
  "the program itself": ALLOWED,
  "its owner's second token account": ALLOWED,
  "another owner's token account": ALLOWED,
  "the vault of the owner's other policy": ALLOWED,
  "the escrow's token account beside its vault": ALLOWED,
};

export const EXECUTE_MOVED_UP: Record<string, Verdict> = {
  // The config does not sign.
  executor: "InvalidSigner",
  // A gateway in the config's slot, then a UserPayment in the gateway's, then a policy in the UserPayment's.
  config: "InvalidAccountData",
  gateway: "AccountDataTooSmall",
  user_payment: "InvalidAccountData",
  // The mint is read-only.
  policy: "ConstraintMut",
  // So is the token program, in the protocol's fee account's slot.
  mint: "ConstraintMut",
  token_account: "ConstraintMut",
  recipient_token_account: "ConstraintMut",
  gateway_fee_account: "ConstraintMut",
  protocol_fee_account: "ConstraintMut",
  // The program's own id.
  token_program: "InvalidTokenProgram",
};
