import { expect } from "chai";
import {
  createLiveIntent,
  type LiveGateway,
  signBy,
  startLiveGateway,
} from "../harness/live-gateway";

describe("confirmation by wallets in live mode", () => {
  let gateway: LiveGateway;
  before(async () => (gateway = await startLiveGateway()));
  after(() => gateway?.close());

  const payerAddress = () => gateway.wallets.payer.publicKey.toBase58();
  const payeeBalance = () => gateway.balance(gateway.wallets.payee.publicKey);
  const payerBalance = () => gateway.balance(gateway.wallets.payer.publicKey);

  it("given payer and payee sign, then the sponsor signs last, the money is in escrow, and complete pays", async () => {
    const { payer, payee } = gateway.wallets;
    const [paid, received] = [await payerBalance(), await payeeBalance()];
    const path = await createLiveIntent(gateway);
    const asked = await gateway.post(`${path}/confirm`, {
      payerAddress: payerAddress(),
      payeeSigns: true,
    });
    expect([asked.status, asked.body.status, asked.body.data.next_action]).to.deep.equal([
      200,
      "REQUIRES_SIGNATURE",
      "sign",
    ]);
    const [request] = asked.body.transactions;
    expect(asked.body.transactions).to.have.length(1);
    expect(request.signers).to.have.members([payer, payee].map((key) => key.publicKey.toBase58()));
    expect(await payerBalance()).to.equal(paid);

    const half = await gateway.post(`${path}/confirm`, {
      transaction: signBy(request.transaction, payer),
    });
    expect([half.status, half.body.status, half.body.missingSigners]).to.deep.equal([
      200,
      "REQUIRES_SIGNATURE",
      [payee.publicKey.toBase58()],
    ]);
    const done = await gateway.post(`${path}/confirm`, {
      transaction: signBy(request.transaction, payee),
    });
    expect([done.status, done.body.status]).to.deep.equal([200, "SUCCEEDED"]);
    expect(paid - (await payerBalance())).to.equal(1_000_000_000n);
    const { parts, confirmedBy, recipientAddress, signerAddress } = done.body.data;
    expect([confirmedBy, recipientAddress, signerAddress]).to.deep.equal([
      "payer",
      payee.publicKey.toBase58(),
      payerAddress(),
    ]);
    const policy = await gateway.policy(parts[0].policy);
    expect([policy.owner, policy.recipient, policy.releaseCondition]).to.deep.equal([
      payerAddress(),
      payee.publicKey.toBase58(),
      2,
    ]);

    const { body: milestones } = await gateway.get(`${path}/escrow/milestones`);
    const completed = await gateway.post(
      `${path}/escrow/milestones/${milestones.data[0].id}/complete`,
      { completedBy: "courier" },
    );
    expect([completed.status, completed.body.data.status]).to.deep.equal([200, "RELEASED"]);
    // 1 % to the gateway.
    expect((await payeeBalance()) - received).to.equal(297_000_000n);
  });
});
