import type { Listr, ListrTask } from "listr2";
import type { Progress, ProgressEvent } from "../../model/progress.js";
import { canRedraw, styleFor } from "./style.js";

/** Shows a feature's events on standard error. */
export interface ProgressReport {
  progress: Progress;
  /** Draw the last state and stop; steps that are still open went as the whole did. Call it before printing results. */
  finish(outcome: "done" | "failed"): Promise<void>;
}

/** Moving progress on a terminal, one plain line per event everywhere else, nothing when `quiet`. */
export function reportProgress(options: { quiet?: boolean } = {}): ProgressReport {
  if (options.quiet === true) {
    return { progress: (event) => event.kind === "warn" && writeLine(`warning: ${event.text}`), finish: async () => {} };
  }
  return canRedraw(process.stderr, process.env) ? movingProgress() : plainProgress();
}

/** Run `work` with a progress report that is finished whatever happens. */
export async function withProgress<T>(work: (progress: Progress) => Promise<T>, options: { quiet?: boolean } = {}): Promise<T> {
  const report = reportProgress(options);
  try {
    const result = await work(report.progress);
    await report.finish("done");
    return result;
  } catch (error) {
    await report.finish("failed");
    throw error;
  }
}

function plainProgress(): ProgressReport {
  const progress: Progress = (event) => {
    switch (event.kind) {
      case "start":
      case "skip":
      case "info":
        return writeLine(event.text);
      case "done":
        return event.text === undefined ? undefined : writeLine(event.text);
      case "warn":
        return writeLine(`warning: ${event.text}`);
      case "fail":
        return writeLine(`failed: ${event.text}`);
    }
  };
  return { progress, finish: async () => {} };
}

/** Work that ends sooner than this is not worth drawing (nor loading the drawing code: 60 ms). */
const DRAW_AFTER_MS = 250;

/**
 * listr2 as a pure renderer: its tasks do nothing, the events set their states. The list lives until finish() lets its
 * one untitled, and so invisible, real task end.
 */
function movingProgress(): ProgressReport {
  const backlog: ProgressEvent[] = [];
  const messages: ProgressEvent[] = [];
  let drawing: Promise<Drawing> | undefined;
  let drawn: Drawing | undefined;
  const timer = setTimeout(() => {
    drawing = openDrawing().then((opened) => {
      backlog.forEach(opened.show);
      return (drawn = opened);
    });
  }, DRAW_AFTER_MS);
  timer.unref();
  return {
    progress: (event) => {
      if (event.kind === "info" || event.kind === "warn") {
        messages.push(event);
      } else if (drawn !== undefined) {
        drawn.show(event);
      } else {
        backlog.push(event);
      }
    },
    finish: async (outcome) => {
      clearTimeout(timer);
      await (await drawing)?.close(outcome);
      const style = await styleFor(process.stderr);
      for (const message of messages) {
        writeLine(message.kind === "warn" ? `${style.yellow("warning:")} ${message.text}` : (message.text ?? ""));
      }
    },
  };
}

interface Drawing {
  show(event: ProgressEvent): void;
  close(outcome: "done" | "failed"): Promise<void>;
}

async function openDrawing(): Promise<Drawing> {
  const { Listr, ListrLogger, ListrTaskState, ProcessOutput } = await import("listr2");
  let release = (): void => {};
  let begin = (): void => {};
  const open = new Promise<void>((resolve) => (release = resolve));
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const logger = new ListrLogger({ useIcons: true, processOutput: new ProcessOutput(process.stderr, process.stderr) });
  const keeper: ListrTask = {
    task: () => {
      begin();
      return open;
    },
  };
  const list = new Listr([keeper], {
    concurrent: true,
    registerSignalListeners: false,
    rendererOptions: { logger },
  });
  const running = list.run();
  // Steps that are there before would be run by the list, and so be done at once.
  await begun;
  const steps = new Map<string, Step>();
  return {
    show: (event) => {
      if (event.kind === "info" || event.kind === "warn") {
        return;
      }
      const step = steps.get(event.id) ?? addStep(list, event.text ?? event.id);
      steps.set(event.id, step);
      if (event.text !== undefined) {
        step.title$ = event.text;
      }
      step.state$ = {
        start: ListrTaskState.STARTED,
        done: ListrTaskState.COMPLETED,
        // listr2 marks what is skipped with a warning sign; to be up to date is nothing to be warned of.
        skip: ListrTaskState.COMPLETED,
        fail: ListrTaskState.FAILED,
      }[event.kind];
    },
    close: async (outcome) => {
      for (const step of [...steps.values()].filter((candidate) => candidate.isPending())) {
        step.state$ = outcome === "done" ? ListrTaskState.COMPLETED : ListrTaskState.FAILED;
      }
      release();
      await running;
    },
  };
}

type Step = Listr["tasks"][number];

function addStep(list: Listr, title: string): Step {
  const definition: ListrTask = { title, task: () => {} };
  list.add(definition);
  const step = list.tasks.at(-1) as Step;
  // Only tasks found enabled are drawn; run() would have asked.
  void step.check({});
  return step;
}

function writeLine(text: string): void {
  process.stderr.write(`${text}\n`);
}
