import { expect } from "chai";
import {
  createAssociatedTokenAccountIdempotentInstruction,
  createRevokeInstruction,
  getAssociatedTokenAddressSync,
} from "@solana/spl-token";
import { PublicKey, SystemProgram } from "@solana/web3.js";
import { fixedKeypair, readTokenAccount } from "../../../tests/harness";
import { START } from "../../../tests/world";
import type { WorkerOptions } from "../../src/work/worker-options";
import { AMOUNT, WorkWorld } from "../harness/work-world";

describe("work: recipients without a token account", () => {
  let keeper: WorkWorld;
  let policy: string;
  let account: PublicKey;
  const recipient = fixedKeypair("without account").publicKey;
  beforeEach(async () => {
    keeper = await WorkWorld.create();
    policy = await payableTo(recipient, 1);
    account = getAssociatedTokenAddressSync(keeper.world.mint, recipient);
  });
  afterEach(() => keeper.close());

  async function payableTo(recipient: PublicKey, milestones: number): Promise<string> {
    const each = Array.from({ length: milestones });
    const schedule = { amounts: each.map(() => AMOUNT), timestamps: each.map(() => START) };
    const { address } = await keeper.world.createPolicy(schedule, { recipient });
    return address.toBase58();
  }
  async function pass(settings: Partial<WorkerOptions> = {}): Promise<void> {
    await keeper.find();
    await keeper.enqueue();
    await keeper.worker(settings).pass();
  }
  const lamports = async () => (await keeper.chain.getAccount(keeper.payer.publicKey))!.lamports;
  const never = { createAccounts: false };
  const create = () =>
    keeper.world.expectOk(
      [
        createAssociatedTokenAccountIdempotentInstruction(
          fixedKeypair("stranger").publicKey,
          account,
          recipient,
          keeper.world.mint,
        ),
      ],
      "stranger",
    );

  it("given the default, when it is paid, then the account is created by the same transaction, for that mint's rent and no more", async () => {
    const before = await lamports();
    await pass();
    expect(keeper.payments(policy)).to.deep.equal([1]);
    const { lamports: rent, data } = (await keeper.chain.getAccount(account))!;
    expect(data).to.have.length(165);
    expect(rent).to.equal(2_039_280n);
    const { feeLamports } = keeper.executed[0]!;
    expect(before - (await lamports())).to.equal(feeLamports + rent);
    expect(keeper.chain.signaturesFor(account)).to.have.length(1);
  });

  it("given a payment that fails when it lands, when the account was missing, then it was not created either", async () => {
    const before = await lamports();
    const { tokens } = keeper.world;
    let isRevoked = false;
    keeper.rpc.fault = async (request, next) => {
      if (request.method === "sendTransaction" && !isRevoked) {
        isRevoked = true;
        const owner = keeper.world.key("owner");
        await keeper.world.expectOk([createRevokeInstruction(tokens.owner, owner)], "owner");
      }
      return next();
    };
    await pass();
    expect(keeper.failures(policy)).to.equal(1);
    expect(await keeper.chain.getAccount(account)).to.equal(null);
    expect(Number(before - (await lamports()))).to.be.lessThan(10_000);
  });

  it("given a keeper that creates none, when it is due, then it waits, others are paid, and it is paid once the account exists", async () => {
    const other = await keeper.policy();
    const before = await lamports();
    await pass(never);
    expect(keeper.payments(policy)).to.deep.equal([]);
    expect(keeper.payments(other)).to.deep.equal([1]);
    expect(await keeper.row(policy)).to.include({
      state: "waiting",
      reason: "TokenAccountMissing",
    });
    expect(keeper.failed.map(({ verdict }) => verdict)).to.deep.equal([
      { kind: "waiting", reason: "TokenAccountMissing" },
    ]);
    await keeper.runToEnd(never);
    expect(keeper.failed).to.have.length(1);
    expect(Number(before - (await lamports()))).to.be.lessThan(10_000);
    await create();
    await keeper.runToEnd(never);
    expect(keeper.payments(policy)).to.deep.equal([1]);
    expect(Number((await readTokenAccount(keeper.chain, account)).amount)).to.be.greaterThan(0);
    expect(Number(before - (await lamports()))).to.be.lessThan(20_000);
  });

  it("given lamports at the account's address, when the account does not exist, then the payment still waits", async () => {
    const send = SystemProgram.transfer({
      fromPubkey: fixedKeypair("stranger").publicKey,
      toPubkey: account,
      lamports: 1_000_000,
    });
    await keeper.world.expectOk([send], "stranger");
    await pass(never);
    expect(await keeper.row(policy)).to.include({ state: "waiting" });
    await create();
    await keeper.runToEnd(never);
    expect(keeper.payments(policy)).to.deep.equal([1]);
  });

  it("given an account that is created between two reads, when a payment waits for it, then it is paid soon", async () => {
    let isCreated = false;
    keeper.rpc.fault = async (request, next) => {
      const [first] = request.params ?? [];
      const isLook = request.method === "getMultipleAccounts" && String(first) === String(account);
      if (isLook && !isCreated) {
        isCreated = true;
        await create();
      }
      return next();
    };
    await pass(never);
    expect(isCreated).to.equal(true);
    expect((await keeper.row(policy)).state).to.equal("scheduled");
    keeper.rpc.fault = null;
    await keeper.runToEnd(never);
    expect(keeper.payments(policy)).to.deep.equal([1]);
  });
});
