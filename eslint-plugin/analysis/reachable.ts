/**
 * Whether some node that a node leads to, or the node itself, is what `test` looks for; each node is tested once for all
 * questions.
 *
 * Nodes that lead to each other have one answer, found together (Tarjan's algorithm, without recursion): the time is
 * linear in the edges however often it is asked, and however deep they go.
 */
export function reachability<T extends object>(
  successors: (node: T) => Iterable<T>,
  test: (node: T) => boolean,
): (node: T) => boolean {
  const known = new Map<T, boolean>();
  return (node) => known.get(node) ?? explore(node);

  function explore(start: T): boolean {
    const visits = new Map<T, Visit<T>>();
    const open: T[] = [];
    const begin = (node: T): Visit<T> => {
      const visit = {
        node,
        rest: successors(node)[Symbol.iterator](),
        low: visits.size,
        order: visits.size,
        found: test(node),
      };
      visits.set(node, visit);
      open.push(node);
      return visit;
    };
    const path = [begin(start)];
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const next = at.rest.next();
      if (next.done !== true) {
        const answer = known.get(next.value);
        const seen = visits.get(next.value);
        if (answer !== undefined) at.found ||= answer;
        else if (seen !== undefined) at.low = Math.min(at.low, seen.order);
        else path.push(begin(next.value));
        continue;
      }
      path.pop();
      const above = path.at(-1);
      if (above !== undefined) {
        above.low = Math.min(above.low, at.low);
        above.found ||= at.found;
      }
      if (at.low === at.order) {
        for (let node = open.pop(); node !== undefined; node = open.pop()) {
          known.set(node, at.found);
          if (node === at.node) break;
        }
      }
    }
    return known.get(start) ?? false;
  }
}

interface Visit<T> {
  node: T;
  rest: Iterator<T>;
  order: number;
  /** The earliest node still open that it leads to. */
  low: number;
  found: boolean;
}
