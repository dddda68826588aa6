import { z } from "zod";
import { nearest, RrError } from "../errors/rr-error.js";
import { CONFIG_KEYS, type RrConfig } from "./types.js";

const variables = z.record(z.string().regex(/^[^=]+$/, "a variable's name has no ="), z.string());

const schema = z.strictObject({
  prefix: z.string().min(1).optional(),
  cache: z.string().min(1).optional(),
  state: z.string().min(1).optional(),
  jobs: z.int().min(1).max(1024).optional(),
  bake: z
    .strictObject({
      config: z.string().min(1).optional(),
      rootfs: z.string().min(1).optional(),
      rc: z.string().min(1).optional(),
      env: variables.optional(),
      args: z.array(z.string()).optional(),
    })
    .default({}),
  run: z
    .strictObject({
      memory: z.int().min(2).max(1 << 22).optional(),
      machine: z.enum(["microvm", "q35", "pc"]).optional(),
      accel: z.enum(["auto", "kvm", "tcg"]).optional(),
      timeout: z.number().positive().optional(),
      env: variables.optional(),
      net: z.array(z.string()).optional(),
      publish: z.array(z.string()).optional(),
      hostname: z.string().min(1).optional(),
      dns: z.array(z.string()).optional(),
      dnsSearch: z.array(z.string()).optional(),
      addHosts: z.array(z.string()).optional(),
      qemuArgs: z.array(z.string()).optional(),
      restart: z.string().min(1).optional(),
      logSize: z.int().min(1).max(1 << 20).optional(),
    })
    .default({}),
});

/** Check `value`, read from `file`. Throws CONFIG_INVALID naming file, key, the offending value and what was expected. */
export function parseConfig(value: unknown, file: string): RrConfig {
  const result = schema.safeParse(value);
  if (result.success) {
    return result.data;
  }
  const issue = result.error.issues[0];
  if (issue?.code === "unrecognized_keys") {
    throw unknownKey(file, issue.path, issue.keys[0] ?? "");
  }
  const path = issue?.path ?? [];
  const key = path.length === 0 ? "the top level" : path.join(".");
  throw new RrError("CONFIG_INVALID", `${file}: ${key}: ${issue?.message ?? "not valid"}, not ${shown(valueAt(value, path))}`, {
    hint: "docs/config.md lists the keys and their values",
  });
}

function unknownKey(file: string, path: readonly PropertyKey[], key: string): RrError {
  const known = CONFIG_KEYS[path.join(".")] ?? [];
  const near = nearest(key, known);
  return new RrError("CONFIG_UNKNOWN_KEY", `${file}: unknown key ${[...path, key].join(".")}`, {
    hint: near === undefined ? `the keys here are ${known.join(", ")}` : `did you mean ${[...path, near].join(".")}?`,
  });
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
