/** The hooks and components under React 18, which the package accepts as well. */
import { MilestoneClient } from "@milepost/sdk";
import { expect } from "chai";
import { type MilepostLocalnet, startMilepostLocalnet } from "../../../localnet/src";
import { createPolicy, openTestPage, type TestPage } from "./open-page";

describe("@milepost/react under React 18", function () {
  this.timeout(240_000);
  let localnet: MilepostLocalnet;
  let test: TestPage | undefined;

  before(async () => {
    localnet = await startMilepostLocalnet({ port: 0 });
  });
  afterEach(() => test?.close());
  after(() => localnet?.close());

  it("reads a policy, reviews its payment, sends it, and shows what changed", async () => {
    const policy = await createPolicy(localnet);
    test = await openTestPage(localnet, policy, { react: 18 });
    await test.page.getByText("ready 0", { exact: true }).waitFor();
    expect(await test.read((state) => state.reactVersion)).to.equal("18.3.1");
    await test.connect();
    await test.review();
    await test.confirm();
    await test.step("confirmed");
    await test.page.getByText("ready 1000000", { exact: true }).waitFor();
    const sdk = new MilestoneClient(localnet.connection, localnet.wallets.owner);
    expect((await sdk.getPaymentPolicy(policy)).totalPaid.toString()).to.equal("1000000");
    expect(test.opened.problems).to.deep.equal([]);
  });
});
