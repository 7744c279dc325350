using System.Globalization;
using System.Net;
using System.Text;
using Berth.Engine.Insight.Shifts;

namespace Berth.Graph.Frontline;

/// <summary>
/// A simulation as a picture (B467): for each number of licenses the sessions hour by hour under the line of the licenses, what the buffer gave hatched above it, and the refusals
/// below. SVG without script and without anything from elsewhere; it says in words what it shows.
/// </summary>
public static class ShiftPlot
{
    private const int Left = 56, Right = 16, Width = 1200, ChartHeight = 200, RefusalHeight = 48, Head = 36, Foot = 28, Gap = 20, Top = 40;

    // Without CSS variables: not every viewer of pictures knows them.
    private const string Style = """
        <style>
        .back{fill:#fff}text{fill:#1b1a19;font:13px system-ui,sans-serif}.head{font-weight:600;font-size:15px}.dim{fill:#605e5c;font-size:11px}
        .grid{stroke:#e1dfdd}.use{fill:#0f6cbd;fill-opacity:.35;stroke:#0f6cbd}.limit{stroke:#1b1a19;stroke-width:1.5;stroke-dasharray:6 3}
        .buffer{fill:url(#hatch);stroke:#8a3b00}.hatch{stroke:#8a3b00;stroke-width:2}.no{fill:#b10e1c}
        @media (prefers-color-scheme:dark){.back{fill:#1f1f1f}text{fill:#f3f2f1}.dim{fill:#c8c6c4}.grid{stroke:#3b3a39}.use{fill:#62abf5;stroke:#62abf5}.limit{stroke:#f3f2f1}
        .buffer{stroke:#f7a35c}.hatch{stroke:#f7a35c}.no{fill:#ff7d87}}
        </style>
        <defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch" d="M0 0V6"/></pattern></defs>
        """;

