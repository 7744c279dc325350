using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Licensing;
using Berth.Ledger;
using Berth.Ledger.Stores;

namespace Berth.Bench;

/// <summary>The ledger's door: durable assignments by many callers against the same group commit without an engine, in turns in one run.</summary>
internal static class LedgerBench
{
    internal const int Callers = 256;
    private const int Rounds = 9;
    private const int ModelRows = 1000;
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);
    private static readonly Actor Caller = new(ActorKind.Application, Guid.Parse("00000000-0000-4000-8000-000000000001"), "berth-bench");

    public static async Task<int> Run(string[] args)
    {
        int users = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 10_000;
        DirectoryInfo folder = Directory.CreateTempSubdirectory("berth-bench-");
        try
        {
            SqliteStore store = SqliteStore.Open(Path.Combine(folder.FullName, "berth.db"));
            await using LedgerDoor door = LedgerDoor.Open(store, TimeProvider.System);
            TenantDesk desk = Build(door, users);
            Console.WriteLine($"a tenant of {users:N0} users, {desk.Current.Version:N0} events");
            Alone(desk.Current);
            Guid sku = SkuCatalog.BuiltIn.FindByPartNumber("VISIOCLIENT").Single().Id;
            Guid[] callers = CallersOf(desk.Current);
            await Door("durable assignLicense", store, desk, SqliteStore.Open(Path.Combine(folder.FullName, "bare.db")), (caller, turn) => (turn & 1) == 0
                ? new Command.AssignUserLicenses(callers[caller], [new LicenseRequest(sku, [])], [])
                : new Command.AssignUserLicenses(callers[caller], [], [sku]));
            await Snapshot(door, desk);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return 0;
    }

    /// <summary>A tenant of the engine's benchmark, through the door.</summary>
    internal static TenantDesk Build(LedgerDoor door, int users)
    {
        TenantDesk? desk = null;
        Guid[] groups = EngineBench.Build(users, new Random(20261123), Send);
        for (int i = 0; i < 100; i++)
        {
            Sku sku = SkuCatalog.BuiltIn.FindByPartNumber(EngineBench.PartNumbers[i % EngineBench.PartNumbers.Length]).Single();
            Send(new Command.AssignGroupLicenses(groups[i], [new LicenseRequest(sku.Id, [])], []));
        }

        return desk!;

        void Send(Command command)
        {
            if (command is Command.CreateTenant create)
            {
                desk = ((TenantCreation.Created)door.CreateTenantAsync(create, Actor.Berth).GetAwaiter().GetResult()).Desk;
            }
            else if (desk!.SubmitAsync(command, Actor.Berth).AsTask().GetAwaiter().GetResult() is not Submission.Done { Decision: Decision.Accepted })
            {
                throw new InvalidOperationException($"{command} was refused.");
            }
        }
    }

    /// <summary>Users for every caller, spread over the tenant.</summary>
    internal static Guid[] CallersOf(Tenant tenant) => [.. Enumerable.Range(0, Callers).Select(caller => tenant.Users[caller * (tenant.UserCount / Callers)]!.Id)];

    /// <summary>Many callers submit commands, an even turn and the odd one after it undoing each other; the bare loop writes rows like theirs.</summary>
    /// <remarks>The door and the bare loop take turns, so that a disturbance from outside meets both.</remarks>
    internal static async Task Door(string name, IJournalStore store, TenantDesk desk, IJournalStore bareStore, Func<int, int, Command> command)
    {
        using BareGroupCommit bare = new(bareStore);
        double[] ratios = new double[Rounds], doors = new double[Rounds], loops = new double[Rounds];
        for (int round = -1; round < Rounds; round++)
        {
            long from = desk.Current.Version;
            double door = await Load(async (caller, turn) =>
            {
                if (await desk.SubmitAsync(command(caller, turn), Caller) is not Submission.Done { Decision: Decision.Accepted { Event: not null, Remaining: null } })
                {
                    throw new InvalidOperationException($"{name}: a command was refused.");
                }
            });
            if (desk.Current.Version - from is var done && done == 0)
            {
                throw new InvalidOperationException("Nothing was done.");
            }

            // The bare loop writes rows like the ones that were just written: one of each kind.
            JournalRow[] models = [.. (await store.ReadBackAsync(desk.Id, long.MaxValue, ModelRows, long.MaxValue, CancellationToken.None)).DistinctBy(row => row.Kind).Take(2)];
            double loop = await Load((_, turn) => bare.Submit(models[turn % models.Length]));
            if (round >= 0)
            {
                (ratios[round], doors[round], loops[round]) = (door / loop, door, loop);
                string sizes = string.Join(" and ", models.Select(row => $"{row.Payload.Length} B"));
                Console.WriteLine($"{name}, {Callers} callers: {door:N0}/s at the door, {loop:N0}/s bare loop of {sizes} rows, ratio {door / loop:F2}");
            }
        }

        foreach (double[] figures in (double[][])[ratios, doors, loops])
        {
            Array.Sort(figures);
        }

        const int Middle = Rounds / 2;
        Row.Add(
            $"{name}, {Callers} callers at the ledger's door", string.Create(CultureInfo.InvariantCulture, $"{doors[Middle]:N0}/s"),
            string.Create(CultureInfo.InvariantCulture, $"{loops[Middle]:N0}/s, the same group commit without an engine"), ratios[Middle], ">= 0.5", ratios[Middle] >= 0.5);
    }

    // One thread, nothing else: what one assignment costs to decide, and what of it is memory.
    private static void Alone(Tenant tenant)
    {
        const int Commands = 40_000;
        Guid sku = SkuCatalog.BuiltIn.FindByPartNumber("VISIOCLIENT").Single().Id;
        Guid[] users = CallersOf(tenant);
        for (int round = 0; round < 3; round++)
        {
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            Stopwatch watch = Stopwatch.StartNew();
            for (int i = 0; i < Commands; i++)
            {
                Guid user = users[i / 2 % Callers];
                Command command = (i & 1) == 0
                    ? new Command.AssignUserLicenses(user, [new LicenseRequest(sku, [])], [])
                    : new Command.AssignUserLicenses(user, [], [sku]);
                tenant = ((Decision.Accepted)Deciding.Decide(tenant, command, new DecisionContext(DateTimeOffset.UtcNow, Caller))).Next;
            }

            Console.WriteLine($"deciding alone: {watch.Elapsed.TotalMicroseconds / Commands:F1} us and {(GC.GetAllocatedBytesForCurrentThread() - allocated) / Commands:N0} B each");
        }
    }

    private static async Task<double> Load(Func<int, int, Task> once)
    {
        using CancellationTokenSource end = new();
        long done = 0;
        Stopwatch watch = Stopwatch.StartNew();
        Task[] callers = [.. Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            int turn = 0;
            // An even number of turns leaves the tenant as it was.
            while (!end.IsCancellationRequested || (turn & 1) != 0)
            {
                await once(caller, turn++);
            }

            Interlocked.Add(ref done, turn);
        }))];
        await Task.Delay(Turn);
        await end.CancelAsync();
        await Task.WhenAll(callers);
        return done / watch.Elapsed.TotalSeconds;
    }

    internal static async Task Snapshot(LedgerDoor door, TenantDesk desk)
    {
        // The callers go on meanwhile: the longest one of them waited shows how long a part holds the writer up.
        Guid sku = SkuCatalog.BuiltIn.FindByPartNumber("VISIOCLIENT").Single().Id;
        Guid user = desk.Current.Users[7]!.Id;
        Stopwatch watch = Stopwatch.StartNew();
        Task snapshot = door.TakeSnapshotAsync(desk);
        TimeSpan longest = default;
        int done = 0;
        for (; !snapshot.IsCompleted || (done & 1) != 0; done++)
        {
            TimeSpan from = watch.Elapsed;
            await desk.SubmitAsync(
                (done & 1) == 0 ? new Command.AssignUserLicenses(user, [new LicenseRequest(sku, [])], []) : new Command.AssignUserLicenses(user, [], [sku]), Caller);
            longest = watch.Elapsed - from > longest ? watch.Elapsed - from : longest;
        }

        await snapshot;
        Console.WriteLine($"snapshot: {watch.Elapsed.TotalSeconds:F2} s in the background; meanwhile {done:N0} assignments by one caller, the longest took {longest.TotalMilliseconds:F0} ms");
    }

    /// <summary>The group commit of the ledger with nothing to decide: a queue, a thread, a store.</summary>
    private sealed class BareGroupCommit : IDisposable
    {
        private readonly Channel<(JournalRow Row, TaskCompletionSource Done)> _queue = Channel.CreateBounded<(JournalRow, TaskCompletionSource)>(4096);
        private readonly IJournalStore _store;
        private readonly Claim _claim;
        private readonly Thread _thread;
        private long _sequence;

        public BareGroupCommit(IJournalStore store)
        {
            _store = store;
            _claim = _store.TakeEpoch(Guid.NewGuid());
            _thread = new Thread(Run);
            _thread.Start();
        }

        public Task Submit(JournalRow row)
        {
            TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _queue.Writer.TryWrite((row, done)) ? done.Task : throw new InvalidOperationException("The queue is too short.");
        }

        public void Dispose()
        {
            _queue.Writer.Complete();
            _thread.Join();
            _store.Dispose();
        }

        private void Run()
        {
            List<JournalRow> rows = [];
            List<TaskCompletionSource> waiting = [];
            while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                while (rows.Count < 1024 && _queue.Reader.TryRead(out (JournalRow Row, TaskCompletionSource Done) one))
                {
                    rows.Add(one.Row with { Tenant = _claim.Tenant, Epoch = _claim.Epoch, Sequence = ++_sequence });
                    waiting.Add(one.Done);
                }

                _store.Append([_claim], System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rows), []);
                waiting.ForEach(done => done.SetResult());
                rows.Clear();
                waiting.Clear();
            }
        }
    }
}
