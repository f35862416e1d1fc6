import type { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import {
  expectRefused,
  feeBalances,
  freeze,
  payable,
  Person,
  PolicyRef,
  thaw,
  World,
} from "../world";
import {
  createMint,
  createTokenAccount,
  fixedKeypair,
  fundedTokenAccount,
  readTokenAccount,
} from "../harness";

/** Anchor's error for one writable account passed twice. */
const DUPLICATE_MUTABLE_ACCOUNT = 2040;

describe("fee accounts", () => {
  let world: World;
  let policy: PolicyRef;
  beforeEach(async () => {
    world = await World.create({ gatewayFeeBps: 1_000, protocolFeeBps: 500 });
    policy = await payable(world, [1_000n]);
  });

  const FEES = [
    {
      what: "gateway",
      account: "gateway_fee_account",
      person: "gatewayFees",
      error: "InvalidGatewayFeeAccount",
      change: (w: World, to: PublicKey) => w.updateGateway({ feeRecipient: to }),
      authority: "gatewayAuthority",
      fee: 100n,
    },
    {
      what: "protocol",
      account: "protocol_fee_account",
      person: "protocolFees",
      error: "InvalidProtocolFeeAccount",
      change: (w: World, to: PublicKey) => w.updateConfig({ feeRecipient: to }),
      authority: "upgradeAuthority",
      fee: 50n,
    },
  ] as const;

  const balanceOf = async (account: PublicKey): Promise<bigint> =>
    (await readTokenAccount(world.chain, account)).amount;

  for (const { what, account, person, error, change, authority, fee } of FEES) {
    describe(`of the ${what}`, () => {
      const execute = (feeAccount: PublicKey | null) =>
        world.executePayment(policy.address, 0, {
          ...world.feeAccounts(),
          [account]: feeAccount,
        });
      const refused = (feeAccount: PublicKey | null, expected: string | number = error) =>
        expectRefused(world, [execute(feeAccount)], ["stranger"], expected, [policy.address]);
      const paid = async (feeAccount: PublicKey, expected: bigint = fee) => {
        const before = await balanceOf(feeAccount);
        await world.expectOk([execute(feeAccount)], "stranger");
        expect((await balanceOf(feeAccount)) - before).to.equal(expected);
      };

      it("given none although a fee is due then refused", async () => {
        await refused(null);
      });

      for (const other of ["stranger", "recipient", "gatewayAuthority"] as Person[]) {
        it(`given the ${other}'s token account then refused`, async () => {
          await refused(world.tokens[other]);
        });
      }

      it("given a token account of another mint then refused", async () => {
        const mint = await createMint(world.chain);
        await refused(await fundedTokenAccount(world.chain, mint, world.key(person), 0n));
      });

      it("given an account that is not a token account then refused", async () => {
        await refused(world.key(person));
        await refused(world.mint);
      });

      it("given the account that pays then refused, even when the owner is the fee recipient", async () => {
        await refused(world.tokens.owner, DUPLICATE_MUTABLE_ACCOUNT);
        await world.expectOk([change(world, world.key("owner"))], authority);
        await refused(world.tokens.owner, DUPLICATE_MUTABLE_ACCOUNT);
      });

      it("given the owner as fee recipient then another token account of the owner takes the fee", async () => {
        await world.expectOk([change(world, world.key("owner"))], authority);
        const second = fixedKeypair("owner's second token account");
        await createTokenAccount(world.chain, world.testMint, world.key("owner"), second);
        await paid(second.publicKey);
      });

      it("given any token account of the fee recipient, not only the associated one, then it is paid", async () => {
        const second = fixedKeypair("second fee account");
        await createTokenAccount(world.chain, world.testMint, world.key(person), second);
        await paid(second.publicKey);
        expect(await world.balance(person)).to.equal(0n);
      });

      it("given it is frozen then TokenAccountFrozen, and after a thaw it is paid", async () => {
        await freeze(world, world.tokens[person]);
        await refused(world.tokens[person], "TokenAccountFrozen");
        await thaw(world, world.tokens[person]);
        await paid(world.tokens[person]);
      });

      it("given the recipient as fee recipient then one account takes both", async () => {
        await world.expectOk([change(world, world.key("recipient"))], authority);
        await paid(world.tokens.recipient, 850n + fee);
      });

      it("given a new fee recipient then it gets the fee of an existing policy and the old one is refused", async () => {
        await world.expectOk([change(world, world.key("stranger"))], authority);
        await refused(world.tokens[person]);
        await paid(world.tokens.stranger);
      });
    });
  }

  it("given one fee recipient for both then one account takes both fees", async () => {
    await world.expectOk(
      [world.updateGateway({ feeRecipient: world.key("protocolFees") })],
      "gatewayAuthority",
    );
    const { protocolFees } = world.tokens;
    const both = { gateway_fee_account: protocolFees, protocol_fee_account: protocolFees };
    await world.expectOk([world.executePayment(policy.address, 0, both)], "stranger");
    expect(await feeBalances(world)).to.deep.equal({
      recipient: 850n,
      gateway: 0n,
      protocol: 150n,
    });
  });

  it("given recipient and both fee recipients in one person then one account takes everything", async () => {
    const feeRecipient = world.key("recipient");
    await world.expectOk([world.updateGateway({ feeRecipient })], "gatewayAuthority");
    await world.expectOk([world.updateConfig({ feeRecipient })], "upgradeAuthority");
    const { recipient } = world.tokens;
    const both = { gateway_fee_account: recipient, protocol_fee_account: recipient };
    await world.expectOk([world.executePayment(policy.address, 0, both)], "stranger");
    expect(await world.balance("recipient")).to.equal(1_000n);
  });

  it("given the two fee accounts swapped then refused", async () => {
    const swapped = world.executePayment(policy.address, 0, {
      gateway_fee_account: world.tokens.protocolFees,
      protocol_fee_account: world.tokens.gatewayFees,
    });
    await expectRefused(world, [swapped], ["stranger"], "InvalidGatewayFeeAccount");
  });

  it("given fees that floor to zero then no account is needed, and what is given is left alone", async () => {
    // 1,000 bps of 9 and 500 bps of 19 are below one unit.
    const nine = await payable(world, [9n]);
    await world.expectOk([world.executePayment(nine.address, 0)], "stranger");
    expect(await feeBalances(world)).to.deep.equal({ recipient: 9n, gateway: 0n, protocol: 0n });

    const nineteen = await payable(world, [19n]);
    const onlyGateway = { gateway_fee_account: world.tokens.gatewayFees };
    await world.expectOk([world.executePayment(nineteen.address, 0, onlyGateway)], "stranger");
    expect(await feeBalances(world)).to.deep.equal({ recipient: 27n, gateway: 1n, protocol: 0n });

    const again = await payable(world, [9n]);
    const ignored = {
      gateway_fee_account: world.tokens.stranger,
      protocol_fee_account: world.tokens.stranger,
    };
    await world.expectOk([world.executePayment(again.address, 0, ignored)], "stranger");
    expect(await world.balance("stranger")).to.equal(0n);
    expect(await world.balance("recipient")).to.equal(36n);
  });
});
