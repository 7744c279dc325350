using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Berth.Ledger;

/// <summary>What the ledger tells of its commits, to whoever listens; nobody listening costs nothing (B780, B781).</summary>
public static class LedgerTelemetry
{
    /// <summary>The name of the meter and of the source of activities.</summary>
    public const string Name = "Berth.Ledger";

    private static readonly Meter _meter = new(Name);
    private static readonly ActivitySource _activities = new(Name);

    private static readonly Histogram<double> _durations = _meter.CreateHistogram<double>(
        "berth.ledger.commit.duration",
        "s",
        "How long a commit took, from the first byte to the database until it was durable.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });

    private static readonly Counter<long> _commands = _meter.CreateCounter<long>("berth.ledger.commit.commands", "{command}", "Commands that commits carried, refused ones among them.");
    private static readonly Counter<long> _failures = _meter.CreateCounter<long>("berth.ledger.commit.failures", "{commit}", "Commits that the database did not take, or of which it was not known at first.");

    internal static Activity? Begin() => _activities.HasListeners() ? _activities.StartActivity("ledger commit", ActivityKind.Client) : null;

    internal static void End(Activity? activity, long started, int commands, Exception? failure)
    {
        if (_durations.Enabled)
        {
            _durations.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
            _commands.Add(commands);
            if (failure is not null)
            {
                _failures.Add(1);
            }
        }

        if (activity is not null)
        {
            activity.SetTag("berth.ledger.commands", commands);
            if (failure is not null)
            {
                activity.SetStatus(ActivityStatusCode.Error, failure.Message);
            }

            activity.Dispose();
        }
    }
}
