import { describe, expect, test } from "vitest";
import { callName, callNumber } from "../../component/linux-calls.js";
import { parseFilter } from "./filter.js";
import { traceRequest } from "./request.js";

const names = (text: string): string[] => [...(parseFilter(text) ?? [])].map(callName);

describe("which calls are traced", () => {
  test("names, with strace's own spelling of the option", () => {
    expect(names("open,close")).toEqual(["open", "close"]);
    expect(names("trace=open")).toEqual(["open"]);
  });

  test.each([
    ["%file", ["open", "openat", "stat", "execve", "unlink", "rename"], ["read", "close", "mmap"]],
    ["%process", ["fork", "execve", "wait4", "exit_group", "clone"], ["open", "kill"]],
    ["%signal", ["rt_sigaction", "kill", "pause", "sigaltstack"], ["open"]],
    ["%memory", ["mmap", "brk", "mprotect"], ["read"]],
    ["%desc", ["read", "close", "openat", "poll", "pipe2", "epoll_ctl", "mmap"], ["getpid", "unlink"]],
    ["%network", ["socket", "accept4"], ["read"]],
  ])("%s", (text, members, others) => {
    expect(names(text)).toEqual(expect.arrayContaining(members));
    expect(names(text).filter((name) => others.includes(name))).toEqual([]);
  });

  test("all but some, all, none", () => {
    const set = parseFilter("!read,%memory");
    expect([...(set ?? [])].map(callName)).toEqual(expect.arrayContaining(["write", "getpid"]));
    expect(set?.has(callNumber("read") ?? -1)).toBe(false);
    expect(set?.has(callNumber("mmap") ?? -1)).toBe(false);
    expect(parseFilter("all")).toBeUndefined();
    expect(parseFilter("none")?.size).toBe(0);
  });

  test("what there is not", () => {
    expect(() => parseFilter("opne")).toThrow('there is no system call "opne"');
    expect(() => parseFilter("%files")).toThrow('there is no class "%files"');
  });
});

describe("what the guest is asked for", () => {
  test("rows of six characters, for these calls only", () => {
    // getpid (39) has no pointers; read (0): argument 1, out, data as long as the result.
    expect(traceRequest(parseFilter("getpid,read"))).toBe("=" + "00A207" + "0W0000");
  });

  test("everything that is known of all calls, in characters that can be printed", () => {
    const all = traceRequest(undefined);
    expect(all).toMatch(/^\*[0-~]+$/);
    expect((all.length - 1) % 6).toBe(0);
  });
});
