/** Evidence that was handed in: each file with the verdict of three hashes, images beside it. */
import { useState } from "react";
import { Badge } from "../../../components/badge";
import { Button } from "../../../components/button";
import { explainGatewayProblem, ProblemNotice, toProblem, useGateway } from "../../../gateway";
import type { Explanation } from "../../../gateway";
import { VERDICT_WORDS } from "../rules/evidence";
import type { EvidenceEntry } from "../rules/types";
import {
  checkBytes,
  type CheckedFile,
  checkStoredFile,
  type Manifest,
  saveBytes,
} from "./check-evidence";
import { EvidenceImage } from "./evidence-image";

interface EvidenceListProps {
  label: string;
  files: readonly EvidenceEntry[];
  manifest: Manifest;
  /** Hash that the chain has now, from the RPC; null where it has none. */
  chainHash: string | null;
  /** True while the chain has not been read yet. */
  isChainLoading: boolean;
  /** Texts of the sender that the manifest covers, by the name of their entry. */
  texts?: Readonly<Record<string, string>>;
}

/** Renders the files of a submission or a dispute. Nothing is shown or saved under a wrong hash without saying so. */
export function EvidenceList({ label, files, texts = {}, ...source }: EvidenceListProps) {
  return (
    <ul className="project-evidence" aria-label={label}>
      {files.map((entry) => (
        <li key={`${entry.sha256} ${entry.name}`} className="project-evidence-item">
          <EvidenceItem entry={entry} text={texts[entry.name]} {...source} />
        </li>
      ))}
    </ul>
  );
}

type ItemProps = Omit<EvidenceListProps, "label" | "files" | "texts"> & {
  entry: EvidenceEntry;
  text: string | undefined;
};

function EvidenceItem({ entry, text, manifest, chainHash, isChainLoading }: ItemProps) {
  const { checked, isBusy, problem, check } = useCheck(entry, manifest, chainHash, text);
  const { kind, label, text: words } = VERDICT_WORDS[checked?.verdict ?? "unchecked"];
  const isSender = text !== undefined;
  const size = `${entry.size.toLocaleString("en")} bytes`;
  return (
    <div className="stack-tight" data-verdict={checked?.verdict ?? "unchecked"}>
      <div className="row row-spread">
        <span className="project-file-name">
          {isSender ? `${entry.name} (the text above)` : entry.name}
        </span>
        <Badge kind={kind}>{label}</Badge>
      </div>
      <p className="small muted" role="status">
        {entry.mediaType}, {size}. {words}
      </p>
      {checked?.isShown && (
        <EvidenceImage key={checked.computed} bytes={checked.bytes} entry={entry} />
      )}
      <ProblemNotice problem={problem} onRetry={() => void check()} />
      <div className="row">
        {entry.fileId !== null || isSender ? (
          <Button isBusy={isBusy || isChainLoading} onClick={() => void check()}>
            {checked ? "Check again" : "Check"}
          </Button>
        ) : (
          <OwnCopy entry={entry} onBytes={(bytes) => void check(bytes)} />
        )}
        {checked && entry.fileId !== null && (
          <Button kind="quiet" onClick={() => saveBytes(entry.name, checked.bytes)}>
            {`Save ${entry.name}`}
          </Button>
        )}
      </div>
      <details className="small">
        <summary>Hashes</summary>
        <dl className="facts">
          <dt>Recorded</dt>
          <dd className="mono project-hash">{entry.sha256}</dd>
          <dt>Computed here</dt>
          <dd className="mono project-hash">{checked?.computed ?? "not yet"}</dd>
          <dt>On chain (of the list)</dt>
          <dd className="mono project-hash">{chainHash ?? "none"}</dd>
        </dl>
      </details>
    </div>
  );
}

/** Takes the reader's own copy of a file that the gateway does not keep. */
function OwnCopy({
  entry,
  onBytes,
}: {
  entry: EvidenceEntry;
  onBytes: (bytes: Uint8Array) => void;
}) {
  return (
    <label className="stack-tight small">
      {`The gateway keeps only the hash. Choose your copy of ${entry.name} to check it.`}
      <input
        type="file"
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) void file.arrayBuffer().then((buffer) => onBytes(new Uint8Array(buffer)));
        }}
      />
    </label>
  );
}

function useCheck(
  entry: EvidenceEntry,
  manifest: Manifest,
  chainHash: string | null,
  text: string | undefined,
) {
  const gateway = useGateway();
  const [checked, setChecked] = useState<{ file: CheckedFile; chainHash: string | null } | null>(
    null,
  );
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<Explanation | null>(null);
  const check = async (own?: Uint8Array) => {
    setIsBusy(true);
    setProblem(null);
    try {
      const bytes = own ?? (text === undefined ? null : new TextEncoder().encode(text));
      const file = bytes
        ? await checkBytes(bytes, entry, manifest, chainHash)
        : await checkStoredFile(gateway, entry, manifest, chainHash);
      setChecked({ file, chainHash });
    } catch (error) {
      setProblem(explainGatewayProblem(toProblem(error)));
    }
    setIsBusy(false);
  };
  // A verdict about another hash on chain is no verdict about this one.
  const current = checked?.chainHash === chainHash ? checked.file : null;
  return { checked: current, isBusy, problem, check };
}
