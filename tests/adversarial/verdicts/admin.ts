/** Config and gateways: who administers what. */
import {
  ALLOWED,
  CONFIG_WRITABLE,
  copies,
  exactly,
  exactlyWritable,
  gatewayWritable,
  type InstructionVerdicts,
  PAYER,
  signer,
  SYSTEM_PROGRAM,
  VACANT,
} from "./by-kind";

const UNSIGNED = "MissingRequiredSignature";

export const ADMIN: Record<string, InstructionVerdicts> = {
  initialize_config: {
    slots: {
      payer: PAYER,
      upgrade_authority: signer("InvalidAuthority", UNSIGNED),
      config: VACANT,
      program_data: { ...exactly("InvalidProgramData"), ...copies("InvalidProgramData") },
      system_program: SYSTEM_PROGRAM,
    },
    exclusive: ["config"],
    duplicates: {
      "payer <- upgrade_authority": ALLOWED,
      "payer <- program_data": UNSIGNED,
      "payer <- system_program": UNSIGNED,
      "upgrade_authority <- payer": "InvalidAuthority",
      "upgrade_authority <- program_data": UNSIGNED,
      "upgrade_authority <- system_program": UNSIGNED,
      "program_data <- payer": "InvalidProgramData",
      "program_data <- upgrade_authority": "InvalidProgramData",
      "program_data <- system_program": "InvalidProgramData",
      "system_program <- payer": "ConstraintExecutable",
      "system_program <- upgrade_authority": "ConstraintExecutable",
      "system_program <- program_data": "ConstraintExecutable",
    },
  },
  update_config: {
    slots: { authority: signer("InvalidAuthority", UNSIGNED), config: CONFIG_WRITABLE },
    exclusive: ["config"],
    duplicates: {},
  },
  accept_authority: {
    slots: { pending_authority: signer("InvalidAuthority", UNSIGNED), config: CONFIG_WRITABLE },
    exclusive: ["config"],
    duplicates: {},
  },
  create_gateway: {
    slots: {
      payer: PAYER,
      // The gateway's address is the authority's: a stranger's is elsewhere.
      authority: signer("InvalidAddress", UNSIGNED),
      gateway: VACANT,
      system_program: SYSTEM_PROGRAM,
    },
    exclusive: ["gateway"],
    duplicates: {
      "payer <- authority": ALLOWED,
      "payer <- system_program": UNSIGNED,
      "authority <- payer": "InvalidAddress",
      "authority <- system_program": UNSIGNED,
      "system_program <- payer": "ConstraintExecutable",
      "system_program <- authority": "ConstraintExecutable",
    },
  },
  update_gateway: {
    slots: {
      authority: signer("InvalidAuthority", UNSIGNED),
      gateway: gatewayWritable("InvalidAuthority"),
    },
    exclusive: ["gateway"],
    duplicates: {},
  },
  set_keeper_reward: {
    slots: {
      authority: signer("InvalidAuthority", UNSIGNED),
      gateway: gatewayWritable("InvalidAuthority"),
    },
    exclusive: ["gateway"],
    duplicates: {},
  },
  close_gateway: {
    slots: {
      authority: signer("InvalidAuthority", UNSIGNED),
      gateway: gatewayWritable("InvalidAuthority"),
      rent_payer: exactlyWritable("InvalidRentPayer"),
    },
    exclusive: ["gateway"],
    duplicates: {
      "authority <- rent_payer": "InvalidAuthority",
      "rent_payer <- authority": "InvalidRentPayer",
    },
  },
};
