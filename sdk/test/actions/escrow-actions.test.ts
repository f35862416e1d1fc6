import { expect } from "chai";
import BN from "bn.js";
import { TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { PublicKey } from "@solana/web3.js";
import { DEFAULT_ESCROW_TERMS } from "../../src/constants";
import { AccountNotFoundError } from "../../src/errors/accounts";
import { InvalidInputError } from "../../src/errors/input";
import { type MilestoneErrorName, MilestoneProgramError } from "../../src/errors/program";
import type { MilestoneClient } from "../../src/index";
import { getConfigPda } from "../../src/pdas";
import type { EscrowMilestone, PaymentPolicy } from "../../src/types";
import { expectError } from "../expect-error";
import {
  config,
  escrowPda,
  fakeWorld,
  gateway,
  heldWorld,
  mediator,
  mint,
  NOW,
  owner,
  ownerTokens,
  policy,
  policyPda,
  recipient,
  stranger,
  tokenAccountBytes,
  userPaymentPda,
  vault,
} from "../fixtures";
import { base58, readInstruction } from "../read-instruction";

const HASH = new Array<number>(32).fill(7);
const funded = { state: { funded: {} }, funded: new BN(50_000_000) };
const submitted: Partial<EscrowMilestone> = {
  ...funded,
  state: { submitted: {} },
  submittedAt: new BN(NOW),
};
const disputed: Partial<EscrowMilestone> = { ...submitted, state: { disputed: {} } };
const { disputeWindowSecs } = DEFAULT_ESCROW_TERMS;

async function refused(call: () => Promise<unknown>): Promise<MilestoneErrorName> {
  const error = await expectError(MilestoneProgramError, call);
  expect(error.origin).to.equal("sdk");
  return error.programErrorName;
}

describe("openEscrow", () => {
  const terms = { mediator: mediator.publicKey };

  it("given a delegated policy, then the default terms over the policy's accounts", async () => {
    const { sdk } = await fakeWorld();
    const { name, args, accounts, signers } = readInstruction(
      (await sdk.openEscrow(policyPda, { ...terms, payer: stranger.publicKey }))[0],
    );
    expect(name).to.equal("openEscrow");
    expect(args).to.deep.equal({ ...args, ...DEFAULT_ESCROW_TERMS });
    expect((args.mediator as PublicKey).equals(mediator.publicKey)).to.equal(true);
    expect(accounts).to.deep.include({
      userPayment: base58(userPaymentPda),
      policy: base58(policyPda),
      escrow: base58(escrowPda),
      vault: base58(vault),
      tokenAccount: base58(ownerTokens),
    });
    expect(signers).to.deep.equal([base58(stranger.publicKey), base58(owner.publicKey)]);
  });

  const policies: [MilestoneErrorName, PaymentPolicy][] = [
    ["PolicyHasEscrow", policy({}, { fundingKind: 1 })],
    ["EscrowClosed", policy({}, { fundingKind: 2 })],
    ["PolicyCompleted", policy({ currentMilestone: 2 }, { status: { paused: {} } })],
    ["PolicyPaused", policy({}, { status: { paused: {} } })],
  ];
  for (const [error, account] of policies) {
    it(`given what the program answers with ${error}, then refused before, but with skipChecks`, async () => {
      const { sdk, put } = await fakeWorld();
      await put("paymentPolicy", policyPda, account);
      expect(await refused(() => sdk.openEscrow(policyPda, terms))).to.equal(error);
      expect(await sdk.openEscrow(policyPda, { ...terms, skipChecks: true })).to.have.length(1);
    });
  }

  it("given a party as the mediator, or none, then refused", async () => {
    const { sdk } = await fakeWorld();
    for (const { publicKey } of [owner, recipient]) {
      const open = () => sdk.openEscrow(policyPda, { mediator: publicKey });
      expect(await refused(open)).to.equal("InvalidMediator");
    }
    const open = () => sdk.openEscrow(policyPda, { mediator: PublicKey.default });
    expect((await expectError(InvalidInputError, open)).field).to.equal("mediator");
  });

  it("given a paused program, or amounts that overflow with the platform fee, then refused", async () => {
    const { sdk, put } = await fakeWorld();
    const max = new BN("18446744073709551615");
    const amounts = [max, new BN(0), new BN(0), new BN(0)];
    await put(
      "paymentPolicy",
      policyPda,
      policy({ milestoneAmounts: amounts, totalMilestones: 1 }),
    );
    const open = () => sdk.openEscrow(policyPda, { ...terms, terms: { platformFeeBps: 1 } });
    expect((await expectError(InvalidInputError, open)).field).to.contain("sum");
    expect(await sdk.openEscrow(policyPda, terms)).to.have.length(1);
    await put("programConfig", getConfigPda()[0], config({ isPaused: 1 }));
    expect(await refused(() => sdk.openEscrow(policyPda, terms))).to.equal("ProgramPaused");
  });
});

describe("acceptEscrow", () => {
  it("given terms that are not accepted, then the recipient signs, with any wallet", async () => {
    const { sdk } = await heldWorld([], { acceptedAt: new BN(0) });
    const { name, args, signers } = readInstruction((await sdk.acceptEscrow(policyPda))[0]);
    expect(name).to.equal("acceptEscrow");
    expect(signers).to.deep.equal([base58(recipient.publicKey)]);
    // The signature fits these terms and no others.
    expect(args).to.deep.equal({ ...DEFAULT_ESCROW_TERMS, mediator: args.mediator });
    expect(base58(args.mediator as PublicKey)).to.equal(base58(mediator.publicKey));
  });

  it("given terms that the recipient agreed to, then refused where the escrow has others", async () => {
    const { sdk } = await heldWorld([], { acceptedAt: new BN(0), platformFeeBps: 250 });
    const agreed = { mediator: mediator.publicKey, terms: { platformFeeBps: 250 } };
    expect(await sdk.acceptEscrow(policyPda, agreed)).to.have.length(1);
    const others = [
      { ...agreed, mediator: stranger.publicKey },
      { terms: {} },
      { terms: { platformFeeBps: 250, reviewPeriodSecs: 60 } },
    ];
    for (const other of others) {
      expect(await refused(() => sdk.acceptEscrow(policyPda, other))).to.equal("TermsMismatch");
      const built = await sdk.acceptEscrow(policyPda, { ...other, skipChecks: true });
      expect(built).to.have.length(1);
    }
  });

  it("given accepted terms, no escrow, a closed one or no policy, then refused", async () => {
    const accepted = await heldWorld();
    const again = () => accepted.sdk.acceptEscrow(policyPda);
    expect(await refused(again)).to.equal("EscrowAlreadyAccepted");
    const { sdk, put } = await fakeWorld();
    expect(await refused(() => sdk.acceptEscrow(policyPda))).to.equal("InvalidEscrow");
    await put("paymentPolicy", policyPda, policy({}, { fundingKind: 2 }));
    expect(await refused(() => sdk.acceptEscrow(policyPda))).to.equal("EscrowClosed");
    await expectError(AccountNotFoundError, () => sdk.acceptEscrow(stranger.publicKey));
  });

  it("given terms by name, then built for the transaction that opens the escrow", async () => {
    const { sdk } = await fakeWorld();
    const options = { mediator: mediator.publicKey, terms: { timeoutRecipientBps: 1 } };
    const accept = (more: object) => sdk.acceptEscrow(policyPda, { ...options, ...more });
    const { args } = readInstruction((await accept({ skipChecks: true }))[0]);
    expect(args.timeoutRecipientBps).to.equal(1);
    expect(await refused(() => accept({}))).to.equal("InvalidEscrow");
    const half = () => accept({ skipChecks: true, terms: undefined });
    expect(await refused(half)).to.equal("InvalidEscrow");
  });
});

describe("fundMilestones", () => {
  const read = async (sdk: MilestoneClient, ...args: Parameters<typeof sdk.fundMilestones>) =>
    readInstruction((await sdk.fundMilestones(...args))[0]);

  it("given no count, then the first unfunded one; given all, then what remains", async () => {
    const { sdk } = await heldWorld([funded]);
    const { args, accounts, signers } = await read(sdk, policyPda);
    expect(args).to.deep.equal({ firstMilestone: 1, count: 1 });
    expect(accounts).to.deep.include({ vault: base58(vault), tokenAccount: base58(ownerTokens) });
    expect(signers).to.deep.equal([base58(owner.publicKey)]);
    const fresh = await heldWorld();
    expect((await read(fresh.sdk, policyPda, { milestones: "all" })).args.count).to.equal(2);
    expect((await read(fresh.sdk, policyPda, { milestones: 2 })).args.count).to.equal(2);
  });

  const refusals: [string, MilestoneErrorName, object, Partial<EscrowMilestone>[]][] = [
    ["a funded one", "MilestoneAlreadyFunded", { firstMilestone: 0 }, [funded]],
    ["nothing left", "MilestoneAlreadyFunded", {}, [funded, funded]],
    ["one out of order", "MilestoneNotFunded", { firstMilestone: 1 }, []],
    ["none", "InvalidFundingCount", { milestones: 0 }, []],
    ["too many", "InvalidFundingCount", { milestones: 3 }, []],
  ];
  for (const [name, error, options, milestones] of refusals) {
    it(`given ${name}, then ${error}`, async () => {
      const { sdk } = await heldWorld(milestones);
      expect(await refused(() => sdk.fundMilestones(policyPda, options))).to.equal(error);
      await sdk.fundMilestones(policyPda, { ...options, skipChecks: true });
    });
  }

  it("given an ended policy or milestone, then refused", async () => {
    const ended = { state: { released: {} } };
    const done = await heldWorld([ended, ended], {}, { currentMilestone: 2 });
    expect(await refused(() => done.sdk.fundMilestones(policyPda))).to.equal("PolicyCompleted");
    const { sdk } = await heldWorld([ended], {}, { currentMilestone: 1 });
    const again = () => sdk.fundMilestones(policyPda, { firstMilestone: 0 });
    expect(await refused(again)).to.equal("MilestoneAlreadyReleased");
  });

  it("given an account that can't pay amount and platform fee, then said why", async () => {
    const { sdk, connection } = await heldWorld([], { platformFeeBps: 250 });
    const put = (state: object) =>
      connection.set(ownerTokens, TOKEN_PROGRAM_ID, tokenAccountBytes(state));
    const fund = () => sdk.fundMilestones(policyPda);
    put({ amount: 51_250_000n });
    await fund();
    put({ amount: 51_249_999n });
    expect(await refused(fund)).to.equal("InsufficientFunds");
    put({ isFrozen: true });
    expect(await refused(fund)).to.equal("TokenAccountFrozen");
    put({ owner: stranger.publicKey });
    expect(await refused(fund)).to.equal("InvalidTokenAccount");
    connection.accounts.delete(ownerTokens.toBase58());
    expect(await refused(fund)).to.equal("InvalidTokenAccount");
    // Another account of the owner's can pay.
    connection.set(stranger.publicKey, TOKEN_PROGRAM_ID, tokenAccountBytes());
    const { accounts } = await read(sdk, policyPda, { tokenAccount: stranger.publicKey });
    expect(accounts.tokenAccount).to.equal(base58(stranger.publicKey));
  });

  it("given a paused program or a delegated policy, then refused", async () => {
    const { sdk, put } = await heldWorld();
    await put("programConfig", getConfigPda()[0], config({ isPaused: 1 }));
    expect(await refused(() => sdk.fundMilestones(policyPda))).to.equal("ProgramPaused");
    const delegated = await fakeWorld();
    const fund = () => delegated.sdk.fundMilestones(policyPda);
    expect(await refused(fund)).to.equal("InvalidEscrow");
    const held = await heldWorld();
    const odd = () => held.sdk.fundMilestones(policyPda, { milestones: "many" as never });
    expect((await expectError(InvalidInputError, odd)).field).to.equal("milestones");
  });
});

describe("submitMilestone", () => {
  const submit = (sdk: MilestoneClient, options: object = {}) =>
    sdk.submitMilestone(policyPda, { evidenceHash: Uint8Array.from(HASH), ...options });

  it("given a funded or disputed milestone, then its index and hash, signed by the recipient", async () => {
    for (const milestone of [funded, disputed]) {
      const { sdk } = await heldWorld([milestone], { mediationAt: new BN(NOW + 1) });
      const { args, signers } = readInstruction((await submit(sdk))[0]);
      expect(args).to.deep.equal({ milestoneIndex: 0, evidenceHash: HASH });
      expect(signers).to.deep.equal([base58(recipient.publicKey)]);
    }
  });

  const refusals: [MilestoneErrorName, Partial<EscrowMilestone>[], object, object][] = [
    ["EscrowNotAccepted", [funded], { acceptedAt: new BN(0) }, {}],
    ["MilestoneNotFunded", [], {}, {}],
    ["MilestoneAlreadySubmitted", [submitted], {}, {}],
    ["MilestoneInMediation", [disputed], { mediationAt: new BN(NOW) }, {}],
    ["MilestoneNotCurrent", [funded, funded], {}, { milestoneIndex: 1 }],
    ["MilestoneNotCurrent", [funded], {}, { milestoneIndex: 200 }],
  ];
  for (const [error, milestones, overrides, options] of refusals) {
    it(`given what the program answers with ${error}, then refused before`, async () => {
      const { sdk } = await heldWorld(milestones, overrides);
      expect(await refused(() => submit(sdk, options))).to.equal(error);
      expect(await submit(sdk, { ...options, skipChecks: true })).to.have.length(1);
    });
  }

  it("given no hash, then refused by name", async () => {
    const { sdk } = await heldWorld([funded]);
    for (const evidenceHash of [new Array<number>(32).fill(0), HASH.slice(1)]) {
      const error = await expectError(InvalidInputError, () => submit(sdk, { evidenceHash }));
      expect(error.field).to.equal("evidenceHash");
    }
  });
});

describe("disputes", () => {
  const dispute = (sdk: MilestoneClient) => sdk.disputeMilestone(policyPda, { reasonHash: HASH });

  it("given a submission, then the owner disputes it up to the last second of the window", async () => {
    const at = (submittedAt: number) =>
      heldWorld([{ ...submitted, submittedAt: new BN(submittedAt) }]);
    const last = await at(NOW - disputeWindowSecs + 1);
    const { args, accounts, signers } = readInstruction((await dispute(last.sdk))[0]);
    expect(args).to.deep.equal({ milestoneIndex: 0, reasonHash: HASH });
    expect(accounts.escrow).to.equal(base58(escrowPda));
    expect(signers).to.deep.equal([base58(owner.publicKey)]);
    const over = await at(NOW - disputeWindowSecs);
    expect(await refused(() => dispute(over.sdk))).to.equal("DisputeWindowClosed");
  });

  it("given no submission, or no dispute, then neither is disputed nor withdrawn", async () => {
    const { sdk } = await heldWorld([funded]);
    expect(await refused(() => dispute(sdk))).to.equal("MilestoneNotSubmitted");
    expect(await refused(() => sdk.withdrawDispute(policyPda))).to.equal("MilestoneNotDisputed");
    expect(await refused(() => sdk.requestMediation(policyPda))).to.equal("MilestoneNotDisputed");
  });

  it("given a dispute, then the owner withdraws it, until it is in mediation", async () => {
    const { sdk } = await heldWorld([disputed], { mediationAt: new BN(NOW + 1) });
    const { name, signers } = readInstruction((await sdk.withdrawDispute(policyPda))[0]);
    expect([name, ...signers]).to.deep.equal(["withdrawDispute", base58(owner.publicKey)]);
    const late = await heldWorld([disputed], { mediationAt: new BN(NOW) });
    const withdraw = () => late.sdk.withdrawDispute(policyPda);
    expect(await refused(withdraw)).to.equal("MilestoneInMediation");
  });

  it("given a dispute, then only owner or recipient ask for mediation", async () => {
    const { sdk } = await heldWorld([disputed], { mediationAt: new BN(NOW + 1) });
    const signer = async (party?: PublicKey) =>
      readInstruction((await sdk.requestMediation(policyPda, { party }))[0]).signers;
    expect(await signer()).to.deep.equal([base58(owner.publicKey)]);
    expect(await signer(recipient.publicKey)).to.deep.equal([base58(recipient.publicKey)]);
    const others = () => sdk.requestMediation(policyPda, { party: mediator.publicKey });
    expect(await refused(others)).to.equal("InvalidParty");
  });
});

describe("a held policy's status and deletion", () => {
  it("given an escrow, then neither paused nor deleted; given a closed one, then deleted", async () => {
    const { sdk, put } = await heldWorld();
    const pause = () => sdk.changePaymentPolicyStatus(mint, 7, { paused: {} });
    const remove = () => sdk.deletePaymentPolicy(mint, 7);
    expect(await refused(pause)).to.equal("PolicyHasEscrow");
    expect(await refused(remove)).to.equal("PolicyHasEscrow");
    expect(await sdk.deletePaymentPolicy(mint, 7, { skipChecks: true })).to.have.length(1);
    await put("paymentPolicy", policyPda, policy({}, { fundingKind: 2, status: { paused: {} } }));
    expect(await refused(pause)).to.equal("EscrowClosed");
    const { accounts } = readInstruction((await remove())[0]);
    expect(accounts.gateway).to.equal(base58(gateway));
  });
});
