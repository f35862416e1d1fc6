import { expect } from "chai";
import BN from "bn.js";
import {
  ASSOCIATED_TOKEN_PROGRAM_ID,
  TOKEN_2022_PROGRAM_ID,
  TOKEN_PROGRAM_ID,
} from "@solana/spl-token";
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { DEFAULT_ESCROW_TERMS } from "../../src/constants";
import { InvalidInputError } from "../../src/errors/input";
import { type MilestoneErrorName, MilestoneProgramError } from "../../src/errors/program";
import type { MilestoneClient } from "../../src/index";
import { associatedTokenAddress } from "../../src/tokens/associated";
import type { EscrowMilestone } from "../../src/types";
import { expectError } from "../expect-error";
import {
  escrowPda,
  fakeWorld,
  feeRecipient,
  gatewayAuthority,
  heldWorld,
  keypair,
  mediator,
  mint,
  NOW,
  owner,
  ownerTokens,
  policyPda,
  recipient,
  stranger,
  tokenAccountBytes,
  userPayment,
  userPaymentPda,
  vault,
} from "../fixtures";
import { base58, type ReadInstruction, readInstruction } from "../read-instruction";

const funded = { state: { funded: {} }, funded: new BN(50_000_000) };
const submitted: Partial<EscrowMilestone> = {
  ...funded,
  state: { submitted: {} },
  submittedAt: new BN(NOW),
};
const disputed: Partial<EscrowMilestone> = { ...submitted, state: { disputed: {} } };
const inMediation = { mediationAt: new BN(NOW) };
const ata = (wallet: PublicKey) => associatedTokenAddress(mint, wallet, TOKEN_PROGRAM_ID);
const recipientTokens = ata(recipient.publicKey);
const feeTokens = ata(feeRecipient.publicKey);

async function refused(call: () => Promise<unknown>): Promise<MilestoneErrorName> {
  const error = await expectError(MilestoneProgramError, call);
  expect(error.origin).to.equal("sdk");
  return error.programErrorName;
}

/** The last instruction read, and the addresses that the ones before it create. */
function parts(instructions: TransactionInstruction[]): ReadInstruction & { created: string[] } {
  const setup = instructions.slice(0, -1);
  for (const { programId } of setup) {
    expect(programId.equals(ASSOCIATED_TOKEN_PROGRAM_ID)).to.equal(true);
  }
  const created = setup.map(({ keys }) => base58(keys[1]!.pubkey)).sort();
  return { ...readInstruction(instructions[instructions.length - 1]), created };
}

