import { Keypair } from "@solana/web3.js";
import { expect } from "chai";
import { type SandboxGateway, startSandboxGateway } from "../harness/sandbox-gateway";
import { ServeWorld } from "../harness/serve-process";

describe("milepost-gateway administrators on Postgres", () => {
  let gateway: SandboxGateway;
  let world: ServeWorld;
  before(async () => {
    gateway = await startSandboxGateway();
    await gateway.outbox.stop();
    world = await ServeWorld.create(gateway);
  });
  after(async () => {
    await world?.remove();
    await gateway?.close();
  });

  const run = (...args: string[]) =>
    world.ended(["administrators", ...args, "--database-url", gateway.opened.url!]);
  const wallet = Keypair.generate().publicKey.toBase58();
  const named = (account = gateway.accountId, address = wallet) => [
    ...["--account", account],
    ...["--wallet", address],
  ];

  it("adds a wallet, lists it, and removes it", async () => {
    const added = await run("add", ...named());
    expect([added.code, added.text]).to.deep.equal([
      0,
      `${wallet} is an administrator of ${gateway.accountId}.\n`,
    ]);
    const listed = await run("list", "--account", gateway.accountId);
    expect(listed.text).to.include(`${gateway.accountId} (Platform)`).and.to.include(wallet);
    const removed = await run("remove", ...named());
    expect([removed.code, removed.text]).to.deep.equal([
      0,
      `${wallet} is no longer an administrator of ${gateway.accountId}.\n`,
    ]);
    expect((await run("list")).text).to.not.include(wallet);
  });

  const mistakes: [string, () => string[], RegExp][] = [
    ["no account", () => ["add", "--wallet", wallet], /--account is missing/],
    ["no wallet", () => ["add", "--account", gateway.accountId], /--wallet is missing/],
    ["an unknown account", () => ["add", ...named("acct_x")], /no account has the id acct_x/],
    [
      "a text that is not an address",
      () => ["add", ...named(gateway.accountId, "wallet")],
      /expected a Solana address \(base58, 32 bytes\), received wallet/,
    ],
    ["a wallet that is no administrator", () => ["remove", ...named()], /is not an administrator/],
  ];
  for (const [name, args, text] of mistakes) {
    it(`given ${name}, then it exits with 2, says so and changes nothing`, async () => {
      const { code, errors } = await run(...args());
      expect([code, errors]).to.deep.equal([2, errors]);
      expect(errors).to.match(text);
      const rows = await gateway.context.database.query(
        "SELECT 1 FROM milepost_gateway.account_administrators",
      );
      expect(rows).to.deep.equal([]);
    });
  }
});
