import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { PublicKey } from "@solana/web3.js";
import { anchorAccounts } from "../anchor-coder";
import { ACCOUNT_SIZE, PROGRAM_ID } from "../../src/constants";
import { GATEWAY_OFFSET, POLICY_OFFSET, USER_PAYMENT_OFFSET } from "../../src/accounts/offsets";
import { FIXES } from "../../src/errors/catalog";
import { MilepostErrorCode } from "../../src/errors/codes";
import { InvalidInputError } from "../../src/errors/input";
import { IDL } from "../../src/generated/milestone";
import { buildInstruction } from "../../src/actions/build-instruction";
import { getConfigPda, getPaymentPolicyPda } from "../../src/pdas";
import { expectError } from "../expect-error";
import {
  owner,
  policy,
  policyPda,
  recipient,
  stranger,
  userPayment,
  userPaymentPda,
} from "../fixtures";

const ROOT = join(__dirname, "..", "..", "..");
const pascal = (name: string) => name[0]!.toUpperCase() + name.slice(1);

describe("the SDK's constants", () => {
  it("given docs/accounts.md, then the same account sizes", () => {
    const text = readFileSync(join(ROOT, "docs/accounts.md"), "utf8");
    for (const [kind, size] of Object.entries(ACCOUNT_SIZE)) {
      expect(text).to.contain(`## \`${pascal(kind)}\`: ${size} bytes`);
    }
  });

  it("given docs/accounts.md, then the same offsets", () => {
    const text = readFileSync(join(ROOT, "docs/accounts.md"), "utf8");
    const rows = {
      user_payment: POLICY_OFFSET.userPayment,
      recipient: POLICY_OFFSET.recipient,
      gateway: POLICY_OFFSET.gateway,
      "policy_type tag": POLICY_OFFSET.policyTypeTag,
      status: POLICY_OFFSET.status,
      updated_at: POLICY_OFFSET.updatedAt,
      funding_kind: POLICY_OFFSET.fundingKind,
      signer: GATEWAY_OFFSET.signer,
      owner: USER_PAYMENT_OFFSET.owner,
      mint: USER_PAYMENT_OFFSET.mint,
      milestone_amounts: POLICY_OFFSET.milestoneAmounts - 105,
      escrow_amount: POLICY_OFFSET.escrowAmount - 105,
      milestone_timestamps: POLICY_OFFSET.milestoneTimestamps - 105,
      current_milestone: POLICY_OFFSET.currentMilestone - 105,
      release_condition: POLICY_OFFSET.releaseCondition - 105,
      total_milestones: POLICY_OFFSET.totalMilestones - 105,
    };
    for (const [field, offset] of Object.entries(rows)) {
      expect(text).to.match(new RegExp(`^\\| ${offset} +\\| ${field} +\\|`, "m"));
    }
  });

  it("given an encoded policy, then the bytes at the offsets are its fields", async () => {
    const data = await anchorAccounts().encode("paymentPolicy", policy({ releaseCondition: 9 }));
    expect(data.length).to.equal(ACCOUNT_SIZE.paymentPolicy);
    expect(data.subarray(POLICY_OFFSET.recipient, POLICY_OFFSET.recipient + 32)).to.deep.equal(
      recipient.publicKey.toBuffer(),
    );
    expect(data[POLICY_OFFSET.policyTypeTag]).to.equal(1);
    expect(data[POLICY_OFFSET.releaseCondition]).to.equal(9);
    expect(data[POLICY_OFFSET.totalMilestones]).to.equal(2);
    expect(data[POLICY_OFFSET.status]).to.equal(0);
    const back = anchorAccounts().decode<ReturnType<typeof policy>>("paymentPolicy", data);
    expect(back.policyType.milestone.milestoneAmounts.map(String)).to.deep.equal([
      "50000000",
      "100000000",
      "0",
      "0",
    ]);
    expect((await anchorAccounts().encode("userPayment", userPayment())).length).to.equal(
      ACCOUNT_SIZE.userPayment,
    );
  });

  it("gives every error of the program a fix, and no other", () => {
    const names = IDL.errors.map((error) => pascal(error.name));
    expect(Object.keys(FIXES).sort()).to.deep.equal([...names].sort());
  });

  it("given the error codes, then none is used twice", () => {
    const codes = Object.values(MilepostErrorCode);
    expect(new Set(codes).size).to.equal(codes.length);
  });

  it("given the IDL, then its program is PROGRAM_ID", () => {
    expect(IDL.address).to.equal(PROGRAM_ID.toBase58());
  });
});

describe("buildInstruction", () => {
  const executeAccounts = {
    executor: stranger.publicKey,
    config: getConfigPda()[0],
    gateway: owner.publicKey,
    userPayment: userPaymentPda,
    policy: policyPda,
    mint: owner.publicKey,
    tokenAccount: owner.publicKey,
    recipientTokenAccount: recipient.publicKey,
    gatewayFeeAccount: null,
    protocolFeeAccount: recipient.publicKey,
    tokenProgram: owner.publicKey,
  };

  it("given execute_payment, then Anchor's discriminator, the index, and the program for an absent account", () => {
    const instruction = buildInstruction("executePayment", executeAccounts, { milestoneIndex: 3 });
    const discriminator = createHash("sha256")
      .update("global:execute_payment")
      .digest()
      .subarray(0, 8);
    expect([...instruction.data]).to.deep.equal([...discriminator, 3]);
    expect(instruction.keys).to.have.length(11);
    expect(instruction.keys[0]).to.deep.include({ isSigner: true, isWritable: false });
    expect(instruction.keys[8]!.pubkey.equals(PROGRAM_ID)).to.equal(true);
    expect(instruction.keys[8]!.isWritable).to.equal(false);
    expect(instruction.keys[9]).to.deep.include({ isSigner: false, isWritable: true });
  });

  it("given a missing account, then refused by name", async () => {
    const accounts = { ...executeAccounts, policy: undefined as unknown as PublicKey };
    const build = () => buildInstruction("executePayment", accounts, { milestoneIndex: 0 });
    expect((await expectError(InvalidInputError, build)).field).to.equal("policy");
  });
});

describe("getPaymentPolicyPda", () => {
  it("given an id, then seeds of the account page with the id as u32 LE", () => {
    const [expected] = PublicKey.findProgramAddressSync(
      [
        Buffer.from("payment_policy"),
        userPaymentPda.toBuffer(),
        Buffer.from([0x04, 0x03, 0x02, 0x01]),
      ],
      PROGRAM_ID,
    );
    expect(getPaymentPolicyPda(userPaymentPda, 0x01020304)[0].equals(expected)).to.equal(true);
  });

  it("given an id above 32 bits, then refused", async () => {
    await expectError(InvalidInputError, () => getPaymentPolicyPda(userPaymentPda, 2 ** 32));
  });
});
