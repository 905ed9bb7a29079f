/** 规则包: every value of a version with its unit and source, searched, and compared with another version. */

import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { answered, api, type Schemas } from "../api/client";
import { may, useMe } from "../api/session";
import { language, useWords, type Same } from "../i18n";
import { Field, Tag } from "../kit/pieces";
import { sourceText } from "../lib/sources";
import { DataTable, type Column } from "../tables/DataTable";
import { listOf } from "../tables/listing";
import { compared, linesOf, matches, type Compared } from "./packlines";
import { itemName, unitName } from "./packnames";
import { PackPlans } from "./PackPlans";
import { adminWords } from "./words";

const HEAD = new Set(["id", "version", "name"]);

function usePack(key: string) {
  const found = useQuery({ queryKey: ["pack", key], queryFn: () => answered(api.GET("/api/v1/packs/{key}", { params: { path: { key } } })), enabled: key !== "", staleTime: Infinity });
  const lines = useMemo(() => (found.data === undefined ? null : linesOf(found.data).filter((line) => !HEAD.has(line.path))), [found.data]);
  return { lines, found };
}

export function Packs(): React.JSX.Element {
  const texts = useWords(adminWords);
  const me = useMe();
  const { data } = useQuery({ queryKey: ["packs"], queryFn: () => answered(api.GET("/api/v1/packs")) });
  const packs = data?.packs ?? [];
  const [chosen, setChosen] = useState("");
  const [other, setOther] = useState("");
  const [words, setWords] = useState("");
  const [only, setOnly] = useState(false);
  const key = chosen || (packs.find((pack) => pack.current)?.key ?? "");
  const one = usePack(key);
  const two = usePack(other);
  const all = compared(one.lines ?? [], two.lines);
  const rows = all.filter((line) => found(line, words) && (!only || line.differs));
  return (
    <>
      {may(me, "pack.plan") ? <PackPlans /> : null}
      <div className="filters row wrap no-print">
        <Field label={texts.pack}>{(input) => <PackSelect input={input} packs={packs} value={key} onChange={setChosen} />}</Field>
        <Field label={texts.compare}>{(input) => <PackSelect input={input} packs={packs.filter((pack) => pack.key !== key)} value={other} onChange={setOther} none={texts.none} />}</Field>
        <Field label={texts.search}>{(input) => <input {...input} type="search" value={words} onChange={(event) => setWords(event.target.value)} />}</Field>
        {other === "" ? null : (
          <label className="row flag">
            <input type="checkbox" checked={only} onChange={(event) => setOnly(event.target.checked)} />
            {texts.only}
          </label>
        )}
        <span className="soft" role="status">
          {texts.shownN(rows.length, all.length)}
        </span>
      </div>
      <p className="soft small">
        {texts.digest} {packs.find((pack) => pack.key === key)?.digest ?? ""}
      </p>
      <DataTable name="packs" label={texts.tabs.packs} columns={columnsOf(texts, other)} list={listOf(rows, one.found)} idOf={(line) => line.path} />
    </>
  );
}

interface SelectProps {
  input: { id: string };
  packs: readonly Schemas["PackName"][];
  value: string;
  onChange: (key: string) => void;
  none?: string;
}

function PackSelect({ input, packs, value, onChange, none }: SelectProps): React.JSX.Element {
  const texts = useWords(adminWords);
  return (
    <select {...input} value={value} onChange={(event) => onChange(event.target.value)}>
      {none === undefined ? null : <option value="">{none}</option>}
      {packs.map((pack) => (
        <option key={pack.key} value={pack.key}>
          {pack.key} {pack.name} {pack.current ? `(${texts.current})` : ""}
        </option>
      ))}
    </select>
  );
}

/** Words are looked for in what the server says and in what stands on the page. */
function found(line: Compared, words: string): boolean {
  return matches({ ...line, path: `${line.path} ${line.path.split(".").map(itemName).join(" ")}`, unit: `${line.unit} ${unitName(line.unit)}` }, words);
}

type Texts = Same<(typeof adminWords)["zh"]>;

function columnsOf(texts: Texts, other: string): Column<Compared>[] {
  const chinese = language.get() === "zh";
  const sections = texts.sections as Readonly<Record<string, string>>;
  const named = (path: string): string => {
    const [first = "", ...rest] = path.split(".");
    return [sections[first] ?? first, ...rest.map((word) => (chinese ? itemName(word) : word.replaceAll("_", " ")))].join(" · ");
  };
  const columns: Column<Compared>[] = [
    { key: "path", title: texts.item, frozen: "left", render: (line) => <span title={line.path}>{named(line.path)}</span> },
    { key: "value", title: texts.value, render: (line) => <strong>{line.value}</strong> },
    { key: "unit", title: texts.unit, render: (line) => (chinese ? unitName(line.unit) : line.unit) },
    { key: "source", title: texts.source, render: (line) => sourceText(line.source, chinese ? "zh" : "en") },
  ];
  if (other === "") return columns;
  const beside: Column<Compared> = { key: "other", title: texts.other(other), render: (line) => <span>{line.other} {line.differs ? <Tag tone="warn">{texts.differs}</Tag> : null}</span> };
  return [...columns.slice(0, 3), beside, ...columns.slice(3)];
}
