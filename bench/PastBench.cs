using System.Diagnostics;
using System.Globalization;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Licensing;
using Berth.Ledger;
using Berth.Ledger.Stores;

namespace Berth.Bench;

/// <summary>Looking back over a long journal: a state that is made again from the birth, a later one from there, and a short look back of another tenant meanwhile.</summary>
internal static class PastBench
{
    private const int Users = 10_000;
    private const int OtherEvents = 1_000;
    private static readonly Actor Caller = new(ActorKind.Application, Guid.Parse("00000000-0000-4000-8000-000000000001"), "berth-bench");

    /// <param name="args">The number of events, and a folder to keep the database in, so that a further run need not write it again.</param>
    public static async Task<int> Run(string[] args)
    {
        int events = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
        DirectoryInfo folder = args.Length > 1 ? Directory.CreateDirectory(args[1]) : Directory.CreateTempSubdirectory("berth-bench-");
        string path = Path.Combine(folder.FullName, $"past-{events}.db");
        try
        {
            if (!File.Exists(path))
            {
                await using LedgerDoor made = LedgerDoor.Open(SqliteStore.Open(path), TimeProvider.System);
                await Fill(LedgerBench.Build(made, Users), events);
                Guid small = Guid.NewGuid();
                TenantDesk other = ((TenantCreation.Created)await made.CreateTenantAsync(
                    new Command.CreateTenant(new TenantProfile(small, "Small", $"{small:N}.example", "US", TenantKind.Demo, default), SkuCatalog.BuiltIn), Actor.Berth)).Desk;
                await Other(other);
            }

            await using LedgerDoor door = LedgerDoor.Open(SqliteStore.Open(path), TimeProvider.System);
            TenantDesk desk = door.Desks.MaxBy(static one => one.Current.Version)!, beside = door.Desks.MinBy(static one => one.Current.Version)!;
            Console.WriteLine(Invariant($"{desk.Current.Version:N0} events of {desk.Current.UserCount:N0} users in {new FileInfo(path).Length >> 20} MiB; {Environment.ProcessorCount} cores"));
            Stopwatch watch = Stopwatch.StartNew();
            await desk.VersionAtAsync(DateTimeOffset.MinValue.AddYears(1));
            Console.WriteLine(Invariant($"finding the version of a moment before everything: {watch.Elapsed.TotalMilliseconds:F0} ms"));
            long last = desk.Current.Version - 1, shortly = beside.Current.Version;
            foreach ((string what, long version) in ((string, long)[])[("half of it, from the birth", last / 2), ("three quarters, from there", last * 3 / 4), ("the same again", last * 3 / 4), ("the last but one, from the snapshot", last)])
            {
                watch.Restart();
                Task<Tenant> past = desk.AsOfAsync(version).AsTask();
                double waited = await Waited(beside, --shortly);
                bool isOver = past.IsCompleted;
                await past;
                double seconds = watch.Elapsed.TotalSeconds;
                Console.WriteLine(Invariant($"{what}: {seconds:F2} s; another tenant's look back of {beside.Current.Version:N0} events meanwhile {waited:F0} ms{(isOver ? ", when this one was over already" : "")}"));
            }

            Console.WriteLine(Invariant($"process {Environment.WorkingSet >> 20} MiB"));
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

    private static async Task<double> Waited(TenantDesk desk, long version)
    {
        Stopwatch watch = Stopwatch.StartNew();
        await desk.AsOfAsync(version);
        return watch.Elapsed.TotalMilliseconds;
    }

    private static async Task Fill(TenantDesk desk, int events)
    {
        Guid sku = SkuCatalog.BuiltIn.FindByPartNumber("VISIOCLIENT").Single().Id;
        Guid[] users = LedgerBench.CallersOf(desk.Current);
        long first = desk.Current.Version;
        await Task.WhenAll(users.Select(user => Task.Run(async () =>
        {
            for (int turn = 0; desk.Current.Version - first < events || (turn & 1) != 0; turn++)
            {
                await desk.SubmitAsync((turn & 1) == 0 ? new Command.AssignUserLicenses(user, [new LicenseRequest(sku, [])], []) : new Command.AssignUserLicenses(user, [], [sku]), Caller);
            }
        })));
    }

    private static async Task Other(TenantDesk desk)
    {
        for (int i = 0; i < OtherEvents; i++)
        {
            Guid id = Guid.NewGuid();
            await desk.SubmitAsync(new Command.CreateUser(new Engine.Directory.User(id, $"u{i}@small.example", "U", "u", true, "US", default, default)), Caller);
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
