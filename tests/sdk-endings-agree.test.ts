/**
 * What the SDK refuses to build of the endings of a held milestone is what the program refuses, over generated states of
 * policy, escrow, mint and token accounts; what waiting mends is built, and refused by the program until then.
 *
 * `SEED=<n>` repeats a run, `STATES=<n>` sets how many states there are.
 */
import { expect } from "chai";
import { TransactionInstruction } from "@solana/web3.js";
import { MilestoneClient, MilestoneProgramError, TransferRefusedError } from "@milepost/sdk";
import { randomSeed, selectedRuntime } from "./harness";
import { numbers, refusalOf, simulate } from "./release-states/simulate";
import { ESCROW_STATES, generate, type ReleaseState } from "./release-states/state";
import { ReleaseWorld, type Written } from "./release-states/world";
import { Dice } from "./stateful-escrow/dice";

const STATES = Number(process.env.STATES ?? (selectedRuntime() === "litesvm" ? 150 : 20));

/** Built ahead of time. */
const MENDED_BY_TIME = [
  "PaymentNotDue",
  "MediationNotStarted",
  "MediationNotTimedOut",
  "DeliveryNotOverdue",
];

type Build = (
  sdk: MilestoneClient,
  written: Written,
  skipChecks: boolean,
) => Promise<TransactionInstruction[]>;

const ENDINGS: Readonly<Record<string, Build>> = {
  approveMilestone: (sdk, { policy, overrides }, skipChecks) =>
    sdk.approveMilestone(policy, { ...overrides, skipChecks }),
  settleMilestone: (sdk, written, skipChecks) =>
    sdk.settleMilestone(written.policy, { ...namedBy(written), recipientAmount: 1n, skipChecks }),
  resolveDispute: (sdk, written, skipChecks) =>
    sdk.resolveDispute(written.policy, { ...namedBy(written), recipientAmount: 0n, skipChecks }),
  expireMediation: (sdk, written, skipChecks) =>
    sdk.expireMediation(written.policy, { ...namedBy(written), skipChecks }),
  reclaimMilestone: (sdk, { policy, ownerTokenAccount }, skipChecks) =>
    sdk.reclaimMilestone(policy, { ownerTokenAccount, skipChecks }),
  "reclaimMilestone, agreed": (sdk, { policy, ownerTokenAccount }, skipChecks) =>
    sdk.reclaimMilestone(policy, { ownerTokenAccount, isAgreed: true, skipChecks }),
  closeEscrow: (sdk, { policy, ownerTokenAccount }, skipChecks) =>
    sdk.closeEscrow(policy, { ownerTokenAccount, skipChecks }),
};

const namedBy = ({ overrides, ownerTokenAccount }: Written) => ({
  ...overrides,
  ownerTokenAccount,
});

/** A held state in which the vault holds what it owes, as the program makes sure. */
function heldState(dice: Dice): ReleaseState {
  const state: ReleaseState = {
    ...generate(dice),
    funding: "held",
    sourceMoney: "enough",
    isAccepted: dice.chance(85),
    escrow: dice.of(ESCROW_STATES),
    deadline: dice.of(["due", "review", "mediation", "expiry", "far"] as const),
  };
  return state.source === "cpiGuard" ? { ...state, source: "fits" } : state;
}

describe("the SDK on a chain: the endings of held milestones and the program", () => {
  it(`agree on ${STATES} generated states`, async () => {
    const seed = randomSeed();
    const world = await ReleaseWorld.start();
    const sdk = new MilestoneClient(world.chain.connection, world.people.payer);
    const accepted = new Map<string, number>();
    const faults: string[] = [];
    for (let number = 0; number < STATES; number++) {
      const state = heldState(new Dice(numbers(seed + number, 256)));
      const written = await world.write(state);
      for (const [name, build] of Object.entries(ENDINGS)) {
        const refusal = await refusalOf(() => build(sdk, written, false));
        const instructions = await build(sdk, written, true).catch(() => null);
        // What can't even be put together with the checks skipped is refused with them.
        const error = instructions
          ? await simulate(world.chain, world.key("payer"), instructions)
          : "not built";
        if (error === null) accepted.set(name, (accepted.get(name) ?? 0) + 1);
        const isEarly = error !== null && MENDED_BY_TIME.includes(error);
        if (!isEarly && (refusal === null) !== (error === null)) {
          const answer = `the program answered ${error}, the SDK ${refusal?.message ?? "built"}`;
          faults.push(
            `${name}: SEED=${seed}, state ${number}: ${answer}\n${JSON.stringify(state)}`,
          );
        }
        if (refusal && !isEarly)
          expectSameError(refusal, error, `${name}: SEED=${seed}, state ${number}`);
      }
    }
    expect(faults.length, faults.slice(0, 5).join("\n\n")).to.equal(0);
    // Few states do not meet each ending.
    if (STATES < 100) return;
    expect([...accepted.keys()].sort(), `SEED=${seed}`).to.deep.equal(Object.keys(ENDINGS).sort());
  }).timeout(600_000);
});

/** A refused transfer is the token program's error; another's order may differ. */
function expectSameError(refusal: Error, error: string | null, where: string): void {
  if (refusal instanceof TransferRefusedError) {
    expect(
      [refusal.tokenErrorName, "NoMemo", "NonConfidentialTransfersDisabled"],
      where,
    ).to.include(error);
  } else if (refusal instanceof MilestoneProgramError) {
    expect(error, where).to.not.equal("NoMemo");
  }
}
