/** An action as instructions and signers, straight from the IDL. */
import { TOKEN_PROGRAM_ID } from "@solana/spl-token";
import type { PublicKey } from "@solana/web3.js";
import { programDataAddress, type SendResult, type Chain } from "../harness";
import { instruction, scheduleArgs } from "../world";
import type { Action, CreatePolicy, DeletePolicy, Execute } from "./actions";
import {
  CONFIG,
  type Gateway,
  gatewayOf,
  key,
  keypairOf,
  mintKeypair,
  type Name,
  NOBODY,
  type Owner,
  tokensOf,
  userPaymentOf,
} from "./cast";
import { GATEWAY_NAME, GATEWAY_URL } from "./model-setup";
import { type Order, tokenOrder } from "./perform-tokens";

const person = (name: Name): PublicKey => keypairOf(name).publicKey;
const maybe = (name: Name | "nobody" | undefined): PublicKey | null =>
  name === undefined ? null : name === "nobody" ? key(NOBODY) : person(name);
const tokens = (name: Name): PublicKey => key(tokensOf(name));
const gatewayKey = (gateway: Gateway): PublicKey => key(gatewayOf(gateway).address);
const userPaymentKey = (owner: Owner): PublicKey => key(userPaymentOf(owner).address);
const config = key(CONFIG.address);
const mint = mintKeypair.publicKey;
const token_program = TOKEN_PROGRAM_ID;

function createPolicy(action: CreatePolicy): Order {
  return {
    instruction: instruction("create_milestone_policy", scheduleArgs(action), {
      payer: person(action.payer),
      owner: person(action.signer),
      config,
      gateway: gatewayKey(action.gateway),
      user_payment: userPaymentKey(action.owner),
      policy: key(action.address),
      recipient: maybe(action.recipient),
      mint,
      token_account: tokens(action.owner),
      token_program,
    }),
    signers: [keypairOf(action.payer), keypairOf(action.signer)],
  };
}

function execute(action: Execute): Order {
  const order = instruction(
    "execute_payment",
    { milestone_index: action.index },
    {
      executor: person(action.executor),
      config,
      gateway: gatewayKey(action.gateway),
      user_payment: userPaymentKey(action.userPaymentOf),
      policy: key(action.policy.address),
      mint,
      token_account: tokens(action.userPaymentOf),
      recipient_token_account: tokens(action.destination),
      gateway_fee_account: action.gatewayFees && tokens(action.gatewayFees),
      protocol_fee_account: action.protocolFees && tokens(action.protocolFees),
      token_program,
      keeper_token_account:
        action.keeper === "mint" ? mint : action.keeper && tokens(action.keeper),
    },
  );
  if (!action.isSigned) order.keys.forEach((account) => (account.isSigner = false));
  return {
    instruction: order,
    signers: action.isSigned ? [keypairOf(action.executor)] : [],
    feePayer: keypairOf(action.feePayer),
  };
}

function deletePolicy(action: DeletePolicy): Order {
  return {
    instruction: instruction(
      "delete_payment_policy",
      {},
      {
        owner: person(action.signer),
        gateway: gatewayKey(action.gateway),
        user_payment: userPaymentKey(action.userPaymentOf),
        policy: key(action.policy.address),
        token_account: tokens(action.userPaymentOf),
        token_program,
        rent_payer: person(action.rentPayer),
      },
    ),
    signers: [keypairOf(action.signer)],
  };
}

