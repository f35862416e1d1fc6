import { CONTRACT } from "./contract";
import { Testnet } from "../harness/testnet";

describe("localnet: the methods that web3.js calls", () => {
  for (const [method, check] of Object.entries(CONTRACT)) {
    it(`answers ${method} as a node does`, async () => {
      const net = await Testnet.start();
      try {
        await check(net);
      } finally {
        await net.stop();
      }
    });
  }
});
