/** 跨界台账: what going to the nearest crew gained each county against the old-district rule, and who lent to whom. */

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { answered, api, type Schemas } from "../api/client";
import { useMe } from "../api/session";
import { useWords } from "../i18n";
import { Panel } from "../kit/pieces";
import { DataTable, Export, type Column } from "../tables/DataTable";
import { useAreas } from "../tables/areas";
import { useAsking } from "../tables/asking";
import { useConditions } from "../tables/conditions";
import { Filters, type Filter } from "../tables/Filters";
import { listOf } from "../tables/listing";
import { inKm, inMinutes } from "./figures";
import { reportWords } from "./words";

type Balance = Schemas["BalanceShown"];
interface Query {
  area?: string;
  from?: string;
  to?: string;
}

export function Ledger(): React.JSX.Element {
  const texts = useWords(reportWords);
  const me = useMe();
  const [query, setQuery] = useState<Query>({ area: me.account.area });
  const filters: Filter<Query>[] = [
    { name: "area", label: texts.area, kind: "area", required: true },
    { name: "from", label: texts.from, kind: "instant" },
    { name: "to", label: texts.to, kind: "instant" },
  ];
  const { asked, faults } = useAsking(filters, query);
  const conditions = useConditions(filters, asked);
  const found = useQuery({ queryKey: ["ledger", JSON.stringify(asked)], queryFn: () => answered(api.GET("/api/v1/ledger", { params: { query: asked } })) });
  return (
    <div className="stack grow data-view">
      <Filters filters={filters} query={query} faults={faults} onChange={setQuery} />
      <p className="soft small">{texts.balanceFormula}</p>
      <DataTable name="ledger" label={texts.tabs.ledger} columns={useColumns()} list={listOf(found.data?.balances ?? [], found)} idOf={(balance) => `${balance.county} ${balance.month}`} exported={{ table: "ledger", query: asked }} conditions={conditions} area={asked.area} />
      <Pairs pairs={found.data?.pairs ?? []} query={asked} />
    </div>
  );
}

function useColumns(): Column<Balance>[] {
  const texts = useWords(reportWords);
  const areas = useAreas();
  const count = (key: "dispatches" | "borrowed" | "lent" | "balance" | "unknown"): Column<Balance> => ({ key, title: texts[key], right: true, render: (balance) => balance[key], sort: (one, other) => one[key] - other[key] });
  return [
    { key: "county", title: texts.county, frozen: "left", render: (balance) => areas.name(balance.county) },
    { key: "month", title: texts.month, render: (balance) => balance.month },
    count("dispatches"),
    count("borrowed"),
    count("lent"),
    count("balance"),
    { key: "saved", title: texts.saved, right: true, render: (balance) => inMinutes(balance.saved_s), sort: (one, other) => one.saved_s - other.saved_s },
    { key: "savedKm", title: texts.savedKm, right: true, render: (balance) => inKm(balance.saved_m) },
    { key: "given", title: texts.given, right: true, render: (balance) => inMinutes(balance.given_s) },
    { key: "givenKm", title: texts.givenKm, right: true, render: (balance) => inKm(balance.given_m) },
    count("unknown"),
  ];
}

function Pairs({ pairs, query }: { pairs: readonly Schemas["LentToShown"][]; query: Query }): React.JSX.Element | null {
  const texts = useWords(reportWords);
  const areas = useAreas();
  if (pairs.length === 0) return null;
  return (
    <Panel title={texts.pairs} className="pairs" aside={<Export table="ledger-pairs" query={query} />}>
      <div className="scroll" tabIndex={0} role="group" aria-label={texts.pairs}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{texts.lender}</th>
              <th scope="col">{texts.borrower}</th>
              <th scope="col">{texts.n}</th>
              <th scope="col">{texts.saved}</th>
              <th scope="col">{texts.savedKm}</th>
            </tr>
          </thead>
          <tbody>
            {pairs.map((pair) => (
              <tr key={`${pair.lender}${pair.borrower}`}>
                <td>{areas.name(pair.lender)}</td>
                <td>{areas.name(pair.borrower)}</td>
                <td>{pair.n}</td>
                <td>{inMinutes(pair.saved_s)}</td>
                <td>{inKm(pair.saved_m)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
