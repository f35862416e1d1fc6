import {
  createDisableCpiGuardInstruction,
  createDisableRequiredMemoTransfersInstruction,
  createEnableCpiGuardInstruction,
  createEnableRequiredMemoTransfersInstruction,
  createReallocateInstruction,
  ExtensionType,
  getExtensionTypes,
  ACCOUNT_SIZE,
  TOKEN_2022_PROGRAM_ID,
  TOKEN_PROGRAM_ID,
} from "@solana/spl-token";
import { PublicKey, SystemProgram, TransactionInstruction } from "@solana/web3.js";
import { expect } from "chai";
import {
  approve,
  expectDelegation,
  expectRefused,
  payable,
  Person,
  START,
  sync,
  World,
} from "../world";
import { fixedKeypair } from "../harness";

const NO_MEMO = 0x24;
const MEMO_PROGRAM = new PublicKey("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");
const AMOUNT = 1_000n;

async function extend(
  world: World,
  person: Person,
  extension: ExtensionType,
  enable: TransactionInstruction,
): Promise<void> {
  const key = world.key(person);
  const reallocate = createReallocateInstruction(
    world.tokens[person],
    world.key("payer"),
    [extension],
    key,
  );
  await world.expectOk([reallocate, enable], person);
}

describe("extended token accounts", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create({ tokenProgram: TOKEN_2022_PROGRAM_ID });
  });

  it("given associated accounts then they carry ImmutableOwner, and a policy over them is paid", async () => {
    for (const person of ["owner", "recipient"] as const) {
      const { data } = (await world.chain.getAccount(world.tokens[person]))!;
      const tlv = data.subarray(ACCOUNT_SIZE + 1);
      expect(getExtensionTypes(tlv)).to.deep.equal([ExtensionType.ImmutableOwner]);
    }
    const policy = await payable(world, [AMOUNT]);
    await world.expectOk([world.executePayment(policy.address, 0)], "stranger");
    expect(await world.balance("recipient")).to.equal(AMOUNT);
  });

  describe("given the owner's CPI guard", () => {
    const guard = () =>
      extend(
        world,
        "owner",
        ExtensionType.CpiGuard,
        createEnableCpiGuardInstruction(world.tokens.owner, world.key("owner")),
      );
    const unguard = () =>
      world.expectOk(
        [createDisableCpiGuardInstruction(world.tokens.owner, world.key("owner"))],
        "owner",
      );

    it("when a policy is created then TokenAccountCpiGuarded, and without the guard it works", async () => {
      await guard();
      const { address } = await world.nextPolicy();
      const create = world.createMilestonePolicy(
        { amounts: [AMOUNT], timestamps: [START], releaseCondition: 0 },
        address,
      );
      await expectRefused(world, [create], ["owner"], "TokenAccountCpiGuarded", [address]);
      expect(await world.chain.getAccount(address)).to.equal(null);
      await unguard();
      await world.expectOk([create], "owner");
    });

    it("when it is put on after a policy was created then the policy is paid: the guard binds the owner", async () => {
      const policy = await payable(world, [AMOUNT, AMOUNT]);
      await guard();
      await world.expectOk([world.executePayment(policy.address, 0)], "stranger");
      await world.expectOk([world.executePayment(policy.address, 1)], "stranger");
      expect(await world.balance("recipient")).to.equal(2n * AMOUNT);
    });

    it("when the owner syncs then TokenAccountCpiGuarded, and the owner's own approval repairs it", async () => {
      const policy = await payable(world, [AMOUNT]);
      await approve(world, world.userPayment, 1n);
      await guard();
      const refused = [world.syncDelegation()];
      await expectRefused(world, refused, ["owner"], "TokenAccountCpiGuarded", [policy.address]);
      await approve(world, world.userPayment, AMOUNT);
      await world.expectOk([world.executePayment(policy.address, 0)], "stranger");
      expect(await world.balance("recipient")).to.equal(AMOUNT);
    });

    it("when one of two policies is deleted then the allowance is left alone, and sync lowers it once unguarded", async () => {
      await payable(world, [10n]);
      const deleted = await payable(world, [100n]);
      await guard();
      await world.expectOk([world.deletePolicy(deleted.address)], "owner");
      expect(await world.chain.getAccount(deleted.address)).to.equal(null);
      await expectDelegation(world, world.userPayment, 110n);
      await unguard();
      await sync(world);
      await expectDelegation(world, world.userPayment, 10n);
    });

    it("when the last policy is deleted then the delegation is revoked: revoking is not guarded", async () => {
      const last = await payable(world, [10n]);
      await guard();
      await world.expectOk([world.deletePolicy(last.address)], "owner");
      await expectDelegation(world, null, 0n);
    });
  });

  describe("given a recipient's account that demands memos", () => {
    const memo = new TransactionInstruction({
      programId: MEMO_PROGRAM,
      keys: [],
      data: Buffer.from("milestone 1"),
    });

    it("when a milestone is released then the token program's error surfaces and nothing moves; without the demand it is paid", async () => {
      const policy = await payable(world, [AMOUNT]);
      await extend(
        world,
        "recipient",
        ExtensionType.MemoTransfer,
        createEnableRequiredMemoTransfersInstruction(
          world.tokens.recipient,
          world.key("recipient"),
        ),
      );
      const execute = world.executePayment(policy.address, 0);
      await expectRefused(world, [execute], ["stranger"], NO_MEMO, [policy.address]);
      // A memo beside the release does not count: the token program looks inside the calling instruction.
      await expectRefused(world, [memo, execute], ["stranger"], NO_MEMO, [policy.address]);
      const disable = createDisableRequiredMemoTransfersInstruction(
        world.tokens.recipient,
        world.key("recipient"),
      );
      await world.expectOk([disable], "recipient");
      await world.expectOk([execute], "stranger");
      expect(await world.balance("recipient")).to.equal(AMOUNT);
    });
  });
});

for (const [name, right, wrong] of [
  ["SPL Token", TOKEN_PROGRAM_ID, TOKEN_2022_PROGRAM_ID],
  ["Token-2022", TOKEN_2022_PROGRAM_ID, TOKEN_PROGRAM_ID],
] as const) {
  describe(`a token program that is not the mint's, for a mint of ${name}`, () => {
    let world: World;
    before(async () => {
      world = await World.create({ tokenProgram: right });
    });

    for (const [what, program] of [
      ["the other token program", wrong],
      ["the system program", SystemProgram.programId],
      ["a wallet", fixedKeypair("no program").publicKey],
    ] as const) {
      it(`given ${what} then every instruction refuses it`, async () => {
        const policy = await payable(world, [AMOUNT]);
        const next = await world.nextPolicy();
        const accounts = { token_program: program };
        const watched = [policy.address, next.address];
        const error = "InvalidTokenProgram";

        const execute = world.executePayment(policy.address, 0, accounts);
        await expectRefused(world, [execute], ["stranger"], error, watched);
        const create = world.createMilestonePolicy(policy.schedule, next.address, accounts);
        await expectRefused(world, [create], ["owner"], error, watched);
        const remove = world.deletePolicy(policy.address, accounts);
        await expectRefused(world, [remove], ["owner"], error, watched);
        const open = world.createUserPayment(accounts);
        await expectRefused(world, [open], ["owner"], error, watched);
        const sync = world.syncDelegation(false, accounts);
        // The other token program is a valid one; it is the token account that is not its.
        const syncError = program.equals(wrong) ? "InvalidTokenAccount" : error;
        await expectRefused(world, [sync], ["owner"], syncError, watched);

        await world.expectOk([world.deletePolicy(policy.address)], "owner");
      });
    }
  });
}
