/** Where a swapped account is allowed, what must have come of it. */
import { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import { Decoded, PROGRAM_ID, toBigInt } from "../world";
import { ESCROW_OUTCOMES } from "./outcomes-escrow";
import { expectShares, given, type Outcome, type Proof, rewardOf } from "./shares";
import { AMOUNTS, GATEWAY_FEE_BPS, PROTOCOL_FEE_BPS } from "./stage";

const AMOUNT = AMOUNTS[0] as bigint;
const GATEWAY_FEE = (AMOUNT * BigInt(GATEWAY_FEE_BPS)) / 10_000n;
const PROTOCOL_FEE = (AMOUNT * BigInt(PROTOCOL_FEE_BPS)) / 10_000n;

export const sameKey = (actual: unknown, expected: PublicKey): void => {
  expect((actual as PublicKey).toBase58()).to.equal(expected.toBase58());
};

/** The account in `slot` exists, belongs to the program, is rent exempt, and also has what it was funded with in advance. */
export async function created(outcome: Outcome, type: string, slot: string): Promise<Decoded> {
  const { chain } = outcome.stage.world;
  const address = given(outcome, slot);
  const account = await chain.getAccount(address);
  if (!account) throw new Error(`${type} was not made`);
  const had = outcome.before.accounts.get(address.toBase58())?.account?.lamports ?? 0n;
  const rent = await chain.rentExempt(account.data.length);
  expect(account.lamports).to.equal(had > rent ? had : rent);
  sameKey(account.owner, PROGRAM_ID);
  return outcome.stage.world.decode(type, address);
}

/** Not one byte of `address` is another one than before. */
export async function untouched({ stage, before }: Outcome, address: PublicKey): Promise<void> {
  const then = before.accounts.get(address.toBase58());
  if (!then) throw new Error(`${address.toBase58()} is not in the snapshot`);
  const now = await stage.world.chain.getAccount(address);
  expect(now?.data.toString("hex")).to.equal(then.account?.data.toString("hex"));
  expect(now?.lamports).to.equal(then.account?.lamports);
}

export async function paid(outcome: Outcome): Promise<void> {
  const reward = rewardOf(outcome, GATEWAY_FEE);
  await expectShares(outcome, {
    recipient_token_account: AMOUNT - GATEWAY_FEE - PROTOCOL_FEE,
    gateway_fee_account: GATEWAY_FEE - reward,
    protocol_fee_account: PROTOCOL_FEE,
    keeper_token_account: reward,
  });
  const policy = await outcome.stage.world.decode("PaymentPolicy", given(outcome, "policy"));
  expect(toBigInt(policy["total_paid"])).to.equal(AMOUNT);
}

const madeConfig: Proof = async (outcome) => {
  const config = await created(outcome, "ProgramConfig", "config");
  sameKey(config["authority"], given(outcome, "upgrade_authority"));
};

const madeGateway: Proof = async (outcome) => {
  const gateway = await created(outcome, "PaymentGateway", "gateway");
  sameKey(gateway["authority"], given(outcome, "authority"));
  sameKey(gateway["rent_payer"], given(outcome, "payer"));
};

const madeUserPayment: Proof = async (outcome) => {
  const userPayment = await created(outcome, "UserPayment", "user_payment");
  sameKey(userPayment["owner"], given(outcome, "owner"));
  sameKey(userPayment["rent_payer"], given(outcome, "payer"));
  sameKey(userPayment["token_account"], given(outcome, "token_account"));
};

const madePolicy: Proof = async (outcome) => {
  const policy = await created(outcome, "PaymentPolicy", "policy");
  sameKey(policy["rent_payer"], given(outcome, "payer"));
  sameKey(policy["recipient"], given(outcome, "recipient"));
  sameKey(policy["gateway"], given(outcome, "gateway"));
  const gateway = await outcome.stage.world.decode("PaymentGateway", given(outcome, "gateway"));
  // What is copied is the chosen gateway's own fee.
  expect(policy["gateway_fee_bps"]).to.equal(gateway["fee_bps"]);
};

/** Proofs by "instruction.slot" of the account that was swapped. */
export const OUTCOMES: Record<string, Proof> = {
  "initialize_config.payer": madeConfig,
  "initialize_config.config": madeConfig,
  "create_gateway.payer": madeGateway,
  "create_gateway.gateway": madeGateway,
  "create_user_payment.payer": madeUserPayment,
  "create_user_payment.user_payment": madeUserPayment,
  "create_user_payment.token_account": madeUserPayment,
  "create_milestone_policy.payer": madePolicy,
  "create_milestone_policy.policy": madePolicy,
  "create_milestone_policy.recipient": madePolicy,
  "create_milestone_policy.gateway": async (outcome) => {
    await madePolicy(outcome);
    await untouched(outcome, outcome.stage.world.gateway);
  },
  "execute_payment.escrow": async (outcome) => {
    await paid(outcome);
    const { sibling } = outcome.stage.held;
    for (const address of [sibling.policy.address, sibling.escrow, sibling.vault]) {
      await untouched(outcome, address);
    }
  },
  "execute_payment.policy": async (outcome) => {
    await paid(outcome);
    await untouched(outcome, outcome.stage.policies.valid);
  },
  "execute_payment.recipient_token_account": async (outcome) => {
    await paid(outcome);
    await untouched(outcome, outcome.stage.world.tokens.recipient);
  },
  "execute_payment.gateway_fee_account": async (outcome) => {
    await paid(outcome);
    await untouched(outcome, outcome.stage.world.tokens.gatewayFees);
  },
  "execute_payment.protocol_fee_account": async (outcome) => {
    await paid(outcome);
    await untouched(outcome, outcome.stage.world.tokens.protocolFees);
  },
  "execute_payment.keeper_token_account": async (outcome) => {
    await paid(outcome);
    await untouched(outcome, outcome.stage.world.tokens.stranger);
  },
  "change_payment_policy_status.policy": async (outcome) => {
    const policy = await outcome.stage.world.decode("PaymentPolicy", given(outcome, "policy"));
    expect(policy["status"]).to.deep.equal({ Paused: {} });
    await untouched(outcome, outcome.stage.policies.valid);
  },
  "delete_payment_policy.policy": async (outcome) => {
    expect(await outcome.stage.world.chain.getAccount(given(outcome, "policy"))).to.equal(null);
    await untouched(outcome, outcome.stage.policies.valid);
  },
  ...ESCROW_OUTCOMES,
};
