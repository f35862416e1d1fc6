/** Compares a file with the hashes on chain. The file stays in the browser. */
import { EvidenceDrop, type EvidenceFile } from "@milepost/react";
import { useState } from "react";
import { Notice } from "../../components/notice";

interface VerifyFileProps {
  hashes: { evidenceHash: string | null; reasonHash: string | null };
}

/** Renders the hashes and the check of one file. */
export function VerifyFile({ hashes: { evidenceHash, reasonHash } }: VerifyFileProps) {
  const [files, setFiles] = useState<readonly EvidenceFile[]>([]);
  const hash = files[0]?.hashHex;
  return (
    <div className="stack">
      <dl className="facts">
        <dt>Hash of the delivery</dt>
        <dd className="mono project-hash">{evidenceHash ?? "none"}</dd>
        <dt>Hash of the dispute</dt>
        <dd className="mono project-hash">{reasonHash ?? "none"}</dd>
      </dl>
      <EvidenceDrop files={files} onChange={setFiles} label="Verify a file" />
      {hash && (
        <Notice {...verdictOf(hash, evidenceHash, reasonHash)} isLive>
          <p>The file did not leave your browser.</p>
        </Notice>
      )}
    </div>
  );
}

function verdictOf(
  hash: string,
  evidenceHash: string | null,
  reasonHash: string | null,
): { kind: "good" | "bad"; title: string } {
  if (hash === evidenceHash) return { kind: "good", title: "This is the delivery on chain." };
  if (hash === reasonHash) return { kind: "good", title: "This is the dispute on chain." };
  return { kind: "bad", title: "The chain has neither hash. Do not rely on this file." };
}