function order(action: Exclude<Action, { kind: "setTime" | "warpSlots" }>): Order {
  switch (action.kind) {
    case "initializeConfig":
      return {
        instruction: instruction(
          "initialize_config",
          { fee_recipient: person("fees1"), protocol_fee_bps: action.protocolFeeBps },
          {
            payer: person("payer"),
            upgrade_authority: person(action.signer),
            config,
            program_data: programDataAddress(),
          },
        ),
        signers: [keypairOf(action.signer)],
      };
    case "updateConfig":
      return {
        instruction: instruction(
          "update_config",
          {
            fee_recipient: maybe(action.feeRecipient),
            protocol_fee_bps: action.protocolFeeBps ?? null,
            is_paused: action.isPaused ?? null,
            pending_authority: maybe(action.pendingAuthority),
          },
          { authority: person(action.signer), config },
        ),
        signers: [keypairOf(action.signer)],
      };
    case "acceptAuthority":
      return {
        instruction: instruction(
          "accept_authority",
          {},
          { pending_authority: person(action.signer), config },
        ),
        signers: [keypairOf(action.signer)],
      };
    case "createGateway":
      return {
        instruction: instruction(
          "create_gateway",
          {
            signer: person(action.signer),
            fee_recipient: person(action.feeRecipient),
            fee_bps: action.feeBps,
            name: [...GATEWAY_NAME],
            url: [...GATEWAY_URL],
          },
          {
            payer: person(action.payer),
            authority: person(action.gateway),
            gateway: gatewayKey(action.gateway),
          },
        ),
        signers: [keypairOf(action.payer), keypairOf(action.gateway)],
      };
    case "updateGateway":
      return {
        instruction: instruction(
          "update_gateway",
          {
            signer: maybe(action.signer),
            fee_recipient: maybe(action.feeRecipient),
            fee_bps: action.feeBps ?? null,
            name: action.name ? [...action.name] : null,
            url: null,
          },
          { authority: person(action.authority), gateway: gatewayKey(action.gateway) },
        ),
        signers: [keypairOf(action.authority)],
      };
    case "setKeeperReward":
      return {
        instruction: instruction(
          "set_keeper_reward",
          { keeper_reward_bps: action.bps },
          { authority: person(action.authority), gateway: gatewayKey(action.gateway) },
        ),
        signers: [keypairOf(action.authority)],
      };
    case "closeGateway":
      return {
        instruction: instruction(
          "close_gateway",
          {},
          {
            authority: person(action.authority),
            gateway: gatewayKey(action.gateway),
            rent_payer: person(action.rentPayer),
          },
        ),
        signers: [keypairOf(action.authority)],
      };
    case "createUserPayment":
      return {
        instruction: instruction(
          "create_user_payment",
          { first_policy_id: action.firstPolicyId },
          {
            payer: person(action.payer),
            owner: person(action.owner),
            user_payment: userPaymentKey(action.owner),
            mint,
            token_account: tokens(action.owner),
            token_program,
          },
        ),
        signers: [keypairOf(action.payer), keypairOf(action.owner)],
      };
    case "closeUserPayment":
      return {
        instruction: instruction(
          "close_user_payment",
          {},
          {
            owner: person(action.signer),
            user_payment: userPaymentKey(action.owner),
            rent_payer: person(action.rentPayer),
          },
        ),
        signers: [keypairOf(action.signer)],
      };
    case "createPolicy":
      return createPolicy(action);
    case "execute":
      return execute(action);
    case "changeStatus":
      return {
        instruction: instruction(
          "change_payment_policy_status",
          { status: action.isPaused ? { Paused: {} } : { Active: {} } },
          {
            owner: person(action.signer),
            user_payment: userPaymentKey(action.userPaymentOf),
            policy: key(action.policy.address),
          },
        ),
        signers: [keypairOf(action.signer)],
      };
    case "deletePolicy":
      return deletePolicy(action);
    case "syncDelegation":
      return {
        instruction: instruction(
          "sync_delegation",
          { replace_delegate: action.replaceDelegate },
          {
            owner: person(action.signer),
            user_payment: userPaymentKey(action.owner),
            token_account: tokens(action.owner),
            token_program,
          },
        ),
        signers: [keypairOf(action.signer)],
      };
    default:
      return tokenOrder(action);
  }
}

/** Does it on the chain. Setting the clock sends nothing and answers null. */
export async function performOn(chain: Chain, action: Action): Promise<SendResult | null> {
  if (action.kind === "setTime") {
    await chain.setTime(action.time);
    return null;
  }
  if (action.kind === "warpSlots") {
    await chain.warpToSlot(chain.slot() + action.by);
    return null;
  }
  const { instruction: built, signers, feePayer } = order(action);
  return chain.send([built], signers, feePayer ? { feePayer } : {});
}
