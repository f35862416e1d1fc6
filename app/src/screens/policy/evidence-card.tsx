/** Compares a file of the reader with the hashes on chain. */
import {
  EvidenceDrop,
  type EvidenceFile,
  type PolicyData,
  TimeText,
  useChainTime,
} from "@milepost/react";
import { useState } from "react";
import { Card } from "../../components/card";
import { Notice } from "../../components/notice";
import { chainHashes, type ChainHash, compareHash } from "./evidence";

const NAMES = { submission: "Delivery", dispute: "Reason of the dispute" } as const;

const nameOf = ({ kind, milestoneIndex }: ChainHash) =>
  `${NAMES[kind]} of milestone ${milestoneIndex + 1}`;

/** Renders the hashes on chain, and a field for a file to compare. The file stays in the browser. */
export function EvidenceCard({ data }: { data: PolicyData }) {
  const now = useChainTime(data.time)?.seconds;
  const [files, setFiles] = useState<readonly EvidenceFile[]>([]);
  const { escrow, policy } = data.snapshot;
  if (!escrow) return null;
  const known = chainHashes(escrow.account, policy.policyType.milestone.totalMilestones);
  return (
    <Card title="Evidence">
      {known.length === 0 ? (
        <p className="muted">Nothing was delivered or disputed yet.</p>
      ) : (
        <>
          <dl className="stack-tight">
            {known.map((one) => (
              <div key={`${one.kind} ${one.milestoneIndex}`}>
                <dt>
                  {nameOf(one)}, <TimeText seconds={one.at} now={now} />
                </dt>
                <dd className="mono small policy-hash">{one.hash}</dd>
              </div>
            ))}
          </dl>
          <EvidenceDrop files={files} onChange={setFiles} label="Compare a file with the chain" />
          {files.map((file) => (
            <VerdictNotice key={file.hashHex} file={file} known={known} />
          ))}
          <p className="muted small">
            The chain has the hashes of the newest delivery and dispute of each milestone. The file
            does not leave your computer.
          </p>
        </>
      )}
    </Card>
  );
}

function VerdictNotice({ file, known }: { file: EvidenceFile; known: readonly ChainHash[] }) {
  const verdict = compareHash(file.hash, known);
  return verdict.isMatch ? (
    <Notice kind="good" title={`Match: ${file.file.name}`} isLive>
      <p>Its hash is the one on chain. {nameOf(verdict.found)}.</p>
    </Notice>
  ) : (
    <Notice kind="warn" title={`Different: ${file.file.name}`} isLive>
      <p>
        Its hash is none of those on chain. Check that it is the original file: every change, also a
        new save, changes the hash.
      </p>
    </Notice>
  );
}
