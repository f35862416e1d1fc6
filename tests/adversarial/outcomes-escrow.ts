/** Where a swapped account is allowed in a call on a held policy, what must have come of it. */
import { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import { readTokenAccount } from "../harness";
import { toBigInt } from "../world";
import { HALF } from "./calls-escrow";
import { PLATFORM_FEE_BPS } from "./held";
import { EXECUTE_HELD } from "./kinds";
import { expectShares, gain, given, type Proof, rewardOf } from "./shares";
import { AMOUNTS, GATEWAY_FEE_BPS, PROTOCOL_FEE_BPS } from "./stage";

const AMOUNT = AMOUNTS[0] as bigint;
const bps = (amount: bigint, rate: number): bigint => (amount * BigInt(rate)) / 10_000n;

/** Each party got their share of the milestone's funding in the named account, and the vault is empty. */
const divided =
  (slot: string, recipientAmount: bigint): Proof =>
  async (outcome) => {
    const [gatewayFee, protocolFee, platformFee] = [
      bps(recipientAmount, GATEWAY_FEE_BPS),
      bps(recipientAmount, PROTOCOL_FEE_BPS),
      bps(recipientAmount, PLATFORM_FEE_BPS),
    ];
    const reward = rewardOf(outcome, gatewayFee);
    const shares: Record<string, bigint> = {
      recipient_token_account: recipientAmount - gatewayFee - protocolFee,
      owner_token_account: AMOUNT - recipientAmount + bps(AMOUNT, PLATFORM_FEE_BPS) - platformFee,
      gateway_fee_account: gatewayFee + platformFee - reward,
      protocol_fee_account: protocolFee,
      keeper_token_account: reward,
    };
    await expectShares(outcome, shares);
    const { world, purses } = outcome.stage;
    const vault = outcome.used["vault"] ?? given(outcome, "token_account");
    expect((await readTokenAccount(world.chain, vault)).amount).to.equal(0n);
    const policy = await world.decode("PaymentPolicy", given(outcome, "policy"));
    expect(policy["total_paid"]?.toString()).to.equal(recipientAmount.toString());
    // What the valid call would have named got nothing.
    const usual: Record<string, PublicKey> = {
      recipient_token_account: purses.recipient.usual,
      owner_token_account: purses.owner.usual,
      gateway_fee_account: purses.gatewayFees.usual,
      protocol_fee_account: purses.protocolFees.usual,
      keeper_token_account: purses.stranger.usual,
    };
    if (usual[slot] && outcome.used[slot]) {
      expect(given(outcome, slot).equals(usual[slot])).to.equal(false);
    }
  };

const opened: Proof = async (outcome) => {
  const { world } = outcome.stage;
  const address = given(outcome, "escrow");
  const escrow = await world.decode("Escrow", address);
  const key = (name: string): string => (escrow[name] as PublicKey).toBase58();
  expect(key("policy")).to.equal(given(outcome, "policy").toBase58());
  expect(key("vault")).to.equal(given(outcome, "vault").toBase58());
  expect(key("rent_payer")).to.equal(given(outcome, "payer").toBase58());
  const vault = await readTokenAccount(world.chain, given(outcome, "vault"));
  expect(vault.owner.toBase58()).to.equal(address.toBase58());
  expect(vault.mint.toBase58()).to.equal(world.mint.toBase58());
  for (const name of ["escrow", "vault"]) {
    const account = await world.chain.getAccount(given(outcome, name));
    const rent = await world.chain.rentExempt(account?.data.length ?? 0);
    expect(Number(account?.lamports)).to.be.at.least(Number(rent));
  }
  // Money that was in the vault before belongs to no milestone.
  const milestones = escrow["milestones"] as { funded: unknown }[];
  expect(milestones.map(({ funded }) => toBigInt(funded))).to.deep.equal([0n, 0n, 0n, 0n]);
  const policy = await world.decode("PaymentPolicy", given(outcome, "policy"));
  expect(policy["funding_kind"]).to.equal(1);
};

const closed: Proof = async (outcome) => {
  const { chain } = outcome.stage.world;
  expect(await chain.getAccount(given(outcome, "escrow"))).to.equal(null);
  expect(await chain.getAccount(given(outcome, "vault"))).to.equal(null);
  expect(await gain(outcome, given(outcome, "owner_token_account"))).to.equal(
    AMOUNT + bps(AMOUNT, PLATFORM_FEE_BPS),
  );
};

/** One proof for each slot that another account may take. */
const inSlots = (instruction: string, slots: string[], recipientAmount: bigint) =>
  Object.fromEntries(
    slots.map((slot) => [`${instruction}.${slot}`, divided(slot, recipientAmount)]),
  );

const FEES = ["gateway_fee_account", "protocol_fee_account"];
const PAID = ["recipient_token_account", ...FEES];
const DIVIDED = ["owner_token_account", ...PAID];

export const ESCROW_OUTCOMES: Record<string, Proof> = {
  "open_escrow.payer": opened,
  "open_escrow.escrow": opened,
  "open_escrow.vault": opened,
  ...inSlots("approve_milestone", PAID, AMOUNT),
  ...inSlots("resolve_dispute", DIVIDED, HALF),
  // The terms' share is half as well.
  ...inSlots("expire_mediation", ["executor", ...DIVIDED], HALF),
  ...inSlots("settle_milestone", DIVIDED, HALF),
  ...inSlots("reclaim_milestone", ["owner_token_account"], 0n),
  ...inSlots(EXECUTE_HELD, [...PAID, "keeper_token_account"], AMOUNT),
  "close_escrow.owner_token_account": closed,
};
