using System.Globalization;
using System.Text;
using Berth.CommandLine.Client.Wire;
using Berth.Connect.Wire;

namespace Berth.CommandLine.Client.Bulk;

/// <summary>The counts of a run and its failures, with progress as it goes. For any number of threads.</summary>
internal sealed class BulkTally(Screen screen, Patience patience, TimeProvider time, int rows)
{
    private static readonly TimeSpan _terminalPace = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _linePace = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly long _began = time.GetTimestamp();
    private readonly int[] _counts = new int[Enum.GetValues<RowFate>().Length];
    private readonly List<(ListRow Row, RowOutcome Outcome)> _failures = [];
    private long _told = time.GetTimestamp();

    /// <summary>The rows of the list.</summary>
    public int Rows => rows;

    /// <summary>The rows that have an outcome.</summary>
    public int Done => _counts.Sum();

    /// <summary>How long it has taken.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_began);

    /// <summary>The failures in the order of the list.</summary>
    public IReadOnlyList<(ListRow Row, RowOutcome Outcome)> Failures
    {
        get
        {
            lock (_lock)
            {
                return [.. _failures.OrderBy(one => one.Row.Index)];
            }
        }
    }

    /// <summary>How many rows had this fate.</summary>
    public int this[RowFate fate] => _counts[(int)fate];

    /// <summary>Counts outcomes.</summary>
    public void Add(IEnumerable<(ListRow Row, RowOutcome Outcome)> done)
    {
        lock (_lock)
        {
            foreach ((ListRow row, RowOutcome outcome) in done)
            {
                _counts[(int)outcome.Fate]++;
                if (outcome.Fate is RowFate.Failed)
                {
                    _failures.Add((row, outcome));
                }
            }

            if (time.GetElapsedTime(_told) < (screen.CanOverwrite ? _terminalPace : _linePace))
            {
                return;
            }

            _told = time.GetTimestamp();
        }

        screen.Progress(Line());
    }

    /// <summary>The failures by code, the most frequent first, with what to do about each.</summary>
    public void Explain()
    {
        foreach (IGrouping<string, (ListRow Row, RowOutcome Outcome)> group in Failures.GroupBy(one => one.Outcome.Code).OrderByDescending(group => group.Count()))
        {
            (ListRow row, RowOutcome outcome) = group.First();
            StringBuilder text = new();
            text.Append(CultureInfo.InvariantCulture, $"{group.Count()} of {rows} rows: {group.Key}, first line {row.Line} ({row.User}): {outcome.Message}");
            if (Advice.For(group.Key) is { } advice)
            {
                text.Append(' ').Append(advice);
            }

            screen.Warn(text.ToString());
        }
    }

    private string Line()
    {
        int done = Done;
        double rate = done / Math.Max(Elapsed.TotalSeconds, 0.001);
        string line = string.Create(
            CultureInfo.InvariantCulture,
            $"{done} of {rows} rows, {rate:0}/s, {this[RowFate.Failed]} failed, {TimeSpan.FromSeconds(Math.Ceiling((rows - done) / Math.Max(rate, 0.001))):c} left");
        return patience.Remaining is { Ticks: > 0 } wait ? string.Create(CultureInfo.InvariantCulture, $"{line} (the server asks to wait {wait.TotalSeconds:0} s)") : line;
    }
}
