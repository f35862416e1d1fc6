"use client";

import { type DragEvent, useEffect, useId, useRef, useState } from "react";
import { explainProblem } from "../problems/explain-problem";
import type { Problem } from "../problems/problem";
import { classes } from "./amount-text";
import { DEFAULT_MAX_BYTES, type EvidenceFile, formatBytes, hashEvidence } from "./hash-evidence";
import { ProblemNotice } from "./problem-notice";

/** Properties of `EvidenceDrop`. */
export interface EvidenceDropProps {
  /** Files that were chosen so far, with their hashes. */
  files: readonly EvidenceFile[];
  /** Called with the new list after files were hashed, or one was removed. */
  onChange: (files: EvidenceFile[]) => void;
  /** Most files. Default: 1. */
  maxFiles?: number;
  /** Largest size of a file in bytes. Default: 25 MiB. */
  maxBytes?: number;
  /** Media types that the file dialog offers, such as `image/*,application/pdf`. Default: all. */
  accept?: string;
  /** Label of the field. Default: `Files`. */
  label?: string;
  /** True to refuse changes. Default: false. */
  isDisabled?: boolean;
  /** Additional class names. */
  className?: string;
}

/**
 * Takes files by drop, by dialog or by keyboard, and hashes them in the browser. It shows names, sizes and hashes as text, and
 * never renders a file.
 * @example
 * import { EvidenceDrop, type EvidenceFile } from "@milepost/react";
 *
 * const [files, setFiles] = useState<readonly EvidenceFile[]>([]);
 * <EvidenceDrop files={files} onChange={setFiles} maxFiles={5} />;
 */
export function EvidenceDrop({
  files,
  onChange,
  maxFiles = 1,
  maxBytes = DEFAULT_MAX_BYTES,
  accept,
  label = "Files",
  isDisabled = false,
  className,
}: EvidenceDropProps) {
  const id = useId();
  const [isOver, setIsOver] = useState(false);
  const { add, progress, problem } = useHashing({ files, onChange, maxFiles, maxBytes });
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setIsOver(false);
    if (!isDisabled) add([...event.dataTransfer.files]);
  };
  const state = progress !== null ? "hashing" : isOver ? "over" : "ready";
  return (
    <div
      className={classes("milepost-evidence", className)}
      data-state={state}
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={onDrop}
    >
      <label htmlFor={id} className="milepost-evidence-label">
        {label}
      </label>
      <input
        id={id}
        className="milepost-evidence-input"
        type="file"
        multiple={maxFiles > 1}
        accept={accept}
        disabled={isDisabled}
        aria-describedby={`${id}-hint`}
        onChange={(event) => {
          add([...(event.target.files ?? [])]);
          // The same file can be chosen again.
          event.target.value = "";
        }}
      />
      <p id={`${id}-hint`} className="milepost-evidence-hint">
        {`Drop files here or choose them. At most ${maxFiles}, each up to ${formatBytes(maxBytes)}.`}
      </p>
      {progress === null ? null : (
        <progress value={progress} max={1} aria-label="Computing the hash" />
      )}
      <div aria-live="polite">
        {problem ? <ProblemNotice problem={problem} isNotice /> : null}
        <EvidenceList {...{ files, onChange, isDisabled }} />
      </div>
    </div>
  );
}

function EvidenceList({
  files,
  onChange,
  isDisabled,
}: Pick<EvidenceDropProps, "files" | "onChange"> & { isDisabled: boolean }) {
  return (
    <ul className="milepost-evidence-files">
      {files.map((entry) => (
        <EvidenceItem
          key={entry.hashHex}
          entry={entry}
          onRemove={() => onChange(files.filter((other) => other !== entry))}
          isDisabled={isDisabled}
        />
      ))}
    </ul>
  );
}

function EvidenceItem({
  entry: { file, hashHex },
  onRemove,
  isDisabled,
}: {
  entry: EvidenceFile;
  onRemove: () => void;
  isDisabled: boolean;
}) {
  return (
    <li className="milepost-evidence-file" data-hash={hashHex}>
      <span className="milepost-evidence-name">{file.name}</span>{" "}
      <span className="milepost-evidence-size">{formatBytes(file.size)}</span>{" "}
      <code className="milepost-evidence-hash" title={hashHex}>
        {hashHex}
      </code>{" "}
      <button
        type="button"
        className="milepost-evidence-remove"
        disabled={isDisabled}
        aria-label={`Remove ${file.name}`}
        onClick={onRemove}
      >
        Remove
      </button>
    </li>
  );
}

type Hashing = Required<Pick<EvidenceDropProps, "files" | "onChange" | "maxFiles" | "maxBytes">>;

/** Hashes what is added, one file after the other. */
function useHashing({ files, onChange, maxFiles, maxBytes }: Hashing) {
  const [progress, setProgress] = useState<number | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const hashAll = async (added: readonly File[]) => {
    const { signal } = (stop.current = new AbortController());
    let list = maxFiles === 1 ? [] : [...files];
    setProblem(null);
    for (const file of added) {
      if (list.length >= maxFiles) {
        setProblem(tooMany(maxFiles));
        break;
      }
      try {
        const hashed = await hashEvidence(file, { maxBytes, onProgress: setProgress, signal });
        list = [...list.filter(({ hashHex }) => hashHex !== hashed.hashHex), hashed];
      } catch (error) {
        if (signal.aborted) return;
        setProblem(explainProblem(error));
      }
    }
    setProgress(null);
    onChange(list);
  };
  const add = (added: readonly File[]) => {
    if (added.length > 0 && progress === null) void hashAll(added);
  };
  return { add, progress, problem };
}

function tooMany(maxFiles: number): Problem {
  return {
    code: "evidence.tooMany",
    title: "Too many files",
    text: `At most ${maxFiles} ${maxFiles === 1 ? "file is" : "files are"} possible.`,
    nextStep: "Remove a file first.",
    canRetry: true,
  };
}
