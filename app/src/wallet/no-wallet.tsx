/** What a person without a wallet can do: install one, or open this page where a wallet is. */
import { Suspense } from "react";
import { lazyPart } from "../components/lazy-part";
import { Loading } from "../components/spinner";
import { inAppBrowsers } from "./in-app-links";

const QrCode = lazyPart(() => import("../components/qr-code"));

/** Renders the ways to a wallet; on a phone, the links into the wallets' own browsers come first. */
export function NoWallet() {
  const pageUrl = location.href;
  const browsers = inAppBrowsers(pageUrl);
  const isPhone = /android|iphone|ipad|mobile/i.test(navigator.userAgent);
  const links = (
    <section className="stack-tight" aria-label="Open in a wallet on this phone">
      <h3>On this phone</h3>
      <p>A wallet&apos;s app has a browser of its own. Open this page there.</p>
      <p className="row">
        {browsers.map(({ name, href }) => (
          <a key={name} className="button" href={href} rel="noopener noreferrer">
            Open in {name}
          </a>
        ))}
      </p>
    </section>
  );
  return (
    <div className="stack">
      {isPhone && links}
      <section className="stack-tight" aria-label="Install a wallet">
        <h3>No wallet was found in this browser</h3>
        <p>
          A wallet is an extension or an app that keeps your key. Install one, then reload this
          page:{" "}
          {browsers.map(({ name, install }, index) => (
            <span key={name}>
              {index > 0 && " or "}
              <a href={install} target="_blank" rel="noopener noreferrer">
                {name}
              </a>
            </span>
          ))}
          . Every wallet of the Wallet Standard works.
        </p>
      </section>
      {!isPhone && (
        <section className="stack-tight" aria-label="Continue on a phone">
          <h3>Or continue on your phone</h3>
          <p>Scan this code with your phone&apos;s wallet. It opens this page.</p>
          <Suspense fallback={<Loading what="the code" />}>
            <QrCode text={pageUrl} label="QR code of this page's address" />
          </Suspense>
        </section>
      )}
    </div>
  );
}
