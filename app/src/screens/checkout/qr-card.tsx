/** The payment as a QR code for a wallet on a phone. */
import { encode } from "uqr";
import { Card } from "../../components/card";
import { solanaPayUrl, squaresPath } from "./solana-pay";

/** Renders the code, or why there is none. */
export function QrCard({ actionUrl }: { actionUrl: string }) {
  const link = solanaPayUrl(actionUrl);
  return (
    <Card title="Pay with a phone">
      {link === null ? (
        <p className="muted">
          A wallet on a phone needs a gateway with an https address. This gateway has none, so there
          is no code to scan. Pay with a wallet in this browser.
        </p>
      ) : (
        <>
          <QrCode link={link} />
          <p>
            Scan it with a wallet that supports Solana Pay. This page notices the payment
            automatically.
          </p>
          <p className="small">
            On this phone: <a href={link}>open the payment in a wallet</a>
          </p>
        </>
      )}
    </Card>
  );
}

/** Squares of quiet space around the code, as the standard asks for. */
const BORDER = 4;

function QrCode({ link }: { link: string }) {
  const { data, size } = encode(link, { ecc: "M", border: BORDER });
  return (
    <svg
      className="checkout-qr"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label="QR code of this payment for Solana Pay"
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={squaresPath(data)} fill="#000" />
    </svg>
  );
}
