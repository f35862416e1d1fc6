/** A fault of ours or of the environment is never told as a fact about an account, a transaction or an RPC. */
import { expect } from "chai";
import { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { transactionSize } from "../../src/batch/size";
import { callRpc } from "../../src/rpc/call";
import { fakeWorld, owner, ownerTokens, policyPda } from "../fixtures";

const missing = () => {
  throw new ReferenceError("Buffer is not defined");
};

describe("an internal error", () => {
  it("passes through transactionSize, which is null only above the limit", () => {
    const instruction = (keys: PublicKey[]) =>
      new TransactionInstruction({
        programId: PublicKey.unique(),
        keys: keys.map((pubkey) => ({ pubkey, isSigner: false, isWritable: false })),
        data: Buffer.alloc(0),
      });
    const unique = (count: number) => Array.from({ length: count }, () => PublicKey.unique());
    for (const count of [60, 300]) {
      expect(transactionSize(owner.publicKey, [instruction(unique(count))])).to.equal(null);
    }
    const broken = { toBase58: missing } as unknown as PublicKey;
    expect(() => transactionSize(owner.publicKey, [instruction([broken])])).to.throw(
      ReferenceError,
      "Buffer is not defined",
    );
  });

  it("passes through an RPC call", async () => {
    const { context } = await fakeWorld();
    const error = await callRpc(context, "getSlot", async () => missing()).catch((e) => e);
    expect(error).to.be.instanceOf(ReferenceError);
  });

  it("passes through the reading of a token account and a policy", async () => {
    const { connection, sdk } = await fakeWorld();
    const read = connection.getMultipleAccountsInfo.bind(connection);
    for (const address of [ownerTokens, policyPda]) {
      connection.getMultipleAccountsInfo = async (...args: Parameters<typeof read>) => {
        const infos = await read(...args);
        return infos.map((info, index) =>
          info && args[0][index]!.equals(address)
            ? { ...info, data: Object.assign(Buffer.from(info.data), { subarray: missing }) }
            : info,
        );
      };
      const report = await sdk.explainRelease(policyPda).catch((error) => error);
      expect(report).to.be.instanceOf(ReferenceError);
    }
  });
});
