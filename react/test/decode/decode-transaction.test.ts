/** What a wallet is asked to sign, decoded from the bytes alone. */
import { buildInstruction, type InstructionName, IDL } from "@milepost/sdk";
import {
  createInitializeAccount2Instruction,
  createInitializeAccount3Instruction,
  createInitializeAccountInstruction,
  createTransferCheckedInstruction,
} from "@solana/spl-token";
import {
  ComputeBudgetProgram,
  Keypair,
  PublicKey,
  SystemProgram,
  TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import BN from "bn.js";
import { expect } from "chai";
import { decodeTransaction } from "../../src/decode/decode-transaction";
import { ProblemError } from "../../src/problems/problem";

const payer = Keypair.generate().publicKey;
const address = (): PublicKey => Keypair.generate().publicKey;

function bytesOf(...instructions: TransactionInstruction[]): Uint8Array {
  const recentBlockhash = PublicKey.default.toBase58();
  const message = new TransactionMessage({ payerKey: payer, recentBlockhash, instructions });
  return new VersionedTransaction(message.compileToV0Message()).serialize();
}

/** A plausible value of a type of the IDL. */
function sample(type: unknown): unknown {
  if (typeof type === "string") {
    if (type === "pubkey") return address();
    if (type === "bool") return true;
    return /64$/.test(type) ? new BN(1_796_000_000) : 1;
  }
  const { option, array, defined } = type as {
    option?: unknown;
    array?: [unknown, number];
    defined?: unknown;
  };
  if (option) return sample(option);
  if (array) return Array.from({ length: array[1] }, () => sample(array[0]));
  return defined ? { paused: {} } : null;
}

function refusal(bytes: Uint8Array): string {
  try {
    decodeTransaction(bytes);
  } catch (error) {
    expect(error).to.be.instanceOf(ProblemError);
    const { problem } = error as ProblemError;
    expect(problem.code).to.equal("decode.refused");
    return problem.text;
  }
  return expect.fail("decoded");
}

describe("decodeTransaction", () => {
  for (const { name, accounts, args } of IDL.instructions) {
    it(`says in words what ${name} does`, () => {
      const items = accounts as readonly { name: string }[];
      const given = Object.fromEntries(items.map((item) => [item.name, address()]));
      const values = Object.fromEntries(
        (args as readonly { name: string; type: unknown }[]).map((arg) => [
          arg.name,
          sample(arg.type),
        ]),
      );
      const built = buildInstruction(name as InstructionName, given as never, values);
      const { instructions } = decodeTransaction(bytesOf(built));
      expect(instructions).to.have.length(1);
      expect(instructions[0]).to.include({ program: "milepost", name, isMinor: false });
      expect(instructions[0]!.title).to.match(/^[A-Z].{8,}/);
      for (const detail of instructions[0]!.details) expect(detail.label).not.to.equal("");
    });
  }

  it("names the owner of a new token account, and the program of a new account", () => {
    const [account, mint, owner] = [address(), address(), address()];
    for (const built of [
      createInitializeAccountInstruction(account, mint, owner),
      createInitializeAccount2Instruction(account, mint, owner),
      createInitializeAccount3Instruction(account, mint, owner),
    ]) {
      const [step] = decodeTransaction(bytesOf(built)).instructions;
      expect(step!.details).to.deep.include({
        ...{ label: "Owner", kind: "address", address: owner.toBase58() },
      });
    }
    const creation = SystemProgram.createAccount({
      ...{ fromPubkey: payer, newAccountPubkey: account, lamports: 5, space: 165 },
      programId: owner,
    });
    expect(decodeTransaction(bytesOf(creation)).instructions[0]!.details).to.deep.include({
      ...{ label: "Program that controls it", kind: "address", address: owner.toBase58() },
    });
  });

  it("shows amounts with the mint's decimals, addresses, fee payer, signers and fee", () => {
    const [source, mint, destination] = [address(), address(), address()];
    const transfer = createTransferCheckedInstruction(
      source,
      mint,
      destination,
      payer,
      5_000_000n,
      6,
    );
    const bytes = bytesOf(
      ComputeBudgetProgram.setComputeUnitLimit({ units: 100_000 }),
      ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 15 }),
      transfer,
    );
    const mints = { [mint.toBase58()]: { decimals: 6, symbol: "USDC" } };
    const decoded = decodeTransaction(bytes, { mints });
    expect(decoded.feePayer).to.equal(payer.toBase58());
    expect(decoded.signers).to.deep.equal([payer.toBase58()]);
    expect(decoded.feeLamports).to.equal(5_002n);
    expect(decoded.instructions.map(({ isMinor }) => isMinor)).to.deep.equal([true, true, false]);
    expect(decoded.instructions[2]!.details).to.deep.equal([
      {
        label: "Amount",
        kind: "amount",
        baseUnits: 5_000_000n,
        mint: mint.toBase58(),
        decimals: 6,
        symbol: "USDC",
      },
      { label: "From the token account", kind: "address", address: source.toBase58() },
      { label: "To the token account", kind: "address", address: destination.toBase58() },
    ]);
  });

  it("refuses an instruction of an unknown program and names it", () => {
    const programId = address();
    const unknown = new TransactionInstruction({ programId, keys: [], data: Buffer.from([1]) });
    expect(refusal(bytesOf(unknown))).to.contain(programId.toBase58());
  });

  it("refuses instructions of known programs that move authority, and data with additional bytes", () => {
    const [account, next] = [address(), address()];
    const assign = SystemProgram.assign({ accountPubkey: payer, programId: next });
    expect(refusal(bytesOf(assign))).to.contain(SystemProgram.programId.toBase58());
    const transfer = SystemProgram.transfer({ fromPubkey: payer, toPubkey: account, lamports: 1 });
    const data = Buffer.concat([transfer.data, Buffer.from([0])]);
    const longer = new TransactionInstruction({ ...transfer, data });
    expect(refusal(bytesOf(longer))).to.contain(SystemProgram.programId.toBase58());
  });

  it("refuses bytes that are not exactly one transaction", () => {
    expect(refusal(new Uint8Array([1, 2, 3]))).to.contain("not a transaction");
    const transfer = SystemProgram.transfer({ fromPubkey: payer, toPubkey: payer, lamports: 1 });
    const bytes = bytesOf(transfer);
    expect(refusal(Uint8Array.from([...bytes, 0]))).to.contain("more than a transaction");
  });
});
