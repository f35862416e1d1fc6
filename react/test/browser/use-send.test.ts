/** `useSend` in a real Chromium with a Wallet Standard wallet, on a localnet: each way in which a wallet answers. */
import { MilestoneClient } from "@milepost/sdk";
import type { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import { type MilepostLocalnet, startMilepostLocalnet } from "../../../localnet/src";
import { callLocalnet, createPolicy, openTestPage, type TestPage } from "./open-page";

describe("useSend in a page", function () {
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
    await test.connect();
  });
  afterEach(() => test.close());

  const paid = async (): Promise<string> => {
    const sdk = new MilestoneClient(localnet.connection, localnet.wallets.owner);
    return (await sdk.getPaymentPolicy(policy)).totalPaid.toString();
  };
  const refusal = async (): Promise<string | null> => {
    await test.review();
    await test.confirm();
    const code = await test.problem();
    expect(await paid(), "nothing moved").to.equal("0");
    return code;
  };

  it("shows the decoded payment with its balance changes, then sends it and updates the page", async () => {
    await test.review();
    const review = test.page.locator(".milepost-review");
    await review.getByText("Pay a milestone to the recipient").waitFor();
    const changes = await test.read((state) =>
      state.send.state
        .review!.changes.filter(({ kind }) => kind === "tokens")
        .map(({ owner, before, after, decimals }) => [owner, String(after - before), decimals]),
    );
    const { owner, recipient } = localnet.wallets;
    expect(changes).to.deep.include([owner.publicKey.toBase58(), "-1000000", 6]);
    expect(changes).to.deep.include([recipient.publicKey.toBase58(), "990000", 6]);
    await test.confirm();
    await test.step("confirmed");
    await test.page.getByText("ready 1000000", { exact: true }).waitFor();
    expect(await paid()).to.equal("1000000");
    expect(await test.read((state) => state.steps)).to.deep.equal([
      ...["idle", "building", "review", "signing", "sending", "confirmed"],
    ]);
    expect(test.opened.problems).to.deep.equal([]);
  });

  it("starts one sending for a double click", async () => {
    await test.read((state) => {
      state.pay();
      state.pay();
    });
    await test.step("review");
    await test.confirm();
    await test.step("confirmed");
    expect(await test.read((state) => state.wallet.asked)).to.equal(1);
    expect(await paid()).to.equal("1000000");
  });

  it("says that the user declined, and tries again on demand", async () => {
    await test.setMode("reject");
    expect(await refusal()).to.equal("wallet.rejected");
    await test.setMode("approve");
    await test.page.getByRole("button", { name: "Try again" }).click();
    await test.step("review");
    await test.confirm();
    await test.step("confirmed");
    expect(await paid()).to.equal("1000000");
  });

  it("refuses an answer after the user chose another account", async () => {
    await test.setMode("switches account");
    expect(await refusal()).to.equal("wallet.wrongAccount");
  });

  it("refuses a signature that is not of the connected account over these bytes", async () => {
    await test.setMode("signs another message");
    expect(await refusal()).to.equal("wallet.wrongKey");
  });

  it("refuses a wallet that returns no signature", async () => {
    await test.setMode("returns nothing");
    expect(await refusal()).to.equal("wallet.unsigned");
  });

  it("refuses a wallet that adds a transfer or removes an instruction", async () => {
    await test.setMode("adds a transfer");
    expect(await refusal()).to.equal("wallet.changed");
    await test.read((state) => state.send.reset());
    await test.setMode("removes an instruction");
    expect(await refusal()).to.equal("wallet.changed");
  });

  it("accepts guards of a known program that the wallet adds", async () => {
    await test.setMode("adds guards");
    await test.review();
    await test.confirm();
    await test.step("confirmed");
    expect(await paid()).to.equal("1000000");
  });

  it("keeps waiting for a silent wallet, lets the user cancel, and ignores the late answer", async () => {
    await test.setMode("silent");
    await test.review();
    await test.confirm();
    await test.step("signing");
    await test.page.getByRole("button", { name: "Cancel" }).click();
    await test.page.locator(".milepost-review").waitFor({ state: "detached" });
    await test.read((state) => state.wallet.answer());
    await test.read((state) => state.policy.refresh());
    expect(await paid()).to.equal("0");
    expect(await test.read((state) => state.send.state.step)).to.equal("idle");
  });

  it("builds an expired transaction again, asks once more, and sends nothing twice", async () => {
    await test.page.clock.install();
    await test.setMode("silent");
    await test.review();
    await test.confirm();
    await test.step("signing");
    await test.page.clock.fastForward(21_000);
    await test.page.getByText("Your wallet has not answered yet").waitFor();
    await test.page.clock.fastForward(60_000);
    await callLocalnet(localnet.url, "localnet_warp", { slots: 151 });
    await test.setMode("approve");
    await test.read((state) => state.wallet.answer());
    await test.step("confirmed");
    expect(await test.read((state) => state.wallet.asked)).to.equal(2);
    expect(await paid()).to.equal("1000000");
  });

  it("takes bytes that a gateway built through the same review, and hands the signed ones back", async () => {
    await test.read((state) => state.payBy(["sent"]));
    await test.step("review");
    await test.confirm();
    await test.step("confirmed");
    await test.page.getByText("ready 1000000", { exact: true }).waitFor();
  });

  it("says that a submission whose answer was lost may have been sent, and never signs another", async () => {
    await test.read((state) => state.payBy(["lost", "refused"]));
    await test.step("review");
    await test.confirm();
    expect(await test.problem()).to.equal("send.unconfirmed");
    expect(await test.page.getByRole("button", { name: "Try again" }).count()).to.equal(0);
    await test.page.getByRole("button", { name: "Look again" }).click();
    await test.page.getByText("No more.").waitFor();
    const counts = await test.read(({ wallet }) => [wallet.asked, wallet.submissions]);
    expect(counts).to.deep.equal([1, 2]);
    expect(await paid()).to.equal("1000000");
  });

  it("refuses a node of another network before it builds anything", async () => {
    await test.close();
    const genesisHash = "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d";
    test = await openTestPage(localnet, policy, { genesisHash });
    await test.connect();
    await test.read((state) => state.pay());
    expect(await test.problem()).to.equal("wallet.wrongCluster");
    expect(await test.read((state) => state.wallet.asked)).to.equal(0);
  });

  it("cancels when the page goes away before the review is confirmed", async () => {
    await test.review();
    await test.read((state) => state.unmount());
    expect(await test.read((state) => state.wallet.asked)).to.equal(0);
    expect(await paid()).to.equal("0");
  });
});
