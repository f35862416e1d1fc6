/** Links that open this page inside a wallet's own browser on a phone, where its wallet is found at once. */

/** Wallet with a browser of its own. */
export interface InAppBrowser {
  name: string;
  /** Link that opens the page in that browser. */
  href: string;
  /** Page from which the wallet is installed. */
  install: string;
}

/**
 * Returns the links for one address of this page. An address with a fragment holds a secret: its link uses the wallet's own
 * scheme, so that no server ever receives it, also where the wallet is not installed.
 * @example
 * inAppBrowsers("https://milepost.example/create")[0].name; // "Phantom"
 */
export function inAppBrowsers(pageUrl: string): InAppBrowser[] {
  const { origin, hash } = new URL(pageUrl);
  const target = `${encodeURIComponent(pageUrl)}?ref=${encodeURIComponent(origin)}`;
  const hasSecret = hash !== "";
  return [
    {
      name: "Phantom",
      href: `${hasSecret ? "phantom://browse/" : "https://phantom.app/ul/browse/"}${target}`,
      install: "https://phantom.com/download",
    },
    {
      name: "Solflare",
      href: `${hasSecret ? "solflare://ul/v1/browse/" : "https://solflare.com/ul/v1/browse/"}${target}`,
      install: "https://solflare.com/download",
    },
  ];
}
