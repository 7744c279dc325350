using System.Globalization;
using System.Text.RegularExpressions;

namespace Berth.CommandLine.Client.Sync;

/// <summary>Runs a sync again and again (B819): the pause is counted from the end of a run, so that no two meet, and a run that failed ends nothing.</summary>
internal static partial class SyncSchedule
{
    /// <summary>A pause as people write it, <c>15m</c>, <c>1h</c> or <c>1d</c>; null when it is none or beyond what is possible.</summary>
    public static TimeSpan? Read(string text)
    {
        Match match = Pause().Match(text);
        if (!match.Success)
        {
            return null;
        }

        int number = int.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture);
        TimeSpan pause = match.Groups["unit"].Value switch
        {
            "m" => TimeSpan.FromMinutes(number),
            "h" => TimeSpan.FromHours(number),
            _ => TimeSpan.FromDays(number),
        };
        return pause >= SyncLimits.ShortestPause && pause <= SyncLimits.LongestPause ? pause : null;
    }

    /// <summary>Runs once, or until it is cancelled when there is a pause.</summary>
    /// <param name="pause">Between two runs, or null for one alone.</param>
    /// <param name="time">The clock.</param>
    /// <param name="run">One run; the result is an exit code. What it throws as troubles of its source or server is told and waited out.</param>
    /// <param name="tell">Tells a trouble.</param>
    /// <param name="cancel">Ends it, between two runs without a trouble.</param>
    public static async Task<int> RunAsync(TimeSpan? pause, TimeProvider time, Func<Task<int>> run, Action<string> tell, CancellationToken cancel)
    {
        while (true)
        {
            int code;
            try
            {
                code = await run().ConfigureAwait(false);
            }
            catch (Exception e) when (e is SourceFailedException or ConnectionFailedException)
            {
                tell(e.Message);
                code = ExitCode.BadUsage;
            }

            if (pause is not { } length)
            {
                return code;
            }

            try
            {
                await Task.Delay(length, time, cancel).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return ExitCode.Done;
            }
        }
    }

    [GeneratedRegex(@"\A(?<number>[1-9][0-9]{0,3})(?<unit>[mhd])\z", RegexOptions.None, 1000)]
    private static partial Regex Pause();
}
