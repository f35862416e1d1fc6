/** A QR code, drawn as one SVG path: dark on light in both themes, because scanners expect it. */
import { encode } from "uqr";

interface QrCodeProps {
  /** Text that a scanner reads. */
  text: string;
  /** Name for screen readers. */
  label: string;
}

/** Light modules around the code, without which scanners do not find it. */
const BORDER = 4;

/** Renders a QR code. Show its text or a link beside it, for those who cannot scan. */
export default function QrCode({ text, label }: QrCodeProps) {
  const { data, size } = encode(text, { ecc: "M", border: BORDER });
  const path = data
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : "")))
    .join("");
  return (
    <svg
      className="qr-code"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#ffffff" />
      <path d={path} fill="#101614" />
    </svg>
  );
}
