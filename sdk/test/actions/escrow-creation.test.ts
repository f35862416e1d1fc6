import { expect } from "chai";
import BN from "bn.js";
import { TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { ComputeBudgetProgram } from "@solana/web3.js";
import { transactionSize } from "../../src/batch/size";
import { DEFAULT_ESCROW_TERMS, MAX_TRANSACTION_SIZE, RELEASE_OWNER } from "../../src/constants";
import { AccountNotFoundError } from "../../src/errors/accounts";
import { InvalidInputError } from "../../src/errors/input";
import { MilestoneProgramError } from "../../src/errors/program";
import type { CreateHeldMilestoneOptions, MilestoneClient } from "../../src/index";
import { buildInstruction } from "../../src/actions/build-instruction";
import { getEscrowPda, getPaymentPolicyPda } from "../../src/pdas";
import { getVaultAddress } from "../../src/tokens/vault";
import { expectError } from "../expect-error";
import {
  escrowPda,
  fakeWorld,
  gateway,
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

const AMOUNTS = [40_000_000n, 100_000_000n, 20_000_000n, 1n];

function prepare(
  sdk: MilestoneClient,
  options: Partial<CreateHeldMilestoneOptions> = {},
  amounts = AMOUNTS,
) {
  const all = { mediator: mediator.publicKey, ...options };
  const { publicKey } = recipient;
  return sdk.prepareHeldMilestone(
    mint,
    publicKey,
    gateway,
    amounts,
    [],
    RELEASE_OWNER,
    undefined,
    all,
  );
}

describe("createHeldMilestone", () => {
  it("given a UserPayment, then policy, escrow and as many milestones as are funded", async () => {
    const { sdk } = await fakeWorld();
    const expected = getPaymentPolicyPda(userPaymentPda, 8)[0];
    const funds: [CreateHeldMilestoneOptions["fund"], number][] = [
      [undefined, 0],
      [0, 0],
      ["next", 1],
      [2, 2],
      ["all", 4],
    ];
    for (const [fund, count] of funds) {
      const prepared = await prepare(sdk, { fund, terms: { platformFeeBps: 250 } });
      const read = prepared.instructions.map((instruction) => readInstruction(instruction));
      const names = ["createMilestonePolicy", "openEscrow", "fundMilestones"];
      expect(read.map(({ name }) => name)).to.deep.equal(count > 0 ? names : names.slice(0, 2));
      const [escrow] = getEscrowPda(expected);
      for (const { accounts } of read) {
        expect(accounts).to.deep.include({
          policy: base58(expected),
          tokenAccount: base58(ownerTokens),
        });
      }
      expect(read[1]!.accounts).to.deep.include({
        escrow: base58(escrow),
        vault: base58(getVaultAddress(escrow, mint)),
      });
      expect(read[1]!.args.platformFeeBps).to.equal(250);
      if (count > 0) expect(read[2]!.args).to.deep.equal({ firstMilestone: 0, count });
      expect(prepared.policy.equals(expected)).to.equal(true);
      expect(prepared.escrow.equals(escrow)).to.equal(true);
      expect(prepared.escrowAmount.toString()).to.equal("160000001");
      const funded = AMOUNTS.slice(0, count).map((amount) => amount + (amount * 250n) / 10_000n);
      expect(prepared.funded.toString()).to.equal(String(funded.reduce((a, b) => a + b, 0n)));
    }
  });

  it("given nothing set up and another payer, then all of it still fits one transaction", async () => {
    const { sdk, connection } = await fakeWorld();
    connection.accounts.delete(userPaymentPda.toBase58());
    connection.accounts.delete(ownerTokens.toBase58());
    const {
      instructions,
      policy: created,
      escrow,
    } = await prepare(sdk, {
      fund: "all",
      payer: stranger.publicKey,
      skipChecks: true,
    });
    expect(instructions).to.have.length(5);
    const budget = [
      ComputeBudgetProgram.setComputeUnitLimit({ units: 200_000 }),
      ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 1n }),
    ];
    const size = transactionSize(stranger.publicKey, [...budget, ...instructions]);
    const accept = buildInstruction(
      "acceptEscrow",
      { recipient: recipient.publicKey, policy: created, escrow },
      { mediator: mediator.publicKey, ...DEFAULT_ESCROW_TERMS },
    );
    const accepted = transactionSize(stranger.publicKey, [...budget, ...instructions, accept]);
    // What the docstring says.
    expect([size, accepted]).to.deep.equal([992, 1_126]);
    expect(accepted).to.be.lessThan(MAX_TRANSACTION_SIZE);
  });

  it("given less than what is funded at once, then refused; nothing funded, then no warning", async () => {
    const { sdk, connection } = await fakeWorld();
    connection.set(ownerTokens, TOKEN_PROGRAM_ID, tokenAccountBytes({ amount: 39_999_999n }));
    const error = await expectError(MilestoneProgramError, () => prepare(sdk, { fund: 1 }));
    expect(error.programErrorName).to.equal("InsufficientFunds");
    expect((await prepare(sdk)).instructions).to.have.length(2);
  });

  it("given a party as the mediator, bad terms or counts, then refused before anything is read", async () => {
    const { sdk, connection } = await fakeWorld();
    connection.accounts.clear();
    for (const { publicKey } of [owner, recipient]) {
      const create = () => prepare(sdk, { mediator: publicKey });
      const error = await expectError(MilestoneProgramError, create);
      expect(error.programErrorName).to.equal("InvalidMediator");
    }
    const many = await expectError(MilestoneProgramError, () => prepare(sdk, { fund: 5 }));
    expect(many.programErrorName).to.equal("InvalidFundingCount");
    const terms = { reviewPeriodSecs: 0 };
    const bad = await expectError(InvalidInputError, () => prepare(sdk, { terms }));
    expect(bad.field).to.equal("terms.reviewPeriodSecs");
    const max = [(1n << 64n) - 1n];
    const above = () => prepare(sdk, { terms: { platformFeeBps: 1 } }, max);
    expect((await expectError(InvalidInputError, above)).field).to.contain("platform fees");
    await expectError(AccountNotFoundError, () => prepare(sdk));
  });
});

