/** Spec 001 in live mode: every step is signed by a wallet that the gateway does not have; after each, the chain is read. */
import {
  ComputeBudgetProgram,
  Keypair,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import { expect } from "chai";
import { createHash } from "node:crypto";
import { buildDispute, buildWithdrawDispute } from "../../src/chain";
import { createContext, send } from "@milepost/sdk";
import { LiveProjectWorld, signBy } from "../harness/live-project-world";
import { type Answer, DAY, type Role } from "../harness/project-world";

const UNIT = 1_000_000n;

describe("a project in live mode", () => {
  let world: LiveProjectWorld;

  before(async () => (world = await LiveProjectWorld.open()));
  after(() => world.close());

  /** What a step moved, in whole units: homeowner and contractor. */
  async function moved(work: () => Promise<unknown>): Promise<number[]> {
    const before = await world.balances();
    await work();
    const after = await world.balances();
    return (["homeowner", "contractor"] as const).map(
      (role) => Number(after[role] - before[role]) / Number(UNIT),
    );
  }

  const codeOf = ({ status, body }: Answer) => [status, body.error?.code];
  const submission = { note: "Done" };
  const dispute = { type: "quality_issue", text: "The worktop is scratched." };

  it("given approvals then each milestone is funded, submitted and paid by wallets alone", async () => {
    const project = await world.project();
    for (const [index, amount] of [300, 500, 200].entries()) {
      const paid = await moved(() => project.fund(index));
      expect(paid).to.deep.equal([(-amount * 1_025) / 1_000, 0]);
      expect(await project.stateOf(index)).to.equal("funded");

      const asked = await project.askFor(index, "submit", "contractor", submission);
      expect(asked.body).to.deep.include({ object: "project_action", action: "submit" });
      expect(asked.body.signing.signers).to.deep.equal([
        world.wallets.contractor.publicKey.toBase58(),
      ]);
      expect(await project.stateOf(index)).to.equal("funded");
      await project.land(asked, "contractor");
      const { milestones } = (await project.get()).body;
      const onChain = (await project.onChain())!.milestones[index]!;
      expect([onChain.state, onChain.evidenceHash]).to.deep.equal([
        "submitted",
        milestones[index].chain.evidenceHash,
      ]);
      const { data } = (await project.get(`/milestones/${project.milestones[index]}/submissions`))
        .body;
      expect(data.map(({ evidenceHash }: { evidenceHash: string }) => evidenceHash)).to.deep.equal([
        onChain.evidenceHash,
      ]);
      expect(createHash("sha256").update(data[0].manifest).digest("hex")).to.equal(
        onChain.evidenceHash,
      );

      const released = await moved(() => project.step(index, "approve", "homeowner"));
      expect(released).to.deep.equal([0, (amount * 99) / 100]);
      expect(await project.stateOf(index)).to.equal("released");
    }
    expect((await project.get()).body.status).to.equal("completed");
  });

  it("given a dispute then it is withdrawn, raised again, mediated and decided by the mediator's wallet", async () => {
    const project = await world.project();
    await project.fund(0);
    await project.step(0, "submit", "contractor", submission);
    await project.step(0, "dispute", "homeowner", dispute);
    expect(await project.stateOf(0)).to.equal("disputed");
    await project.step(0, "dispute/withdraw", "homeowner");
    expect(await project.stateOf(0)).to.equal("submitted");
    await project.step(0, "dispute", "homeowner", dispute);
    await project.step(0, "mediation", "contractor");
    expect(await project.stateOf(0)).to.equal("mediation");
    const divided = await moved(() =>
      project.step(0, "decision", "mediator", { outcome: "split", recipientAmount: "180.00" }),
    );
    expect(divided).to.deep.equal([123, 178.2]);
    expect(await project.stateOf(0)).to.equal("resolved");
    const disputes = await project.get(`/milestones/${project.milestones[0]}/disputes`);
    expect(disputes.body.data.map(({ status }: { status: string }) => status)).to.deep.equal([
      "withdrawn",
      "resolved",
    ]);
  });

  for (const [what, recipientAmount, difference] of [
    ["a settlement", "100.000001", [204.999999, 99.000001]],
    ["an agreed refund", "0.00", [307.5, 0]],
  ] as const) {
    it(`given ${what} then both wallets sign one transaction, one after the other`, async () => {
      const project = await world.project();
      await project.fund(0);
      await project.askFor(0, "settlement", "contractor", { recipientAmount });
      const asked = await project.askFor(0, "settlement/accept", "homeowner");
      expect(asked.body.signing.missing).to.have.length(2);
      const settlements = async () =>
        (await project.get(`/milestones/${project.milestones[0]}/settlements`)).body.data.map(
          ({ status }: { status: string }) => status,
        );
      const { homeowner, contractor } = world.wallets;
      const divided = await moved(async () => {
        const first = await project.hand(signBy(asked.body.signing.transaction, homeowner));
        expect([first.status, first.body.state, first.body.signing.missing]).to.deep.equal([
          202,
          "prepared",
          [contractor.publicKey.toBase58()],
        ]);
        expect([await settlements(), await project.stateOf(0)]).to.deep.equal([
          ["proposed"],
          "funded",
        ]);
        // The other party reads the action; its transaction has the first signature.
        const waiting = async (role: Role) =>
          (await project.get(`/actions?party=${project.people[role]}`)).body.toSign;
        expect(await waiting("homeowner")).to.deep.equal([]);
        expect((await waiting("contractor"))[0].signing).to.deep.equal(first.body.signing);
        const read = await project.get(`/actions/${asked.body.id}`);
        expect(read.body.signing).to.deep.equal(first.body.signing);
        const second = await project.hand(signBy(read.body.signing.transaction, contractor));
        expect([second.status, second.body.state]).to.deep.equal([200, "landed"]);
      });
      expect(divided).to.deep.equal(difference);
      expect([await settlements(), await project.stateOf(0)]).to.deep.equal([
        ["settled"],
        "resolved",
      ]);
    });
  }

  it("given no delivery then the homeowner's wallet takes the money back", async () => {
    const project = await world.project();
    await project.fund(0);
    const { dueDate } = (await project.get()).body.milestones[0];
    const early = await project.askFor(0, "reclaim", "homeowner");
    expect(codeOf(early)).to.deep.equal([400, "invalid_state_transition"]);
    world.setTime(BigInt(dueDate) + 7n * DAY);
    const back = await moved(() => project.step(0, "reclaim", "homeowner"));
    expect(back).to.deep.equal([307.5, 0]);
    expect(await project.stateOf(0)).to.equal("refunded");
  });

  it("given terms that are never accepted then closing returns everything to the homeowner, and the rent to the sponsor", async () => {
    const project = await world.project();
    const { connection, sponsor } = world.chain;
    const before = await connection.getBalance(sponsor.publicKey);
    await project.step(0, "fund", "homeowner");
    const back = await moved(async () =>
      project.land(await project.ask("/close", "homeowner"), "homeowner"),
    );
    expect(back).to.deep.equal([307.5, 0]);
    expect((await project.get()).body.status).to.equal("canceled");
    const lost = before - (await connection.getBalance(sponsor.publicKey));
    // Fees, and the account that counts the homeowner's policies.
    expect(lost).to.be.lessThan(3_000_000);
  });

  it("given no signature then nothing happens, and the step can be requested again", async () => {
    const project = await world.project();
    const first = await project.askFor(0, "fund", "homeowner");
    const again = await project.askFor(0, "fund", "homeowner");
    expect([first.status, again.status]).to.deep.equal([202, 202]);
    expect((await project.get()).body.pendingAction).to.equal(null);
    expect((await project.get(`/actions/${first.body.id}`)).body.state).to.equal("failed");
    const none = await project.hand(again.body.signing.transaction);
    expect([none.status, none.body.state]).to.deep.equal([202, "prepared"]);
    await project.land(again, "homeowner");
    expect(await project.stateOf(0)).to.equal("funded");
  });

  it("given the same request with its Idempotency-Key then it makes one action, and the answer is the same", async () => {
    const project = await world.project();
    const headers = { "idempotency-key": `fund-${project.id}` };
    const path = `/milestones/${project.milestones[0]}/fund`;
    const first = await project.ask(path, "homeowner", {}, headers);
    const replay = await project.ask(path, "homeowner", {}, headers);
    expect(replay.body).to.deep.equal(first.body);
    const signed = signBy(first.body.signing.transaction, world.wallets.homeowner);
    const paid = await moved(async () => {
      const landed = await project.hand(signed);
      const repeated = await project.hand(signed);
      expect(repeated.body).to.deep.equal(landed.body);
    });
    expect(paid).to.deep.equal([-307.5, 0]);
  });

  describe("attacks", () => {
    /** Hands in what `forge` makes of a submission's transaction; nothing may change by it. */
    async function refused(
      forge: (transaction: string, mallory: Keypair) => string,
      code = "signature_verification_failed",
    ): Promise<Answer> {
      const project = await world.project();
      await project.fund(0);
      const asked = await project.askFor(0, "submit", "contractor", submission);
      const { connection, sponsor } = world.chain;
      const before = await connection.getBalance(sponsor.publicKey);
      const answer = await project.hand(forge(asked.body.signing.transaction, Keypair.generate()));
      expect(answer.body.error?.code, JSON.stringify(answer.body)).to.equal(code);
      expect(await project.stateOf(0)).to.equal("funded");
      expect(await connection.getBalance(sponsor.publicKey)).to.equal(before);
      expect((await project.get()).body.pendingAction).to.equal(null);
      // The right signature still lands.
      await project.land(
        await project.get(`/actions/${asked.body.id}`).then(accepted),
        "contractor",
      );
      return answer;
    }
    const accepted = ({ body }: Answer): Answer => ({ status: 202, body });

    it("refuses an instruction that the wallet added", () =>
      refused((transaction) => {
        const parsed = VersionedTransaction.deserialize(Buffer.from(transaction, "base64"));
        const read = TransactionMessage.decompile(parsed.message);
        read.instructions.unshift(ComputeBudgetProgram.requestHeapFrame({ bytes: 32 * 1024 }));
        const forged = new VersionedTransaction(read.compileToV0Message());
        forged.sign([world.wallets.contractor]);
        return Buffer.from(forged.serialize()).toString("base64");
      }));

    it("refuses a changed byte, such as another evidence hash", () =>
      refused((transaction) => {
        const bytes = Buffer.from(transaction, "base64");
        // The last byte is the number of lookup tables; before it lies the instruction's data.
        bytes[bytes.length - 2]! ^= 1;
        return signBy(bytes.toString("base64"), world.wallets.contractor);
      }));

    it("refuses another wallet's signature in the contractor's place", () =>
      refused((transaction, mallory) => {
        const parsed = VersionedTransaction.deserialize(Buffer.from(transaction, "base64"));
        const own = new VersionedTransaction(parsed.message);
        const forged = mallory.secretKey.subarray(0, 64);
        own.addSignature(world.wallets.contractor.publicKey, forged);
        return Buffer.from(own.serialize()).toString("base64");
      }));

    it("refuses the transaction of another project", async () => {
      const [one, other] = [await world.project(), await world.project()];
      const asked = await one.askFor(0, "fund", "homeowner");
      const signed = signBy(asked.body.signing.transaction, world.wallets.homeowner);
      const answer = await other.hand(signed);
      expect(codeOf(answer)).to.deep.equal([400, "signature_verification_failed"]);
      expect([await one.onChain(), await other.onChain()]).to.deep.equal([null, null]);
    });

    it("hides project, action and transaction from another account", async () => {
      const project = await world.project();
      const asked = await project.askFor(0, "fund", "homeowner");
      const signed = signBy(asked.body.signing.transaction, world.wallets.homeowner);
      const headers = { "x-api-key": world.keys.other };
      expect(codeOf(await project.hand(signed, headers))).to.deep.equal([404, "resource_missing"]);
      const path = `/projects/${project.id}/actions/${asked.body.id}`;
      const read = await world.request("GET", path, undefined, headers);
      expect(codeOf(read)).to.deep.equal([404, "resource_missing"]);
      expect(await project.onChain()).to.equal(null);
    });

    it("refuses a party other than the step's, and a stranger", async () => {
      const project = await world.project();
      const wrong = await project.askFor(0, "fund", "contractor");
      expect(codeOf(wrong)).to.deep.equal([403, "forbidden"]);
    });

    it("refuses an expired transaction, and the step can be requested again", async () => {
      const project = await world.project();
      const asked = await project.askFor(0, "fund", "homeowner");
      const signed = signBy(asked.body.signing.transaction, world.wallets.homeowner);
      world.sandbox.localnet.chain.warp(200, 0);
      const spent = () =>
        world.context.database.query("SELECT * FROM milepost_gateway.sponsor_spending");
      const before = await spent();
      const late = await project.hand(signed);
      expect(codeOf(late)).to.deep.equal([409, "transaction_expired"]);
      expect([await spent(), await project.onChain()]).to.deep.equal([before, null]);
      await project.land(await project.askFor(0, "fund", "homeowner"), "homeowner");
      expect(await project.stateOf(0)).to.equal("funded");
    });

    it("refuses an approval of a submission that was replaced in between", async () => {
      const project = await world.project();
      await project.fund(0);
      await project.step(0, "submit", "contractor", submission);
      const asked = await project.askFor(0, "approve", "homeowner");
      await project.step(0, "dispute", "homeowner", dispute);
      await project.step(0, "submit", "contractor", { note: "Something else" });
      const signed = signBy(asked.body.signing.transaction, world.wallets.homeowner);
      const paid = await moved(async () => {
        expect(codeOf(await project.hand(signed))).to.deep.equal([409, "conflict"]);
      });
      expect([paid, await project.stateOf(0)]).to.deep.equal([[0, 0], "submitted"]);
    });

    it("refuses a settlement whose proposal was replaced in between", async () => {
      const project = await world.project();
      await project.fund(0);
      await project.askFor(0, "settlement", "contractor", { recipientAmount: "300.00" });
      const asked = await project.askFor(0, "settlement/accept", "homeowner");
      await project.askFor(0, "settlement", "contractor", { recipientAmount: "0.00" });
      const { homeowner, contractor } = world.wallets;
      const signed = signBy(asked.body.signing.transaction, homeowner, contractor);
      const paid = await moved(async () => {
        expect(codeOf(await project.hand(signed))).to.deep.equal([409, "conflict"]);
      });
      expect([paid, await project.stateOf(0)]).to.deep.equal([[0, 0], "funded"]);
    });

    it("refuses a step when a party's own wallet changed the milestone in between", async () => {
      const project = await world.project();
      await project.fund(0);
      await project.step(0, "submit", "contractor", submission);
      const asked = await project.askFor(0, "approve", "homeowner");
      const { address: policy } = (await project.onChain())!;
      const { homeowner } = world.wallets;
      const { instructions } = await buildDispute(world.chain, {
        policy,
        index: 0,
        reasonHash: Buffer.alloc(32, 1),
      });
      const own = createContext(world.chain.connection, world.chain.sponsor, {
        programId: world.chain.programId,
      });
      await send(own, instructions, { signers: [homeowner] });
      const signed = signBy(asked.body.signing.transaction, homeowner);
      const paid = await moved(async () => {
        expect(codeOf(await project.hand(signed))).to.deep.equal([400, "invalid_state_transition"]);
      });
      expect([paid, await project.stateOf(0)]).to.deep.equal([[0, 0], "disputed"]);
      const withdrawal = await buildWithdrawDispute(world.chain, { policy, index: 0 });
      await send(own, withdrawal.instructions, { signers: [homeowner] });
      await project.step(0, "approve", "homeowner");
      expect(await project.stateOf(0)).to.equal("released");
    });

    it("refuses a step that exceeds the sponsor's hourly budget, and nothing is sent", async () => {
      const project = await world.project();
      const asked = await project.askFor(0, "fund", "homeowner");
      const signed = signBy(asked.body.signing.transaction, world.wallets.homeowner);
      const { database } = world.context;
      const rows = await database.query("SELECT * FROM milepost_gateway.sponsor_spending");
      await database.query(
        "UPDATE milepost_gateway.sponsor_spending SET lamports = lamports + 10000000000",
      );
      const answer = await project.hand(signed);
      expect(codeOf(answer)).to.deep.equal([429, "rate_limit_exceeded"]);
      expect(await project.onChain()).to.equal(null);
      await database.query(
        "UPDATE milepost_gateway.sponsor_spending SET lamports = lamports - 10000000000",
      );
      expect(await database.query("SELECT * FROM milepost_gateway.sponsor_spending")).to.deep.equal(
        rows,
      );
      expect((await project.hand(signed)).body.state).to.equal("landed");
    });

    it("refuses a funding that the homeowner cannot pay, before anyone signs", async () => {
      const poor = Keypair.generate().publicKey.toBase58();
      const project = await world.project({ homeowner: { name: "Poor", wallet: poor } });
      const answer = await project.askFor(0, "fund", "homeowner");
      expect(codeOf(answer)).to.deep.equal([502, "chain_refused"]);
      expect(answer.body.error.message).to.match(/^InsufficientFunds: .*needed: 307500000/);
      expect((await project.get()).body.pendingAction).to.equal(null);
    });
  });
});
