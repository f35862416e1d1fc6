/**
 * Random commands as plain data: choices that do not depend on the state, so that a stream of them can be drawn,
 * printed and repeated. `resolve.ts` makes actions of them, against the model's state of the moment.
 */
import fc from "fast-check";
import { type Gateway, type Holder, type Owner, type Sponsor, SPONSORS } from "./cast";

/** An amount before it is known what the owner has. */
export type AmountChoice =
  | { of: "exactly"; value: bigint }
  | { of: "balance"; share: "all" | "half" | "one more" }
  | { of: "what u64 leaves"; plus: bigint };

export const CREATE_FLAWS = [
  "zero amount",
  "amount in an unused slot",
  "milliseconds",
  "date in an unused slot",
  "decreasing dates",
  "decreasing dates",
  "no milestone",
  "five milestones",
  "sum above u64",
  "owner as recipient",
  "nobody as recipient",
  "another signer",
  "the previous policy's address",
  "another condition",
  "a lower gateway fee signed",
  "a lower protocol fee signed",
] as const;
export const EXECUTE_FLAWS = [
  "unsigned",
  "another owner's UserPayment",
  "another gateway",
  "the stranger's tokens",
  "the owner's tokens",
  "no gateway fee account",
  "no protocol fee account",
  "the stranger's gateway fee account",
  "the stranger's protocol fee account",
  "the owner's tokens for the keeper",
  "the mint for the keeper",
  "the mint for the keeper",
] as const;
export const OWNER_FLAWS = ["another owner", "another owner's UserPayment"] as const;
export const DELETE_FLAWS = [...OWNER_FLAWS, "another gateway", "another rent payer"] as const;

const weighted = <T>(...choices: [weight: number, value: T][]): fc.Arbitrary<T> =>
  fc.oneof(...choices.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));

/** Nothing wrong, `percent` times of a hundred; else one of the flaws. */
const flaw = <T>(flaws: readonly T[], percent: number): fc.Arbitrary<T | null> =>
  fc.oneof(
    { weight: percent, arbitrary: fc.constant(null) },
    { weight: 100 - percent, arbitrary: fc.constantFrom(...flaws) },
  );

const owner = weighted<Owner>([6, "ada"], [3, "ben"], [1, "cy"]);
const gateway = weighted<Gateway>([6, "north"], [4, "south"], [1, "spare"]);
/** Picks one of however many there are. */
const pick = fc.nat(999);
const sponsor = fc.constantFrom<Sponsor>(...SPONSORS);
const seconds = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 4, max: 5_000 }));

