import { Connection } from "@solana/web3.js";
import { expect } from "chai";
import { renderToString } from "react-dom/server";
import { MilepostProvider, type MilepostProviderProps, useMilepost } from "../../src/index";

const connection = new Connection("http://127.0.0.1:1", "confirmed");

function Genesis() {
  return <>{useMilepost().genesisHash ?? "none"}</>;
}

function genesisOf(props: Pick<MilepostProviderProps, "chain" | "genesisHash">): string {
  return renderToString(
    <MilepostProvider connection={connection} {...props}>
      <Genesis />
    </MilepostProvider>,
  );
}

describe("MilepostProvider", () => {
  for (const [chain, genesisHash] of [
    ["solana:mainnet", "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d"],
    ["solana:devnet", "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG"],
    ["solana:testnet", "4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY"],
    ["solana:localnet", "none"],
  ] as const) {
    it(`expects the genesis hash of ${chain}`, () => {
      expect(genesisOf({ chain })).to.equal(genesisHash);
    });
  }

  it("takes another genesis hash, as of a localnet", () => {
    expect(genesisOf({ genesisHash: "abc" })).to.equal("abc");
  });
});
