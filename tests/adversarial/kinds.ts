/** What each account of each instruction is, which the IDL does not say, and the flags it does say. */
import { IDL } from "../world";

export type Kind =
  | "signer"
  | "wallet"
  | "config"
  | "gateway"
  | "user_payment"
  | "policy"
  | "escrow"
  | "mint"
  | "token"
  | "token_program"
  | "system_program"
  | "associated_token_program"
  | "program_data"
  /** A derived address that the instruction makes an account at. */
  | "vacant"
  /** The same, made by the associated token program. */
  | "vacant_vault";

export interface Slot {
  instruction: string;
  name: string;
  index: number;
  kind: Kind;
  isSigner: boolean;
  isWritable: boolean;
  isOptional: boolean;
}

const KIND_BY_NAME: Record<string, Kind> = {
  payer: "signer",
  owner: "signer",
  authority: "signer",
  upgrade_authority: "signer",
  pending_authority: "signer",
  executor: "signer",
  mediator: "signer",
  party: "signer",
  // Of `create_milestone_policy`; where it signs, the IDL says so.
  recipient: "wallet",
  rent_payer: "wallet",
  config: "config",
  gateway: "gateway",
  user_payment: "user_payment",
  policy: "policy",
  escrow: "escrow",
  mint: "mint",
  token_account: "token",
  vault: "token",
  recipient_token_account: "token",
  owner_token_account: "token",
  gateway_fee_account: "token",
  protocol_fee_account: "token",
  keeper_token_account: "token",
  token_program: "token_program",
  system_program: "system_program",
  associated_token_program: "associated_token_program",
  program_data: "program_data",
};

const VACANT = new Set([
  "initialize_config.config",
  "create_gateway.gateway",
  "create_user_payment.user_payment",
  "create_milestone_policy.policy",
  "open_escrow.escrow",
]);

/** An account that is missing here has no kind, and the suite does not start. */
function kindOf(instruction: string, name: string, isSigner: boolean): Kind {
  if (VACANT.has(`${instruction}.${name}`)) return "vacant";
  if (`${instruction}.${name}` === "open_escrow.vault") return "vacant_vault";
  if (isSigner) return "signer";
  const kind = KIND_BY_NAME[name];
  if (!kind) throw new Error(`decide what kind of account ${instruction}.${name} is`);
  return kind;
}

/** The same instruction for a policy whose money is held: other accounts are right, and other ones wrong. */
export const EXECUTE_HELD = "execute_payment of a held policy";

/** Names of all instructions, in the IDL's order, and of what two kinds of policies share. */
export const INSTRUCTIONS: string[] = [...IDL.instructions.map(({ name }) => name), EXECUTE_HELD];

/**
 * Accounts that follow the ones Anchor loads: `execute_payment` reads them where a policy is held or a keeper's reward is due,
 * and it is that one which refuses them when they come twice.
 */
export const isTrailing = (slot: Slot): boolean =>
  ["escrow", "keeper_token_account"].includes(slot.name) &&
  ["execute_payment", EXECUTE_HELD].includes(slot.instruction);

/** The accounts of an instruction in wire order. */
export function slotsOf(instruction: string): Slot[] {
  const idlName = instruction === EXECUTE_HELD ? "execute_payment" : instruction;
  const definition = IDL.instructions.find(({ name }) => name === idlName);
  if (!definition) throw new Error(`no instruction ${instruction} in the IDL`);
  return definition.accounts.map((account, index) => {
    if ("accounts" in account) throw new Error(`${instruction}: nested accounts are not used`);
    return {
      instruction,
      name: account.name,
      index,
      kind: kindOf(instruction, account.name, account.signer ?? false),
      isSigner: account.signer ?? false,
      isWritable: account.writable ?? false,
      isOptional: account.optional ?? false,
    };
  });
}