describe("moveToEscrow", () => {
  const move = (sdk: MilestoneClient, milestones: "all" | "next", options: object = {}) =>
    sdk.moveToEscrow(policyPda, { mediator: mediator.publicKey, milestones, ...options });

  it("given a half-paid delegated policy, then opened, and all that remains or the next funded", async () => {
    const { sdk, put } = await fakeWorld();
    const amounts = [1, 2, 3, 4].map((amount) => new BN(amount));
    const half = { milestoneAmounts: amounts, totalMilestones: 4, currentMilestone: 1 };
    await put("paymentPolicy", policyPda, policy(half));
    for (const [milestones, count] of [
      ["all", 3],
      ["next", 1],
    ] as const) {
      const [open, fund] = (await move(sdk, milestones)).map((one) => readInstruction(one));
      expect(open!.name).to.equal("openEscrow");
      expect(fund!.args).to.deep.equal({ firstMilestone: 1, count });
      expect(fund!.accounts).to.deep.include({ escrow: base58(escrowPda), vault: base58(vault) });
      expect(fund!.signers).to.deep.equal([base58(owner.publicKey)]);
    }
  });

  it("given a balance below what is moved, then refused, unless another account pays", async () => {
    const { sdk, connection } = await fakeWorld();
    connection.set(ownerTokens, TOKEN_PROGRAM_ID, tokenAccountBytes({ amount: 149_999_999n }));
    await move(sdk, "next");
    const all = () => move(sdk, "all");
    const error = await expectError(MilestoneProgramError, all);
    expect(error.programErrorName).to.equal("InsufficientFunds");
    connection.set(stranger.publicKey, TOKEN_PROGRAM_ID, tokenAccountBytes());
    const moved = await move(sdk, "all", { tokenAccount: stranger.publicKey });
    expect(readInstruction(moved[1]).accounts.tokenAccount).to.equal(base58(stranger.publicKey));
    // What `openEscrow` lowers the allowance of stays the UserPayment's.
    expect(readInstruction(moved[0]).accounts.tokenAccount).to.equal(base58(ownerTokens));
  });

  it("given a held or paused policy, then refused as openEscrow does", async () => {
    const { sdk, put } = await fakeWorld();
    await put("paymentPolicy", policyPda, policy({}, { fundingKind: 1, createdAt: new BN(NOW) }));
    const error = await expectError(MilestoneProgramError, () => move(sdk, "all"));
    expect(error.programErrorName).to.equal("PolicyHasEscrow");
  });
});
