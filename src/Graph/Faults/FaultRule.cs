using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Berth.Graph.Requests;

namespace Berth.Graph.Faults;

/// <summary>What a rule does to a request that it strikes.</summary>
internal enum FaultKind
{
    /// <summary>429, or 503 in the words of the directory, before anything happened (L163).</summary>
    Throttle,

    /// <summary>500, 502, 503 or 504, before or after the effect (B225).</summary>
    Error,

    /// <summary>The request waits before it is handled.</summary>
    Delay,

    /// <summary>The connection ends without an answer, before or after the effect (B228).</summary>
    Drop,

    /// <summary>A write is refused with 409 (B226).</summary>
    Conflict,

    /// <summary>401 with a claims challenge (B227).</summary>
    Challenge,

    /// <summary>A read sees the tenant as it was a while ago (B229).</summary>
    EventualConsistency,

    /// <summary>Every request costs what the directory's cost model says (L164, L165).</summary>
    ThrottleModel,
}

/// <summary>Which requests a rule looks at.</summary>
internal enum FaultScope
{
    /// <summary>Requests and items of a batch.</summary>
    Any,

    /// <summary>Requests that came by themselves.</summary>
    Request,

    /// <summary>Items of a batch.</summary>
    BatchItem,
}

/// <summary>Whether the request was carried out before it fails.</summary>
internal enum FaultMoment
{
    /// <summary>Nothing happened.</summary>
    Before,

    /// <summary>It happened, durably, and its answer is lost.</summary>
    After,
}

/// <summary>Which reads may be behind.</summary>
internal enum FaultReads
{
    /// <summary>Those that ask for it: <c>ConsistencyLevel: eventual</c>, and counts.</summary>
    Eventual,

    /// <summary>Every GET.</summary>
    All,
}

/// <summary>One fault that is installed at a tenant. What it decides depends on nothing but itself and the number of the request (B221).</summary>
internal sealed record FaultRule
{
    /// <summary>What it does.</summary>
    public required FaultKind Kind { get; init; }

    /// <summary>Where; null everywhere but at a batch itself (B223).</summary>
    public RoutePattern? Route { get; init; }

    /// <summary>In which interface; null in both of Graph's.</summary>
    public GraphVersion? Version { get; init; }

    /// <summary>Alone, inside a batch, or both.</summary>
    public FaultScope Scope { get; init; }

    /// <summary>The share of the matching requests that it strikes, from 0 to 1.</summary>
    public double Probability { get; init; } = 1;

    /// <summary>The first so many matching requests are left alone.</summary>
    public int Skip { get; init; }

    /// <summary>How often it strikes at most; null as often as it can.</summary>
    public int? Count { get; init; }

    /// <summary>What makes one run like another.</summary>
    public long Seed { get; init; }

    /// <summary>The HTTP status of a throttle or an error.</summary>
    public int Status { get; init; }

    /// <summary><c>Retry-After</c> in seconds; 0 sends none.</summary>
    public int RetryAfter { get; init; }

    /// <summary>How long a delay lasts, in real time.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Before or after the effect.</summary>
    public FaultMoment Moment { get; init; }

    /// <summary>Which reads may be behind.</summary>
    public FaultReads Reads { get; init; }

    /// <summary>How far behind in real time.</summary>
    public TimeSpan Window { get; init; }

    /// <summary>How far behind in published states of the tenant.</summary>
    public int Versions { get; init; }

    /// <summary>The quota of a throttle model in resource units per 10 seconds; null as the tenant's size has it (L164).</summary>
    public int? ResourceUnits { get; init; }

    /// <summary>The quota of a throttle model in writes per 150 seconds; null as published (L164).</summary>
    public int? Writes { get; init; }

    /// <summary>Whether a request is one that this rule counts.</summary>
    public bool Matches(GraphRequest request)
    {
        bool batch = request.Path.Segments is [{ IsKey: false } first, ..] && first.Text.Equals("$batch", StringComparison.OrdinalIgnoreCase);
        return (Version is null || Version == request.Version)
            && (Scope == FaultScope.Any || Scope == (request.InBatch ? FaultScope.BatchItem : FaultScope.Request))
            && (Route is null ? !batch : Route.Matches(request.Method, request.Path))
            && Kind switch
            {
                FaultKind.Conflict => request.Method != GraphMethod.Get && !batch,
                FaultKind.EventualConsistency => request.Method == GraphMethod.Get && !IsDelta(request) && (Reads == FaultReads.All || request.EventualConsistency || IsCount(request)),
                FaultKind.Drop or FaultKind.Challenge => !request.InBatch,
                FaultKind.Throttle or FaultKind.Error or FaultKind.Delay or FaultKind.ThrottleModel => true,
            };
    }

    /// <summary>Whether the rule strikes the matching request with this number, counted from 0: the same in every run (B221).</summary>
    public bool Strikes(long ordinal) => ordinal >= Skip && (Probability >= 1 || Draw(ordinal, "strike") < Probability);

    /// <summary>A number from 0 up to but not including 1 that belongs to a matching request.</summary>
    /// <param name="ordinal">The request's number among those that match.</param>
    /// <param name="purpose">What it is drawn for, so that two draws of one request have nothing to do with each other.</param>
    public double Draw(long ordinal, string purpose)
    {
        // What the rule is goes into the draw: two rules of one seed do not strike in step, and a rule strikes alike wherever it stands in the list.
        string text = string.Create(CultureInfo.InvariantCulture, $"{Seed} {ordinal} {purpose} {Kind} {Route?.Text} {Version} {Scope} {Status}");
        ulong bits = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        return (bits >> 11) * (1.0 / (1UL << 53));
    }

    private static bool IsCount(GraphRequest request) => EndsIn(request, "$count");

    // A token says how far the client has read: a tenant from before it would know nothing of it.
    private static bool IsDelta(GraphRequest request) => EndsIn(request, "delta");

    private static bool EndsIn(GraphRequest request, string name) =>
        request.Path.Segments is [.., { IsKey: false } last] && last.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}
