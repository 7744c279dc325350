using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Berth.Ledger;
using Berth.Ledger.Stores;

namespace Berth.Bench;

/// <summary>How long a large tenant takes to come back from its snapshot, and how much memory it then takes.</summary>
internal static class RecoveryBench
{
    private const int Rounds = 3;

    /// <param name="args">The number of users, and a folder to keep the database in, so that a further run need not build it again.</param>
    public static async Task<int> Run(string[] args)
    {
        int users = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
        DirectoryInfo folder = args.Length > 1 ? Directory.CreateDirectory(args[1]) : Directory.CreateTempSubdirectory("berth-bench-");
        string path = Path.Combine(folder.FullName, $"{users}.db");
        try
        {
            if (!File.Exists(path))
            {
                await using LedgerDoor door = LedgerDoor.Open(SqliteStore.Open(path), TimeProvider.System);
                await door.TakeSnapshotAsync(LedgerBench.Build(door, users));
            }

            long before = EngineBench.Memory();
            double slowest = 0;
            for (int round = 0; round < Rounds; round++)
            {
                slowest = Math.Max(slowest, await Recover(path, before));
            }

            Row.Add(
                string.Create(CultureInfo.InvariantCulture, $"recovery of {users:N0} users from a snapshot, the slowest of {Rounds}"),
                string.Create(CultureInfo.InvariantCulture, $"{slowest:F2} s"), "", null, "<= 3 s", slowest <= 3);
        }
        finally
        {
            if (args.Length < 2)
            {
                folder.Delete(recursive: true);
            }
        }

        return 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<double> Recover(string path, long before)
    {
        using Process process = Process.GetCurrentProcess();
        TimeSpan cpu = process.TotalProcessorTime;
        Stopwatch watch = Stopwatch.StartNew();
        await using LedgerDoor door = LedgerDoor.Open(SqliteStore.Open(path), TimeProvider.System);
        double seconds = watch.Elapsed.TotalSeconds;
        process.Refresh();
        int users = door.Desks.Single().Current.UserCount;
        Console.WriteLine(
            $"recovery of {users:N0} users from the snapshot: {seconds:F2} s (limit 3 for 1,000,000), {(process.TotalProcessorTime - cpu).TotalSeconds:F2} s of processor time");
        Console.WriteLine($"memory: {(EngineBench.Memory() - before) / (double)users:F0} B/user live (limit 600); process {Environment.WorkingSet >> 20} MiB");
        return seconds;
    }
}
