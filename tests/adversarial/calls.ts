/** One valid call of each instruction on the stage; every account in it is a different one. */
import { PublicKey, SystemProgram, TransactionInstruction } from "@solana/web3.js";
import { gatewayAddress, policyAddress, userPaymentAddress } from "../world";
import { ESCROW_BUILDERS } from "./calls-escrow";
import { slotsOf } from "./kinds";
import { AMOUNTS, Party, Stage } from "./stage";

export interface Call {
  instruction: TransactionInstruction;
  /** The call's accounts by their IDL names. */
  accounts: Record<string, PublicKey>;
  /** Whose token account each slot asks for; the owner's where it does not say. */
  parties: Record<string, Party>;
  /** Clears what this call makes and another call needs. */
  before?: () => Promise<void>;
}

export type Builder = (
  stage: Stage,
) => Promise<
  | TransactionInstruction
  | ({ instruction: TransactionInstruction } & Partial<Omit<Call, "accounts">>)
>;

const SCHEDULE = { amounts: AMOUNTS, timestamps: [0n, 0n], releaseCondition: 2 };

const BUILDERS: Record<string, Builder> = {
  initialize_config: async ({ world, ...stage }) => ({
    instruction: world.initializeConfig({}, { payer: stage.wallets.rentPayer.publicKey }),
    before: () =>
      world.chain.setAccount(world.config, {
        lamports: 0n,
        data: Buffer.alloc(0),
        owner: SystemProgram.programId,
        executable: false,
      }),
  }),
  update_config: async ({ world }) => world.updateConfig({ protocolFeeBps: 321 }),
  accept_authority: async (stage) =>
    stage.world.acceptAuthority({ pending_authority: stage.key("heir") }),
  create_gateway: async (stage) =>
    stage.world.createGateway(
      { feeBps: 123 },
      {
        payer: stage.key("rentPayer"),
        authority: stage.key("newAuthority"),
        gateway: gatewayAddress(stage.key("newAuthority")),
      },
    ),
  update_gateway: async ({ world }) => world.updateGateway({ feeBps: 123 }),
  set_keeper_reward: async ({ world }) => world.setKeeperReward(123),
  close_gateway: async (stage) =>
    stage.world.closeGateway({
      authority: stage.key("idleAuthority"),
      gateway: stage.idleGateway,
      rent_payer: stage.key("rentPayer"),
    }),
  create_user_payment: async (stage) => ({
    instruction: stage.world.createUserPayment({
      payer: stage.key("rentPayer"),
      owner: stage.key("newOwner"),
      user_payment: userPaymentAddress(stage.key("newOwner"), stage.world.mint),
      token_account: stage.purses.newOwner.usual,
    }),
    parties: { token_account: "newOwner" },
  }),
  close_user_payment: async (stage) =>
    stage.world.closeUserPayment({
      user_payment: stage.userPayments.idle,
      rent_payer: stage.key("rentPayer"),
    }),
  create_milestone_policy: async (stage) => {
    const { world } = stage;
    const { next_policy_id: id } = await world.decode("UserPayment", world.userPayment);
    return world.createMilestonePolicy(SCHEDULE, policyAddress(world.userPayment, id as number), {
      payer: stage.key("rentPayer"),
    });
  },
  execute_payment: async ({ world, policies }) => ({
    instruction: world.executePayment(policies.valid, 0, {
      executor: world.key("gatewaySigner"),
      ...world.feeAccounts(),
      keeper_token_account: world.tokens.stranger,
    }),
    parties: {
      recipient_token_account: "recipient",
      gateway_fee_account: "gatewayFees",
      protocol_fee_account: "protocolFees",
      keeper_token_account: "stranger",
    },
  }),
  change_payment_policy_status: async ({ world, policies }) =>
    world.changeStatus(policies.valid, "Paused"),
  delete_payment_policy: async (stage) =>
    stage.world.deletePolicy(stage.policies.valid, { rent_payer: stage.key("rentPayer") }),
  sync_delegation: async ({ world }) => world.syncDelegation(),
  ...ESCROW_BUILDERS,
};

/** Returns the valid call of an instruction; throws for an instruction without one. */
export async function validCall(stage: Stage, name: string): Promise<Call> {
  const builder = BUILDERS[name];
  if (!builder) throw new Error(`write a valid call of ${name}`);
  const built = await builder(stage);
  const call = built instanceof TransactionInstruction ? { instruction: built } : built;
  const accounts = Object.fromEntries(
    slotsOf(name).map((slot) => [
      slot.name,
      (call.instruction.keys[slot.index] as { pubkey: PublicKey }).pubkey,
    ]),
  );
  return { parties: {}, ...call, accounts };
}
