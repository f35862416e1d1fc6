/** `usePolicy` in a real Chromium, on a localnet: requests, live updates, a dead websocket, an RPC that is away. */
import { MilestoneClient } from "@milepost/sdk";
import type { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import { type MilepostLocalnet, startMilepostLocalnet } from "../../../localnet/src";
import { createPolicy, openTestPage, type TestPage } from "./open-page";

describe("usePolicy in a page", function () {
  this.timeout(240_000);
  let localnet: MilepostLocalnet;
  let policy: PublicKey;
  let test: TestPage;

  before(async () => {
    localnet = await startMilepostLocalnet({ port: 0 });
  });
  after(() => localnet?.close());
  beforeEach(async () => {
    policy = await createPolicy(localnet);
    test = await openTestPage(localnet, policy);
    await test.page.getByText("ready 0", { exact: true }).waitFor();
  });
  afterEach(() => test.close());

  const pay = async () => {
    const sdk = new MilestoneClient(localnet.connection, localnet.wallets.owner);
    await sdk.send(await sdk.executePayment(policy));
  };

  it("is complete after at most four requests, with timeline, actions and requirements", async () => {
    await test.page.getByText("ready loading ticking").waitFor();
    await test.page.getByRole("list", { name: "Milestones" }).waitFor();
    expect(test.requests).to.deep.equal(Array.from({ length: 3 }, () => "getMultipleAccounts"));
    expect(test.opened.problems).to.deep.equal([]);
  });

  it("shows a payment of another process without polling, and each state once", async () => {
    await pay();
    await test.page.getByText("ready 1000000", { exact: true }).waitFor({ timeout: 5_000 });
    await pay();
    await test.page.getByText("ready 3000000", { exact: true }).waitFor({ timeout: 5_000 });
    expect(await test.read((state) => state.seenPaid)).to.deep.equal(["0", "1000000", "3000000"]);
  });

  it("marks what it shows as outdated while the RPC is away, and recovers by itself", async () => {
    await test.page.route(`${localnet.url}/**`, (route) => route.abort());
    await test.read((state) => state.policy.refresh());
    await test.page.locator('#policy[data-stale="true"]').waitFor();
    expect(await test.read((state) => state.policy.problem?.code)).to.equal("rpc.unreachable");
    expect(await test.page.locator("#policy").textContent()).to.equal("ready 0");
    await pay();
    await test.page.unroute(`${localnet.url}/**`);
    await test.page.getByText("ready 1000000", { exact: true }).waitFor();
    await test.page.locator('#policy[data-stale="false"]').waitFor();
  });

  it("finds a change that a dead websocket did not tell, and subscribes again", async () => {
    await test.close();
    test = await openTestPage(localnet, policy, { hasDeadWebsocket: true });
    await test.page.getByText("ready 0", { exact: true }).waitFor();
    const subscriptions = () => test.subscriptions;
    await test.page.clock.install();
    const before = subscriptions();
    await pay();
    await test.page.clock.fastForward(21_000);
    await test.page.getByText("ready 1000000", { exact: true }).waitFor();
    await expectEventually(() => subscriptions() > before);
  });

  it("stops reading when nobody looks any more", async () => {
    await test.read((state) => state.unmount());
    const before = test.requests.length;
    await pay();
    // The page answers in order: what a notification starts would be sent by now.
    await test.page.evaluate("new Promise((resolve) => setTimeout(resolve, 500))");
    expect(test.requests.length).to.equal(before);
  });
});

/** Waits until the page did what the test asks for. */
async function expectEventually(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
}