describe("approveMilestone", () => {
  it("given a funded or submitted milestone, then it pays, with what is missing created first", async () => {
    for (const milestone of [funded, submitted]) {
      const { sdk } = await heldWorld([milestone]);
      const { name, args, accounts, signers, created } = parts(
        await sdk.approveMilestone(policyPda),
      );
      expect([name, args.milestoneIndex]).to.deep.equal(["approveMilestone", 0]);
      expect(accounts).to.deep.include({
        escrow: base58(escrowPda),
        vault: base58(vault),
        recipientTokenAccount: base58(recipientTokens),
        gatewayFeeAccount: base58(feeTokens),
        protocolFeeAccount: base58(feeTokens),
      });
      expect(signers).to.deep.equal([base58(owner.publicKey)]);
      expect(created).to.deep.equal([recipientTokens, feeTokens].map(base58).sort());
    }
  });

  const refusals: [MilestoneErrorName, Partial<EscrowMilestone>[], object, object][] = [
    ["EscrowNotAccepted", [funded], { acceptedAt: new BN(0) }, {}],
    ["MilestoneNotFunded", [], {}, {}],
    ["MilestoneInDispute", [disputed], { mediationAt: new BN(NOW + 1) }, {}],
    ["MilestoneInMediation", [disputed], inMediation, {}],
    ["MilestoneNotCurrent", [funded, funded], {}, { milestoneIndex: 1 }],
  ];
  for (const [error, milestones, overrides, options] of refusals) {
    it(`given what the program answers with ${error}, then refused before, but with skipChecks`, async () => {
      const { sdk } = await heldWorld(milestones, overrides);
      expect(await refused(() => sdk.approveMilestone(policyPda, options))).to.equal(error);
      await sdk.approveMilestone(policyPda, { ...options, skipChecks: true });
    });
  }

  it("given a released milestone or a finished policy, then refused", async () => {
    const ended = { state: { released: {} } };
    const { sdk } = await heldWorld([ended, funded], {}, { currentMilestone: 1 });
    const again = () => sdk.approveMilestone(policyPda, { milestoneIndex: 0 });
    expect(await refused(again)).to.equal("MilestoneAlreadyReleased");
    const done = await heldWorld([ended, ended], {}, { currentMilestone: 2 });
    expect(await refused(() => done.sdk.approveMilestone(policyPda))).to.equal("PolicyCompleted");
    const delegated = await fakeWorld();
    const approve = () => delegated.sdk.approveMilestone(policyPda);
    expect(await refused(approve)).to.equal("InvalidEscrow");
  });

  it("given a submission, then approved by its hash, and another one refused", async () => {
    const hash = new Array<number>(32).fill(7);
    const { sdk } = await heldWorld([{ ...submitted, evidenceHash: hash }]);
    const evidence = async (options: object = {}) =>
      parts(await sdk.approveMilestone(policyPda, options)).args.evidenceHash;
    expect(await evidence()).to.deep.equal(hash);
    expect(await evidence({ evidenceHash: Uint8Array.from(hash) })).to.deep.equal(hash);
    const other = { evidenceHash: new Array<number>(32).fill(8) };
    const approve = () => sdk.approveMilestone(policyPda, other);
    expect(await refused(approve)).to.equal("EvidenceMismatch");
    expect(await evidence({ ...other, skipChecks: true })).to.deep.equal(other.evidenceHash);
    const none = new Array<number>(32).fill(0);
    const early = await heldWorld([funded]);
    const paid = parts(await early.sdk.approveMilestone(policyPda, { evidenceHash: none }));
    expect(paid.args.evidenceHash).to.deep.equal(none);
  });

  it("given a fee account of the gateway's authority, then taken; a stranger's, then refused", async () => {
    const { sdk, connection } = await heldWorld([funded]);
    const account = keypair("authority's tokens").publicKey;
    const named = { gatewayFeeAccount: account };
    connection.set(
      account,
      TOKEN_PROGRAM_ID,
      tokenAccountBytes({ owner: gatewayAuthority.publicKey }),
    );
    const { accounts } = parts(await sdk.approveMilestone(policyPda, named));
    expect(accounts.gatewayFeeAccount).to.equal(base58(account));
    connection.set(account, TOKEN_PROGRAM_ID, tokenAccountBytes({ owner: owner.publicKey }));
    const approve = () => sdk.approveMilestone(policyPda, named);
    expect(await refused(approve)).to.equal("InvalidGatewayFeeAccount");
  });

  it("given a due date ahead, then built: waiting is enough", async () => {
    const due = {
      releaseCondition: 5,
      milestoneTimestamps: [NOW + 9, 0, 0, 0].map((at) => new BN(at)),
    };
    const { sdk } = await heldWorld([submitted], {}, due);
    expect(parts(await sdk.approveMilestone(policyPda)).name).to.equal("approveMilestone");
  });

  it("given a recipient's account that was sold or is frozen, then refused, and another is chosen or can be named", async () => {
    const { sdk, connection } = await heldWorld([funded]);
    const substitute = keypair("substitute").publicKey;
    const mine = { owner: recipient.publicKey };
    const broken: [MilestoneErrorName, object][] = [
      ["InvalidRecipientTokenAccount", { owner: stranger.publicKey }],
      ["InvalidRecipientTokenAccount", { ...mine, mint: stranger.publicKey }],
      ["TokenAccountFrozen", { ...mine, isFrozen: true }],
    ];
    for (const [error, state] of broken) {
      connection.accounts.delete(substitute.toBase58());
      connection.set(recipientTokens, TOKEN_PROGRAM_ID, tokenAccountBytes(state));
      expect(await refused(() => sdk.approveMilestone(policyPda))).to.equal(error);
      connection.set(substitute, TOKEN_PROGRAM_ID, tokenAccountBytes(mine));
      for (const options of [{}, { recipientTokenAccount: substitute }]) {
        const { accounts } = parts(await sdk.approveMilestone(policyPda, options));
        expect(accounts.recipientTokenAccount).to.equal(base58(substitute));
      }
    }
    const nowhere = { recipientTokenAccount: keypair("nothing").publicKey };
    const approve = () => sdk.approveMilestone(policyPda, nowhere);
    expect(await refused(approve)).to.equal("InvalidRecipientTokenAccount");
    const toVault = () => sdk.approveMilestone(policyPda, { recipientTokenAccount: vault });
    expect(await refused(toVault)).to.equal("InvalidRecipientTokenAccount");
  });

  it("given a frozen vault or none, then refused", async () => {
    const { sdk, connection } = await heldWorld([funded]);
    const state = { owner: escrowPda, isFrozen: true };
    connection.set(vault, TOKEN_PROGRAM_ID, tokenAccountBytes(state));
    expect(await refused(() => sdk.approveMilestone(policyPda))).to.equal("TokenAccountFrozen");
    connection.accounts.delete(vault.toBase58());
    expect(await refused(() => sdk.approveMilestone(policyPda))).to.equal("InvalidVault");
  });
});

