/** Sizes and rent of docs/accounts.md against the accounts on chain. */
import { expect } from "chai";
import { PublicKey } from "@solana/web3.js";
import { HeldPolicy, IDL, World } from "../world";
import { openPage, table } from "./page";

describe("docs/accounts.md", () => {
  it("has the size and the rent of every account", async () => {
    const page = openPage("docs/accounts.md");
    const world = await World.create();
    const policy = await world.createPolicy();
    const held = await HeldPolicy.ready(world);
    const addresses: Record<string, PublicKey> = {
      ProgramConfig: world.config,
      PaymentGateway: world.gateway,
      UserPayment: world.userPayment,
      PaymentPolicy: policy.address,
      Escrow: held.escrow,
    };
    const rows = table(page, "account", "bytes", "rent in lamports");
    expect(rows.map(([name]) => name)).to.have.members(
      (IDL.accounts ?? []).map(({ name }) => name),
    );
    for (const [name, bytes, rent] of rows) {
      const account = await world.chain.getAccount(addresses[name ?? ""] ?? PublicKey.default);
      expect(String(account?.data.length), name).to.equal(bytes);
      expect(String(account?.lamports), name).to.equal(rent);
      expect(rent).to.equal(String((128 + Number(bytes)) * 6960));
    }
    const token = await world.chain.getAccount(world.tokens.recipient);
    expect(page.text).to.include(`${token?.lamports.toLocaleString("en-US")} lamports each`);
  });
});
