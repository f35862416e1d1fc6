import BN from "bn.js";
import { expect } from "chai";
import fc from "fast-check";
import { TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID } from "@solana/spl-token";
import type { Keypair, PublicKey } from "@solana/web3.js";
import { createContext } from "../../src/context/context";
import { AccountNotFoundError, UnsupportedMintError } from "../../src/errors/accounts";
import { InvalidInputError } from "../../src/errors/input";
import { type MilestoneErrorName, MilestoneProgramError } from "../../src/errors/program";
import { decideRelease } from "../../src/release/decide";
import type { RequirementName } from "../../src/release/requirement";
import { buildExecution } from "../../src/actions/build-execution";
import { splitAmount } from "../../src/rules/fees";
import { type ReleaseSnapshot } from "../../src/release/snapshot";
import { loadReleaseSnapshots } from "../../src/release/load-snapshots";
import { packExecutions } from "../../src/batch/pack";
import { FUNDING_KIND_CLOSED, FUNDING_KIND_HELD } from "../../src/constants";
import { buildInstruction } from "../../src/actions/build-instruction";
import { explainRelease } from "../../src/release/explain";
import { associatedTokenAddress } from "../../src/tokens/associated";
import { expectError } from "../expect-error";
import { FakeConnection } from "../fake-connection";
import {
  config,
  escrowPda,
  fakeWorld,
  gatewayAuthority,
  gatewaySigner,
  heldWorld,
  keypair,
  mediator,
  mint,
  mintBytes,
  NOW,
  owner,
  ownerTokens,
  policy,
  policyPda,
  recipient,
  releaseSnapshot,
  stranger,
  tokenAccount,
  tokenAccountBytes,
  userPaymentPda,
  vault,
} from "../fixtures";
import {
  DISPUTED,
  type HeldOptions,
  heldSnapshot,
  MEDIATION,
  SUBMITTED,
  TERMS,
  vaultAccount,
} from "../held-snapshot";

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
    ["a mint that is gone", { mint: null }, ["mint"], "InvalidTokenProgram"],
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

  it("given a mint that freezes new accounts since the creation, then only an account that is missing stops it", async () => {
    const mintState = {
      ...releaseSnapshot().mint!,
      unsupportedExtensions: ["DefaultAccountState"],
    };
    const existing = releaseSnapshot({ mint: mintState });
    expect(decideRelease(existing).isReleasable).to.equal(true);
    buildExecution(context, existing);
    const missing = { ...existing, recipientDestination: { ...destination, state: null } };
    const unmet = decideRelease(missing).requirements.filter(({ isMet }) => !isMet);
    expect(unmet.map(({ name, error }) => [name, error])).to.deep.equal([
      ["destination", "TokenAccountFrozen"],
    ]);
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

describe("decideRelease of a held policy", () => {
  const REVIEW_ENDS = SUBMITTED + TERMS.reviewPeriodSecs;
  const DUE = REVIEW_ENDS + 9;
  const dated = [DUE, 0, 0, 0].map((date) => new BN(date));
  const unmetOf = (snapshot: ReleaseSnapshot, now: number, signers: Keypair[] = []) =>
    decideRelease(snapshot, { now: new BN(now), signers: signers.map((key) => key.publicKey) })
      .requirements.filter(({ isMet }) => !isMet)
      .map(({ name, error, missing }) => [name, error, missing?.toBase58() ?? null]);

  it("given a submitted milestone, then each requirement in the program's order", () => {
    const { requirements } = decideRelease(heldSnapshot("submitted"));
    expect(requirements.map(({ name }) => name)).to.deep.equal([
      "escrow",
      "milestone",
      "accepted",
      "funded",
      "undisputed",
      "dueDate",
      "signer",
      "mint",
      "vault",
      "destination",
      "feeAccounts",
    ]);
  });

  const who = (key: Keypair) => key.publicKey.toBase58();
  const cases: [
    string,
    Parameters<typeof heldSnapshot>[0],
    HeldOptions,
    number,
    [RequirementName, MilestoneErrorName, string | null][],
  ][] = [
    [
      "unaccepted terms",
      "funded",
      { escrow: { acceptedAt: new BN(0) } },
      SUBMITTED,
      [["accepted", "EscrowNotAccepted", who(recipient)]],
    ],
    ["no money in it", "unfunded", {}, SUBMITTED, [["funded", "MilestoneNotFunded", who(owner)]]],
    [
      "a dispute",
      "disputed",
      {},
      MEDIATION - 1,
      [["undisputed", "MilestoneInDispute", who(owner)]],
    ],
    [
      "a dispute whose delay has passed",
      "disputed",
      {},
      MEDIATION,
      [["undisputed", "MilestoneInMediation", who(mediator)]],
    ],
    [
      "a mediation that timed out",
      "mediation",
      {},
      MEDIATION + TERMS.mediationTimeoutSecs,
      [["undisputed", "MilestoneInMediation", null]],
    ],
    [
      "a due date ahead",
      "submitted",
      { milestone: { releaseCondition: 5, milestoneTimestamps: dated } },
      DUE - 1,
      [["dueDate", "PaymentNotDue", null]],
    ],
    [
      "a frozen vault",
      "submitted",
      { snapshot: { source: vaultAccount(10_250n, true) } },
      SUBMITTED,
      [["vault", "TokenAccountFrozen", null]],
    ],
    [
      "no vault",
      "submitted",
      { snapshot: { source: null } },
      SUBMITTED,
      [["vault", "InvalidVault", null]],
    ],
    [
      "no escrow in the snapshot",
      "submitted",
      { snapshot: { escrow: undefined } },
      SUBMITTED,
      [["escrow", "InvalidEscrow", null]],
    ],
  ];
  for (const [name, state, options, now, expected] of cases) {
    it(`given ${name}, then ${expected[0]![1]} first, and who is missing`, () => {
      const unmet = unmetOf(heldSnapshot(state, options), now, [owner]);
      expect(unmet.slice(0, expected.length)).to.deep.equal(expected);
      if (name !== "no escrow in the snapshot") expect(unmet).to.have.length(expected.length);
    });
  }

  for (const offset of [-1, 0, 1]) {
    it(`given a silent owner at the review's end ${offset}, then ${offset < 0 ? "the owner has to sign" : "anyone may release"}`, () => {
      const now = REVIEW_ENDS + offset;
      const report = decideRelease(heldSnapshot("submitted"), { now: new BN(now) });
      expect(report.isReady).to.equal(true);
      expect(report.isReleasable).to.equal(offset >= 0);
      expect(report.requiredSigner?.role ?? null).to.equal(offset < 0 ? "owner" : null);
      expect(report.silentApprovalAt!.toNumber()).to.equal(REVIEW_ENDS);
      const unmet = unmetOf(heldSnapshot("submitted"), now);
      expect(unmet).to.deep.equal(offset < 0 ? [["signer", "InvalidSigner", who(owner)]] : []);
    });
  }

  it("given a set due date after the review, then silence waits for it", () => {
    const snapshot = heldSnapshot("submitted", {
      milestone: { releaseCondition: 5, milestoneTimestamps: dated },
    });
    const report = decideRelease(snapshot, { now: new BN(DUE - 1) });
    expect(report.silentApprovalAt!.toNumber()).to.equal(DUE);
    expect(report.earliest!.toNumber()).to.equal(DUE);
    expect(unmetOf(snapshot, DUE)).to.deep.equal([]);
  });

  it("given a funded milestone, then no silence approves, and the bitmap's signer may release", () => {
    const snapshot = heldSnapshot("funded");
    const later = DISPUTED + 10 ** 6;
    expect(unmetOf(snapshot, later)).to.deep.equal([["signer", "InvalidSigner", who(owner)]]);
    expect(unmetOf(snapshot, later, [owner])).to.deep.equal([]);
    expect(decideRelease(snapshot).silentApprovalAt).to.equal(null);
  });

  it("given both pauses, then neither stops it", () => {
    const base = heldSnapshot("submitted");
    const snapshot = {
      ...base,
      config: config({ isPaused: 1 }),
      policy: { ...base.policy, status: { paused: {} } },
    };
    expect(unmetOf(snapshot, SUBMITTED, [owner])).to.deep.equal([]);
  });

  it("given mediation, then nothing is left to wait for: it ends otherwise", () => {
    const report = decideRelease(heldSnapshot("mediation"), { now: new BN(MEDIATION) });
    expect([report.state, report.earliest, report.isReady]).to.deep.equal([
      "mediation",
      null,
      false,
    ]);
  });

  it("given a platform fee alone, then its account counts", () => {
    const base = heldSnapshot("submitted");
    const snapshot = {
      ...base,
      policy: { ...base.policy, gatewayFeeBps: 0, protocolFeeBps: 0 },
      gatewayFeeDestination: { ...base.gatewayFeeDestination, owner: stranger.publicKey },
    };
    expect(unmetOf(snapshot, SUBMITTED, [owner]).map(([, error]) => error)).to.deep.equal([
      "InvalidGatewayFeeAccount",
    ]);
    const report = decideRelease(snapshot);
    expect([report.platformFee!.toNumber(), report.split!.gatewayFee.toNumber()]).to.deep.equal([
      250, 0,
    ]);
  });

  it("given an escrow that was closed, then nothing of it is released any more", () => {
    const closed = policy({}, { fundingKind: FUNDING_KIND_CLOSED, status: { paused: {} } });
    const report = decideRelease(releaseSnapshot({ policy: closed }));
    expect(report.requirements.map(({ error }) => error)).to.deep.equal(["EscrowClosed"]);
    expect([report.milestoneIndex, report.amount, report.earliest]).to.deep.equal([
      null,
      null,
      null,
    ]);
  });

  it("given all milestones ended, then completed", () => {
    const report = decideRelease(heldSnapshot("resolved"));
    expect(report.requirements.map(({ error }) => error)).to.deep.equal([null, "PolicyCompleted"]);
  });
});

describe("buildExecution of delegated and held policies", () => {
  const EXECUTE = [86, 4, 7, 7, 120, 139, 232, 139];
  const metas = (keys: { pubkey: PublicKey; isSigner: boolean; isWritable: boolean }[]) =>
    keys.map(({ pubkey, isSigner, isWritable }) =>
      [pubkey.toBase58(), isSigner ? "s" : "", isWritable ? "w" : ""].join(" ").trim(),
    );

  /** The wire format of 0.1.0, spelled out. */
  function expectedMetas(overrides: Record<number, string> = {}): string[] {
    const base = releaseSnapshot();
    const fees = `${base.gatewayFeeDestination.address.toBase58()}  w`;
    const eleven = [
      `${stranger.publicKey.toBase58()} s`,
      base.configAddress.toBase58(),
      base.policy.gateway.toBase58(),
      `${userPaymentPda.toBase58()}  w`,
      `${policyPda.toBase58()}  w`,
      mint.toBase58(),
      `${ownerTokens.toBase58()}  w`,
      `${base.recipientDestination.address.toBase58()}  w`,
      fees,
      fees,
      TOKEN_PROGRAM_ID.toBase58(),
    ];
    return eleven.map((meta, index) => overrides[index] ?? meta);
  }

  it("given a delegated policy, then the eleven accounts and nine bytes of before there was an escrow", () => {
    const { instruction } = buildExecution(context, releaseSnapshot());
    expect(metas(instruction.keys)).to.deep.equal(expectedMetas());
    expect([...instruction.data]).to.deep.equal([...EXECUTE, 0]);
  });

  it("given absent fee accounts, then placeholders before the token program, and nothing after it", () => {
    const free = policy({}, { protocolFeeBps: 0, gatewayFeeBps: 0 });
    const { instruction } = buildExecution(context, releaseSnapshot({ policy: free }));
    const none = context.programId.toBase58();
    expect(metas(instruction.keys)).to.deep.equal(expectedMetas({ 8: none, 9: none }));
  });

  it("given other instructions, then absent optional accounts keep their placeholder, at the end as well", () => {
    const key = stranger.publicKey;
    const accounts = { executor: key, config: key, gateway: key, userPayment: key, policy: key };
    const more = { escrow: key, mint: key, vault: key, tokenProgram: key };
    const { keys } = buildInstruction(
      "expireMediation",
      { ...accounts, ...more },
      { milestoneIndex: 0 },
    );
    expect(keys).to.have.length(13);
    expect(keys.filter(({ pubkey }) => pubkey.equals(context.programId))).to.have.length(4);
  });

  const silent = new BN(SUBMITTED + TERMS.reviewPeriodSecs);

  it("given a held policy after the silent review, then the wallet executes out of the vault, with the escrow at the end", () => {
    const { instruction, executor } = buildExecution(
      context,
      heldSnapshot("submitted", { snapshot: { now: silent } }),
    );
    expect(executor.equals(stranger.publicKey)).to.equal(true);
    expect(metas(instruction.keys)).to.deep.equal([
      ...expectedMetas({ 6: `${vault.toBase58()}  w` }),
      `${escrowPda.toBase58()}  w`,
    ]);
    expect([...instruction.data]).to.deep.equal([...EXECUTE, 0]);
  });

  it("given the last second of the review, then the owner executes, and another who comes too early may be named", () => {
    const snapshot = heldSnapshot("submitted", { snapshot: { now: silent.subn(1) } });
    expect(buildExecution(context, snapshot).executor.equals(owner.publicKey)).to.equal(true);
    const named = buildExecution(context, snapshot, { executor: stranger.publicKey });
    expect(named.executor.equals(stranger.publicKey)).to.equal(true);
  });

  it("given a platform fee and no other, then the gateway's fee account is needed and created", () => {
    const base = heldSnapshot("funded");
    const snapshot = {
      ...base,
      policy: { ...base.policy, gatewayFeeBps: 0, protocolFeeBps: 0 },
      gatewayFeeDestination: { ...base.gatewayFeeDestination, state: null },
    };
    const { instruction, setup } = buildExecution(context, snapshot);
    const { address } = base.gatewayFeeDestination;
    expect(instruction.keys[8]!.pubkey.equals(address)).to.equal(true);
    expect(instruction.keys[9]!.pubkey.equals(context.programId)).to.equal(true);
    expect(setup).to.have.length(1);
    const free = heldSnapshot("funded", { escrow: { platformFeeBps: 0 } });
    free.policy = snapshot.policy;
    const { keys } = buildExecution(context, free).instruction;
    expect(keys[8]!.pubkey.equals(context.programId)).to.equal(true);
  });

  const base = heldSnapshot("funded");
  const closed = policy({}, { fundingKind: FUNDING_KIND_CLOSED });
  const refused: [string, ReleaseSnapshot, object, MilestoneErrorName][] = [
    ["mediation", heldSnapshot("mediation"), {}, "MilestoneInMediation"],
    ["a dispute whose delay has passed", heldSnapshot("disputed"), {}, "MilestoneInMediation"],
    ["a closed escrow", releaseSnapshot({ policy: closed }), {}, "EscrowClosed"],
    ["a snapshot without its escrow", { ...base, escrow: undefined }, {}, "InvalidEscrow"],
    ["a funded milestone", base, { executor: stranger.publicKey }, "InvalidSigner"],
    ["no vault", { ...base, source: null }, {}, "InvalidVault"],
    [
      "the vault as destination",
      { ...base, recipientDestination: { ...base.recipientDestination, address: vault } },
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
      buildExecution(context, snapshot, { ...options, skipChecks: true });
    });
  }
});

describe("loadReleaseSnapshots", () => {
  it("given a mint whose address has come to the other token program, then the accounts of that one are read", async () => {
    const world = await fakeWorld();
    const programOf = async () => {
      const [snapshot] = await loadReleaseSnapshots(world.context, [policyPda]);
      const { owner: wallet, address, state } = snapshot!.recipientDestination;
      const program = snapshot!.mint!.tokenProgram;
      expect(address.equals(associatedTokenAddress(mint, wallet, program))).to.equal(true);
      return [program.toBase58(), state?.tokenProgram.toBase58()];
    };
    for (const program of [TOKEN_PROGRAM_ID, TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID]) {
      const wallet = recipient.publicKey;
      const tokens = associatedTokenAddress(mint, wallet, program);
      world.connection.set(mint, program, mintBytes());
      world.connection.set(tokens, program, tokenAccountBytes({ owner: wallet }));
      expect(await programOf()).to.deep.equal([program.toBase58(), program.toBase58()]);
    }
  });
});

describe("held policies on a chain", () => {
  const SUBMISSION = {
    state: { submitted: {} } as const,
    funded: new BN(50_000_000),
    submittedAt: new BN(NOW - 7 * 86_400),
  };

  it("given one, then its snapshot has escrow and vault, and it is packed beside delegated ones", async () => {
    const { context: world } = await heldWorld([SUBMISSION]);
    const [snapshot] = await loadReleaseSnapshots(world, [policyPda]);
    expect(snapshot!.escrow!.address.equals(escrowPda)).to.equal(true);
    expect(snapshot!.source!.address.equals(vault)).to.equal(true);
    const [group] = await packExecutions(world, [policyPda]);
    expect(group!.executions[0]!.instruction.keys).to.have.length(12);
    expect(group!.signers).to.deep.equal([]);
    const report = await explainRelease(world, policyPda);
    expect(report.isReleasable).to.equal(true);
  });

  it("given a fee account of the authority, then taken for a held policy, and refused for a delegated one", async () => {
    const address = keypair("authority's tokens").publicKey;
    const account = tokenAccountBytes({ owner: gatewayAuthority.publicKey, delegate: null });
    for (const [world, isHeld] of [
      [await heldWorld([SUBMISSION]), true],
      [await fakeWorld(), false],
    ] as const) {
      world.connection.set(address, TOKEN_PROGRAM_ID, account);
      const overrides = { gatewayFeeAccount: address };
      const report = await explainRelease(world.context, policyPda, overrides);
      const fees = report.requirements.find(({ name }) => name === "feeAccounts")!;
      expect([fees.isMet, fees.error]).to.deep.equal([
        isHeld,
        isHeld ? null : "InvalidGatewayFeeAccount",
      ]);
      const [snapshot] = await loadReleaseSnapshots(world.context, [policyPda], overrides);
      const build = () => buildExecution(context, snapshot!).instruction.keys[8]!.pubkey;
      if (isHeld) expect(build().equals(address)).to.equal(true);
      else await expectError(MilestoneProgramError, build);
    }
  });

  it("given a held policy whose escrow is not there, then not found", async () => {
    const { context: world, put } = await fakeWorld();
    await put("paymentPolicy", policyPda, policy({}, { fundingKind: FUNDING_KIND_HELD }));
    const error = await expectError(AccountNotFoundError, () => explainRelease(world, policyPda));
    expect(error.message).to.contain("Escrow");
  });
});
