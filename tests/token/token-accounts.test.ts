import {
  createApproveInstruction,
  TOKEN_2022_PROGRAM_ID,
  TOKEN_PROGRAM_ID,
} from "@solana/spl-token";
import type { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import {
  createMint,
  createTokenAccount,
  fixedKeypair,
  fundedTokenAccount,
  mintTo,
  readTokenAccount,
  writeTokenAccount,
} from "../harness";
import {
  closeTokenAccount,
  expectRefused,
  freeze,
  giveAway,
  Person,
  PolicyRef,
  reopenTokenAccount,
  START,
  thaw,
  transfer,
  World,
} from "../world";

const AMOUNT = 1_000n;
/** Anchor's error for one writable account passed twice. */
const DUPLICATE_MUTABLE_ACCOUNT = 2040;

for (const [name, tokenProgram] of [
  ["SPL Token", TOKEN_PROGRAM_ID],
  ["Token-2022", TOKEN_2022_PROGRAM_ID],
] as const) {
  describe(`token accounts on ${name}`, () => {
    let world: World;
    let policy: PolicyRef;

    const paidTo = async (account: PublicKey): Promise<bigint> =>
      (await readTokenAccount(world.chain, account)).amount;

    /** Deleting works whatever became of the token account, and leaves its bytes alone. */
    async function expectDeletableAndUntouched(account: PublicKey): Promise<void> {
      const before = await world.chain.getAccount(account);
      await world.expectOk([world.deletePolicy(policy.address)], "owner");
      expect(await world.chain.getAccount(policy.address)).to.equal(null);
      expect(await world.chain.getAccount(account)).to.deep.equal(before);
    }

    const execute = (recipientTokens: PublicKey = world.tokens.recipient) =>
      world.executePayment(policy.address, 0, { recipient_token_account: recipientTokens });

    const refused = (error: string | number, recipientTokens?: PublicKey) =>
      expectRefused(world, [execute(recipientTokens)], ["stranger"], error, [policy.address]);

    beforeEach(async () => {
      world = await World.create({ tokenProgram });
      policy = await world.createPolicy({
        amounts: [AMOUNT],
        timestamps: [START],
        releaseCondition: 0,
      });
    });

    describe("the owner's", () => {
      it("given it is closed then InvalidTokenAccount, and the policy can be deleted", async () => {
        await closeTokenAccount(world, "owner");
        await refused("InvalidTokenAccount");
        await expectRefused(world, [world.syncDelegation()], ["owner"], "InvalidTokenAccount");
        const { address } = await world.nextPolicy();
        const create = world.createMilestonePolicy(policy.schedule, address);
        await expectRefused(world, [create], ["owner"], "InvalidTokenAccount", [address]);
        await expectDeletableAndUntouched(world.tokens.owner);
      });

      it("given it is closed and made again then DelegationRevoked, and after a sync and a refill it pays", async () => {
        await closeTokenAccount(world, "owner");
        await reopenTokenAccount(world, "owner");
        await refused("DelegationRevoked");
        await world.expectOk([world.syncDelegation()], "owner");
        await refused("InsufficientFunds");
        await transfer(world, "stranger", "owner", AMOUNT);
        await world.expectOk([execute()], "stranger");
        expect(await world.balance("recipient")).to.equal(AMOUNT);
      });

      it("given it is closed and made again when the policy is deleted then it is left alone", async () => {
        await closeTokenAccount(world, "owner");
        await reopenTokenAccount(world, "owner");
        await expectDeletableAndUntouched(world.tokens.owner);
      });

      /** Opens the `UserPayment` again over a token account that, unlike an associated one, can be given away. */
      async function useMovableAccount(): Promise<void> {
        await world.expectOk([world.deletePolicy(policy.address)], "owner");
        await world.chain.warpToSlot(world.chain.slot() + 2_000n);
        await world.expectOk([world.closeUserPayment()], "owner");
        const { chain, testMint } = world;
        const account = fixedKeypair("movable token account");
        await createTokenAccount(chain, testMint, world.key("owner"), account);
        await mintTo(chain, testMint, account.publicKey, 10n * AMOUNT);
        world.tokens.owner = account.publicKey;
        await world.expectOk([world.createUserPayment()], "owner");
        policy = await world.createPolicy(policy.schedule);
      }

      it("given any of the owner's token accounts, not only the associated one, then it pays", async () => {
        await useMovableAccount();
        await world.expectOk([execute()], "stranger");
        expect(await world.balance("recipient")).to.equal(AMOUNT);
        expect(await paidTo(world.tokens.owner)).to.equal(9n * AMOUNT);
      });

      it("given SetAuthority handed it to another wallet then InvalidTokenAccount for everything but deleting", async () => {
        await useMovableAccount();
        await giveAway(world, "owner", world.key("stranger"));
        await refused("InvalidTokenAccount");
        await expectRefused(world, [world.syncDelegation(true)], ["owner"], "InvalidTokenAccount");
        const { address } = await world.nextPolicy();
        const create = world.createMilestonePolicy(policy.schedule, address);
        await expectRefused(world, [create], ["owner"], "InvalidTokenAccount", [address]);
        await expectDeletableAndUntouched(world.tokens.owner);
      });

      it("given its new owner approves the same UserPayment then still not one unit moves", async () => {
        await useMovableAccount();
        const account = world.tokens.owner;
        await giveAway(world, "owner", world.key("stranger"));
        await world.expectOk(
          [
            createApproveInstruction(
              account,
              world.userPayment,
              world.key("stranger"),
              AMOUNT,
              [],
              tokenProgram,
            ),
          ],
          "stranger",
        );
        await refused("InvalidTokenAccount");
        await expectDeletableAndUntouched(account);
      });

      it("given SetAuthority handed it to the recipient when it is also the destination then nothing moves", async () => {
        await useMovableAccount();
        await giveAway(world, "owner", world.key("recipient"));
        await refused(DUPLICATE_MUTABLE_ACCOUNT, world.tokens.owner);
        await refused("InvalidTokenAccount");
      });

      it("given another mint's account was made at its address then InvalidTokenAccount, and deleting leaves it alone", async () => {
        await useMovableAccount();
        const account = fixedKeypair("movable token account");
        await closeTokenAccount(world, "owner");
        const other = await createMint(world.chain, { program: tokenProgram });
        await createTokenAccount(world.chain, other, world.key("owner"), account);
        await mintTo(world.chain, other, account.publicKey, AMOUNT);
        await refused("InvalidTokenAccount");
        await expectRefused(world, [world.syncDelegation()], ["owner"], "InvalidTokenAccount");
        await expectDeletableAndUntouched(account.publicKey);
      });
    });

    describe("the recipient's", () => {
      it("given a token account that is not the associated one then it is paid", async () => {
        const account = fixedKeypair("recipient's second token account");
        await createTokenAccount(world.chain, world.testMint, world.key("recipient"), account);
        await world.expectOk([execute(account.publicKey)], "stranger");
        expect(await paidTo(account.publicKey)).to.equal(AMOUNT);
        expect(await world.balance("recipient")).to.equal(0n);
      });

      it("given it is frozen then TokenAccountFrozen, and after a thaw it is paid", async () => {
        await freeze(world, world.tokens.recipient);
        await refused("TokenAccountFrozen");
        await thaw(world, world.tokens.recipient);
        await world.expectOk([execute()], "stranger");
        expect(await world.balance("recipient")).to.equal(AMOUNT);
      });

      it("given it is closed then InvalidRecipientTokenAccount, and once made again it is paid", async () => {
        await closeTokenAccount(world, "recipient");
        await refused("InvalidRecipientTokenAccount");
        await reopenTokenAccount(world, "recipient");
        await world.expectOk([execute()], "stranger");
        expect(await world.balance("recipient")).to.equal(AMOUNT);
      });

      it("given a token account of another mint then InvalidRecipientTokenAccount", async () => {
        const other = await createMint(world.chain, { program: tokenProgram });
        const account = await fundedTokenAccount(world.chain, other, world.key("recipient"), 1n);
        await refused("InvalidRecipientTokenAccount", account);
      });

      it("given a token account under the other token program then InvalidRecipientTokenAccount", async () => {
        const program = tokenProgram.equals(TOKEN_PROGRAM_ID)
          ? TOKEN_2022_PROGRAM_ID
          : TOKEN_PROGRAM_ID;
        // The mint's own address, so that only the account's program is wrong.
        const account = await writeTokenAccount(
          world.chain,
          { ...world.testMint, program },
          world.key("recipient"),
          { address: fixedKeypair("other program's account").publicKey },
        );
        await refused("InvalidRecipientTokenAccount", account);
      });

      it("given it was handed to another wallet then InvalidRecipientTokenAccount", async () => {
        const account = fixedKeypair("recipient's second token account");
        await createTokenAccount(world.chain, world.testMint, world.key("recipient"), account);
        world.tokens.recipient = account.publicKey;
        await giveAway(world, "recipient", world.key("stranger"));
        await refused("InvalidRecipientTokenAccount");
      });

      it("given an account that is not a token account then InvalidRecipientTokenAccount", async () => {
        await refused("InvalidRecipientTokenAccount", world.key("recipient"));
        await refused("InvalidRecipientTokenAccount", world.mint);
        await refused("InvalidRecipientTokenAccount", world.gateway);
      });

      it("given the very account that pays then the duplicate is refused", async () => {
        await refused(DUPLICATE_MUTABLE_ACCOUNT, world.tokens.owner);
      });

      for (const person of ["stranger", "gatewaySigner", "gatewayFees"] as Person[]) {
        it(`given the ${person}'s token account then InvalidRecipientTokenAccount`, async () => {
          await refused("InvalidRecipientTokenAccount", world.tokens[person]);
        });
      }
    });
  });
}
