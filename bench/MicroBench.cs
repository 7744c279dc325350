using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Berth.Bench.Scale;
using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Engine.Licensing;
using Berth.Graph;
using Berth.Graph.Requests;
using Berth.Ledger.Journal;
using Berth.Ledger.Stores;

namespace Berth.Bench;

/// <summary>Small parts by themselves, by BenchmarkDotNet, with their spread and what they allocate.</summary>
internal static class MicroBench
{
    /// <param name="args">A filter as BenchmarkDotNet takes it, such as <c>*Page*</c>.</param>
    public static Task<int> Run(string[] args)
    {
        // In this process: the project it would make and build outside knows nothing of central package versions.
        IConfig config = DefaultConfig.Instance
            .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(5).WithIterationCount(12))
            .WithArtifactsPath(Path.Combine(GroupBench.Repository, "artifacts", "bench", "micro"));
        BenchmarkSwitcher.FromTypes([typeof(MicroParts)]).Run(["--filter", args.FirstOrDefault() ?? "*"], config);
        return Task.FromResult(0);
    }
}

/// <summary>The parts. The tenant has ten thousand people in three groups, one of which has a license.</summary>
[MemoryDiagnoser]
public class MicroParts
{
    private const int Users = 10_000;
    private static readonly DateTimeOffset _now = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);
    private static readonly Actor _caller = new(ActorKind.Application, Guid.Parse("00000000-0000-4000-8000-000000000001"), "berth-bench");

    private readonly JournalWriter _journal = new();
    private Tenant _tenant = Tenant.Unborn;
    private Command _give = null!;
    private Command _take = null!;
    private TenantEvent _event = null!;
    private JournalRow _row;
    private GraphRequest _user = null!;
    private GraphRequest _licenses = null!;
    private GraphRequest _page = null!;
    private int _turn;

    /// <summary>Makes the tenant and what is asked of it.</summary>
    [GlobalSetup]
    public void Make()
    {
        _tenant = SmallTenants.Alone(Users);
        Guid user = _tenant.Users[Users / 2]!.Id;
        _give = new Command.AssignUserLicenses(user, [new LicenseRequest(SmallTenants.Spare, [])], []);
        _take = new Command.AssignUserLicenses(user, [], [SmallTenants.Spare]);
        _event = ((Decision.Accepted)Deciding.Decide(_tenant, _give, new DecisionContext(_now, _caller))).Event!;
        _row = _journal.Write(new Claim(Guid.NewGuid(), 1), _event);
        _user = Request($"/users/{user}", "");
        _licenses = Request($"/users/{user}/licenseDetails", "");
        _page = Request("/users", Query(0));
    }

    /// <summary>Whether every group's licenses of a user are clear to be in force.</summary>
    [Benchmark(OperationsPerInvoke = Users)]
    public long EvaluateOneUser() => WholeTenant.Evaluate(_tenant).Clear;

    /// <summary>One assignLicense, given or taken: a new tenant and its event.</summary>
    [Benchmark(OperationsPerInvoke = 2)]
    public Tenant DecideAssignLicense()
    {
        Tenant given = ((Decision.Accepted)Deciding.Decide(_tenant, _give, new DecisionContext(_now, _caller))).Next;
        return ((Decision.Accepted)Deciding.Decide(given, _take, new DecisionContext(_now, _caller))).Next;
    }

    /// <summary>The event of one as a row.</summary>
    [Benchmark]
    public JournalRow EncodeJournalRow() => _journal.Write(new Claim(_row.Tenant, 1), _event);

    /// <summary>The row as an event.</summary>
    [Benchmark]
    public TenantEvent DecodeJournalRow() => JournalReader.Read(_row);

    /// <summary>The query of a page of users that was read before, and the page.</summary>
    [Benchmark]
    public int PageOfKnownFilter() => Answer(_page);

    /// <summary>The same of a query that nobody sent before.</summary>
    [Benchmark]
    public int PageOfNewFilter() => Answer(_page with { Query = Query(++_turn) });

    /// <summary>A user: its route, and its JSON.</summary>
    [Benchmark]
    public int WriteUser() => Answer(_user);

    /// <summary>The licenses of a user with their plans.</summary>
    [Benchmark]
    public int WriteLicenseDetails() => Answer(_licenses);

    private int Answer(GraphRequest request)
    {
        using GraphResponse response = ((Handling.Answered)GraphRoom.Handle(_tenant, request)).Response;
        return response.Status == 200 ? response.Body.Length : throw new InvalidOperationException(System.Text.Encoding.UTF8.GetString(response.Body.Span));
    }

    private static string Query(int turn) => $"$filter=startswith(displayName,'User%205')%20or%20displayName%20eq%20'Nobody%20{turn}'&$top=10&$select=id,displayName";

    private static GraphRequest Request(string path, string query) => new()
    {
        Method = GraphMethod.Get,
        Version = GraphVersion.V1,
        Path = GraphPath.Read(path).Path!,
        Query = query,
        Caller = new Caller(Guid.NewGuid(), Guid.NewGuid(), "berth-bench", null, PermissionSet.Every),
        BaseUrl = "http://localhost",
        RequestId = Guid.NewGuid(),
        ClientRequestId = "bench",
        ReceivedAt = _now,
    };
}
