import BN from "bn.js";
import { expect } from "chai";
import fc from "fast-check";
import type { Keypair } from "@solana/web3.js";
import { createContext } from "../src/context";
import { UnsupportedMintError } from "../src/errors/accounts";
import { InvalidInputError } from "../src/errors/input";
import { type MilestoneErrorName, MilestoneProgramError } from "../src/errors/program";
import { decideRelease, type RequirementName } from "../src/release/decide";
import { buildExecution } from "../src/release/execution";
import { splitAmount } from "../src/release/fees";
import type { ReleaseSnapshot } from "../src/release/snapshot";
import { expectError } from "./expect-error";
import { FakeConnection } from "./fake-connection";
import {
  config,
  gatewaySigner,
  NOW,
  owner,
  ownerTokens,
  policy,
  recipient,
  releaseSnapshot,
  stranger,
  tokenAccount,
} from "./fixtures";

const context = createContext(new FakeConnection().asConnection(), stranger);
const BY_NAME: Record<string, Keypair> = { gatewaySigner, owner, recipient, stranger };
const REQUIRED: Record<number, string | null> = {
  0: null,
  1: null,
  2: "gatewaySigner",
  3: "gatewaySigner",
  4: "owner",
  5: "owner",
  8: "recipient",
  9: "recipient",
};

describe("decideRelease", () => {
  for (const [condition, party] of Object.entries(REQUIRED)) {
    for (const signer of [null, ...Object.keys(BY_NAME)]) {
      for (const offset of [-1, 0, 1]) {
        const isDue = Number(condition) % 2 === 0 || offset >= 0;
        const isSigned = party === null || signer === party;
        it(`given condition ${condition}, signed by ${signer ?? "nobody"}, at t${offset}, then ${isDue && isSigned}`, () => {
          const snapshot = releaseSnapshot({
            policy: policy({ releaseCondition: Number(condition) }),
            now: new BN(NOW + offset),
          });
          const signers = signer ? [BY_NAME[signer]!.publicKey] : [];
          const report = decideRelease(snapshot, { signers });
          expect(report.isReleasable).to.equal(isDue && isSigned);
          expect(report.isReady).to.equal(isDue);
          const errors = report.requirements.map(({ error }) => error).filter(Boolean);
          expect(errors).to.deep.equal([
            ...(isDue ? [] : ["PaymentNotDue"]),
            ...(isSigned ? [] : ["InvalidSigner"]),
          ]);
          expect(
            report.requiredSigner?.address.equals(BY_NAME[party ?? ""]!.publicKey) ?? null,
          ).to.equal(party === null ? null : true);
          const dueAt = Number(condition) % 2 === 1 ? NOW : null;
          expect(report.dueAt?.toNumber() ?? null).to.equal(dueAt);
          expect(report.earliest!.toNumber()).to.equal(Math.max(dueAt ?? 0, NOW + offset));
        });
      }
    }
  }

  const paused = { paused: {} };
  const frozen = tokenAccount({ isFrozen: true });
  const destination = releaseSnapshot().recipientDestination;
  const cases: [string, Partial<ReleaseSnapshot>, RequirementName[], MilestoneErrorName][] = [
    ["a paused policy", { policy: policy({}, { status: paused }) }, ["active"], "PolicyPaused"],
    [
      "a paused program",
      { config: config({ isPaused: 1 }) },
      ["programNotPaused"],
      "ProgramPaused",
    ],
    [
      "no delegate",
      { source: tokenAccount({ delegate: null, delegatedAmount: 0n }) },
      ["delegation", "allowance"],
      "DelegationRevoked",
    ],
    [
      "another delegate",
      { source: tokenAccount({ delegate: stranger.publicKey }) },
      ["delegation", "allowance"],
      "DelegationReplaced",
    ],
    [
      "an allowance one short",
      { source: tokenAccount({ delegatedAmount: 49_999_999n }) },
      ["allowance"],
      "InsufficientDelegation",
    ],
    [
      "a balance one short",
      { source: tokenAccount({ amount: 49_999_999n }) },
      ["balance"],
      "InsufficientFunds",
    ],
    [
      "a closed token account",
      { source: null },
      ["delegation", "allowance", "balance"],
      "InvalidTokenAccount",
    ],
    [
      "a frozen token account",
      { source: frozen },
      ["delegation", "allowance", "balance"],
      "TokenAccountFrozen",
    ],
    [
      "a token account given away",
      { source: tokenAccount({ owner: stranger.publicKey }) },
      ["delegation", "allowance", "balance"],
      "InvalidTokenAccount",
    ],
    ["a mint that is gone", { mint: null }, ["mint"], "InvalidMint"],
    [
      "a mint with a hook",
      { mint: { ...releaseSnapshot().mint!, unsupportedExtensions: ["TransferHook"] } },
      ["mint"],
      "UnsupportedMint",
    ],
    [
      "a frozen destination",
      {
        recipientDestination: { ...destination, state: { ...destination.state!, isFrozen: true } },
      },
      ["destination"],
      "TokenAccountFrozen",
    ],
    [
      "a destination of someone else",
      {
        recipientDestination: {
          ...destination,
          state: { ...destination.state!, owner: stranger.publicKey },
        },
      },
      ["destination"],
      "InvalidRecipientTokenAccount",
    ],
    [
      "the paying account as destination",
      { recipientDestination: { ...destination, address: ownerTokens } },
      ["destination"],
      "InvalidRecipientTokenAccount",
    ],
    [
      "a fee account of someone else",
      { gatewayFeeDestination: { ...destination, owner: gatewaySigner.publicKey } },
      ["feeAccounts"],
      "InvalidGatewayFeeAccount",
    ],
  ];
  for (const [name, overrides, unmetNames, first] of cases) {
    it(`given ${name}, then ${unmetNames.join(" and ")} unmet, first ${first}`, () => {
      const report = decideRelease(releaseSnapshot(overrides));
      const unmet = report.requirements.filter(({ isMet }) => !isMet);
      expect(unmet.map((requirement) => requirement.name)).to.deep.equal(unmetNames);
      expect(unmet[0]!.error).to.equal(first);
      expect(report.isReleasable).to.equal(false);
      expect(report.isReady).to.equal(false);
    });
  }

  it("given a destination that does not exist yet, then met: executing creates it", () => {
    const recipientDestination = { ...destination, state: null };
    expect(decideRelease(releaseSnapshot({ recipientDestination })).isReleasable).to.equal(true);
  });

  it("given a completed policy, then nothing is left to wait for", () => {
    const done = policy({ currentMilestone: 2 }, { status: paused });
    const report = decideRelease(releaseSnapshot({ policy: done }));
    expect(report.requirements.map(({ error }) => error)).to.deep.equal(["PolicyCompleted"]);
    expect([report.milestoneIndex, report.amount, report.earliest]).to.deep.equal([
      null,
      null,
      null,
    ]);
  });

  it("given the time, then it counts instead of the snapshot's", () => {
    const now = new BN(NOW - 1);
    expect(decideRelease(releaseSnapshot(), { now }).isReleasable).to.equal(false);
  });
});

