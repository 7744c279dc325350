using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Berth.CommandLine.Client.AsCode.Format;
using Berth.CommandLine.Client.AsCode.Reading;
using Berth.CommandLine.Client.AsCode.States;
using Berth.Engine.Insight;
using Berth.Graph;

namespace Berth.CommandLine.Client.AsCode;

/// <summary>The changes that a file of licenses asks for on the tenant as it is.</summary>
internal static class CodeChanges
{
    /// <summary>Reads a file and the tenant; null when either cannot be, or the changes are too many, which was said then.</summary>
    public static async Task<JsonArray?> ReadAsync(Session session, string name, byte[] bytes, CancellationToken cancel)
    {
        (LicenseFile? file, IReadOnlyList<Problem> problems) = LicenseFile.Read(bytes);
        if (file is null)
        {
            return Wrong(session.Screen, name, problems);
        }

        if (await new TenantReader(session, cancel).ReadAsync(file).ConfigureAwait(false) is not { } view)
        {
            return null;
        }

        (Desired? desired, problems) = Resolution.Of(file, view);
        if (desired is null)
        {
            return Wrong(session.Screen, name, problems);
        }

        IReadOnlyList<StateChange> changes = Difference.Of(desired, view);
        JsonArray list = ChangeList.Of(changes);
        if (TooMany(changes.Count, Encoding.UTF8.GetByteCount(list.ToJsonString())) is { } sentence)
        {
            session.Screen.Warn($"{name}: {sentence}");
            return null;
        }

        Tell(session.Screen, name, changes, view);
        return list;
    }

    /// <summary>Why changes do not fit into one plan, or null (B556).</summary>
    public static string? TooMany(int changes, int bytes) => changes > Plan.MostChanges || bytes > MostBytes
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"the file asks for {changes} changes of {bytes} bytes, and one plan has at most {Plan.MostChanges} changes of {MostBytes} bytes. Nothing was planned: license by groups, or plan and apply a part of the file first; what is done is no change afterwards (B556).")
        : null;

    /// <summary>What the changes of a request may have, in bytes: what a body may have, without what stands around them.</summary>
    public const int MostBytes = GraphLimits.ChangesBytes - 1024;

    private static JsonArray? Wrong(Screen screen, string name, IReadOnlyList<Problem> problems)
    {
        foreach (Problem problem in problems.Take(CodeLimits.Problems))
        {
            screen.Warn($"{name}, {problem.At}: {problem.Sentence}");
        }

        if (problems.Count > CodeLimits.Problems)
        {
            screen.Warn(string.Create(CultureInfo.InvariantCulture, $"{name}: {problems.Count - CodeLimits.Problems} more."));
        }

        screen.Warn($"{name}: nothing was planned.");
        return null;
    }

    private static void Tell(Screen screen, string name, IReadOnlyList<StateChange> changes, TenantView view)
    {
        if (changes.Count == 0)
        {
            screen.Say($"Everything is as {name} says.");
            return;
        }

        screen.Say(string.Create(CultureInfo.InvariantCulture, $"To be as {name} says ({changes.Count}):"));
        // What goes is told whole, as everywhere.
        int left = CodeLimits.ToldChanges, silent = 0;
        foreach (StateChange change in changes)
        {
            if (ChangeWords.Takes(change, view) || left-- > 0)
            {
                screen.Say($"  {ChangeWords.Of(change, view)}");
            }
            else
            {
                silent++;
            }
        }

        if (silent > 0)
        {
            screen.Say(string.Create(CultureInfo.InvariantCulture, $"  ... and {silent} more, which take nothing away."));
        }
    }
}
