import { CONTRACT } from "./contract";
import { Testnet } from "./testnet";

describe("localnet: what web3.js asks", () => {
  for (const [method, check] of Object.entries(CONTRACT)) {
    it(`given ${method}, then it is answered as a node would`, async () => {
      const net = await Testnet.start();
      try {
        await check(net);
      } finally {
        await net.stop();
      }
    });
  }
});
