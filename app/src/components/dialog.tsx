/** A modal dialog on the browser's own `<dialog>`: it holds the focus and gives it back. */
import { type ReactNode, useEffect, useId, useRef } from "react";
import { useModal } from "./use-modal";

interface DialogProps {
  title: string;
  isOpen: boolean;
  /** Called for Escape and for a click beside the dialog. */
  onClose(): void;
  /** True where an accidental close would lose something: only the dialog's own buttons close it. */
  isSticky?: boolean;
  children: ReactNode;
}

/** Renders a dialog while it is open. */
export function Dialog({ title, isOpen, onClose, isSticky = false, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useModal(ref, isOpen);
  useEffect(() => {
    // A button at the end would scroll a long dialog to its end; an input at the start keeps the focus.
    if (!isOpen || document.activeElement?.matches("input, select, textarea")) return;
    ref.current?.querySelector("h2")?.focus();
  }, [isOpen]);
  if (!isOpen) return null;
  return (
    <dialog
      ref={ref}
      className="dialog"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (!isSticky) onClose();
      }}
      onClick={(event) => {
        if (!isSticky && event.target === ref.current) onClose();
      }}
    >
      <div className="dialog-body">
        <h2 id={id} tabIndex={-1}>
          {title}
        </h2>
        {children}
      </div>
    </dialog>
  );
}
