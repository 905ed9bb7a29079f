/** Which map program shows the way. */

import { useWords } from "../i18n";
import { gcj02 } from "./gcj";
import { mapLinks } from "./maps";
import { Sheet } from "./Sheet";
import type { Job } from "./steps";
import { roomWords } from "./roomWords";

const IPHONE = /iPhone|iPad|iPod/;

export function MapSheet({ job, onClose }: { job: Pick<Job, "lon" | "lat" | "address">; onClose: () => void }): React.JSX.Element {
  const t = useWords(roomWords);
  const { lon, lat } = job;
  const place = lon === null || lon === undefined || lat === null || lat === undefined ? null : { lon, lat };
  const names = { amap: t.amap, baidu: t.baidu, system: t.systemMap };
  const shifted = place === null ? null : gcj02(place);
  return (
    <Sheet title={t.navigate} onClose={onClose}>
      <p className="address">{job.address}</p>
      {place === null ? <p>{t.noPlace}</p> : null}
      {place === null
        ? null
        : mapLinks(place, IPHONE.test(navigator.userAgent)).map(({ program, href }) => (
            <a key={program} className="act" href={href} rel="noreferrer">
              {names[program]}
            </a>
          ))}
      {shifted === null ? null : <p className="soft">{`${t.mapNote} ${shifted.lon.toFixed(6)}, ${shifted.lat.toFixed(6)}`}</p>}
    </Sheet>
  );
}
