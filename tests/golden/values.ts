/** Borsh schemas written from docs/accounts.md without the IDL, and what the golden bytes of delegated policies say. */
import type { Schema } from "borsh";
import { HELD_VALUES } from "./held-values";
import type { GoldenFile, GoldenType } from "./files";

const bytes = (len: number): Schema => ({ array: { type: "u8", len } });
const ADDRESS = bytes(32);

const MILESTONE_STATES = [
  "Unfunded",
  "Funded",
  "Submitted",
  "Disputed",
  "Mediation",
  "Released",
  "Resolved",
  "Refunded",
];
const ESCROW_MILESTONE: Schema = {
  struct: {
    state: { enum: MILESTONE_STATES.map((name) => ({ struct: { [name]: { struct: {} } } })) },
    funded: "u64",
    paid: "u64",
    refunded: "u64",
    submitted_at: "i64",
    disputed_at: "i64",
    evidence_hash: bytes(32),
    reason_hash: bytes(32),
  },
};

export const BORSH: Record<GoldenType, Schema> = {
  ProgramConfig: {
    struct: {
      discriminator: bytes(8),
      authority: ADDRESS,
      pending_authority: ADDRESS,
      fee_recipient: ADDRESS,
      protocol_fee_bps: "u16",
      is_paused: "u8",
      bump: "u8",
      reserved: bytes(32),
    },
  },
  PaymentGateway: {
    struct: {
      discriminator: bytes(8),
      authority: ADDRESS,
      signer: ADDRESS,
      fee_recipient: ADDRESS,
      fee_bps: "u16",
      name: bytes(32),
      url: bytes(64),
      open_policies: "u32",
      bump: "u8",
      rent_payer: ADDRESS,
      created_at: "i64",
      updated_at: "i64",
      keeper_reward_bps: "u16",
      reserved: bytes(30),
    },
  },
  UserPayment: {
    struct: {
      discriminator: bytes(8),
      owner: ADDRESS,
      mint: ADDRESS,
      token_account: ADDRESS,
      committed: "u64",
      open_policies: "u32",
      next_policy_id: "u32",
      bump: "u8",
      rent_payer: ADDRESS,
      created_at: "i64",
      updated_at: "i64",
      reserved: bytes(36),
    },
  },
  PaymentPolicy: {
    struct: {
      discriminator: bytes(8),
      user_payment: ADDRESS,
      recipient: ADDRESS,
      gateway: ADDRESS,
      policy_type: {
        enum: [
          { struct: { Uninitialized: { struct: {} } } },
          {
            struct: {
              Milestone: {
                struct: {
                  milestone_amounts: { array: { type: "u64", len: 4 } },
                  milestone_timestamps: { array: { type: "i64", len: 4 } },
                  current_milestone: "u8",
                  release_condition: "u8",
                  total_milestones: "u8",
                  escrow_amount: "u64",
                  padding: bytes(53),
                },
              },
            },
          },
        ],
      },
      status: {
        enum: [{ struct: { Active: { struct: {} } } }, { struct: { Paused: { struct: {} } } }],
      },
      memo: bytes(64),
      total_paid: "u64",
      policy_id: "u32",
      created_at: "i64",
      updated_at: "i64",
      protocol_fee_bps: "u16",
      gateway_fee_bps: "u16",
      bump: "u8",
      rent_payer: ADDRESS,
      funding_kind: "u8",
      reserved: bytes(20),
    },
  },
  Escrow: {
    struct: {
      discriminator: bytes(8),
      policy: ADDRESS,
      mediator: ADDRESS,
      vault: ADDRESS,
      rent_payer: ADDRESS,
      review_period_secs: "u32",
      dispute_window_secs: "u32",
      mediation_delay_secs: "u32",
      mediation_timeout_secs: "u32",
      delivery_grace_secs: "u32",
      timeout_recipient_bps: "u16",
      platform_fee_bps: "u16",
      accepted_at: "i64",
      ready_at: "i64",
      mediation_at: "i64",
      created_at: "i64",
      updated_at: "i64",
      bump: "u8",
      milestones: { array: { type: ESCROW_MILESTONE, len: 4 } },
      reserved: bytes(19),
    },
  },
};

