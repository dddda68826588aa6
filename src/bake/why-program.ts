import type { WhyLine } from "./why-section.js";

/**
 * Who asked for the stub of call `n`, outermost first: "main.o -> sleep -> nanosleep". Undefined when the program was
 * stripped of its record. The linker notes the first who asked, so this is a reason, not every reason.
 */
export function whoWants(why: readonly WhyLine[], n: number): string | undefined {
  const chain = chainTo(why, `__rr_sys_${n}`).reverse();
  const root = chain[0];
  return root === undefined ? undefined : [shortMember(root.from), ...chain.slice(0, -1).map(({ symbol }) => symbol)].join(" -> ");
}

/** The references that brought in what defines `symbol`, innermost first; empty when it is not recorded. */
export function chainTo(why: readonly WhyLine[], symbol: string): WhyLine[] {
  const byMember = new Map(why.map((line) => [line.member, line]));
  const chain: WhyLine[] = [];
  let line = why.find((each) => each.symbol === symbol);
  while (line !== undefined && !chain.includes(line)) {
    chain.push(line);
    line = byMember.get(line.from);
  }
  return chain;
}

/** "/usr/lib/libc.a(read.o)" -> "libc.a(read.o)" */
export function shortMember(member: string): string {
  return member.replace(/^.*\/(?=[^/]*$)/, "");
}
