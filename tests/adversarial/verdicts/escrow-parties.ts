/** What one party does to a held policy's state; no money moves. */
import { ESCROW, type InstructionVerdicts, policy, signer, userPayment } from "./by-kind";
import { pairs, POLICY_SLOT, signs, USER_PAYMENT_SLOT } from "./pairs";

const UNSIGNED = "MissingRequiredSignature";

/** The recipient of all of the stage's policies is the same, so that only the escrow tells them apart. */
const BY_RECIPIENT: InstructionVerdicts = {
  slots: {
    recipient: signer("InvalidRecipient", UNSIGNED),
    policy: policy({
      "another owner's policy": "InvalidEscrow",
      "the policy of another mint": "InvalidEscrow",
      "the policy of another gateway": "InvalidEscrow",
      "the owner's other policy": "InvalidEscrow",
      "the owner's other held policy": "InvalidEscrow",
    }),
    escrow: ESCROW,
  },
  exclusive: ["escrow"],
  duplicates: pairs({ recipient: signs("InvalidRecipient"), policy: POLICY_SLOT }),
};

const OWNERS_POLICY = policy({
  "another owner's policy": "InvalidUserPayment",
  "the policy of another mint": "InvalidUserPayment",
  "the policy of another gateway": "InvalidEscrow",
  "the owner's other policy": "InvalidEscrow",
  "the owner's other held policy": "InvalidEscrow",
});

const BY_OWNER: InstructionVerdicts = {
  slots: {
    owner: signer("InvalidOwner", UNSIGNED),
    user_payment: userPayment("InvalidOwner", "InvalidUserPayment"),
    policy: OWNERS_POLICY,
    escrow: ESCROW,
  },
  exclusive: ["escrow"],
  duplicates: pairs({
    owner: signs("InvalidOwner"),
    user_payment: USER_PAYMENT_SLOT,
    policy: POLICY_SLOT,
  }),
};

export const ESCROW_PARTIES: Record<string, InstructionVerdicts> = {
  accept_escrow: BY_RECIPIENT,
  submit_milestone: BY_RECIPIENT,
  dispute_milestone: BY_OWNER,
  withdraw_dispute: BY_OWNER,
  request_mediation: {
    slots: {
      party: signer("InvalidParty", UNSIGNED),
      // The other owner's account has another owner, who does not sign here.
      user_payment: userPayment("InvalidParty", "InvalidUserPayment"),
      policy: OWNERS_POLICY,
      escrow: ESCROW,
    },
    exclusive: ["escrow"],
    duplicates: pairs({
      party: signs("InvalidParty"),
      user_payment: USER_PAYMENT_SLOT,
      policy: POLICY_SLOT,
    }),
  },
};
