/** A user who brings Anchor: its `Program` takes our IDL, and reads and writes what the SDK does. */
import { expect } from "chai";
import { AnchorProvider, Program } from "@coral-xyz/anchor";
import { Keypair, PublicKey } from "@solana/web3.js";
import { ACCOUNTS } from "../../src/generated/accounts";
import { writeTagged } from "../../src/codec/program";
import {
  buildInstruction,
  decodeAccount,
  IDL,
  type MilestoneIdl,
  PROGRAM_ID,
} from "../../src/index";
import { FakeConnection } from "../fake-connection";
import { policy, policyPda } from "../fixtures";
import { plain } from "../random-values";

describe("Anchor's Program over our IDL", () => {
  const signer = Keypair.generate();
  const wallet = {
    publicKey: signer.publicKey,
    payer: signer,
    signTransaction: async <T>(transaction: T) => transaction,
    signAllTransactions: async <T>(transactions: T[]) => transactions,
  };
  const provider = new AnchorProvider(new FakeConnection().asConnection(), wallet);
  const program = new Program<MilestoneIdl>(IDL, provider);

  it("builds the instruction that the SDK builds", async () => {
    const accounts = {
      executor: signer.publicKey,
      config: PublicKey.unique(),
      gateway: PublicKey.unique(),
      userPayment: PublicKey.unique(),
      policy: policyPda,
      mint: PublicKey.unique(),
      tokenAccount: PublicKey.unique(),
      recipientTokenAccount: PublicKey.unique(),
      gatewayFeeAccount: null,
      protocolFeeAccount: null,
      tokenProgram: PublicKey.unique(),
      escrow: PublicKey.unique(),
      keeperTokenAccount: PublicKey.unique(),
    };
    const theirs = await program.methods.executePayment(2).accountsStrict(accounts).instruction();
    const ours = buildInstruction("executePayment", accounts, { milestoneIndex: 2 });
    expect(theirs.data.equals(ours.data)).to.equal(true);
    expect(JSON.parse(plain(theirs.keys))).to.deep.equal(JSON.parse(plain(ours.keys)));
    expect(theirs.programId.equals(PROGRAM_ID)).to.equal(true);
  });

  it("reads the account that the SDK reads", () => {
    const data = Buffer.from(writeTagged(ACCOUNTS.paymentPolicy, policy()));
    const theirs = program.coder.accounts.decode<ReturnType<typeof policy>>("paymentPolicy", data);
    const info = { owner: PROGRAM_ID, data, executable: false, lamports: 1 };
    const ours = decodeAccount("paymentPolicy", policyPda, info, PROGRAM_ID);
    expect(plain(ours)).to.equal(plain(theirs));
    expect(ours.totalPaid.eq(theirs.totalPaid)).to.equal(true);
  });
});
