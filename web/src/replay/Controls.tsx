/** The replay's controls: play, pace, a slider by the minute over the day's curve, the way to the worst minute. */

import { memo, useMemo } from "react";

import { useWords } from "../i18n";
import { Button } from "../kit/pieces";
import { useStore } from "../lib/store";
import { useIdleKeys } from "./keys";
import { MINUTES, worstMinute, type Play } from "./play";
import { clock, PACES, type Player } from "./player";
import { replayWords } from "./words";

interface Props {
  play: Play;
  player: Player;
}

const HIGH = 40; // of the curve's picture

export function Controls({ play, player }: Props): React.JSX.Element {
  const texts = useWords(replayWords);
  const { second, pace, running } = useStore(player.state);
  const worst = useMemo(() => worstMinute(play.minutes, Math.floor(player.endS / 60)), [play, player]);
  const minute = Math.floor(second / 60);
  const step = (by: number): void => player.seek((minute + by) * 60);
  const toWorst = (): void => {
    player.stop();
    player.seek(worst * 60 + 59);
  };
  useIdleKeys({ " ": () => player.toggle(), w: toWorst, ArrowLeft: () => step(-1), ArrowRight: () => step(1) });
  return (
    <div className="replay-controls" role="group" aria-label={texts.moment}>
      <div className="row wrap">
        <Button tone="main" keyName={texts.space} onClick={() => player.toggle()}>
          {running ? `❚❚ ${texts.pause}` : `▶ ${texts.play}`}
        </Button>
        <Button title={texts.back} onClick={() => step(-1)}>
          {texts.minus}
        </Button>
        <strong className="replay-clock">{clock(second, true)}</strong>
        <Button title={texts.on} onClick={() => step(1)}>
          {texts.plus}
        </Button>
        <label className="row nowrap">
          {texts.speed}
          <select className="input replay-select" value={pace} onChange={(event) => player.setPace(Number(event.target.value))}>
            {PACES.map((each) => (
              <option key={each} value={each}>
                {texts.times(each)}
              </option>
            ))}
          </select>
        </label>
        <Button keyName="W" onClick={toWorst}>
          ▲ {texts.worst}
        </Button>
        <span className="soft">{texts.worstAt(clock(worst * 60), play.minutes.late[worst] ?? 0, play.minutes.waiting[worst] ?? 0)}</span>
        <span className="soft small">{texts.keys}</span>
      </div>
      <div className="replay-track">
        <Curve play={play} worst={worst} end={Math.floor(player.endS / 60)} />
        <input
          type="range"
          min={0}
          max={MINUTES - 1}
          step={1}
          value={minute}
          aria-label={texts.moment}
          aria-valuetext={clock(minute * 60)}
          onChange={(event) => player.seek(Number(event.target.value) * 60)}
        />
        <div className="replay-hours" aria-hidden="true">
          {[0, 3, 6, 9, 12, 15, 18, 21, 24].map((hour) => (
            <span key={hour}>{hour}:00</span>
          ))}
        </div>
      </div>
    </div>
  );
}

const Curve = memo(function Curve({ play, worst, end }: { play: Play; worst: number; end: number }): React.JSX.Element {
  const texts = useWords(replayWords);
  const { line, late, peak } = useMemo(() => curves(play, end), [play, end]);
  return (
    <svg className="replay-curve" viewBox={`0 0 ${MINUTES} ${HIGH}`} preserveAspectRatio="none" role="img" aria-label={texts.curve(peak)}>
      <title>{texts.curve(peak)}</title>
      <path d={late} fill="var(--bad)" opacity={0.7} />
      <path d={line} fill="none" stroke="var(--title)" strokeWidth={1.5} vectorEffect="non-scaling-stroke" />
      <path d={`M${worst} 0V${HIGH}`} stroke="var(--bad)" strokeDasharray="3 3" strokeWidth={1} vectorEffect="non-scaling-stroke" />
    </svg>
  );
});

function curves({ minutes }: Play, end: number): { line: string; late: string; peak: number } {
  const open = Array.from(minutes.waiting.subarray(0, end + 1), (n, minute) => n + (minutes.working[minute] ?? 0));
  const peak = Math.max(1, ...open);
  const high = (n: number): string => (HIGH - (n / peak) * (HIGH - 2)).toFixed(1);
  const line = open.map((n, minute) => `${minute === 0 ? "M" : "L"}${minute} ${high(n)}`).join("");
  const late = Array.from(minutes.late.subarray(0, end + 1), (n, minute) => `L${minute} ${high(n)}`).join("");
  return { line, late: `M0 ${HIGH}${late}L${end} ${HIGH}Z`, peak };
}
