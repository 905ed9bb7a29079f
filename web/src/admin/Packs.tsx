/** 规则包: every value of a version with its unit and source, searched, and compared with another version. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { answered, api, type Schemas } from "../api/client";
import { may, useMe } from "../api/session";
import { language, useWords, type Same } from "../i18n";
import { Tag } from "../kit/pieces";
import { sourceText } from "../lib/sources";
import { useAsking } from "../tables/asking";
import { useConditions } from "../tables/conditions";
import { DataTable, type Column } from "../tables/DataTable";
import { Filters, type Filter } from "../tables/Filters";
import { useListing, type Page } from "../tables/listing";
import { PackPlans } from "./PackPlans";
import { adminWords } from "./words";

type Line = Schemas["PackLineShown"];

interface Query {
  pack?: string;
  beside?: string;
  q?: string;
  differing?: boolean;
}

export function Packs(): React.JSX.Element {
  const texts = useWords(adminWords);
  const me = useMe();
  const { data } = useQuery({ queryKey: ["packs"], queryFn: () => answered(api.GET("/api/v1/packs")) });
  const packs = data?.packs ?? [];
  const [query, setQuery] = useState<Query>({});
  const filters = filtersOf(texts, packs, query);
  const { asked, faults } = useAsking(filters, query);
  const conditions = useConditions(filters, asked);
  const list = useListing("pack-lines", asked, load);
  const shown = packs.find((pack) => (query.pack === undefined ? pack.current : pack.key === query.pack));
  return (
    <>
      {may(me, "pack.plan") ? <PackPlans /> : null}
      <Filters filters={filters} query={query} faults={faults} onChange={setQuery} />
      <p className="soft small">
        {shown?.key ?? ""} {texts.digest} {shown?.digest ?? ""}
      </p>
      <DataTable name="packs" label={texts.tabs.packs} columns={columnsOf(texts, asked.beside)} list={list} idOf={(line) => line.path} exported={{ table: "pack-lines", query: asked }} conditions={conditions} />
    </>
  );
}

async function load(query: Query): Promise<Page<Line>> {
  const { lines } = await answered(api.GET("/api/v1/pack-lines", { params: { query } }));
  return { rows: lines, next: null };
}

type Texts = Same<(typeof adminWords)["zh"]>;

function filtersOf(texts: Texts, packs: readonly Schemas["PackName"][], { pack, beside }: Query): readonly Filter<Query>[] {
  const options = packs.map(({ key, name, current }) => ({ value: key, text: `${key} ${name} ${current ? `(${texts.current})` : ""}`.trim() }));
  return [
    { name: "pack", label: texts.pack, kind: "one", options, empty: texts.current },
    { name: "beside", label: texts.compare, kind: "one", options: options.filter((option) => option.value !== pack), empty: texts.none },
    { name: "q", label: texts.search, kind: "text", most: 100 },
    ...(beside === undefined ? [] : [{ name: "differing", label: texts.only, kind: "flag" } as const]),
  ];
}

function columnsOf(texts: Texts, beside: string | undefined): Column<Line>[] {
  const chinese = language.get() === "zh";
  const columns: Column<Line>[] = [
    { key: "path", title: texts.item, frozen: "left", render: (line) => <span title={line.path}>{chinese ? line.item : line.path.replaceAll("_", " ").replaceAll(".", " · ")}</span> },
    { key: "value", title: texts.value, render: (line) => <strong>{(chinese ? line.value : line.raw.value) ?? "—"}</strong> },
    { key: "unit", title: texts.unit, render: (line) => (chinese ? line.unit : line.raw.unit) },
    { key: "source", title: texts.source, render: (line) => (chinese ? line.source : sourceText(line.raw.source)) },
  ];
  if (beside === undefined) return columns;
  const other: Column<Line> = {
    key: "other",
    title: texts.other(beside),
    render: (line) => (
      <span>
        {(chinese ? line.other : line.raw.other) ?? "—"} {line.differs ? <Tag tone="warn">{texts.differs}</Tag> : null}
      </span>
    ),
  };
  return [...columns.slice(0, 3), other, ...columns.slice(3)];
}
