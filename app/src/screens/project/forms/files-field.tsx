/** Takes files for a submission or a dispute: hashed in the browser, uploaded at once, kept in the draft. */
import { EvidenceDrop, type EvidenceFile } from "@milepost/react";
import { useState } from "react";
import { Button } from "../../../components/button";
import { Loading } from "../../../components/spinner";
import { ProblemNotice, useWrite } from "../../../gateway";
import { uploadFile } from "../data/upload-file";
import type { UsedDraft } from "../data/use-draft";

/** Most files of one submission; the dispute's own text counts as one more. */
const MAX_FILES = 20;

/** Types that a gateway takes. */
const ACCEPT =
  "image/jpeg,image/png,image/webp,image/heic,application/pdf,text/plain,.zip,video/mp4";

interface FilesFieldProps {
  projectId: string;
  draft: UsedDraft;
  label: string;
}

/** Renders the field. Uploaded files survive a reload; a file whose upload failed stays and can be tried again. */
export function FilesField({ projectId, draft, label }: FilesFieldProps) {
  const [chosen, setChosen] = useState<readonly EvidenceFile[]>([]);
  const uploaded = draft.draft.files;
  const upload = useWrite(async (gateway, files: readonly EvidenceFile[]) => {
    let done = [...uploaded];
    for (const file of files) {
      const stored = await uploadFile(gateway, projectId, file);
      done = [...done.filter(({ id }) => id !== stored.id), stored];
      draft.setFiles(done);
      setChosen((waiting) => waiting.filter((one) => one !== file));
    }
  });
  const onChange = (files: EvidenceFile[]) => {
    setChosen(files);
    upload.reset();
    const isNew = files.length > chosen.length;
    if (isNew) void upload.send(files);
  };
  return (
    <div className="stack-tight">
      <EvidenceDrop
        files={chosen}
        onChange={onChange}
        maxFiles={MAX_FILES - uploaded.length}
        accept={ACCEPT}
        label={label}
        isDisabled={upload.isBusy}
      />
      {upload.isBusy && <Loading what="the files into the project" />}
      <ProblemNotice problem={upload.problem} onRetry={() => upload.send(chosen)} />
      {uploaded.length > 0 && (
        <ul className="project-uploads" aria-label="Files that will be handed in">
          {uploaded.map((file) => (
            <li key={file.id} className="row row-spread">
              <span className="project-file-name">{file.name}</span>
              <Button
                kind="quiet"
                aria-label={`Leave out ${file.name}`}
                onClick={() => draft.setFiles(uploaded.filter(({ id }) => id !== file.id))}
              >
                Leave out
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
