/** A rule pack as lines: each value with its unit and source, so that it can be searched and compared. Pure; tested. */

export interface Line {
  path: string; // limits.arrive.urban
  value: string;
  unit: string;
  source: string;
}

type Node = Readonly<Record<string, unknown>>;

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  if (Array.isArray(value)) return value.map(text).join("、");
  return isNode(value) ? Object.entries(value).map(([name, each]) => `${name} ${text(each)}`).join(" ") : String(value);
}

/** A value with a source is one line; what has parts is taken apart. */
export function linesOf(value: unknown, path = ""): Line[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.every((each) => !isNode(each)) ? plain(path, value) : value.flatMap((each, n) => linesOf(each, `${path}[${n + 1}]`));
  if (!isNode(value)) return plain(path, value);
  if ("source" in value && "value" in value) return [{ path, value: text(value.value), unit: String(value.unit ?? ""), source: String(value.source) }];
  return Object.entries(value).flatMap(([name, each]) => linesOf(each, path === "" ? name : `${path}.${name}`));
}

function plain(path: string, value: unknown): Line[] {
  return [{ path, value: text(value), unit: "", source: "" }];
}

export interface Compared extends Line {
  other: string | null; // the value in the other pack, with its unit; null: not compared
  differs: boolean;
}

/** The lines of one pack beside those of another. */
export function compared(lines: readonly Line[], others: readonly Line[] | null): Compared[] {
  if (others === null) return lines.map((line) => ({ ...line, other: null, differs: false }));
  const there = new Map(others.map((line) => [line.path, line]));
  const here = new Set(lines.map((line) => line.path));
  const both = lines.map((line) => {
    const other = there.get(line.path);
    const said = other === undefined ? "—" : `${other.value} ${other.unit}`.trim();
    return { ...line, other: said, differs: said !== `${line.value} ${line.unit}`.trim() };
  });
  const only = others.filter((line) => !here.has(line.path)).map((line) => ({ path: line.path, value: "—", unit: "", source: line.source, other: `${line.value} ${line.unit}`.trim(), differs: true }));
  return [...both, ...only];
}

/** Whether a line has all the words that are searched for. */
export function matches(line: Line, words: string): boolean {
  const all = `${line.path} ${line.value} ${line.unit} ${line.source}`.toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}
