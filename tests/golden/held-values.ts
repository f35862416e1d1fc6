/** What the golden bytes of held policies say, in the notation of `VALUES`. */
const PAYER = "55TPoSki1yUmJzeE6Zhc4B5YKSu873tAgCPYssnjfkUj";
const USER_PAYMENT = "69wiPSRNPkBcCM7xG6sURzTum9NNm9U6eRFGJBNNbEAB";
const RECIPIENT = "9R3esWGSPjyHMWmNWVXynnEptVxdcVBZQYFGoPDqWqPA";
const GATEWAY = "FBbbGh8g86er8VfjhwwNXDdfQD3W7hjzqJ7316XrZtRg";
const zeros = (length: number): string => "00".repeat(length);

/** 32 bytes that count up from `first`. */
export const counting = (first: number): number[] =>
  Array.from({ length: 32 }, (_, i) => first + i);
const countingHex = (first: number): string => Buffer.from(counting(first)).toString("hex");

export const HELD_VALUES = {
  "payment-policy-held": {
    user_payment: USER_PAYMENT,
    recipient: RECIPIENT,
    gateway: GATEWAY,
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
    status: { Active: {} },
    memo: "Project «abc» ✓ held",
    // The recipient's part of the first milestone.
    total_paid: "72623859790382856",
    policy_id: "1001",
    created_at: "1788888888",
    updated_at: "1790000607",
    protocol_fee_bps: "291",
    gateway_fee_bps: "801",
    bump: "255",
    rent_payer: PAYER,
    funding_kind: "1",
    reserved: zeros(20),
  },
  "payment-policy-closed": {
    user_payment: USER_PAYMENT,
    recipient: RECIPIENT,
    gateway: GATEWAY,
    policy_type: {
      Milestone: {
        milestone_amounts: ["1000", "2000", "0", "0"],
        milestone_timestamps: ["0", "0", "0", "0"],
        current_milestone: "1",
        release_condition: "0",
        total_milestones: "2",
        escrow_amount: "3000",
        padding: zeros(53),
      },
    },
    status: { Paused: {} },
    memo: "",
    total_paid: "1000",
    policy_id: "1000",
    created_at: "1788888777",
    updated_at: "1789999222",
    protocol_fee_bps: "291",
    gateway_fee_bps: "801",
    bump: "255",
    rent_payer: PAYER,
    funding_kind: "2",
    reserved: zeros(20),
  },
  escrow: {
    policy: "HuZXUooPQ2x4bWZtBTWw1KoLxLiXvKyBnjDyFjZ4xjjn",
    mediator: "91JPsMmuvZjnJYqroUW9yW3h6y7HbXUDtzpeSSYd3VJS",
    vault: "HnpdhzWcWehSG8TD45SwJ1E2ZhzBGVCtaWF7vU6RNGDc",
    rent_payer: PAYER,
    review_period_secs: "17965876",
    dispute_window_secs: "1122867",
    mediation_delay_secs: "2241348",
    mediation_timeout_secs: "3359829",
    delivery_grace_secs: "4478310",
    timeout_recipient_bps: "4660",
    platform_fee_bps: "801",
    accepted_at: "1790000102",
    ready_at: "1790000607",
    mediation_at: "1792242157",
    created_at: "1790000001",
    updated_at: "1790001011",
    bump: "254",
    milestones: [
      {
        state: { Resolved: {} },
        // 1,230,066,625,199,609,624 and 801 basis points of it; then the same of 72,623,859,790,382,856.
        funded: "1328594961878098354",
        paid: "78441030959592522",
        refunded: "1250153930918505832",
        submitted_at: "1790000304",
        disputed_at: "1790000405",
        evidence_hash: countingHex(0x11),
        reason_hash: countingHex(0x41),
      },
      {
        state: { Disputed: {} },
        funded: "2578748892796604186",
        paid: "0",
        refunded: "0",
        submitted_at: "1790000708",
        disputed_at: "1790000809",
        evidence_hash: countingHex(0x71),
        reason_hash: countingHex(0xa1),
      },
      {
        state: { Funded: {} },
        funded: "3828902823715110019",
        paid: "0",
        refunded: "0",
        submitted_at: "0",
        disputed_at: "0",
        evidence_hash: zeros(32),
        reason_hash: zeros(32),
      },
      {
        state: { Unfunded: {} },
        funded: "0",
        paid: "0",
        refunded: "0",
        submitted_at: "0",
        disputed_at: "0",
        evidence_hash: zeros(32),
        reason_hash: zeros(32),
      },
    ],
    reserved: zeros(19),
  },
};
