import { expect } from "chai";
import { Testnet } from "./testnet";

describe("localnet: what is kept of the past", () => {
  let net: Testnet;
  beforeEach(async () => {
    net = await Testnet.start({ history: 1 });
  });
  afterEach(() => net.stop());

  const isKnown = async (signature: string): Promise<boolean> =>
    (await net.connection.getSignatureStatus(signature)).value !== null;

  it("given more than the limit, when all could still land twice, then all are kept", async () => {
    const payer = await net.funded();
    const { signature: first } = await net.transfer(payer);
    net.wall.advance(400 * 150);
    await net.transfer(payer);
    expect(await isKnown(first)).to.equal(true);
  });

  it("given more than the limit, when the oldest can't land again, then it is forgotten", async () => {
    const payer = await net.funded();
    const { signature: first } = await net.transfer(payer);
    net.wall.advance(400 * 152);
    const { signature: second } = await net.transfer(payer);
    expect([await isKnown(first), await isKnown(second)]).to.deep.equal([false, true]);
    expect(await net.connection.getTransactionCount()).to.equal(3);
  });
});
