import { expect } from "chai";
import { Testnet } from "../harness/testnet";

describe("localnet: the history", () => {
  let net: Testnet;
  beforeEach(async () => {
    net = await Testnet.start({ history: 1 });
  });
  afterEach(() => net.stop());

  const isKnown = async (signature: string): Promise<boolean> =>
    (await net.connection.getSignatureStatus(signature)).value !== null;

  it("keeps more transactions than the limit while they can still land twice", async () => {
    const payer = await net.funded();
    const { signature: first } = await net.transfer(payer);
    net.wall.advance(400 * 150);
    await net.transfer(payer);
    expect(await isKnown(first)).to.equal(true);
  });

  it("forgets the oldest transaction above the limit once it cannot land again", async () => {
    const payer = await net.funded();
    const { signature: first } = await net.transfer(payer);
    net.wall.advance(400 * 152);
    const { signature: second } = await net.transfer(payer);
    expect([await isKnown(first), await isKnown(second)]).to.deep.equal([false, true]);
    expect(await net.connection.getTransactionCount()).to.equal(3);
  });
});
