import { defineConfig } from "vitest/config";

// Guests are emulated, and machines differ by a factor of ten: a limit only catches what hangs.
const limits = { testTimeout: 120_000, hookTimeout: 600_000 };

export default defineConfig({
  test: {
    // Each worker compiles, links or emulates; more of them than processors only makes each slower.
    maxWorkers: 2,
    pool: "forks",
    projects: [
      {
        test: { ...limits, name: "unit", include: ["src/**/*.test.ts", "components/**/*.test.ts", "test/architecture.test.ts"] },
      },
      {
        test: {
          ...limits,
          name: "system",
          include: ["test/**/*.test.ts", "toolchains/**/*.test.ts", "examples/**/*.test.ts"],
          exclude: ["test/architecture.test.ts"],
          // Compiles rr and builds the platform once for all of these; RR_PREFIX then names it.
          globalSetup: "test/global-setup.ts",
        },
      },
    ],
  },
});
