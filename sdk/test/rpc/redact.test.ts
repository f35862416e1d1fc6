import { expect } from "chai";
import { withoutKeys, withoutUrls } from "../../src/rpc/redact";

describe("what of an RPC's address a message shows", () => {
  it("shows the origin of each URL alone", () => {
    expect(
      withoutUrls("request to https://me:pass@rpc.example/v2/key?k=1 failed, http://x:8 too"),
    ).to.equal("request to https://rpc.example failed, http://x:8 too");
  });

  it("hides the key of the path, the query and the password where an answer repeats them", () => {
    const endpoint = "https://user:pass%20word1@rpc.example/v2/AbCdEfGh12?api-key=query-key-1";
    const text =
      "404 Not Found: Cannot POST /v2/AbCdEfGh12?api-key=query-key-1 pass word1 pass%20word1";
    expect(withoutKeys(text, endpoint)).to.equal(
      "404 Not Found: Cannot POST /v2/***?api-key=*** *** ***",
    );
  });

  it("leaves short parts alone, and takes an endpoint that is not a URL", () => {
    expect(withoutKeys("v2 of mainnet", "https://rpc.example/v2/mainnet")).to.equal(
      "v2 of mainnet",
    );
    expect(withoutKeys("anything", undefined)).to.equal("anything");
  });
});