const amount: fc.Arbitrary<AmountChoice> = fc.oneof(
  {
    weight: 40,
    arbitrary: fc
      .oneof(
        // The edges of a floored fee: 1/10,000 of less than 10,000 is nothing.
        fc.constantFrom(1n, 9n, 10n, 19n, 20n, 99n, 100n, 9_999n, 10_000n, 10_001n),
        fc.bigInt({ min: 1n, max: 1_000_000n }),
        fc.bigInt({ min: 1n, max: 10n ** 13n }),
      )
      .map((value) => ({ of: "exactly" as const, value })),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom("all" as const, "half" as const, "one more" as const)
      .map((share) => ({ of: "balance" as const, share })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(-1n, 0n, 1n)
      .map((plus) => ({ of: "what u64 leaves" as const, plus })),
  },
);

const commands = {
  createPolicy: fc.record({
    owner,
    gateway,
    payer: sponsor,
    recipient: weighted<Holder>([5, "rita"], [3, "rob"], [1, "ben"], [1, "ada"]),
    amounts: fc.array(amount, { minLength: 1, maxLength: 4 }),
    /** Seconds until the first, then between each and the next; the first may have passed. */
    waits: fc.tuple(fc.integer({ min: -2, max: 20 }), seconds, seconds, seconds),
    releaseCondition: weighted([3, 0], [3, 1], [1, 2], [1, 3], [1, 4], [1, 5], [1, 8], [1, 9]),
    otherCondition: fc.nat(255),
    memo: fc.uint8Array({ minLength: 64, maxLength: 64 }),
    replaceDelegate: fc.boolean(),
    flaw: flaw(CREATE_FLAWS, 72),
  }),
  execute: fc.record({
    policy: pick,
    isOfTheDead: weighted([24, false], [1, true]),
    /** A completed one may be picked as well. */
    isOfAll: weighted([6, false], [1, true]),
    index: weighted<"current" | "previous" | "next" | "255">(
      [20, "current"],
      [3, "previous"],
      [2, "next"],
      [1, "255"],
    ),
    executor: weighted<"required" | "stranger" | "gateway signer" | "owner" | "recipient">(
      [10, "required"],
      [1, "stranger"],
      [1, "gateway signer"],
      [1, "owner"],
      [1, "recipient"],
    ),
    keeper: weighted<"stranger" | "recipient" | "gateway" | "protocol" | null>(
      [5, "stranger"],
      [1, "recipient"],
      [1, "gateway"],
      [1, "protocol"],
      [2, null],
    ),
    feePayer: weighted<"payer" | "executor" | "stranger">(
      [4, "payer"],
      [2, "executor"],
      [1, "stranger"],
    ),
    /** Moves the clock this far from the due date first, when that lies ahead. */
    at: weighted<bigint | null>([5, null], [2, -1n], [2, 0n], [1, 1n]),
    flaw: flaw(EXECUTE_FLAWS, 80),
  }),
  changeStatus: fc.record({
    policy: pick,
    isOfTheDead: weighted([15, false], [1, true]),
    isPaused: weighted([1, true], [2, false]),
    flaw: flaw(OWNER_FLAWS, 75),
  }),
  deletePolicy: fc.record({
    policy: pick,
    isOfTheDead: weighted([15, false], [1, true]),
    flaw: flaw(DELETE_FLAWS, 75),
  }),
  syncDelegation: fc.record({
    owner,
    isWrongSigner: weighted([9, false], [1, true]),
    replaceDelegate: fc.boolean(),
  }),
  approve: fc.record({
    owner,
    delegate: weighted<"program" | "stranger">([2, "program"], [1, "stranger"]),
    /** In thousandths of what is committed: above 1,000 it is more than the program asked for. */
    share: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 1_200 })),
  }),
  revoke: fc.record({ owner }),
  /** The owner spends or gets back. */
  spend: fc.record({
    owner,
    share: weighted<"all" | "half" | "one">([1, "all"], [2, "half"], [2, "one"]),
  }),
  refund: fc.record({ owner }),
  mintTo: fc.record({ owner, amount: fc.bigInt({ min: 1n, max: 10n ** 14n }) }),
  setFrozen: fc.record({
    holder: weighted<Holder>([4, "ada"], [2, "ben"], [3, "rita"], [1, "rob"], [1, "fees1"]),
    isFrozen: weighted([3, true], [4, false]),
  }),
  updateConfig: fc.record({
    isWrongSigner: weighted([9, false], [1, true]),
    feeRecipient: weighted<Holder | "nobody" | undefined>(
      [5, undefined],
      [4, "fees1"],
      [4, "fees2"],
      [1, "ada"],
      [2, "nobody"],
    ),
    protocolFeeBps: fc.option(
      weighted([2, 0], [2, 1], [2, 30], [1, 333], [2, 500], [1, 501], [1, 65_535]),
      { nil: undefined },
    ),
    isPaused: weighted<boolean | undefined>([1, true], [9, false], [4, undefined]),
    pendingAuthority: weighted<"upgradeAuthority" | "stranger" | "nobody" | undefined>(
      [3, undefined],
      [2, "upgradeAuthority"],
      [2, "stranger"],
      [1, "nobody"],
    ),
  }),
  acceptAuthority: fc.record({
    signer: fc.constantFrom("upgradeAuthority" as const, "stranger" as const),
  }),
  initializeConfig: fc.record({
    signer: fc.constantFrom("upgradeAuthority" as const, "stranger" as const),
    protocolFeeBps: fc.constantFrom(0, 501),
  }),
  createGateway: fc.record({
    gateway: weighted<Gateway>([1, "north"], [2, "spare"]),
    payer: sponsor,
    signer: fc.constantFrom("sid" as const, "sol" as const),
    feeRecipient: fc.constantFrom<Holder>("fees1", "fees2"),
    feeBps: weighted([3, 0], [3, 100], [3, 1_000], [2, 1_001]),
  }),
  updateGateway: fc.record({
    gateway,
    isWrongSigner: weighted([9, false], [1, true]),
    signer: weighted<"sid" | "sol" | "nobody" | undefined>(
      [4, undefined],
      [4, "sid"],
      [4, "sol"],
      [1, "nobody"],
    ),
    feeRecipient: weighted<Holder | undefined>(
      [5, undefined],
      [5, "fees1"],
      [5, "fees2"],
      [2, "rita"],
      [1, "ada"],
    ),
    feeBps: fc.option(
      weighted([2, 0], [2, 1], [2, 250], [1, 777], [3, 1_000], [1, 1_001], [1, 65_535]),
      { nil: undefined },
    ),
    name: fc.option(fc.uint8Array({ minLength: 32, maxLength: 32 }), { nil: undefined }),
  }),
  setKeeperReward: fc.record({
    gateway,
    isWrongSigner: weighted([9, false], [1, true]),
    bps: weighted([2, 0], [1, 1], [2, 3_333], [2, 5_000], [3, 10_000], [1, 10_001], [1, 65_535]),
  }),
  closeGateway: fc.record({
    gateway: weighted<Gateway>([1, "north"], [9, "spare"]),
    flaw: flaw(["another authority", "another rent payer"] as const, 75),
  }),
  createUserPayment: fc.record({
    owner: weighted<Owner>([1, "ada"], [3, "cy"]),
    payer: sponsor,
    /** From the slot: nothing, or this far below it. */
    below: weighted<bigint | null>([3, null], [2, 0n], [2, 1_024n], [1, 1_025n], [1, -1n]),
  }),
  closeUserPayment: fc.record({
    owner: weighted<Owner>([1, "ada"], [9, "cy"]),
    flaw: flaw(["another owner", "another rent payer"] as const, 80),
  }),
  warpTime: fc.record({ by: fc.oneof(fc.bigInt({ min: 1n, max: 60n }), fc.constant(4_000n)) }),
  warpSlots: fc.record({ by: fc.constantFrom(1n, 300n, 1_024n) }),
};

