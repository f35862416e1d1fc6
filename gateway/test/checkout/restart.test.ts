import { expect } from "chai";
import { JOB_HANDLERS } from "../../src/job-handlers";
import type { RunningOutbox } from "../../src/outbox/create-outbox";
import { CheckoutWorld } from "../harness/checkout-world";
import { workerContext } from "../harness/worker-context";

describe("a process that ends between a payment and the sandbox payee's acceptance", () => {
  let world: CheckoutWorld;
  let next: RunningOutbox | null = null;
  before(async () => (world = await CheckoutWorld.open()));
  after(async () => {
    await next?.stop();
    await world.close();
  });

  it("leaves the acceptance to the next one, which sends it", async () => {
    const { gateway } = world;
    const payment = await world.payment({ autoRelease: false });
    const wallet = await world.wallet();
    const signature = await world.send(payment, wallet);
    await gateway.outbox.stop();
    const account = wallet.publicKey.toBase58();
    const told = await world.ask("POST", world.actionUrl(payment, "/sent"), { account, signature });
    expect(told.status).to.equal(200);
    const before = await world.intent(payment);
    expect([before.status, before.next_action]).to.deep.equal(["PROCESSING", "accept_terms"]);

    const { context, outbox } = workerContext(gateway.opened.database, gateway.chain);
    for (const register of JOB_HANDLERS) register(context);
    next = outbox;
    outbox.start();
    while ((await world.intent(payment)).status !== "SUCCEEDED") {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const jobs = await gateway.opened.database.query(
      "SELECT state FROM milepost_gateway.chain_jobs WHERE subject_id = $1 AND kind = 'accept_terms'",
      [payment.id],
    );
    expect(jobs).to.deep.equal([{ state: "landed" }]);
  });
});