describe("splitAmount", () => {
  it("given any amount and fees up to the caps, then floored fees and a sum to the last unit", () => {
    const u64 = fc.bigInt(0n, 2n ** 64n - 1n);
    const bps = (max: number) => fc.integer({ min: 0, max });
    fc.assert(
      fc.property(u64, bps(1_000), bps(500), (amount, gatewayBps, protocolBps) => {
        const split = splitAmount(new BN(amount.toString()), gatewayBps, protocolBps);
        expect(BigInt(split.gatewayFee.toString())).to.equal(
          (amount * BigInt(gatewayBps)) / 10_000n,
        );
        expect(BigInt(split.protocolFee.toString())).to.equal(
          (amount * BigInt(protocolBps)) / 10_000n,
        );
        const sum = split.recipient.add(split.gatewayFee).add(split.protocolFee);
        expect(sum.toString()).to.equal(amount.toString());
      }),
    );
  });
});

describe("buildExecution", () => {
  it("given condition 1, then the wallet executes the current milestone and pays both fees", () => {
    const execution = buildExecution(context, releaseSnapshot());
    expect(execution.executor.equals(stranger.publicKey)).to.equal(true);
    expect(execution.milestoneIndex).to.equal(0);
    expect(execution.setup).to.deep.equal([]);
    expect(execution.instruction.data[8]).to.equal(0);
    const feeAccount = releaseSnapshot().gatewayFeeDestination.address;
    expect(execution.instruction.keys[8]!.pubkey.equals(feeAccount)).to.equal(true);
    expect(execution.instruction.keys[9]!.pubkey.equals(feeAccount)).to.equal(true);
  });

  it("given a required signer, then that party executes", () => {
    const snapshot = releaseSnapshot({ policy: policy({ releaseCondition: 3 }) });
    const { executor } = buildExecution(context, snapshot);
    expect(executor.equals(gatewaySigner.publicKey)).to.equal(true);
  });

  it("given fees of zero, then no fee accounts", () => {
    const free = policy({}, { protocolFeeBps: 0, gatewayFeeBps: 0 });
    const { instruction } = buildExecution(context, releaseSnapshot({ policy: free }));
    expect(instruction.keys[8]!.pubkey.equals(context.programId)).to.equal(true);
    expect(instruction.keys[9]!.pubkey.equals(context.programId)).to.equal(true);
  });

  it("given a fee that floors to zero, then no fee account", () => {
    const tiny = policy({ milestoneAmounts: [99, 1, 0, 0].map((value) => new BN(value)) });
    const { instruction } = buildExecution(context, releaseSnapshot({ policy: tiny }));
    expect(instruction.keys[8]!.pubkey.equals(context.programId)).to.equal(true);
  });

  it("given missing token accounts, then each is created once, paid by the wallet", () => {
    const base = releaseSnapshot();
    const snapshot = releaseSnapshot({
      recipientDestination: { ...base.recipientDestination, state: null },
      gatewayFeeDestination: { ...base.gatewayFeeDestination, state: null },
      protocolFeeDestination: { ...base.protocolFeeDestination, state: null },
    });
    const { setup } = buildExecution(context, snapshot);
    expect(setup).to.have.length(2);
    for (const { keys } of setup) expect(keys[0]!.pubkey.equals(stranger.publicKey)).to.equal(true);
  });

  const base = releaseSnapshot();
  const released = releaseSnapshot({ policy: policy({ currentMilestone: 1 }) });
  const completed = releaseSnapshot({ policy: policy({ currentMilestone: 2 }) });
  const owned = releaseSnapshot({ policy: policy({ releaseCondition: 4 }) });
  const refused: [string, ReleaseSnapshot, object, MilestoneErrorName][] = [
    ["a released milestone", released, { milestoneIndex: 0 }, "MilestoneAlreadyReleased"],
    ["a completed policy", completed, {}, "PolicyCompleted"],
    ["the wrong executor", owned, { executor: stranger.publicKey }, "InvalidSigner"],
    ["a closed token account", { ...base, source: null }, {}, "InvalidTokenAccount"],
    [
      "a destination that is no token account",
      {
        ...base,
        recipientDestination: { ...base.recipientDestination, state: null, isAssociated: false },
      },
      {},
      "InvalidRecipientTokenAccount",
    ],
  ];
  for (const [name, snapshot, options, expected] of refused) {
    it(`given ${name}, then ${expected} before anything is sent, unless told to skip checks`, async () => {
      const error = await expectError(MilestoneProgramError, () =>
        buildExecution(context, snapshot, options),
      );
      expect([error.programErrorName, error.origin]).to.deep.equal([expected, "sdk"]);
      expect(
        buildExecution(context, snapshot, { ...options, skipChecks: true }).instruction.keys,
      ).to.have.length(11);
    });
  }

  it("given an index past the last, then an input error naming the range", async () => {
    const error = await expectError(InvalidInputError, () =>
      buildExecution(context, base, { milestoneIndex: 2 }),
    );
    expect(error.expected).to.equal("0 to 1");
    await expectError(InvalidInputError, () =>
      buildExecution(context, base, { milestoneIndex: 256 }),
    );
  });

  it("given the next but one milestone, then built: the current one may be in the same transaction", () => {
    expect(buildExecution(context, base, { milestoneIndex: 1 }).instruction.data[8]).to.equal(1);
  });

  it("given an unsupported mint, then refused with its extensions", async () => {
    const mint = { ...base.mint!, unsupportedExtensions: ["TransferHook"] };
    const error = await expectError(UnsupportedMintError, () =>
      buildExecution(context, { ...base, mint }),
    );
    expect(error.extensions).to.deep.equal(["TransferHook"]);
  });
});
