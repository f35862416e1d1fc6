/** What each account of each instruction is, which the IDL does not say, and the flags it does say. */
import { IDL } from "../instructions";

export type Kind =
  | "signer"
  | "wallet"
  | "config"
  | "gateway"
  | "user_payment"
  | "policy"
  | "mint"
  | "token"
  | "token_program"
  | "system_program"
  | "program_data"
  /** A derived address that the instruction makes an account at. */
  | "vacant";

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
  recipient: "wallet",
  rent_payer: "wallet",
  config: "config",
  gateway: "gateway",
  user_payment: "user_payment",
  policy: "policy",
  mint: "mint",
  token_account: "token",
  recipient_token_account: "token",
  gateway_fee_account: "token",
  protocol_fee_account: "token",
  token_program: "token_program",
  system_program: "system_program",
  program_data: "program_data",
};

const VACANT = new Set([
  "initialize_config.config",
  "create_gateway.gateway",
  "create_user_payment.user_payment",
  "create_milestone_policy.policy",
]);

/** An account nobody has thought about yet has no kind, and the suite does not start. */
function kindOf(instruction: string, name: string): Kind {
  if (VACANT.has(`${instruction}.${name}`)) return "vacant";
  const kind = KIND_BY_NAME[name];
  if (!kind) throw new Error(`decide what kind of account ${instruction}.${name} is`);
  return kind;
}

/** Names of all instructions, in the IDL's order. */
export const INSTRUCTIONS: string[] = IDL.instructions.map(({ name }) => name);

/** The accounts of an instruction in wire order. */
export function slotsOf(instruction: string): Slot[] {
  const definition = IDL.instructions.find(({ name }) => name === instruction);
  if (!definition) throw new Error(`no instruction ${instruction} in the IDL`);
  return definition.accounts.map((account, index) => {
    if ("accounts" in account) throw new Error(`${instruction}: nested accounts are not used`);
    return {
      instruction,
      name: account.name,
      index,
      kind: kindOf(instruction, account.name),
      isSigner: account.signer ?? false,
      isWritable: account.writable ?? false,
      isOptional: account.optional ?? false,
    };
  });
}
