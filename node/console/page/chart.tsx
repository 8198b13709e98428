/** Small and large charts: a line in SVG with a title; the large ones have the numbers too. */
import type { Sample } from "./types.ts";

interface Points {
  readonly line: string;
  readonly area: string;
}

/** The line through the samples that are known, and the area below it, in a box of this size. */
function pointsOf(samples: readonly Sample[], width: number, height: number, most: number): Points {
  const step = width / Math.max(1, samples.length - 1);
  const known = samples.flatMap((sample, index) =>
    sample === null ? [] : [[index * step, height - (sample / most) * (height - 2) - 1] as const],
  );
  const line = known.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  const [first, last] = [known[0]?.[0] ?? 0, known.at(-1)?.[0] ?? 0];
  return { line, area: `${first.toFixed(1)},${height} ${line} ${last.toFixed(1)},${height}` };
}

function mostOf(samples: readonly Sample[], least: number): number {
  return Math.max(least, ...samples.map((sample) => sample ?? 0)) * 1.1;
}

interface ChartProps {
  readonly title: string;
  readonly samples: readonly Sample[];
  /** The top of the scale is at least this. */
  readonly least: number;
  readonly text: (sample: Sample) => string;
}

const SMALL = { width: 72, height: 20 };

export function SmallChart({ title, samples, least, text }: ChartProps) {
  const { width, height } = SMALL;
  const { line, area } = pointsOf(samples, width, height, mostOf(samples, least));
  return (
    <svg class="chart" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img">
      <title>{`${title}: ${text(samples.at(-1) ?? null)}`}</title>
      <polygon points={area} />
      <polyline points={line} />
    </svg>
  );
}

const LARGE = { width: 360, height: 90 };

export function LargeChart({
  title,
  samples,
  least,
  text,
  sampleS,
}: ChartProps & { readonly sampleS: number }) {
  const { width, height } = LARGE;
  const most = mostOf(samples, least);
  const { line, area } = pointsOf(samples, width, height, most);
  const known = samples.flatMap((sample, index) =>
    sample === null ? [] : [{ sample, agoS: (samples.length - 1 - index) * sampleS }],
  );
  return (
    <figure class="large-chart">
      <figcaption>
        <span>{title}</span>
        <strong>{text(samples.at(-1) ?? null)}</strong>
      </figcaption>
      <svg class="chart" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img">
        <title>{`${title} over the last ${Math.round((samples.length * sampleS) / 60)} minutes`}</title>
        <polygon points={area} />
        <polyline points={line} vector-effect="non-scaling-stroke" />
      </svg>
      <details>
        <summary>Numbers</summary>
        <section class="numbers" tabIndex={0} aria-label={`${title}, numbers`}>
          <table>
            <thead>
              <tr>
                <th scope="col">Seconds ago</th>
                <th scope="col">{title}</th>
              </tr>
            </thead>
            <tbody>
              {known.reverse().map(({ sample, agoS }) => (
                <tr key={agoS}>
                  <td>{agoS}</td>
                  <td>{text(sample)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
    </figure>
  );
}