    /// <summary>The picture.</summary>
    public static string Draw(ShiftAnswer answer)
    {
        (string Heading, ShiftOutcome Run)[] runs =
        [
            .. new (string, ShiftOutcome?)[]
            {
                ("asked for", answer.Asked), ("the smallest number that refuses nobody", answer.Smallest), ("one less", answer.OneLess),
            }
            .Where(one => one.Item2 is not null).Select(one => (one.Item1, one.Item2!)),
        ];
        int each = Head + ChartHeight + RefusalHeight + Foot + Gap, height = Top + (runs.Length * each);
        StringBuilder svg = new();
        Add(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" width=\"{Width}\" height=\"{height}\" role=\"img\" aria-labelledby=\"t d\">\n");
        Add(svg, $"<title id=\"t\">Frontline licenses for {answer.People} people in shifts</title>\n<desc id=\"d\">{WebUtility.HtmlEncode(Words(answer))}</desc>\n");
        svg.Append(Style.ReplaceLineEndings("\n"));
        Add(svg, $"\n<rect class=\"back\" width=\"{Width}\" height=\"{height}\"/>\n<text class=\"head\" x=\"{Left}\" y=\"24\">{answer.People} people, at most {answer.Peak} at one time: {answer.Smallest.Licenses} licenses refuse nobody</text>\n");
        for (int i = 0; i < runs.Length; i++)
        {
            Chart(svg, runs[i].Heading, runs[i].Run, Top + (i * each));
        }

        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>What the picture shows, in sentences.</summary>
    public static string Words(ShiftAnswer answer)
    {
        string words = Invariant(
            $"{answer.People} people work in shifts, at most {answer.Peak} at one time. The smallest number of licenses that refuses nobody is {answer.Smallest.Licenses}{Buffer(answer.Smallest)}.");
        if (answer.OneLess is { } less)
        {
            words += Invariant($" With {less.Licenses} {less.Refused.Count} people are refused, {less.Refusals} times in all{Buffer(less)}.");
        }

        return answer.Asked is { } asked
            ? words + Invariant($" With the {asked.Licenses} asked for {(asked.Refusals == 0 ? "nobody is refused" : Invariant($"{asked.Refused.Count} people are refused, {asked.Refusals} times in all"))}{Buffer(asked)}.")
            : words;
    }

    private static string Buffer(ShiftOutcome run) => run.BufferUses.Count == 0
        ? ", without the concurrency buffer"
        : Invariant($", with {run.BufferUses.Count} uses of the concurrency buffer, {run.Overruns.Count} of them longer than an hour, and {run.Blocks.Count} blocks of it");

    private static void Chart(StringBuilder svg, string heading, ShiftOutcome run, int top)
    {
        int most = Math.Max(1, Math.Max(run.Licenses, run.Hours.Count == 0 ? 0 : run.Hours.Max(hour => hour.MostSessions)));
        int bars = Math.Max(1, run.Hours.Count == 0 ? 0 : run.Hours.Max(hour => hour.Refusals));
        double wide = (double)(Width - Left - Right) / Math.Max(1, run.Hours.Count);
        int floor = top + Head + ChartHeight;
        string refusals = run.Refusals == 0 ? "nobody is refused" : Invariant($"{run.Refusals} refusals of {run.Refused.Count} people");
        string buffer = run.BufferUses.Count == 0 ? "" : Invariant($", {run.BufferUses.Count} buffer uses, {run.Overruns.Count} overruns, {run.Blocks.Count} blocks");
        Add(svg, $"<text class=\"head\" x=\"{Left}\" y=\"{top + 20}\">{run.Licenses} licenses ({heading}): {refusals}{buffer}</text>\n");

        // Days, each labeled when there is room.
        int days = (run.Hours.Count + 23) / 24, step = Math.Max(1, (days + 13) / 14);
        for (int day = 0; day < days; day++)
        {
            double x = Left + (day * 24 * wide);
            Add(svg, $"<path class=\"grid\" d=\"M{x:0.#} {top + Head}V{floor + RefusalHeight}\"/>\n");
            if (day % step == 0)
            {
                Add(svg, $"<text class=\"dim\" x=\"{x + 2:0.#}\" y=\"{floor + RefusalHeight + 14}\">{run.Hours[day * 24].At:ddd d MMM}</text>\n");
            }
        }

        foreach (int mark in Marks(most))
        {
            Add(svg, $"<path class=\"grid\" d=\"M{Left} {Y(mark):0.#}H{Width - Right}\"/><text class=\"dim\" x=\"{Left - 8}\" y=\"{Y(mark) + 4:0.#}\" text-anchor=\"end\">{mark}</text>\n");
        }

        Steps("use", hour => Math.Min(hour.MostSessions, run.Licenses), 0);
        if (run.Hours.Any(hour => hour.MostInBuffer > 0))
        {
            Steps("buffer", hour => run.Licenses + hour.MostInBuffer, run.Licenses);
        }

        Add(svg, $"<path class=\"limit\" d=\"M{Left} {Y(run.Licenses):0.#}H{Width - Right}\"/>\n");
        for (int i = 0; i < run.Hours.Count; i++)
        {
            if (run.Hours[i].Refusals is > 0 and int times)
            {
                double tall = Math.Max(2, (double)times / bars * (RefusalHeight - 8));
                Add(svg, $"<rect class=\"no\" x=\"{Left + (i * wide):0.#}\" y=\"{floor + 4}\" width=\"{Math.Max(2, wide - 1):0.#}\" height=\"{tall:0.#}\"><title>{run.Hours[i].At:ddd d MMM HH:mm}: {times} refused</title></rect>\n");
            }
        }

        Add(svg, $"<text class=\"dim\" x=\"{Left - 8}\" y=\"{floor + 16}\" text-anchor=\"end\">refused</text>\n");

        double Y(int sessions) => floor - ((double)sessions / most * (ChartHeight - 8));

        void Steps(string kind, Func<ShiftHour, int> value, int from)
        {
            Add(svg, $"<path class=\"{kind}\" d=\"M{Left} {Y(from):0.#}");
            for (int i = 0; i < run.Hours.Count; i++)
            {
                Add(svg, $"V{Y(value(run.Hours[i])):0.#}H{Left + ((i + 1) * wide):0.#}");
            }

            Add(svg, $"V{Y(from):0.#}Z\"/>\n");
        }
    }

    // Round numbers up to the most, about four of them.
    private static IEnumerable<int> Marks(int most)
    {
        int step = 1;
        for (int i = 0; most / step > 4; i++)
        {
            step = (i % 3) switch { 0 => step * 2, 1 => step / 2 * 5, _ => step * 2 };
        }

        for (int mark = 0; mark <= most; mark += step)
        {
            yield return mark;
        }
    }

    private static void Add(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