type Commands = typeof commands;
export type CommandKind = keyof Commands;
export type CommandOf<K extends CommandKind> =
  Commands[K] extends fc.Arbitrary<infer T> ? T & { kind: K } : never;
export type Command = { [K in CommandKind]: CommandOf<K> }[CommandKind] | { kind: "nothing" };

const WEIGHTS: Record<CommandKind, number> = {
  createPolicy: 34,
  execute: 90,
  changeStatus: 16,
  deletePolicy: 18,
  syncDelegation: 12,
  approve: 10,
  revoke: 3,
  spend: 2,
  refund: 4,
  mintTo: 2,
  setFrozen: 16,
  updateConfig: 12,
  acceptAuthority: 4,
  initializeConfig: 3,
  createGateway: 7,
  updateGateway: 10,
  setKeeperReward: 9,
  closeGateway: 7,
  createUserPayment: 8,
  closeUserPayment: 9,
  warpTime: 5,
  warpSlots: 5,
};

/** One random command. A failing one shrinks to nothing, which takes no step. */
export const command: fc.Arbitrary<Command> = fc.noBias(
  fc.oneof(
    { withCrossShrink: true },
    { weight: 0, arbitrary: fc.constant<Command>({ kind: "nothing" }) },
    ...(Object.keys(commands) as CommandKind[]).map((kind) => ({
      weight: WEIGHTS[kind],
      arbitrary: (commands[kind] as fc.Arbitrary<object>).map(
        (choices) => ({ kind, ...choices }) as Command,
      ),
    })),
  ),
);
