using System.Globalization;
using System.Runtime.InteropServices;

namespace Berth.Bench;

/// <summary>A row of the table of what is fast enough: what was measured, the limit of the same run beside it, and whether it is what was aimed at.</summary>
/// <param name="Work">What was done.</param>
/// <param name="Value">What was measured, with its unit.</param>
/// <param name="Limit">What bounds it, measured in the same run; empty where the aim is a figure.</param>
/// <param name="Ratio">The one by the other; null where the aim is a figure.</param>
/// <param name="Target">What is aimed at.</param>
/// <param name="Met">Whether it is reached; null where nothing is aimed at.</param>
internal sealed record Row(string Work, string Value, string Limit, double? Ratio, string Target, bool? Met)
{
    private static readonly List<Row> _all = [];

    /// <summary>Says a row and keeps it for the table at the end of the run.</summary>
    public static void Add(string work, string value, string limit, double? ratio, string target, bool? met)
    {
        _all.Add(new Row(work, value, limit, ratio, target, met));
        Console.WriteLine($"{work}: {value}{(limit.Length == 0 ? "" : $"; limit {limit}")}{(ratio is { } by ? $"; ratio {Number(by)}" : "")}; {(met is null ? target : $"aim {target}: {Verdict(met)}")}");
    }

    /// <summary>The rows of this run as a table, with the machine.</summary>
    public static void Print()
    {
        Console.WriteLine();
        Console.WriteLine(Machine());
        Console.WriteLine();
        Console.WriteLine("| work | measured | limit in the same run | ratio | aim | |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (Row row in _all)
        {
            Console.WriteLine($"| {row.Work} | {row.Value} | {row.Limit} | {(row.Ratio is { } ratio ? Number(ratio) : "")} | {row.Target} | {Verdict(row.Met)} |");
        }
    }

    private static string Verdict(bool? met) => met switch { true => "met", false => "**missed**", null => "" };

    private static string Number(double ratio) => ratio.ToString(ratio < 10 ? "F2" : "F0", CultureInfo.InvariantCulture);

    private static string Machine()
    {
        string processor = Line("/proc/cpuinfo", "model name"), memory = Line("/proc/meminfo", "MemTotal"), load = File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "?";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm}Z; {processor}, {Environment.ProcessorCount} cores, {memory}; {RuntimeInformation.OSDescription}; {RuntimeInformation.FrameworkDescription}; load average at the end {load}");
    }

    private static string Line(string file, string name) =>
        File.Exists(file) && File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line ? line.Split(':', 2)[1].Trim() : "?";
}