const PAYER = "55TPoSki1yUmJzeE6Zhc4B5YKSu873tAgCPYssnjfkUj";
const zeros = (length: number): string => "00".repeat(length);

/** A gateway that pays no reward: of every version before 0.2.0, and of later ones that never set a reward. */
const GATEWAY = {
  authority: "3VW2ycCwzH11oLgyVEaJEU3TbsCSbj1eYGJN6FAw19mX",
  signer: "AvimfN9QjSoMh9wKZWL5RmwZKTMD3pMWzwWrW86XPbRt",
  fee_recipient: "J7s9V5w3uFaPjbzroMkSqqKHBFtaFJNpdDfME3eJYbjv",
  fee_bps: "801",
  name: "Gateway Ünïversal",
  url: "https://gateway.example/ünï?q=1",
  open_policies: "2",
  bump: "255",
  rent_payer: PAYER,
  created_at: "1767225600",
  updated_at: "1777777777",
  keeper_reward_bps: "0",
  reserved: zeros(30),
};

/**
 * Whole numbers in decimal, addresses in base58, texts as they read, other bytes in hex: what every decoder must find in
 * the golden bytes.
 */
export const VALUES: Record<GoldenFile, object> = {
  ...HELD_VALUES,
  "program-config": {
    authority: "EcNtPeKN9ZCCwEfVKVCvuEpfsLNnJYNSYi1ohxCXQSKu",
    pending_authority: "DxY7U3LEq7nEiLjyR5nymFm2h4sRHwqbc1eqeP47eiA5",
    fee_recipient: "F7gseELUMPQjGJksXBDgY1MX1Y9ZjZWdZyvCubuPtdK7",
    protocol_fee_bps: "321",
    is_paused: "1",
    bump: "252",
    reserved: zeros(32),
  },
  "payment-gateway": GATEWAY,
  "payment-gateway-rewarding": {
    ...GATEWAY,
    updated_at: "1800000123",
    keeper_reward_bps: "4660",
  },
  "user-payment": {
    owner: "EWFZJuFzfx1bdWH5wa67KL1joEvYhGF5m6cL9mjHp1V",
    mint: "Bqf1f4YEpkZM8AdqZnEjT1VPcnFGVKpzVoaQkJeP67Ky",
    token_account: "BBw3acfUPxUgkpbVaB4woynymXw9hwEDe3nn7qpKqdBN",
    committed: "6023170449626802576",
    open_policies: "2",
    next_policy_id: "1002",
    bump: "255",
    rent_payer: PAYER,
    created_at: "1767225600",
    updated_at: "1799999999",
    reserved: zeros(36),
  },
  "payment-policy": {
    user_payment: "69wiPSRNPkBcCM7xG6sURzTum9NNm9U6eRFGJBNNbEAB",
    recipient: "9R3esWGSPjyHMWmNWVXynnEptVxdcVBZQYFGoPDqWqPA",
    gateway: "FBbbGh8g86er8VfjhwwNXDdfQD3W7hjzqJ7316XrZtRg",
    policy_type: {
      Milestone: {
        milestone_amounts: [
          "1230066625199609624",
          "2387509390608836392",
          "3544952156018063160",
          "90708902999902024",
        ],
        milestone_timestamps: ["-2", "1000000000", "1800000000", "7258118400"],
        current_milestone: "1",
        release_condition: "9",
        total_milestones: "4",
        escrow_amount: "7253237074826411200",
        padding: zeros(53),
      },
    },
    status: { Paused: {} },
    memo: "Projekt «abc» ✓ milestone 1",
    total_paid: "1230066625199609624",
    policy_id: "1001",
    created_at: "1788888888",
    updated_at: "1811111111",
    protocol_fee_bps: "291",
    gateway_fee_bps: "801",
    bump: "255",
    rent_payer: PAYER,
    funding_kind: "0",
    reserved: zeros(20),
  },
};
