import { expect } from "chai";
import { inAppBrowsers } from "../../src/wallet/in-app-links";

describe("links into a wallet's own browser", () => {
  it("open the same page", () => {
    const [phantom, solflare] = inAppBrowsers("https://milepost.example/p/abc?x=1");
    expect(phantom!.href).to.equal(
      "https://phantom.app/ul/browse/https%3A%2F%2Fmilepost.example%2Fp%2Fabc%3Fx%3D1?ref=https%3A%2F%2Fmilepost.example",
    );
    expect(solflare!.href).to.match(/^https:\/\/solflare\.com\/ul\/v1\/browse\/https%3A/);
  });

  it("never send a secret of the fragment to a server", () => {
    for (const { href } of inAppBrowsers("https://milepost.example/pay/intent_1#secret_abc")) {
      expect(new URL(href).protocol).to.match(/^(phantom|solflare):$/);
      expect(href).to.include("%23secret_abc");
    }
  });
});
