using System.Diagnostics;
using System.Globalization;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Licensing;
using Berth.Ledger;
using Berth.Ledger.Stores;

namespace Berth.Bench;

/// <summary>The longest pauses of the garbage collector with a large tenant at the ledger's door, while it does what makes most garbage, under several settings of the collector. Each setting is a process of its own.</summary>
internal static class PauseBench
{
    private const int Callers = 64;
    private static readonly TimeSpan _load = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _longest = TimeSpan.FromMilliseconds(50);
    private static readonly Actor _caller = new(ActorKind.Application, Guid.Parse("00000000-0000-4000-8000-000000000001"), "berth-bench");

    /// <summary>The first is what the published program has.</summary>
    private static readonly (string Name, Dictionary<string, string> Variables)[] _settings =
    [
        ("workstation, concurrent", new() { ["DOTNET_gcServer"] = "0" }),
        ("server, DATAS", new() { ["DOTNET_gcServer"] = "1" }),
        ("server, no DATAS", new() { ["DOTNET_gcServer"] = "1", ["DOTNET_GCDynamicAdaptationMode"] = "0" }),
        ("workstation, concurrent, youngest generation 32 MB", new() { ["DOTNET_gcServer"] = "0", ["DOTNET_GCgen0size"] = "2000000" }),
        ("workstation, concurrent, youngest generation 8 MB", new() { ["DOTNET_gcServer"] = "0", ["DOTNET_GCgen0size"] = "800000" }),
        ("workstation, concurrent, youngest generation 4 MB", new() { ["DOTNET_gcServer"] = "0", ["DOTNET_GCgen0size"] = "400000" }),
    ];

    /// <param name="args">The users; <c>here</c> after them measures in this process, as it is.</param>
    public static async Task<int> Run(string[] args)
    {
        int users = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
        if (args.Length > 1)
        {
            await Here(users);
            return 0;
        }

        foreach ((string name, Dictionary<string, string> variables) in _settings)
        {
            Console.WriteLine($"{name}:");
            ProcessStartInfo start = new(Environment.ProcessPath!, ["pauses", users.ToString(CultureInfo.InvariantCulture), "here"]);
            foreach ((string variable, string value) in variables)
            {
                start.Environment[variable] = value;
            }

            using Process process = Process.Start(start)!;
            await process.WaitForExitAsync();
            if (process.ExitCode != 0)
            {
                return process.ExitCode;
            }
        }

        return 0;
    }

    private static async Task Here(int users)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("berth-bench-");
        try
        {
            await using LedgerDoor door = LedgerDoor.Open(SqliteStore.Open(Path.Combine(folder.FullName, "berth.db")), TimeProvider.System);
            TenantDesk desk = LedgerBench.Build(door, users);
            Guid everybody = desk.Current.Groups[desk.Current.Groups.Count - 1]!.Id;
            Guid direct = SkuCatalog.BuiltIn.FindByPartNumber("VISIOCLIENT").Single().Id, ofGroup = SkuCatalog.BuiltIn.FindByPartNumber("FLOW_FREE").Single().Id;
            Guid[] people = [.. Enumerable.Range(0, Callers).Select(caller => desk.Current.Users[caller * (users / Callers)]!.Id)];
            EngineBench.Memory();

            await Watched("direct assignments by 64 callers", async () =>
            {
                Stopwatch watch = Stopwatch.StartNew();
                await Task.WhenAll(people.Select(user => Task.Run(async () =>
                {
                    for (int turn = 0; watch.Elapsed < _load || (turn & 1) != 0; turn++)
                    {
                        await Do(desk, (turn & 1) == 0 ? new Command.AssignUserLicenses(user, [new LicenseRequest(direct, [])], []) : new Command.AssignUserLicenses(user, [], [direct]));
                    }
                })));
            });
            await Watched("a group of all licensed, and not, three times", async () =>
            {
                for (int round = 0; round < 3; round++)
                {
                    await Do(desk, new Command.AssignGroupLicenses(everybody, [new LicenseRequest(ofGroup, [])], []));
                    await Do(desk, new Command.AssignGroupLicenses(everybody, [], [ofGroup]));
                }
            });
            await Watched("a snapshot written", () => door.TakeSnapshotAsync(desk));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task Do(TenantDesk desk, Command command)
    {
        if (await desk.SubmitAsync(command, _caller) is not Submission.Done { Decision: Decision.Accepted })
        {
            throw new InvalidOperationException($"{command} was refused.");
        }
    }

    // A thread looks more often than the collector can pause twice; it is paused with the others, and finds what came meanwhile.
    private static async Task Watched(string what, Func<Task> work)
    {
        using CancellationTokenSource end = new();
        List<TimeSpan> pauses = [];
        Thread looks = new(() =>
        {
            long[] seen = new long[3];
            GCKind[] kinds = [GCKind.Ephemeral, GCKind.FullBlocking, GCKind.Background];
            for (int i = 0; i < kinds.Length; i++)
            {
                seen[i] = GC.GetGCMemoryInfo(kinds[i]).Index;
            }

            while (!end.IsCancellationRequested)
            {
                for (int i = 0; i < kinds.Length; i++)
                {
                    GCMemoryInfo last = GC.GetGCMemoryInfo(kinds[i]);
                    if (last.Index != seen[i])
                    {
                        seen[i] = last.Index;
                        pauses.AddRange([.. last.PauseDurations]);
                    }
                }

                Thread.Sleep(1);
            }
        })
        { IsBackground = true, Priority = ThreadPriority.Highest };
        TimeSpan before = GC.GetTotalPauseDuration();
        looks.Start();
        Stopwatch watch = Stopwatch.StartNew();
        await work();
        watch.Stop();
        await end.CancelAsync();
        looks.Join();
        pauses.Sort();
        TimeSpan longest = pauses.Count == 0 ? TimeSpan.Zero : pauses[^1];
        Row.Add(
            $"longest pause: {what}", string.Create(CultureInfo.InvariantCulture, $"{longest.TotalMilliseconds:F1} ms of {pauses.Count} seen, {(GC.GetTotalPauseDuration() - before).TotalMilliseconds:F0} ms together in {watch.Elapsed.TotalSeconds:F1} s; process {Environment.WorkingSet >> 20} MiB"),
            "", null, "<= 50 ms", longest <= _longest);
    }
}