describe("resolveDispute", () => {
  const resolve = (sdk: MilestoneClient, recipientAmount: bigint, options: object = {}) =>
    sdk.resolveDispute(policyPda, { recipientAmount, ...options });

  const splits: [string, bigint, Record<string, PublicKey | null>, PublicKey[]][] = [
    [
      "a split",
      30_000_000n,
      {
        recipientTokenAccount: recipientTokens,
        ownerTokenAccount: ownerTokens,
        gatewayFeeAccount: feeTokens,
      },
      [recipientTokens, feeTokens],
    ],
    [
      "a full release",
      50_000_000n,
      {
        recipientTokenAccount: recipientTokens,
        ownerTokenAccount: null,
        gatewayFeeAccount: feeTokens,
      },
      [recipientTokens, feeTokens],
    ],
    [
      "a full refund",
      0n,
      { recipientTokenAccount: null, ownerTokenAccount: ownerTokens, gatewayFeeAccount: null },
      [],
    ],
  ];
  for (const [name, amount, expected, missing] of splits) {
    it(`given ${name}, then the mediator signs, and only who gets something is paid into`, async () => {
      const { sdk } = await heldWorld([disputed], inMediation);
      const { args, accounts, signers, created } = parts(await resolve(sdk, amount));
      expect(String(args.recipientAmount)).to.equal(String(amount));
      for (const [field, address] of Object.entries(expected)) {
        expect(accounts[field], field).to.equal(address && base58(address));
      }
      expect(signers).to.deep.equal([base58(mediator.publicKey)]);
      expect(created).to.deep.equal(missing.map(base58).sort());
    });
  }

  it("given more than the milestone, or no amount, then refused", async () => {
    const { sdk } = await heldWorld([disputed], inMediation);
    expect(await refused(() => resolve(sdk, 50_000_001n))).to.equal("InvalidRecipientAmount");
    for (const amount of [-1n, 1.5, "5", undefined]) {
      const error = await expectError(InvalidInputError, () => resolve(sdk, amount as bigint));
      expect(error.field).to.equal("recipientAmount");
    }
  });

  it("given the timeout, then refused from its second on; before mediation, then built ahead", async () => {
    const at = (mediationAt: number) => heldWorld([disputed], { mediationAt: new BN(mediationAt) });
    const { mediationTimeoutSecs } = DEFAULT_ESCROW_TERMS;
    await resolve((await at(NOW - mediationTimeoutSecs + 1)).sdk, 0n);
    const late = await at(NOW - mediationTimeoutSecs);
    expect(await refused(() => resolve(late.sdk, 0n))).to.equal("MediationTimedOut");
    await resolve((await at(NOW + 1)).sdk, 0n);
    const calm = await heldWorld([submitted]);
    expect(await refused(() => resolve(calm.sdk, 0n))).to.equal("MilestoneNotDisputed");
  });
});

describe("expireMediation", () => {
  it("given a timeout, then anyone pays out the agreed split", async () => {
    const { sdk } = await heldWorld([disputed], { ...inMediation, timeoutRecipientBps: 0 });
    const options = { executor: stranger.publicKey };
    const { accounts, signers, args } = parts(await sdk.expireMediation(policyPda, options));
    expect(args).to.deep.equal({ milestoneIndex: 0 });
    expect(accounts).to.deep.include({
      recipientTokenAccount: null,
      ownerTokenAccount: base58(ownerTokens),
    });
    expect(signers).to.deep.equal([base58(stranger.publicKey)]);
    const half = await heldWorld([disputed], inMediation);
    const read = parts(await half.sdk.expireMediation(policyPda));
    expect(read.accounts.recipientTokenAccount).to.equal(base58(recipientTokens));
    expect(read.signers).to.deep.equal([base58(owner.publicKey)]);
  });
});

describe("settleMilestone", () => {
  it("given any state with money in it, then owner and recipient sign", async () => {
    for (const milestone of [funded, submitted, disputed]) {
      const { sdk } = await heldWorld([milestone], inMediation);
      const settled = await sdk.settleMilestone(policyPda, { recipientAmount: 1n });
      const { signers, args } = parts(settled);
      expect(String(args.recipientAmount)).to.equal("1");
      expect(signers).to.deep.equal([owner, recipient].map(({ publicKey }) => base58(publicKey)));
    }
    const { sdk } = await heldWorld();
    const settle = () => sdk.settleMilestone(policyPda, { recipientAmount: 0 });
    expect(await refused(settle)).to.equal("MilestoneNotFunded");
  });
});

