/**
 * Features report what they do as events; only the command line renders them. `id` ties the events of one step
 * together; `text` is for people.
 */
export type ProgressEvent =
  | { kind: "start"; id: string; text: string }
  | { kind: "done"; id: string; text?: string }
  | { kind: "skip"; id: string; text: string }
  | { kind: "fail"; id: string; text: string }
  | { kind: "info"; text: string }
  | { kind: "warn"; text: string };

export type Progress = (event: ProgressEvent) => void;

/** For callers who do not want to hear. */
export const silent: Progress = () => {};
