/** The fills of the bars: what a bar is can be told without its colour. */

export function Patterns(): React.JSX.Element {
  return (
    <defs>
      <pattern id="gantt-travel" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="8" height="8" className="fill-travel" />
        <line x1="0" y1="0" x2="0" y2="8" className="hatch-travel" />
      </pattern>
      <pattern id="gantt-booked" width="6" height="6" patternUnits="userSpaceOnUse">
        <rect width="6" height="6" className="fill-booked" />
        <circle cx="3" cy="3" r="1" className="hatch-booked" />
      </pattern>
    </defs>
  );
}
