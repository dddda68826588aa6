import { constants } from "node:os";

const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

/**
 * Listen for the signals that ask rr to end. `first` gets the first one (a Linux number), `second` every later one. Returns the way
 * to stop listening.
 */
export function listenForSignals(first: (signal: number) => void, second: (signal: number) => void): () => void {
  let seen = false;
  const listeners = FORWARDED.map((name) => {
    const listener = (): void => {
      const tell = seen ? second : first;
      seen = true;
      tell(constants.signals[name]);
    };
    process.on(name, listener);
    return { name, listener };
  });
  return () => {
    for (const { name, listener } of listeners) {
      process.off(name, listener);
    }
  };
}
