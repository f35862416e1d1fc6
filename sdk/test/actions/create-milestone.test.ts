import BN from "bn.js";
import { expect } from "chai";
import { TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { PublicKey } from "@solana/web3.js";
import {
  AccountKindError,
  AccountMismatchError,
  AccountNotFoundError,
} from "../../src/errors/accounts";
import { prepareMilestones } from "../../src/actions/create-milestone";
import { InvalidInputError } from "../../src/errors/input";
import { type MilestoneErrorName, MilestoneProgramError } from "../../src/errors/program";
import { MilestoneClient } from "../../src/index";
import { createMemoBuffer } from "../../src/input/memo";
import { getConfigPda, getPaymentPolicyPda } from "../../src/pdas";
import { expectError } from "../expect-error";
import {
  config,
  fakeWorld,
  gateway,
  gatewayAuthority,
  keypair,
  mint,
  mintBytes,
  NOW,
  owner,
  ownerTokens,
  policyPda,
  recipient,
  stranger,
  tokenAccountBytes,
  userPayment,
  userPaymentPda,
} from "../fixtures";

type World = Awaited<ReturnType<typeof fakeWorld>>;

const create = (sdk: MilestoneClient, options = {}) =>
  sdk.prepareMilestone(
    mint,
    recipient.publicKey,
    gateway,
    [new BN(50), 100n],
    [NOW, NOW + 1],
    1,
    createMemoBuffer("project_abc", 64),
    options,
  );

describe("createMilestone", () => {
  it("given a UserPayment, then one instruction and the next policy's address", async () => {
    const { sdk } = await fakeWorld();
    const prepared = await create(sdk);
    expect(prepared.instructions).to.have.length(1);
    expect(prepared.policyId).to.equal(8);
    expect(prepared.policy.equals(getPaymentPolicyPda(userPaymentPda, 8)[0])).to.equal(true);
    expect(prepared.instructions[0]!.keys[5]!.pubkey.equals(prepared.policy)).to.equal(true);
    expect(prepared.warnings).to.deep.equal([]);
  });

  it("given neither UserPayment nor token account, then both first, and ids from the cluster's slot", async () => {
    const { connection, sdk } = await fakeWorld();
    connection.accounts.delete(userPaymentPda.toBase58());
    connection.accounts.delete(ownerTokens.toBase58());
    const warned: string[] = [];
    const prepared = await create(sdk, {
      onWarning: ({ code }: { code: string }) => warned.push(code),
    });
    expect(prepared.instructions).to.have.length(3);
    expect(prepared.policyId).to.equal(connection.slot);
    const firstPolicyId = prepared.instructions[1]!.data.subarray(8);
    expect(firstPolicyId[0]).to.equal(1);
    expect(firstPolicyId.readUInt32LE(1)).to.equal(connection.slot);
    expect(warned).to.deep.equal(["BALANCE_BELOW_COMMITTED"]);
  });

  it("given a balance below what all policies may pull, then a warning and still instructions", async () => {
    const { connection, sdk } = await fakeWorld();
    connection.set(ownerTokens, TOKEN_PROGRAM_ID, tokenAccountBytes({ amount: 150_000_149n }));
    const { warnings } = await create(sdk);
    expect(warnings.map(({ balance, committed }) => [balance, committed])).to.deep.equal([
      [150_000_149n, 150_000_150n],
    ]);
    connection.set(ownerTokens, TOKEN_PROGRAM_ID, tokenAccountBytes({ amount: 150_000_150n }));
    expect((await create(sdk)).warnings).to.deep.equal([]);
  });

  it("given another delegate, then DelegateInUse naming it, unless it may be replaced", async () => {
    const { connection, sdk } = await fakeWorld();
    const taken = tokenAccountBytes({ delegate: stranger.publicKey });
    connection.set(ownerTokens, TOKEN_PROGRAM_ID, taken);
    const error = await expectError(MilestoneProgramError, () => create(sdk));
    expect(error.programErrorName).to.equal("DelegateInUse");
    expect(error.message).to.contain(stranger.publicKey.toBase58());
    expect((await create(sdk, { replaceDelegate: true })).instructions).to.have.length(1);
  });

  type Change = (made: World) => unknown;
  const refusedByProgram: [string, Change, MilestoneErrorName][] = [
    [
      "a paused program",
      ({ put }) => put("programConfig", getConfigPda()[0], config({ isPaused: 1 })),
      "ProgramPaused",
    ],
    [
      "a frozen token account",
      ({ connection }) =>
        connection.set(ownerTokens, TOKEN_PROGRAM_ID, tokenAccountBytes({ isFrozen: true })),
      "TokenAccountFrozen",
    ],
    [
      "a token account of another owner",
      ({ connection }) =>
        connection.set(
          ownerTokens,
          TOKEN_PROGRAM_ID,
          tokenAccountBytes({ owner: stranger.publicKey }),
        ),
      "InvalidTokenAccount",
    ],
  ];
  for (const [name, change, expected] of refusedByProgram) {
    it(`given ${name}, then ${expected} before anything is sent, unless told to skip checks`, async () => {
      const made = await fakeWorld();
      await change(made);
      const error = await expectError(MilestoneProgramError, () => create(made.sdk));
      expect([error.programErrorName, error.origin]).to.deep.equal([expected, "sdk"]);
      expect((await create(made.sdk, { skipChecks: true })).instructions).to.have.length(1);
    });
  }

  const withMint = (sdk: MilestoneClient, address: PublicKey) =>
    sdk.createMilestone(address, recipient.publicKey, gateway, [1], [NOW], 1);
  const withGateway = (sdk: MilestoneClient, address: PublicKey) =>
    sdk.createMilestone(mint, recipient.publicKey, address, [1], [NOW], 1);
  const withRecipient = (sdk: MilestoneClient, address: PublicKey) =>
    sdk.createMilestone(mint, address, gateway, [1], [NOW], 1);
  const wrong: [string, (made: World) => Promise<unknown>, new (...args: never[]) => Error][] = [
    ["the owner as recipient", ({ sdk }) => withRecipient(sdk, owner.publicKey), InvalidInputError],
    [
      "the zero address as recipient",
      ({ sdk }) => withRecipient(sdk, PublicKey.default),
      InvalidInputError,
    ],
    [
      "a token account as recipient",
      ({ sdk }) => withRecipient(sdk, ownerTokens),
      AccountKindError,
    ],
    [
      "a gateway's authority as gateway",
      ({ sdk }) => withGateway(sdk, gatewayAuthority.publicKey),
      AccountNotFoundError,
    ],
    ["a policy as gateway", ({ sdk }) => withGateway(sdk, policyPda), AccountKindError],
    ["a mint as gateway", ({ sdk }) => withGateway(sdk, mint), AccountKindError],
    ["a wallet as mint", ({ sdk }) => withMint(sdk, stranger.publicKey), AccountNotFoundError],
    ["a token account as mint", ({ sdk }) => withMint(sdk, ownerTokens), AccountKindError],
    ["a gateway as mint", ({ sdk }) => withMint(sdk, gateway), AccountKindError],
    [
      "another token account than the UserPayment's",
      ({ sdk }) => create(sdk, { tokenAccount: stranger.publicKey }),
      AccountMismatchError,
    ],
    [
      "amounts that no longer fit with the others",
      async ({ sdk, put }) => {
        await put(
          "userPayment",
          userPaymentPda,
          userPayment({ committed: new BN("18446744073709551615") }),
        );
        return create(sdk);
      },
      InvalidInputError,
    ],
    [
      "no program config",
      ({ sdk, connection }) => {
        connection.accounts.delete(getConfigPda()[0].toBase58());
        return create(sdk);
      },
      AccountNotFoundError,
    ],
  ];
  for (const [name, call, kind] of wrong) {
    it(`given ${name}, then ${kind.name}`, async () => {
      await expectError(kind, async () => call(await fakeWorld()));
    });
  }

  it("given a Token-2022 mint, then that token program", async () => {
    const { connection, sdk } = await fakeWorld();
    const other = keypair("mint 2022").publicKey;
    connection.set(other, TOKEN_2022_PROGRAM_ID, mintBytes());
    const instructions = await withMint(sdk, other);
    expect(instructions).to.have.length(3);
    expect(instructions[2]!.keys[9]!.pubkey.equals(TOKEN_2022_PROGRAM_ID)).to.equal(true);
  });
});

describe("prepareMilestones", () => {
  const args = {
    mint,
    recipient: recipient.publicKey,
    gateway,
    timestamps: [],
    releaseCondition: 0,
  };

  it("gives identical creations one id each, one after the other", async () => {
    const { context } = await fakeWorld();
    const list = [5n, 5n, 6n].map((amount) => ({ ...args, amounts: [amount] }));
    const prepared = await prepareMilestones(context, list);
    expect(prepared.map(({ policyId }) => policyId)).to.deep.equal([8, 9, 10]);
    for (const { policy, policyId, instructions } of prepared) {
      expect(policy.equals(getPaymentPolicyPda(userPaymentPda, policyId)[0])).to.equal(true);
      expect(instructions).to.have.length(1);
    }
  });

  it("sets up what is missing once, before the first", async () => {
    const { connection, context } = await fakeWorld();
    connection.accounts.delete(userPaymentPda.toBase58());
    connection.accounts.delete(ownerTokens.toBase58());
    const prepared = await prepareMilestones(context, [
      { ...args, amounts: [5n] },
      { ...args, amounts: [5n] },
    ]);
    expect(prepared.map(({ instructions }) => instructions.length)).to.deep.equal([3, 1]);
    const ids = prepared.map(({ policyId }) => policyId);
    expect(ids).to.deep.equal([connection.slot, connection.slot + 1]);
  });

  it("warns of the sum of all of them, and refuses one that does not fit 64 bits", async () => {
    const { connection, context } = await fakeWorld();
    connection.set(ownerTokens, TOKEN_PROGRAM_ID, tokenAccountBytes({ amount: 150_000_007n }));
    const two = [
      { ...args, amounts: [5n] },
      { ...args, amounts: [5n] },
    ];
    const [first, second] = await prepareMilestones(context, two);
    expect(first!.warnings).to.deep.equal([]);
    expect(second!.warnings.map(({ committed }) => committed)).to.deep.equal([150_000_010n]);
    const huge = [2n ** 63n, 2n ** 63n].map((amount) => ({ ...args, amounts: [amount] }));
    await expectError(InvalidInputError, () => prepareMilestones(context, huge));
  });

  it("refuses an id of the caller's", async () => {
    const { context } = await fakeWorld();
    const error = await expectError(InvalidInputError, () =>
      prepareMilestones(context, [{ ...args, amounts: [5n], policyId: 8 }]),
    );
    expect(error.field).to.equal("list[0].policyId");
  });
});
