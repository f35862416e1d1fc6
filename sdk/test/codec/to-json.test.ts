import BN from "bn.js";
import { expect } from "chai";
import { Keypair, PublicKey } from "@solana/web3.js";
import { InvalidInputError, type JsonValue, toJson } from "../../src/index";
import { expectError } from "../expect-error";
import { fakeWorld, gateway, heldWorld, mint, owner, policyPda, recipient } from "../fixtures";

type Fields = Record<string, JsonValue>;

/** `value` after a trip through text. */
const roundTrip = (value: unknown) => JSON.parse(JSON.stringify(toJson(value)));

describe("toJson", () => {
  it("writes a policy's amounts in decimal and its addresses in base58", async () => {
    const { sdk } = await fakeWorld();
    const policy = roundTrip(await sdk.getPaymentPolicy(policyPda));
    const { milestone } = policy.policyType;
    expect(milestone.milestoneAmounts).to.deep.equal(["50000000", "100000000", "0", "0"]);
    expect(milestone.escrowAmount).to.equal("150000000");
    expect(milestone.currentMilestone).to.equal(0);
    expect(policy.recipient).to.equal(recipient.publicKey.toBase58());
    expect(policy.status).to.deep.equal({ active: {} });
    expect(policy.memo).to.have.length(64);
  });

  it("writes what explainRelease and delegationCoverage return", async () => {
    const { sdk } = await fakeWorld();
    const report = await sdk.explainRelease(policyPda);
    const explained = roundTrip(report);
    expect(explained.amount).to.equal("50000000");
    expect(Object.keys(explained).sort()).to.deep.equal(
      Object.keys(JSON.parse(JSON.stringify(report))).sort(),
    );
    const coverage = await sdk.delegationCoverage(owner.publicKey, mint);
    const covered = roundTrip(coverage);
    expect(covered.committed).to.equal(coverage.committed.toString());
    expect(Object.keys(covered).sort()).to.deep.equal(
      Object.keys(coverage)
        .filter((key) => coverage[key as "committed"] !== undefined)
        .sort(),
    );
  });

  it("writes an escrow's hashes in hexadecimal digits", async () => {
    const evidenceHash = Array.from({ length: 32 }, (_, index) => index + 0xe0);
    const { sdk } = await heldWorld([{ evidenceHash }]);
    const escrow = roundTrip(await sdk.getEscrow(policyPda));
    expect(escrow.milestones[0].evidenceHash).to.equal(Buffer.from(evidenceHash).toString("hex"));
    expect(escrow.milestones[0].reasonHash).to.match(/^[0-9a-f]{64}$/);
  });

  it("writes the instructions of prepareMilestone", async () => {
    const { sdk } = await fakeWorld();
    const prepared = await sdk.prepareMilestone(mint, recipient.publicKey, gateway, [7n], [], 0);
    const written = roundTrip(prepared);
    expect(written.policy).to.equal(prepared.policy.toBase58());
    expect(written.instructions).to.deep.equal(
      prepared.instructions.map(({ programId, keys, data }) => ({
        programId: programId.toBase58(),
        keys: keys.map((meta) => ({ ...meta, pubkey: meta.pubkey.toBase58() })),
        data: Buffer.from(data).toString("hex"),
      })),
    );
  });

  it("writes each kind of value by its rule", () => {
    const key = PublicKey.unique();
    const signer = Keypair.generate();
    const bytes = Uint8Array.of(255, 0, 16);
    expect(toJson(new BN("-18446744073709551616"))).to.equal("-18446744073709551616");
    expect(toJson(2n ** 64n)).to.equal("18446744073709551616");
    expect(toJson([bytes, Buffer.from(bytes), bytes.subarray(1)])).to.deep.equal([
      "ff0010",
      "ff0010",
      "0010",
    ]);
    expect(toJson(undefined)).to.equal(null);
    expect(toJson({ a: undefined, b: () => 1, c: null, d: [undefined] })).to.deep.equal({
      c: null,
      d: [null],
    });
    expect(toJson(new Map([[key, 1n]]))).to.deep.equal({ [key.toBase58()]: "1" });
    expect(toJson(new Set([1n, 2n]))).to.deep.equal(["1", "2"]);
    expect(toJson({ signer, same: [key, key] })).to.deep.equal({
      signer: signer.publicKey.toBase58(),
      same: [key.toBase58(), key.toBase58()],
    });
    const error = new InvalidInputError({ field: "a", expected: "b", received: 1n });
    expect((toJson({ error }) as { error: Fields }).error.code).to.equal(error.code);
  });

  it("refuses an object that contains itself, and says where", async () => {
    const loop: Record<string, unknown> = { name: "loop" };
    loop.inner = [loop];
    const error = await expectError(InvalidInputError, () => toJson(loop));
    expect(error.field).to.equal("value.inner[0]");
  });
});