describe("reclaimMilestone", () => {
  it("given no submission, then the owner alone; with the recipient's signature, from any state", async () => {
    const { sdk } = await heldWorld([funded]);
    const alone = parts(await sdk.reclaimMilestone(policyPda));
    expect(alone.accounts).to.deep.include({
      recipient: null,
      ownerTokenAccount: base58(ownerTokens),
    });
    expect(alone.signers).to.deep.equal([base58(owner.publicKey)]);
    for (const milestone of [submitted, disputed]) {
      const world = await heldWorld([milestone], inMediation);
      const agreed = parts(await world.sdk.reclaimMilestone(policyPda, { isAgreed: true }));
      expect(agreed.signers).to.deep.equal(
        [owner, recipient].map(({ publicKey }) => base58(publicKey)),
      );
      const reclaim = () => world.sdk.reclaimMilestone(policyPda);
      const expected =
        milestone === submitted ? "MilestoneAlreadySubmitted" : "MilestoneInMediation";
      expect(await refused(reclaim)).to.equal(expected);
    }
  });

  it("given an owner's account that was sold, frozen or closed, then the associated one, or a named one", async () => {
    const { sdk, connection, put } = await heldWorld([funded]);
    const old = keypair("old account").publicKey;
    await put("userPayment", userPaymentPda, userPayment({ tokenAccount: old }));
    const target = async (options: object = {}) =>
      parts(await sdk.reclaimMilestone(policyPda, options)).accounts.ownerTokenAccount;
    connection.set(old, TOKEN_PROGRAM_ID, tokenAccountBytes());
    expect(await target()).to.equal(base58(old));
    for (const state of [{ owner: stranger.publicKey }, { isFrozen: true }]) {
      connection.set(old, TOKEN_PROGRAM_ID, tokenAccountBytes(state));
      expect(await target()).to.equal(base58(ownerTokens));
    }
    connection.accounts.delete(ownerTokens.toBase58());
    const { created } = parts(await sdk.reclaimMilestone(policyPda));
    expect(created).to.deep.equal([base58(ownerTokens)]);
    const frozen = () => sdk.reclaimMilestone(policyPda, { ownerTokenAccount: old });
    expect(await refused(frozen)).to.equal("TokenAccountFrozen");
    connection.set(old, TOKEN_PROGRAM_ID, tokenAccountBytes({ owner: stranger.publicKey }));
    expect(await refused(frozen)).to.equal("InvalidOwnerTokenAccount");
  });
});

describe("closeEscrow", () => {
  it("given nothing outstanding, or terms that are not accepted, then closed for the owner and the rent payer", async () => {
    const empty = await heldWorld([], { rentPayer: stranger.publicKey });
    const unaccepted = await heldWorld([funded], {
      acceptedAt: new BN(0),
      rentPayer: stranger.publicKey,
    });
    for (const { sdk } of [empty, unaccepted]) {
      const { accounts, signers, created } = parts(await sdk.closeEscrow(policyPda));
      expect(accounts).to.deep.include({
        vault: base58(vault),
        // Named even for an empty vault: a donation in between must not fail the closing.
        ownerTokenAccount: base58(ownerTokens),
        rentPayer: base58(stranger.publicKey),
      });
      expect(signers).to.deep.equal([base58(owner.publicKey)]);
      expect(created).to.deep.equal([]);
    }
  });

  it("given accepted terms and money, then refused with how much", async () => {
    const { sdk } = await heldWorld([funded]);
    const error = await expectError(MilestoneProgramError, () => sdk.closeEscrow(policyPda));
    expect(error.programErrorName).to.equal("EscrowHoldsMoney");
    expect(error.message).to.contain("50000000");
    expect(await sdk.closeEscrow(policyPda, { skipChecks: true })).to.have.length(1);
  });

  it("given a donation and no account of the owner, then it is created", async () => {
    const { sdk, connection } = await heldWorld();
    connection.accounts.delete(ownerTokens.toBase58());
    expect(parts(await sdk.closeEscrow(policyPda)).created).to.deep.equal([]);
    connection.set(vault, TOKEN_PROGRAM_ID, tokenAccountBytes({ owner: escrowPda, amount: 1n }));
    expect(parts(await sdk.closeEscrow(policyPda)).created).to.deep.equal([base58(ownerTokens)]);
  });

  it("given a vault of the token program that its mint had before, then refused when tokens are in it", async () => {
    const { sdk, connection } = await heldWorld();
    const setVault = (amount: bigint) =>
      connection.set(vault, TOKEN_2022_PROGRAM_ID, tokenAccountBytes({ owner: escrowPda, amount }));
    setVault(0n);
    expect(await sdk.closeEscrow(policyPda)).to.have.length(1);
    setVault(1n);
    expect(await refused(() => sdk.closeEscrow(policyPda))).to.equal("InvalidVault");
  });

  it("given no escrow, then refused", async () => {
    const { sdk } = await fakeWorld();
    expect(await refused(() => sdk.closeEscrow(policyPda))).to.equal("InvalidEscrow");
  });
});
