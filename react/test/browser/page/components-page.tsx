/** The fields of this package in a page, for the tests in a real browser. */
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import {
  AddressText,
  EvidenceDrop,
  type EvidenceFile,
  SplitSlider,
  TimeText,
} from "../../../src/index";

const FEES = { gatewayFeeBps: 100, protocolFeeBps: 50, platformFeeBps: 250 };

function Fields() {
  const [share, setShare] = useState(500_000n);
  const [files, setFiles] = useState<readonly EvidenceFile[]>([]);
  return (
    <main>
      <SplitSlider
        amount={1_000_001n}
        value={share}
        onChange={setShare}
        fees={FEES}
        decimals={6}
        symbol="USDC"
      />
      <p id="share">{share.toString()}</p>
      <EvidenceDrop files={files} onChange={setFiles} maxFiles={2} maxBytes={1_000} />
      <TimeText seconds={1_798_761_600} now={1_798_675_200} />
      <AddressText address="Mi7oNpXg2unyTa7AcxtezMfg5Bt5SMW7f4qr5MqXKH9" name="Program" />
    </main>
  );
}

Object.assign(globalThis, {
  open() {
    const root = document.body.appendChild(document.createElement("div"));
    createRoot(root).render(
      <StrictMode>
        <Fields />
      </StrictMode>,
    );
  },
});
